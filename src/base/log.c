/*
 * log.c: composes a line on the stack and passes it on in one piece.
 *
 * Nothing is allocated. A line, or a held batch of no more than a pipe takes in
 * one piece, is one write(2): at once, or in the daemon by a thread of its own
 * (log_queue.c), so that no request waits for the reader of the log. A line
 * that is too long is cut at a field and ends in " ...".
 */
#include "base/base.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/log_queue.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

#define LINE_MAX_OCTETS	 4096 /* a line, newline included */
#define VALUE_MAX_OCTETS 1024 /* a value as it is written, quotes included */
#define HOLD_OCTETS	 PIPE_BUF /* lines that wait, per thread */

static const char *const level_names[] = {
	[LOG_ERROR] = "error",
	[LOG_WARN] = "warn",
	[LOG_INFO] = "info",
	[LOG_DEBUG] = "debug",
};

static atomic_int max_level = LOG_INFO;

static _Thread_local struct {
	char text[HOLD_OCTETS];
	size_t len;
	bool on;
} held;

struct line {
	char text[LINE_MAX_OCTETS];
	size_t len;
};

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&max_level, level, memory_order_relaxed);
}

bool log_takes(enum log_level level)
{
	return (int)level <=
	       atomic_load_explicit(&max_level, memory_order_relaxed);
}

bool log_level_of(const char *name, enum log_level *ret_level)
{
	for (size_t i = 0; i < COUNT_OF(level_names); i++) {
		if (strcmp(name, level_names[i]) == 0) {
			*ret_level = (enum log_level)i;
			return true;
		}
	}
	return false;
}

/* Two digits for 0 to 99. */
static char *put_2(char *to, int value)
{
	to[0] = (char)('0' + value / 10);
	to[1] = (char)('0' + value % 10);
	return to + 2;
}

/*
 * "2026-01-31T12:00:00.000Z". By hand, since gmtime_r() takes a lock. Years
 * are counted from March, so that a leap day is the last of its year; an era
 * is 400 years.
 */
static char *put_time(char *to, int64_t ms)
{
	static const char marks[] = "--T::.";
	int64_t days = ms / DAY_MS + 719468; /* since 0000-03-01 */
	int rest = (int)(ms % DAY_MS);
	int era = (int)(days / 146097), day = (int)(days % 146097);
	int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	int day_of_year = day - (365 * year + year / 4 - year / 100);
	int month = (5 * day_of_year + 2) / 153; /* 0 = March */
	int values[6] = {
		month < 10 ? month + 3 : month - 9,
		day_of_year - (153 * month + 2) / 5 + 1,
		rest / 3600000,
		rest / 60000 % 60,
		rest / 1000 % 60,
	};

	year += era * 400 + (month >= 10);
	to = put_2(put_2(to, year / 100), year % 100);
	for (int i = 0; i < 5; i++) {
		*to++ = marks[i];
		to = put_2(to, values[i]);
	}
	*to++ = marks[5];
	*to++ = (char)('0' + rest % 1000 / 100);
	to = put_2(to, rest % 100);
	*to++ = 'Z';
	return to;
}

/* Those that can stand without quotes; the rest of ASCII cannot. */
static bool is_bare(unsigned char c)
{
	return c > ' ' && c < 0x7F && c != '"' && c != '=' && c != '\\';
}

static bool needs_quotes(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_bare((unsigned char)s.data[i]))
			return true;
	return s.len == 0;
}

/*
 * Whether the character of `len` bytes could make a terminal or an editor see
 * another line: the C1 controls and U+2028, U+2029.
 */
static bool breaks_line(const char *p, size_t len)
{
	const unsigned char *c = (const unsigned char *)p;

	if (len == 2)
		return c[0] == 0xC2 && c[1] < 0xA0;
	return len == 3 && c[0] == 0xE2 && c[1] == 0x80 &&
	       (c[2] == 0xA8 || c[2] == 0xA9);
}

/*
 * Writes the first character of `s` into `out` (at most 4 bytes, their number
 * in `ret_len`) so that it can stand between quotes; returns how many bytes
 * of `s` it was.
 */
static size_t quote_char(struct str s, char out[4], size_t *ret_len)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char c = s.data[0];
	size_t len = str_utf8_char(s);

	*ret_len = 2;
	out[0] = '\\';
	if (c == '"' || c == '\\') {
		out[1] = (char)c;
	} else if (c == '\n' || c == '\r' || c == '\t') {
		out[1] = c == '\n' ? 'n' : c == '\r' ? 'r' : 't';
	} else if (len == 0 || c < ' ' || c == 0x7F ||
		   breaks_line(s.data, len)) {
		memcpy(out, (char[]){ '\\', 'x', hex[c >> 4], hex[c & 15] }, 4);
		*ret_len = 4;
		return 1;
	} else {
		memcpy(out, s.data, len);
		*ret_len = len;
		return len;
	}
	return 1;
}

/* `s` in quotes, cut with "..." where it is too long; returns the length. */
static size_t quote(struct str s, char out[VALUE_MAX_OCTETS])
{
	size_t len = 0;

	out[len++] = '"';
	while (s.len > 0 && len < VALUE_MAX_OCTETS - 8) {
		size_t written;
		size_t read = quote_char(s, out + len, &written);
		s.data += read;
		s.len -= read;
		len += written;
	}
	if (s.len > 0) {
		memcpy(out + len, "...", 3);
		len += 3;
	}
	out[len++] = '"';
	return len;
}

/* False, and nothing added, where it would leave no room for " ...\n". */
static bool line_add(struct line *line, const char *key, const char *value,
		     size_t len)
{
	size_t key_len = strlen(key);

	if (line->len + 1 + key_len + 1 + len > sizeof(line->text) - 5)
		return false;
	line->text[line->len++] = ' ';
	memcpy(line->text + line->len, key, key_len);
	line->len += key_len;
	if (value) {
		line->text[line->len++] = '=';
		memcpy(line->text + line->len, value, len);
		line->len += len;
	}
	return true;
}

static bool line_add_field(struct line *line, const struct log_field *field)
{
	char value[VALUE_MAX_OCTETS];
	size_t len;

	if (field->type == LOG_FIELD_INT)
		len = str_put_i64(field->number, value);
	else if (needs_quotes(field->text) ||
		 field->text.len > VALUE_MAX_OCTETS)
		len = quote(field->text, value);
	else
		return line_add(line, field->key, field->text.data,
				field->text.len);
	return line_add(line, field->key, value, len);
}

static void compose(struct line *line, enum log_level level, const char *event,
		    const struct log_field *fields, size_t count)
{
	bool whole;

	line->len = put_time(line->text, clock_now_ms()) - line->text;
	whole = line_add(line, level_names[level], NULL, 0) &&
		line_add(line, event, NULL, 0);
	for (size_t i = 0; whole && i < count; i++)
		whole = line_add_field(line, &fields[i]);
	if (!whole) {
		memcpy(line->text + line->len, " ...", 4);
		line->len += 4;
	}
	line->text[line->len++] = '\n';
}

static void put_held(bool grave)
{
	log_queue_put(held.text, held.len, grave);
	held.len = 0;
}

void log_fields(enum log_level level, const char *event,
		const struct log_field *fields, size_t count)
{
	struct line line;
	int saved = errno;

	if (!log_takes(level))
		return;
	compose(&line, level, event, fields, count);
	if (!held.on) {
		log_queue_put(line.text, line.len, level <= LOG_WARN);
	} else {
		if (held.len + line.len > sizeof(held.text))
			put_held(false);
		memcpy(held.text + held.len, line.text, line.len);
		held.len += line.len;
		if (level <= LOG_WARN)
			put_held(true);
	}
	errno = saved;
}

void log_hold(void)
{
	held.on = true;
}

void log_flush(void)
{
	int saved = errno;

	put_held(false);
	held.on = false;
	errno = saved;
}

static bool take_sample(struct log_sample *sample, int64_t now_ms,
			const char *event, const char *of_what)
{
	int64_t each = SECOND_MS / LOG_SAMPLE_RATE;
	int64_t skipped = sample->skipped;

	if (sample->whole_at_ms < now_ms)
		sample->whole_at_ms = now_ms;
	if (sample->whole_at_ms - now_ms > (LOG_SAMPLE_BURST - 1) * each) {
		sample->skipped++;
		sample->skipped_total++;
		return false;
	}
	sample->whole_at_ms += each;
	sample->skipped = 0;
	if (skipped > 0)
		log_event(LOG_WARN, event, LOG_I(of_what, skipped));
	return true;
}

bool log_sample_take(struct log_sample *sample, int64_t now_ms)
{
	return take_sample(sample, now_ms, "requests_not_logged", "requests");
}

/* ---- routine events ---- */

static const char *const routine_names[] = {
	[ROUTINE_ALL] = "all",
	[ROUTINE_SAMPLED] = "sample",
	[ROUTINE_NONE] = "none",
};

static struct {
	pthread_mutex_t mutex;
	struct log_sample sample; /* under mutex */
	atomic_int wanted;
} routine = { .mutex = PTHREAD_MUTEX_INITIALIZER };

void log_set_routine(enum log_routine wanted)
{
	atomic_store_explicit(&routine.wanted, wanted, memory_order_relaxed);
}

bool log_routine_of(const char *name, enum log_routine *ret_routine)
{
	for (size_t i = 0; i < COUNT_OF(routine_names); i++) {
		if (strcmp(name, routine_names[i]) == 0) {
			*ret_routine = (enum log_routine)i;
			return true;
		}
	}
	return false;
}

bool log_takes_routine(void)
{
	int wanted =
	    atomic_load_explicit(&routine.wanted, memory_order_relaxed);
	bool taken;

	if (wanted != ROUTINE_SAMPLED)
		return wanted == ROUTINE_ALL;
	pthread_mutex_lock(&routine.mutex);
	taken = take_sample(&routine.sample, clock_mono_ms(),
			    "routine_not_logged", "lines");
	pthread_mutex_unlock(&routine.mutex);
	return taken;
}
