/*
 * t_dsn.c: what is made of messages that mail servers, and others, send to
 * where mails come back. They are those that the fuzzer begins with.
 */
#include "base/base.h"
#include "unit.h"

#include <unistd.h>

#include "mail/dsn.h"

static const struct {
	const char *file;
	enum dsn_outcome outcome;
	const char *reason;
} messages[] = {
	{ "postfix-failed", DSN_FAILED,
	  "bounced: mail.example.net: 550 5.1.1 <nobody@example.net>: "
	  "Recipient address rejected: User unknown in local recipient "
	  "table" },
	{ "postfix-failed-crlf", DSN_FAILED,
	  "bounced: mail.example.net: 550 5.1.1 <nobody@example.net>: "
	  "Recipient address rejected: User unknown in local recipient "
	  "table" },
	{ "exchange-base64", DSN_FAILED,
	  "bounced: 550 5.2.1 Mailbox disabled for b\u00fccher =? "
	  "https://x/accept#028T5CY4TQKFF."
	  "******************************************* end" },
	{ "list-quoted-printable", DSN_FAILED,
	  "bounced: 5.4.7 (delivery time expired)" },
	{ "cut", DSN_FAILED, "bounced: 5.1.1" },
	{ "postfix-delayed", DSN_OTHER, "" },
	{ "delivered", DSN_OTHER, "" },
	{ "one-of-two-failed", DSN_OTHER, "" },
	{ "holiday", DSN_NONE, "" },
	{ "read-receipt", DSN_NONE, "" },
	{ "report-sent-back", DSN_NONE, "" },
	{ "status-alone", DSN_NONE, "" },
	{ "no-boundary", DSN_NONE, "" },
	{ "odd", DSN_NONE, "" },
};

static struct arena arena;
static char text[64 * 1024];

static void set_up(void)
{
	arena_init(&arena, DSN_ROOM);
}

static void tear_down(void)
{
	arena_release(&arena);
}

static struct str read_file(const char *name)
{
	char path[4096];
	FILE *file;
	struct str read = { text, 0 };

	snprintf(path, sizeof(path), "%s/%s", CORPUS, name);
	file = fopen(path, "r");
	ck_assert_msg(file != NULL, "%s", path);
	read.len = fread(text, 1, sizeof(text), file);
	fclose(file);
	return read;
}

START_TEST(test_what_a_message_says)
{
	struct dsn dsn;

	dsn_read(&arena, read_file(messages[_i].file), &dsn);
	ck_assert_int_eq(dsn.outcome, messages[_i].outcome);
	ck_assert_str_eq(dsn.reason, messages[_i].reason);
}
END_TEST

START_TEST(test_to_which_address_it_came)
{
	static const char *const files[] = { "postfix-failed-crlf",
					     "exchange-base64",
					     "list-quoted-printable",
					     "holiday" };
	struct return_code code;

	for (size_t i = 0; i < COUNT_OF(files); i++) {
		ck_assert(dsn_return_code(read_file(files[i]), &code));
		ck_assert_int_eq(code.id, 0x0123456789ABCDEF);
		ck_assert_uint_eq(code.mac[1], 1023);
	}
	ck_assert(!dsn_return_code(read_file("odd"), &code));
}
END_TEST

/* It takes its time from the size of the message, and no more. */
START_TEST(test_parts_in_parts_without_end)
{
	size_t size = DSN_MAX, len = 0;
	char *message = malloc(size);
	struct dsn dsn;

	ck_assert_ptr_nonnull(message);
	while (len + 100 < size)
		len += (size_t)snprintf(message + len, size - len,
					"Content-Type: multipart/x; boundary=%s"
					"\n\n--a\n",
					len ? "a" : "\"a\"");
	dsn_read(&arena, (struct str){ message, len }, &dsn);
	ck_assert_int_eq(dsn.outcome, DSN_NONE);
	free(message);
}
END_TEST

START_TEST(test_a_long_reason_is_cut_between_characters)
{
	char message[4096];
	struct dsn dsn;
	size_t len = (size_t)snprintf(
	    message, sizeof(message),
	    "Content-Type: multipart/report; boundary=b\n\n--b\n"
	    "Content-Type: message/delivery-status\n\nAction: failed\n"
	    "Diagnostic-Code: smtp; 550");

	for (int i = 0; i < 300; i++)
		len += (size_t)snprintf(message + len, sizeof(message) - len,
					" \u00fc\u65e5");
	dsn_read(&arena, (struct str){ message, len }, &dsn);
	ck_assert_int_eq(dsn.outcome, DSN_FAILED);
	ck_assert_uint_gt(strlen(dsn.reason), WORDS_MAX - 4);
	ck_assert(str_is_utf8(str_of(dsn.reason)));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, test_what_a_message_says, 0,
			    COUNT_OF(messages));
	tcase_add_test(tests, test_to_which_address_it_came);
	tcase_add_test(tests, test_parts_in_parts_without_end);
	tcase_add_test(tests, test_a_long_reason_is_cut_between_characters);
}

int main(void)
{
	return unit_run("dsn", add);
}
