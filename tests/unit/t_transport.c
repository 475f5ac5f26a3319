/*
 * t_transport.c: every allocation of a transport's life fails once, curl's
 * included. A mail is then handed over all the same, or put off, and nothing
 * crashes or stays behind.
 *
 * The mail server is a few threads of the test that take anything, and that
 * allocate nothing themselves. Several, since curl may also lose a connection.
 */
#include "base/base.h"
#include "unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "mail/transport.h"

#define SERVERS 8

static char smtp_url[64];
static char maildir_url[] = "maildir:/tmp/t_transport.XXXXXX";

static const struct letter letter = {
	.id = "invite-028T5CY4TQKFF",
	.seconds = 1769868300,
	.from = "invited@localhost",
	.to = "ada@example.com",
	.text = { "To: ada@example.com\r\n\r\ntext\r\n", 29 },
};

/* ---- a mail server ---- */

/* Reads through the next LF; false at the end. The line's start is kept. */
static bool read_line(int fd, char line[5])
{
	size_t len = 0;
	char c;

	memset(line, 0, 5);
	while (read(fd, &c, 1) == 1) {
		if (len < 4)
			line[len++] = c;
		if (c == '\n')
			return true;
	}
	return false;
}

static void answer(int fd, const char *reply)
{
	ssize_t written = write(fd, reply, strlen(reply));

	(void)written; /* the client may have gone */
}

static void converse(int fd)
{
	bool in_message = false;
	char line[5];

	answer(fd, "220 test\r\n");
	while (read_line(fd, line)) {
		bool is_dot = strcmp(line, ".\r\n") == 0;
		if (in_message && !is_dot)
			continue;
		in_message = strcmp(line, "DATA") == 0;
		answer(fd, in_message ? "354 go on\r\n" : "250 ok\r\n");
	}
}

static void *serve(void *context)
{
	int listener = *(int *)context, fd;

	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		converse(fd);
		close(fd);
	}
	return NULL;
}

static void start_server(void)
{
	static int listener;
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);

	signal(SIGPIPE, SIG_IGN);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_ge(listener, 0);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, len), 0);
	ck_assert_int_eq(listen(listener, 10), 0);
	ck_assert_int_eq(
	    getsockname(listener, (struct sockaddr *)&address, &len), 0);
	snprintf(smtp_url, sizeof(smtp_url), "smtp://127.0.0.1:%d?timeout=10s",
		 ntohs(address.sin_port));
	for (int i = 0; i < SERVERS; i++) {
		pthread_t thread;
		ck_assert_int_eq(
		    pthread_create(&thread, NULL, serve, &listener), 0);
	}
}

/* ---- lives of a transport ---- */

/* Opens, delivers or only looks, closes; whether all that was done. */
static bool live(const char *url, bool deliver)
{
	const struct transport_options options = { .url = url };
	struct transport *transport;
	struct report report;
	struct fail fail;

	if (transport_open(&options, &transport, &fail) < 0)
		return false;
	if (deliver)
		transport_deliver(transport, &letter, &report);
	else
		transport_probe(transport, &letter, &report);
	transport_close(transport);
	if (report.outcome == OUTBOX_FAILED)
		abort(); /* to assert would allocate */
	return report.outcome == OUTBOX_SENT;
}

/*
 * How many lives were cut short. `forgive`: libcurl 7.88 loses 64 bytes where
 * it cannot note a new connection. That our own code loses nothing is what the
 * run under a sanitizer shows.
 */
static int live_on_short_rations(const char *url, bool deliver, bool forgive)
{
	int cut_short = 0;

	ck_assert(live(url, deliver)); /* what is allocated once */
	for (long n = 1; alloc_more(n); n++) {
		bool done = live(url, deliver), failed = alloc_failed();
		cut_short += !done;
		if (forgive)
			alloc_forgive();
		ck_assert_msg(failed || done, "allocation %ld: for no reason",
			      n);
	}
	return cut_short;
}

START_TEST(test_smtp)
{
	start_server();
	ck_assert_int_ge(live_on_short_rations(smtp_url, _i, true), 1);
}
END_TEST

START_TEST(test_maildir)
{
	char command[64];

	ck_assert_ptr_nonnull(mkdtemp(strchr(maildir_url, '/')));
	ck_assert_int_ge(live_on_short_rations(maildir_url, _i, false), 1);
	snprintf(command, sizeof(command), "rm -r %s",
		 strchr(maildir_url, '/'));
	ck_assert_int_eq(system(command), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_smtp, false, true + 1);
	tcase_add_loop_test(tests, test_maildir, false, true + 1);
	tcase_set_timeout(tests, 120);
}

int main(void)
{
	return unit_run("transport", add);
}
