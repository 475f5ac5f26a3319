/*
 * t_maildir.c: what lies in a maildir after a delivery, a repeated one, and
 * one that failed.
 */
#include "base/base.h"
#include "unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "mail/transport.h"

static char root[] = "/tmp/t_maildir.XXXXXX";
static char path[sizeof(root) + 16], url[sizeof(path) + 16];
static struct transport *transport;
static struct fail fail;

#define WIRE	  "To: ada@example.com\r\n\r\nfirst\r\n.\r\nlast\r\n"
#define FILE_TEXT "To: ada@example.com\n\nfirst\n.\nlast\n"

static const struct letter letter = {
	.id = "invite-028T5CY4TQKFF",
	.seconds = 1769868300,
	.from = "invited@localhost",
	.to = "ada@example.com",
	.text = { WIRE, sizeof(WIRE) - 1 },
};

static void set_up(void)
{
	const struct transport_options options = { .url = url };

	ck_assert_ptr_nonnull(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/mail", root);
	snprintf(url, sizeof(url), "maildir:%s", path);
	ck_assert_int_eq(transport_open(&options, &transport, &fail), 0);
}

/* `rm -r` by hand: nothing that a test leaves is deeper. */
static void clear(const char *directory)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	if (!entries)
		return;
	while ((entry = readdir(entries))) {
		char name[PATH_MAX];
		int len = snprintf(name, sizeof(name), "%s/%s", directory,
				   entry->d_name);

		if (entry->d_name[0] == '.' || len >= (int)sizeof(name))
			continue;
		if (unlink(name) < 0)
			clear(name);
	}
	closedir(entries);
	rmdir(directory);
}

static void tear_down(void)
{
	transport_close(transport);
	clear(root);
}

/* How many files lie in `part`; the last one's name goes to `name`. */
static int count_files(const char *part, char name[PATH_MAX])
{
	char directory[PATH_MAX];
	struct dirent *entry;
	DIR *entries;
	int count = 0;

	snprintf(directory, sizeof(directory), "%s/%s", path, part);
	entries = opendir(directory);
	ck_assert_ptr_nonnull(entries);
	while ((entry = readdir(entries))) {
		if (entry->d_name[0] == '.')
			continue;
		count++;
		if (name)
			snprintf(name, PATH_MAX, "%s/%s/%s", path, part,
				 entry->d_name);
	}
	closedir(entries);
	return count;
}

static void deliver(enum outbox_outcome expected)
{
	struct report report;

	transport_deliver(transport, &letter, &report);
	ck_assert_msg(report.outcome == expected, "%s", report.words);
	ck_assert_int_eq(report.way == WAY_OPEN, expected == OUTBOX_SENT);
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	ck_assert_int_eq(stat(name, &st), 0);
	return st.st_mode & 07777;
}

START_TEST(test_delivered)
{
	char name[PATH_MAX], text[100];
	FILE *file;
	size_t len;

	deliver(OUTBOX_SENT);
	ck_assert_int_eq(count_files("new", name), 1);
	ck_assert_int_eq(count_files("tmp", NULL), 0);
	ck_assert_int_eq(count_files("cur", NULL), 0);
	ck_assert_ptr_nonnull(strstr(name, ".invite-028T5CY4TQKFF."));
	ck_assert_ptr_null(strchr(name, ':')); /* begins a reader's flags */

	file = fopen(name, "r");
	ck_assert_ptr_nonnull(file);
	len = fread(text, 1, sizeof(text) - 1, file);
	text[len] = '\0';
	fclose(file);
	ck_assert_str_eq(text, FILE_TEXT);
	ck_assert_uint_eq(len, strlen(FILE_TEXT));
}
END_TEST

START_TEST(test_for_nobody_else)
{
	char name[PATH_MAX];

	deliver(OUTBOX_SENT);
	ck_assert_int_eq(mode_of(path), 0700);
	snprintf(name, sizeof(name), "%s/new", path);
	ck_assert_int_eq(mode_of(name), 0700);
	ck_assert_int_eq(count_files("new", name), 1);
	ck_assert_int_eq(mode_of(name), 0600);
}
END_TEST

/* The daemon died before it could note that the mail was delivered. */
START_TEST(test_repeat_replaces)
{
	deliver(OUTBOX_SENT);
	deliver(OUTBOX_SENT);
	ck_assert_int_eq(count_files("new", NULL), 1);
}
END_TEST

START_TEST(test_cleared_away)
{
	clear(path);
	deliver(OUTBOX_SENT);
	ck_assert_int_eq(count_files("new", NULL), 1);
}
END_TEST

START_TEST(test_parent_gone)
{
	struct report report;

	clear(root);
	deliver(OUTBOX_DEFERRED);
	transport_probe(transport, &letter, &report);
	ck_assert_int_eq(report.way, WAY_CLOSED);
	ck_assert_int_eq(mkdir(root, 0700), 0);
	transport_probe(transport, &letter, &report);
	ck_assert_int_eq(report.way, WAY_OPEN);
	deliver(OUTBOX_SENT);
}
END_TEST

/* As on a full disk: nothing half written is to be seen anywhere. */
START_TEST(test_file_too_large)
{
	struct rlimit limit = { 20, RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	deliver(OUTBOX_DEFERRED);
	ck_assert_int_eq(count_files("new", NULL), 0);
	ck_assert_int_eq(count_files("tmp", NULL), 0);
	limit.rlim_cur = RLIM_INFINITY;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	deliver(OUTBOX_SENT);
}
END_TEST

static void make_file(const char *part, const char *name, int64_t age_seconds)
{
	char file[PATH_MAX];
	struct timespec times[2] = { 0 };
	int fd;

	times[0].tv_sec = times[1].tv_sec = clock_now_ms() / 1000 - age_seconds;
	snprintf(file, sizeof(file), "%s/%s/%s", path, part, name);
	fd = open(file, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
}

START_TEST(test_stale_drafts_go)
{
	const struct transport_options options = { .url = url };
	char name[PATH_MAX];

	make_file("tmp", "young", 60);
	make_file("tmp", "stale", 37 * 3600);
	make_file("new", "old", 37 * 3600);
	transport_close(transport);
	ck_assert_int_eq(transport_open(&options, &transport, &fail), 0);
	ck_assert_int_eq(count_files("tmp", name), 1);
	ck_assert_ptr_nonnull(strstr(name, "young"));
	ck_assert_int_eq(count_files("new", NULL), 1);
}
END_TEST

START_TEST(test_cannot_be_made)
{
	static const char *const urls[] = { "maildir:", "maildir:/dev/null",
					    "maildir:/dev/null/mail",
					    "maildir:/no/such/parent/mail" };
	struct transport_options options;
	struct transport *none;

	options = (struct transport_options){ .url = urls[_i] };
	fail.message[0] = '\0';
	ck_assert_int_eq(transport_open(&options, &none, &fail), -1);
	ck_assert_str_ne(fail.message, "");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, test_delivered);
	tcase_add_test(tests, test_for_nobody_else);
	tcase_add_test(tests, test_repeat_replaces);
	tcase_add_test(tests, test_cleared_away);
	tcase_add_test(tests, test_parent_gone);
	tcase_add_test(tests, test_file_too_large);
	tcase_add_test(tests, test_stale_drafts_go);
	tcase_add_loop_test(tests, test_cannot_be_made, 0, 4);
}

int main(void)
{
	return unit_run("maildir", add);
}
