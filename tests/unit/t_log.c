/*
 * t_log.c: lines as they leave the process.
 *
 * Standard error is replaced by a socket that keeps messages apart, so that
 * the tests see how many writes there were. The file under test is included,
 * for its date arithmetic.
 */
#include "base/base.h"
#include "unit.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.c"

static int reader, real_stderr;

static void start(void)
{
	int ends[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
	ck_assert_int_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	real_stderr = dup(STDERR_FILENO);
	ck_assert_int_ge(dup2(ends[1], STDERR_FILENO), 0);
	close(ends[1]);
	reader = ends[0];
}

static void end(void)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(reader);
}

/* The next write, as a string; "" where there was none. */
static const char *next_write(void)
{
	static char text[HOLD_OCTETS + LINE_MAX_OCTETS + 1];
	ssize_t len = read(reader, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

/* The same from behind the time, whose form is checked. */
static const char *next_line(void)
{
	const char *form = "dddd-dd-ddTdd:dd:dd.dddZ ", *text = next_write();
	const char *at = text;

	for (; *form; form++, at++)
		ck_assert_msg(*form == 'd' ? *at >= '0' && *at <= '9'
					   : *at == *form,
			      "no time in '%s'", text);
	return at;
}

START_TEST(test_line)
{
	log_event(LOG_WARN, "mail_deferred", LOG_S("invite", "invite-1"),
		  LOG_STR("host", STR("mx")), LOG_I("attempts", -2));
	ck_assert_str_eq(
	    next_line(),
	    "warn mail_deferred invite=invite-1 host=mx attempts=-2\n");
	log_bare(LOG_INFO, "stopped");
	ck_assert_str_eq(next_line(), "info stopped\n");
	log_event(LOG_ERROR, "x", LOG_I("n", INT64_MIN));
	ck_assert_str_eq(next_line(), "error x n=-9223372036854775808\n");
	ck_assert_str_eq(next_write(), "");
}
END_TEST

static const struct {
	const char *value, *written;
} values[] = {
	{ "plain/value:1.2,3@x", "plain/value:1.2,3@x" },
	{ "", "\"\"" },
	{ NULL, "\"\"" },
	{ "two words", "\"two words\"" },
	{ "a=b", "\"a=b\"" },
	{ "say \"hi\"", "\"say \\\"hi\\\"\"" },
	{ "back\\slash", "\"back\\\\slash\"" },
	{ "x\ninfo forged a=b", "\"x\\ninfo forged a=b\"" },
	{ "\r\t", "\"\\r\\t\"" },
	{ "\x01\x1B[31m\x7F", "\"\\x01\\x1b[31m\\x7f\"" },
	{ "caf\xC3\xA9", "\"caf\xC3\xA9\"" },
	{ "\xF0\x9F\x98\x80", "\"\xF0\x9F\x98\x80\"" },
	{ "\xFF", "\"\\xff\"" },
	{ "\xC3", "\"\\xc3\"" },
	{ "\xC3(", "\"\\xc3(\"" },
	{ "\xC2\x85", "\"\\xc2\\x85\"" },
	{ "\xE2\x80\xA8", "\"\\xe2\\x80\\xa8\"" },
	{ "\xE2\x80\xA9", "\"\\xe2\\x80\\xa9\"" },
	{ "\xC2\xA0", "\"\xC2\xA0\"" },
};

START_TEST(test_values)
{
	char expected[128];

	log_event(LOG_INFO, "e", LOG_S("v", values[_i].value), LOG_I("n", 1));
	snprintf(expected, sizeof(expected), "info e v=%s n=1\n",
		 values[_i].written);
	ck_assert_str_eq(next_line(), expected);
}
END_TEST

START_TEST(test_nul_in_a_value)
{
	log_event(LOG_INFO, "e", LOG_STR("v", STR("a\0b")));
	ck_assert_str_eq(next_line(), "info e v=\"a\\x00b\"\n");
}
END_TEST

START_TEST(test_long_values_are_cut)
{
	char value[10000];
	const char *line;

	memset(value, 'x', sizeof(value));
	log_event(LOG_INFO, "e", LOG_STR("v", ((struct str){ value, 10000 })),
		  LOG_I("n", 1));
	line = next_line();
	ck_assert_uint_lt(strlen(line), VALUE_MAX_OCTETS + 30);
	ck_assert_ptr_nonnull(strstr(line, "xxx...\" n=1\n"));
	/* Four characters each: the cut does not fall inside an escape. */
	memset(value, 1, sizeof(value));
	log_event(LOG_INFO, "e", LOG_STR("v", ((struct str){ value, 10000 })));
	ck_assert_ptr_nonnull(strstr(next_line(), "\\x01...\"\n"));
}
END_TEST

START_TEST(test_long_bare_values_fit_or_are_cut)
{
	char value[VALUE_MAX_OCTETS + 10];

	memset(value, 'x', sizeof(value));
	for (size_t len = VALUE_MAX_OCTETS - 10; len < sizeof(value); len++) {
		const char *line;
		log_event(LOG_INFO, "e",
			  LOG_STR("v", ((struct str){ value, len })));
		line = next_line();
		ck_assert_int_eq(line[strlen(line) - 1], '\n');
		ck_assert((strstr(line, "...\"") != NULL) ==
			  (len > VALUE_MAX_OCTETS));
	}
}
END_TEST

START_TEST(test_long_lines_are_cut_at_a_field)
{
	char value[1000];
	struct log_field fields[8];
	const char *line;

	memset(value, 'x', sizeof(value));
	for (size_t i = 0; i < COUNT_OF(fields); i++)
		fields[i] = LOG_STR("v", ((struct str){ value, 1000 }));
	log_fields(LOG_INFO, "e", fields, COUNT_OF(fields));
	line = next_line();
	ck_assert_uint_le(strlen(line) + 25, LINE_MAX_OCTETS);
	ck_assert_str_eq(line + strlen(line) - 6, "x ...\n");
	ck_assert_str_eq(next_write(), "");
}
END_TEST

/* A line that just fits is whole; one more octet, and its last field goes. */
START_TEST(test_the_longest_line)
{
	size_t whole = 0, most = 0;
	char value[1000];

	memset(value, 'x', sizeof(value));
	for (size_t len = 900; len <= sizeof(value); len++) {
		struct str text = { value, len };
		const char *line;
		size_t octets;
		log_event(LOG_INFO, "e", LOG_STR("v", text), LOG_STR("v", text),
			  LOG_STR("v", text), LOG_STR("v", text),
			  LOG_STR("w", ((struct str){ value, 100 })));
		line = next_line();
		octets = strlen(line) + 25;
		ck_assert_uint_le(octets, LINE_MAX_OCTETS);
		ck_assert_ptr_nonnull(strrchr(line, '\n'));
		if (!strstr(line, " ...\n")) {
			ck_assert_uint_eq(whole, len - 900);
			whole++;
			most = octets;
		}
	}
	ck_assert_uint_gt(most, LINE_MAX_OCTETS - 4 - 5);
}
END_TEST

static const struct {
	const char *name;
	enum log_level level;
	const char *written;
} levels[] = {
	{ "error", LOG_ERROR, "e" },
	{ "warn", LOG_WARN, "ew" },
	{ "info", LOG_INFO, "ewi" },
	{ "debug", LOG_DEBUG, "ewid" },
};

START_TEST(test_levels)
{
	enum log_level level = LOG_ERROR;
	char seen[8] = "";

	ck_assert(log_level_of(levels[_i].name, &level));
	ck_assert_int_eq(level, levels[_i].level);
	log_set_level(level);
	log_bare(LOG_ERROR, "x");
	log_bare(LOG_WARN, "x");
	log_bare(LOG_INFO, "x");
	log_bare(LOG_DEBUG, "x");
	for (size_t i = 0; i < strlen(levels[_i].written); i++)
		seen[i] = next_line()[0];
	ck_assert_str_eq(seen, levels[_i].written);
	ck_assert_str_eq(next_write(), "");
}
END_TEST

START_TEST(test_no_such_level)
{
	enum log_level level = LOG_DEBUG;

	ck_assert(!log_level_of("", &level));
	ck_assert(!log_level_of("Error", &level));
	ck_assert(!log_level_of("warning", &level));
	ck_assert_int_eq(level, LOG_DEBUG);
}
END_TEST

static int count_lines(const char *text)
{
	int lines = 0;

	for (; *text; text++)
		lines += *text == '\n';
	return lines;
}

START_TEST(test_held_lines_are_one_write)
{
	log_hold();
	for (int i = 0; i < 10; i++)
		log_event(LOG_INFO, "request", LOG_I("n", i));
	ck_assert_str_eq(next_write(), "");
	log_flush();
	ck_assert_int_eq(count_lines(next_write()), 10);
	ck_assert_str_eq(next_write(), "");
	log_event(LOG_INFO, "request", LOG_I("n", 10));
	ck_assert_int_eq(count_lines(next_write()), 1);
	log_flush();
	ck_assert_str_eq(next_write(), "");
}
END_TEST

START_TEST(test_a_warning_does_not_wait)
{
	log_hold();
	log_bare(LOG_INFO, "first");
	log_bare(LOG_WARN, "second");
	ck_assert_int_eq(count_lines(next_write()), 2);
	log_bare(LOG_INFO, "third");
	ck_assert_str_eq(next_write(), "");
	log_bare(LOG_ERROR, "fourth");
	ck_assert_int_eq(count_lines(next_write()), 2);
	log_flush();
	ck_assert_str_eq(next_write(), "");
}
END_TEST

START_TEST(test_held_lines_have_a_ceiling)
{
	int written = 0, seen = 0;
	char value[900];
	const char *text;

	memset(value, 'x', sizeof(value));
	log_hold();
	for (; written < 100; written++)
		log_event(LOG_INFO, "e",
			  LOG_STR("v", ((struct str){ value, 900 })));
	text = next_write();
	ck_assert_int_gt(count_lines(text), 1);
	for (; *text; text = next_write()) {
		ck_assert_uint_le(strlen(text), PIPE_BUF);
		ck_assert_int_eq(text[strlen(text) - 1], '\n');
		seen += count_lines(text);
	}
	ck_assert_int_lt(seen, written);
	log_flush();
	ck_assert_int_eq(seen + count_lines(next_write()), written);
}
END_TEST

static void *write_lines(void *argument)
{
	for (int i = 0; i < 200; i++)
		log_event(LOG_INFO, "line", LOG_S("from", argument),
			  LOG_S("what", "some words to quote"));
	return NULL;
}

/* Each write is a whole line, whoever else writes; a hold is one's own. */
START_TEST(test_threads_do_not_mix)
{
	static const char *const names[] = { "one", "two", "three" };
	pthread_t threads[COUNT_OF(names)];
	int seen = 0;

	log_hold();
	log_bare(LOG_INFO, "held");
	for (size_t i = 0; i < COUNT_OF(names); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, write_lines,
						(void *)names[i]),
				 0);
	ck_assert_int_eq(fcntl(reader, F_SETFL, 0), 0);
	for (; seen < 600; seen++) {
		const char *line = next_line();
		ck_assert_int_eq(count_lines(line), 1);
		ck_assert_ptr_nonnull(
		    strstr(line, " what=\"some words to quote\"\n"));
	}
	for (size_t i = 0; i < COUNT_OF(names); i++)
		pthread_join(threads[i], NULL);
	log_flush();
	ck_assert_str_eq(next_line(), "info held\n");
}
END_TEST

START_TEST(test_errno_and_a_closed_stderr)
{
	errno = EDOM;
	log_bare(LOG_INFO, "x");
	ck_assert_int_eq(errno, EDOM);
	close(STDERR_FILENO);
	log_bare(LOG_INFO, "x");
	log_hold();
	log_bare(LOG_INFO, "x");
	log_flush();
	ck_assert_int_eq(errno, EDOM);
}
END_TEST

static const int64_t moments[] = {
	0,
	999,
	1704067200000, /* 2024-01-01 */
	1709164799999, /* the last of 2024-02-28 */
	1709164800000, /* 2024-02-29 */
	1709251200000, /* 2024-03-01 */
	4107542399999, /* the last of 2100-02-28; no leap day follows */
	4107542400000,
	951782400000, /* 2000-02-29 */
	253402300799999,
};

static void check_time(int64_t ms)
{
	char expected[64], text[64] = { 0 };
	time_t seconds = ms / 1000;
	struct tm tm;

	gmtime_r(&seconds, &tm);
	snprintf(expected, sizeof(expected),
		 "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", tm.tm_year + 1900,
		 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
		 (int)(ms % 1000));
	put_time(text, ms);
	if (strcmp(text, expected) != 0)
		ck_abort_msg("%s is written %s", expected, text);
}

START_TEST(test_dates)
{
	for (size_t i = 0; i < COUNT_OF(moments); i++)
		check_time(moments[i]);
	/* Every day of 400 years and more, at another time of the day. */
	for (int64_t day = 0; day < 150000; day++)
		check_time(day * DAY_MS + day * 7919 * 13 % DAY_MS);
}
END_TEST

/* ---- the thread ---- */

/* Reads lines until `wanted` has come; counts those named "line". */
static int read_until(const char *wanted)
{
	int lines = 0;

	for (;;) {
		const char *text = next_write();

		ck_assert_str_ne(text, "");
		for (const char *at = text; (at = strstr(at, " info line "));
		     at++)
			lines++;
		if (strstr(text, wanted))
			return lines;
	}
}

/* However much is logged while nobody reads: what was lost is counted, and
 * said as soon as there is room. */
START_TEST(test_a_full_pipe_stops_nobody)
{
	enum { LINES = 50000 };
	int seen;

	ck_assert_int_eq(fcntl(reader, F_SETFL, 0), 0);
	log_start();
	for (int i = 0; i < LINES; i++)
		log_event(LOG_INFO, "line", LOG_I("n", i));
	ck_assert_uint_gt(log_lines_lost(), 0);
	log_bare(LOG_ERROR, "grave"); /* for these there is room */
	seen = read_until("log_lines_lost");
	log_bare(LOG_WARN, "last");
	seen += read_until("warn last");
	ck_assert_int_eq(seen + (int)log_lines_lost(), LINES);
	log_stop();
}
END_TEST

START_TEST(test_the_end_does_not_wait_for_who_never_reads)
{
	log_start();
	for (int i = 0; i < 50000; i++)
		log_event(LOG_INFO, "line", LOG_I("n", i));
	log_stop();
	ck_assert_uint_gt(log_lines_lost(), 0);
	/* It returned all the same; only now can the thread end. */
	signal(SIGPIPE, SIG_IGN);
	close(reader);
	log_stop();
}
END_TEST

START_TEST(test_the_end_writes_what_is_left)
{
	log_start();
	for (int i = 0; i < 100; i++)
		log_event(LOG_INFO, "line", LOG_I("n", i));
	log_stop();
	for (int seen = 0; seen < 100;)
		seen += count_lines(next_write());
	ck_assert_uint_eq(log_lines_lost(), 0);
	log_bare(LOG_INFO, "x");
	ck_assert_str_eq(next_line(), "info x\n");
}
END_TEST

START_TEST(test_a_child_logs_at_once)
{
	pid_t child;
	int status;

	log_start();
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		log_bare(LOG_INFO, "child");
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
	ck_assert_str_eq(next_line(), "info child\n");
	log_stop();
}
END_TEST

START_TEST(test_a_sample_says_what_it_left_out)
{
	struct log_sample sample = { .skipped = 0 };
	int64_t now = DAY_MS;
	int taken = 0;

	for (int i = 0; i < 10000; i++)
		taken += log_sample_take(&sample, now);
	ck_assert_int_eq(taken, LOG_SAMPLE_BURST);
	ck_assert_str_eq(next_write(), "");
	ck_assert(log_sample_take(&sample, now + SECOND_MS));
	ck_assert_str_eq(next_line(),
			 "warn requests_not_logged requests=9800\n");
	for (int i = taken = 0; i < 10000; i++)
		taken += log_sample_take(&sample, now + SECOND_MS);
	ck_assert_int_eq(taken, LOG_SAMPLE_RATE - 1);
	ck_assert_int_eq(sample.skipped_total,
			 9800 + 10000 - LOG_SAMPLE_RATE + 1);
}
END_TEST

/* A busy service wants to hear of what goes wrong, and of some of the rest. */
START_TEST(test_routine_lines_are_a_setting)
{
	enum log_routine wanted;
	int taken = 0;

	ck_assert(!log_routine_of("some", &wanted));
	ck_assert(log_takes_routine());
	ck_assert(log_routine_of("none", &wanted));
	log_set_routine(wanted);
	ck_assert(!log_takes_routine());
	ck_assert(log_routine_of("sample", &wanted));
	log_set_routine(wanted);
	for (int i = 0; i < 100000; i++)
		taken += log_takes_routine();
	ck_assert_int_ge(taken, LOG_SAMPLE_BURST);
	ck_assert_int_lt(taken, 50000);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_line);
	tcase_add_loop_test(tests, test_values, 0, COUNT_OF(values));
	tcase_add_test(tests, test_nul_in_a_value);
	tcase_add_test(tests, test_long_values_are_cut);
	tcase_add_test(tests, test_long_bare_values_fit_or_are_cut);
	tcase_add_test(tests, test_long_lines_are_cut_at_a_field);
	tcase_add_test(tests, test_the_longest_line);
	tcase_add_loop_test(tests, test_levels, 0, COUNT_OF(levels));
	tcase_add_test(tests, test_no_such_level);
	tcase_add_test(tests, test_routine_lines_are_a_setting);
	tcase_add_test(tests, test_held_lines_are_one_write);
	tcase_add_test(tests, test_a_warning_does_not_wait);
	tcase_add_test(tests, test_held_lines_have_a_ceiling);
	tcase_add_test(tests, test_threads_do_not_mix);
	tcase_add_test(tests, test_errno_and_a_closed_stderr);
	tcase_add_test(tests, test_dates);
	tcase_add_test(tests, test_a_full_pipe_stops_nobody);
	tcase_add_test(tests, test_the_end_does_not_wait_for_who_never_reads);
	tcase_add_test(tests, test_the_end_writes_what_is_left);
	tcase_add_test(tests, test_a_child_logs_at_once);
	tcase_add_test(tests, test_a_sample_says_what_it_left_out);
}

int main(void)
{
	return unit_run("log", add);
}
