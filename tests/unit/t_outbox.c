/*
 * t_outbox.c: what becomes of a mail after an attempt. The transport is one
 * made for the test: it says what it was told to.
 */
#include "base/base.h"
#include "unit.h"

#include <unistd.h>

#include "base/clock.h"
#include "mail/outbox.h"

static struct report told; /* what the transport says */
static char taken[100000]; /* the message that it saw */

static void fake_deliver(struct transport *transport,
			 const struct letter *letter, struct report *report)
{
	(void)transport;
	snprintf(taken, sizeof(taken), "%.*s", STR_ARG(letter->text));
	*report = told;
}

static const struct transport_kind fake_kind = { .scheme = "fake:",
						 .deliver = fake_deliver };
static struct transport transport = { &fake_kind };

static struct outbox_policy policy = {
	.from = { .name = "",
		  .address = "invited@localhost",
		  .domain = "localhost" },
	.public_url = "https://invited.example.com",
};

static struct mail_parcel parcel;
#define mail	parcel.mail
#define verdict parcel.parcel.verdict

static void attempt(enum outbox_outcome outcome, const char *words)
{
	struct message message;

	report_set(&told, outcome, WAY_OPEN, "%s", words);
	message_init(&message);
	outbox_attempt(&policy, &transport, &message, &mail, &verdict.report);
	verdict_decide(&verdict, mail.attempts, 1000);
	message_release(&message);
}

static void set_up(void)
{
	mail = (struct outbox_mail){ .queued_at_ms = clock_now_ms() };
	mail.to.organization_name = "Acme";
	mail.to.invite.id = mail.token.invite = 0x0123456789ABCDEF;
	mail.to.invite.email = "Ada@example.com";
	mail.to.invite.email_key = "ada@example.com";
	memset(mail.token.secret, '*', SECRET_SIZE);
}

START_TEST(test_sent)
{
	attempt(OUTBOX_SENT, "250 Ok");
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_SENT);
	ck_assert_int_eq(verdict.attempts, 1);
	ck_assert_ptr_null(verdict.error);
	ck_assert_ptr_nonnull(strstr(taken, "/accept#028T5CY4TQKFF."));
}
END_TEST

START_TEST(test_failed)
{
	mail.attempts = 3;
	attempt(OUTBOX_FAILED, "550 5.1.1 Nobody");
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_FAILED);
	ck_assert_int_eq(verdict.attempts, 4);
	ck_assert_str_eq(verdict.error, "550 5.1.1 Nobody");
}
END_TEST

START_TEST(test_token_is_wiped)
{
	static const struct token none;

	attempt(_i, "words");
	ck_assert_mem_eq(&mail.token, &none, sizeof(none));
}
END_TEST

/* ---- log ---- */

static const struct {
	enum outbox_outcome outcome;
	const char *words, *line;
} lines[] = {
	{ OUTBOX_SENT, "250 Ok",
	  " info mail_sent invite=invite-028T5CY4TQKFF attempts=1"
	  " domain=example.com reply=\"250 Ok\"\n" },
	{ OUTBOX_DEFERRED, "451 <ada@EXAMPLE.com>: greylisted",
	  " warn mail_deferred invite=invite-028T5CY4TQKFF attempts=1"
	  " domain=example.com reply=\"451 <*@EXAMPLE.com>: greylisted\"\n" },
	{ OUTBOX_FAILED, "550 Ada@example.com? No Ada@example.com here",
	  " warn mail_failed invite=invite-028T5CY4TQKFF attempts=1"
	  " domain=example.com"
	  " reply=\"550 *@example.com? No *@example.com here\"\n" },
};

/* Not who was invited, and nothing that opens the invitation. */
START_TEST(test_log)
{
	int ends[2];
	char line[1000];
	ssize_t len;

	attempt(lines[_i].outcome, lines[_i].words);
	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
	outbox_log(&parcel.parcel);
	len = read(ends[0], line, sizeof(line) - 1);
	ck_assert_int_gt(len, 24);
	line[len] = '\0';
	ck_assert_str_eq(line + 24, lines[_i].line);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, test_sent);
	tcase_add_test(tests, test_failed);
	tcase_add_loop_test(tests, test_token_is_wiped, OUTBOX_SENT,
			    OUTBOX_FAILED + 1);
	tcase_add_loop_test(tests, test_log, 0, COUNT_OF(lines));
}

int main(void)
{
	return unit_run("outbox", add);
}
