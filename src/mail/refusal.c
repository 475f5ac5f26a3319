/*
 * refusal.c: which refusals are final, in two tables and a list of words.
 *
 * The surprise: many servers check sender, login and EHLO name only when they
 * are told the recipient (smtpd_delay_reject of Postfix), so a reply to RCPT
 * is often about something else. The enhanced status code tells; Exim gives
 * none, and then its words have to.
 */
#include "base/base.h"
#include "mail/refusal.h"

#include "base/str.h"

/* An enhanced status code, "5.1.10": class, subject, detail. */
struct status {
	int64_t subject, detail;
	bool given; /* 5.0.0 says no more than no code at all */
};

#define ANY (-1)

/* Status codes by which a recipient or a text is refused. */
static const struct {
	enum smtp_stage stage;
	int subject, detail;
} of_mail[] = {
	{ SMTP_RCPT, 1, ANY },	  /* the address */
	{ SMTP_RCPT, 2, ANY },	  /* the mailbox */
	{ SMTP_RCPT, 4, 1 },	  /* nobody there, says Exchange Online */
	{ SMTP_MESSAGE, 1, ANY }, /* a recipient, checked late */
	{ SMTP_MESSAGE, 2, ANY }, { SMTP_MESSAGE, 3, 4 }, /* too large */
	{ SMTP_MESSAGE, 6, ANY },			  /* the content */
	{ SMTP_MESSAGE, 7, 0 }, /* a policy: spam, viruses */
	{ SMTP_MESSAGE, 7, 1 },
};

/* Words that give it away where there is no status code. */
static const char *const setup_words[] = { "relay", "authenticat", "sender",
					   "helo", "ehlo" };

/* RFC 4954 and 3207: a login or TLS is missing; 421: the server goes away. */
static bool is_about_session(int64_t code)
{
	return code == 421 || code == 530 || code == 534 || code == 535 ||
	       code == 538;
}

/* RFC 5321 4.2.1: about the command as such. */
static bool is_about_command(int64_t code)
{
	return code == 500 || code == 502 || code == 503 || code == 504;
}

static struct status read_status(struct str text)
{
	struct str word, class, subject, detail;
	struct status status = { 0 };

	str_cut(text, ' ', &word, &text);
	if (!str_cut(word, '.', &class, &word) ||
	    !str_cut(word, '.', &subject, &detail) ||
	    !(str_is(class, "4") || str_is(class, "5")) ||
	    !str_to_i64(subject, &status.subject) ||
	    !str_to_i64(detail, &status.detail))
		return (struct status){ 0 };
	status.given = status.subject != 0;
	return status;
}

/* 1.7 and 1.8 are about the sender's address, beside the recipient's. */
static bool status_is_of_mail(enum smtp_stage stage,
			      const struct status *status)
{
	if (status->subject == 1 &&
	    (status->detail == 7 || status->detail == 8))
		return false;
	for (size_t i = 0; i < COUNT_OF(of_mail); i++) {
		if (of_mail[i].stage == stage &&
		    of_mail[i].subject == status->subject &&
		    (of_mail[i].detail == ANY ||
		     of_mail[i].detail == status->detail))
			return true;
	}
	return false;
}

static bool words_are_of_setup(const char *text)
{
	for (size_t i = 0; i < COUNT_OF(setup_words); i++)
		if (strcasestr(text, setup_words[i]))
			return true;
	return false;
}

/* Where there is no status code, or one that says nothing. */
static bool code_is_of_mail(enum smtp_stage stage, int64_t code,
			    const char *reply)
{
	return stage != SMTP_DATA && !is_about_command(code) &&
	       !words_are_of_setup(reply);
}

/* 0: there is none. */
static int64_t read_code(const char *reply, struct str *ret_rest)
{
	struct str first;
	int64_t code;

	str_cut(str_of(reply), ' ', &first, ret_rest);
	return str_to_i64(first, &code) ? code : 0;
}

/* Subjects of RFC 3463: addresses, mailboxes, the content, policies. The
 * others are the server, the network and the protocol. */
static bool may_concern_sender(const struct status *status)
{
	return !status->given || status->subject == 1 || status->subject == 2 ||
	       status->subject == 6 || status->subject == 7;
}

bool refusal_may_be_of_sender(enum smtp_stage stage, const char *reply)
{
	struct str rest;
	int64_t code = read_code(reply, &rest);
	struct status status = read_status(rest);

	if (stage < SMTP_MAIL || code == 0 || is_about_session(code) ||
	    is_about_command(code) || !may_concern_sender(&status))
		return false;
	return strcasestr(reply, "sender") || !words_are_of_setup(reply);
}

enum refusal refusal_read(enum smtp_stage stage, const char *reply)
{
	struct str rest;
	struct status status;
	int64_t code = read_code(reply, &rest);

	if (code == 0 || stage <= SMTP_MAIL || is_about_session(code))
		return REFUSAL_OF_SETUP;
	status = read_status(rest);
	if (status.given ? status_is_of_mail(stage, &status)
			 : code_is_of_mail(stage, code, reply))
		return REFUSAL_OF_MAIL;
	return REFUSAL_DOUBTFUL;
}
