/*
 * t_refusal.c: which refusals are of this mail, and which of our set-up. The
 * replies are those of real servers.
 */
#include "base/base.h"
#include "unit.h"

#include "mail/refusal.h"

#define OF_MAIL	 REFUSAL_OF_MAIL
#define OF_SETUP REFUSAL_OF_SETUP
#define DOUBTFUL REFUSAL_DOUBTFUL

static const struct {
	enum smtp_stage stage;
	enum refusal expected;
	const char *reply;
} replies[] = {
	/* Before MAIL nothing is about a mail. */
	{ SMTP_SESSION, OF_SETUP, "554 5.7.1 You are on a list" },
	{ SMTP_SESSION, OF_SETUP, "550 5.1.1 User unknown" },
	{ SMTP_SESSION, OF_SETUP, "535 5.7.8 Authentication failed" },
	{ SMTP_SESSION, OF_SETUP, "501 Syntactically invalid HELO argument" },
	{ SMTP_SESSION, OF_SETUP, "421 4.3.2 Too many connections" },

	/* Nor is MAIL: it names the sender. */
	{ SMTP_MAIL, OF_SETUP, "553 5.7.1 Sender address not owned by user" },
	{ SMTP_MAIL, OF_SETUP, "550 5.1.8 Domain of sender does not exist" },
	{ SMTP_MAIL, OF_SETUP, "550 5.1.1 User unknown" },
	{ SMTP_MAIL, OF_SETUP, "530 5.7.0 Authentication required" },
	{ SMTP_MAIL, OF_SETUP, "552 5.3.4 Message size exceeds fixed limit" },
	{ SMTP_MAIL, OF_SETUP, "451 4.3.0 Try again later" },
	{ SMTP_MAIL, OF_SETUP, "550 No" },

	/* The recipient. */
	{ SMTP_RCPT, OF_MAIL, "550 5.1.1 User unknown" },
	{ SMTP_RCPT, OF_MAIL, "550 5.1.0 Address rejected" },
	{ SMTP_RCPT, OF_MAIL, "556 5.1.10 Recipient address has null MX" },
	{ SMTP_RCPT, OF_MAIL, "550 5.1.2 Domain not found" },
	{ SMTP_RCPT, OF_MAIL, "501 5.1.3 Bad recipient address syntax" },
	{ SMTP_RCPT, OF_MAIL, "550 5.2.1 Mailbox disabled" },
	{ SMTP_RCPT, OF_MAIL, "552 5.2.2 Mailbox full" },
	{ SMTP_RCPT, OF_MAIL, "550 5.4.1 Recipient address rejected" },
	{ SMTP_RCPT, OF_MAIL, "550 no such user" },
	{ SMTP_RCPT, OF_MAIL, "550" },
	{ SMTP_RCPT, OF_MAIL, "550 5.0.0 User unknown" },
	{ SMTP_RCPT, OF_MAIL, "553 malformed address" },
	{ SMTP_RCPT, OF_MAIL, "550 10.0.0.1 says no" },
	{ SMTP_RCPT, OF_MAIL, "450 4.2.0 Greylisted" },
	{ SMTP_RCPT, OF_MAIL, "452 4.2.2 Mailbox full" },
	{ SMTP_RCPT, OF_MAIL, "450 later" },

	/* What is said at RCPT about something else. */
	{ SMTP_RCPT, DOUBTFUL, "553 5.7.1 Sender address not owned by user" },
	{ SMTP_RCPT, DOUBTFUL, "550 5.7.1 Client not authenticated" },
	{ SMTP_RCPT, DOUBTFUL, "554 5.7.1 Relay access denied" },
	{ SMTP_RCPT, DOUBTFUL, "454 4.7.1 Relay access denied" },
	{ SMTP_RCPT, DOUBTFUL, "550 5.4.5 Daily sending quota exceeded" },
	{ SMTP_RCPT, DOUBTFUL, "504 5.5.2 need fully-qualified hostname" },
	{ SMTP_RCPT, DOUBTFUL, "550 5.1.8 Sender's domain not found" },
	{ SMTP_RCPT, DOUBTFUL, "553 5.1.7 Sender address syntax" },
	{ SMTP_RCPT, DOUBTFUL, "550 5.4.4 Host not found" },
	{ SMTP_RCPT, DOUBTFUL, "550 5.4.10 Something" },
	{ SMTP_RCPT, DOUBTFUL, "451 4.7.1 Greylisted, come back" },
	{ SMTP_RCPT, DOUBTFUL, "550 relay not permitted" },
	{ SMTP_RCPT, DOUBTFUL, "550 Relaying denied. Must authenticate" },
	{ SMTP_RCPT, DOUBTFUL, "554 relay denied" },
	{ SMTP_RCPT, DOUBTFUL, "550 Sender verify failed" },
	{ SMTP_RCPT, DOUBTFUL, "550 bad HELO" },
	{ SMTP_RCPT, DOUBTFUL, "503 sequence" },
	{ SMTP_RCPT, OF_SETUP, "530 Log in first" },
	{ SMTP_RCPT, OF_SETUP, "530 5.7.0 Authentication required" },
	{ SMTP_RCPT, OF_SETUP, "535 5.7.8 Authentication failed" },
	{ SMTP_RCPT, OF_SETUP, "421 4.7.0 Too much" },

	/* No text was seen yet. */
	{ SMTP_DATA, DOUBTFUL, "554 5.5.1 No valid recipients" },
	{ SMTP_DATA, DOUBTFUL, "550 5.7.1 Rejected" },
	{ SMTP_DATA, DOUBTFUL, "554 no" },
	{ SMTP_DATA, OF_SETUP, "530 5.7.0 Authentication required" },

	/* The text. */
	{ SMTP_MESSAGE, OF_MAIL, "554 5.7.1 Message looks like spam" },
	{ SMTP_MESSAGE, OF_MAIL, "552 5.7.0 Blocked: content" },
	{ SMTP_MESSAGE, OF_MAIL, "550 5.6.0 Lone CR or LF" },
	{ SMTP_MESSAGE, OF_MAIL, "552 5.3.4 Too large" },
	{ SMTP_MESSAGE, OF_MAIL, "552 5.2.2 Mailbox full" },
	{ SMTP_MESSAGE, OF_MAIL, "550 5.1.1 User unknown" },
	{ SMTP_MESSAGE, OF_MAIL, "554 Rejected as spam" },
	{ SMTP_MESSAGE, DOUBTFUL, "550 5.4.5 Daily sending quota exceeded" },
	{ SMTP_MESSAGE, DOUBTFUL, "550 5.7.60 Cannot send as this sender" },
	{ SMTP_MESSAGE, DOUBTFUL, "550 5.7.26 Unauthenticated mail" },
	{ SMTP_MESSAGE, DOUBTFUL, "451 4.3.0 Queue file write error" },
	{ SMTP_MESSAGE, OF_SETUP, "421 4.3.0 Going away" },
};

START_TEST(test_what_a_refusal_is_about)
{
	enum refusal read = refusal_read(replies[_i].stage, replies[_i].reply);

	ck_assert_msg(read == replies[_i].expected, "%s: %d", replies[_i].reply,
		      read);
}
END_TEST

static const struct {
	enum smtp_stage stage;
	bool expected;
	const char *reply;
} of_sender[] = {
	{ SMTP_MAIL, true, "550 5.7.1 Sender not allowed" },
	{ SMTP_MAIL, true, "550 5.1.8 Domain of sender does not exist" },
	{ SMTP_MAIL, true, "550 No" },
	{ SMTP_MAIL, true, "451 4.7.1 Greylisted" },
	{ SMTP_RCPT, true, "553 5.7.1 Sender address not owned by user" },
	{ SMTP_RCPT, true, "550 Sender verify failed" },
	{ SMTP_MESSAGE, true, "550 5.7.60 Cannot send as this sender" },
	{ SMTP_MESSAGE, true, "550 5.7.26 Unauthenticated sender" },
	{ SMTP_SESSION, false, "554 5.7.1 Sender's network is on a list" },
	{ SMTP_MAIL, false, "530 5.7.0 Authentication required of sender" },
	{ SMTP_MAIL, false, "421 4.7.0 Too much" },
	{ SMTP_MAIL, false, "452 4.3.1 Insufficient storage" },
	{ SMTP_MAIL, false, "503 5.5.1 Bad sequence" },
	{ SMTP_RCPT, false, "554 5.7.1 Relay access denied" },
	{ SMTP_RCPT, false, "550 bad HELO" },
	{ SMTP_MESSAGE, false, "550 5.4.5 Daily sending quota exceeded" },
	{ SMTP_MESSAGE, false, "451 4.3.0 Queue file write error" },
	{ SMTP_MAIL, false, "nonsense" },
};

START_TEST(test_what_may_be_of_the_sender_alone)
{
	ck_assert_msg(refusal_may_be_of_sender(of_sender[_i].stage,
					       of_sender[_i].reply) ==
			  of_sender[_i].expected,
		      "%s", of_sender[_i].reply);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_what_may_be_of_the_sender_alone, 0,
			    COUNT_OF(of_sender));
	tcase_add_loop_test(tests, test_what_a_refusal_is_about, 0,
			    COUNT_OF(replies));
}

int main(void)
{
	return unit_run("refusal", add);
}
