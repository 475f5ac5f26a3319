/*
 * refusal.h: what a mail server's refusal is about.
 *
 * Pure. A refusal of this recipient or this text ends one mail. Any other is
 * about our own set-up (the sender, the login, the relay, a quota, the name in
 * EHLO): the operator can mend that, and no mail may be lost to it meanwhile.
 */
#ifndef MAIL_REFUSAL_H
#define MAIL_REFUSAL_H

#include "base/base.h"

/* What the server was replying to. */
enum smtp_stage {
	SMTP_SESSION, /* greeting, EHLO, STARTTLS, AUTH */
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,    /* the command: the text is not sent yet */
	SMTP_MESSAGE, /* the text, after its final dot */
};

enum refusal {
	REFUSAL_OF_MAIL,  /* this recipient or this text */
	REFUSAL_OF_SETUP, /* no mail can leave */
	REFUSAL_DOUBTFUL, /* probably of our set-up; but only if others'
			   * mails are refused too */
};

/*
 * Reads `reply`, one line that begins with a code of 4xx or 5xx and perhaps an
 * enhanced status code (RFC 3463): "550 5.7.1 Relaying denied".
 */
enum refusal refusal_read(enum smtp_stage stage, const char *reply);

/*
 * Whether a refusal that is not of the mail may be of its sender: where
 * organizations have senders of their own, it says nothing about others' mails
 * then. The login, the relay, the name in EHLO and the server's own state are
 * the same for all.
 */
bool refusal_may_be_of_sender(enum smtp_stage stage, const char *reply);

#endif
