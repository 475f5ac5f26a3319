/*
 * message.h: the mail that carries an invitation.
 *
 * Pure: the same outbox row gives the same bytes, however often it is
 * composed, so that a repeat is recognised as one (same Message-ID, same
 * Date, same boundary). Its templates are web/mail.txt and web/mail.html.
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "core/email.h"
#include "core/id.h"
#include "mail/return_path.h"
#include "store/mail/outbox.h"

#define MESSAGE_MAX (2 * 1024 * 1024) /* octets of a composed mail */

struct language;

/* Who the mails come from. */
struct sender {
	const char *name;    /* display name; "" = none */
	const char *address; /* ASCII unless `utf8` */
	const char *domain;  /* its domain, as A-labels; in message ids */
	bool utf8;	     /* the local part is not ASCII */
	struct return_path return_path; /* of the envelope, if it is set */
	/* Of mails that nobody wants in another; NULL: the first there is. */
	const struct language *language;
};

/*
 * Reads "invited@localhost" or "Name <address>" (or "\"Name\" <address>"),
 * strings in `arena`. -1 with `fail` where it is neither.
 */
int sender_parse(struct arena *arena, const char *text,
		 struct sender *ret_sender, struct fail *fail) MUST_CHECK;

/* A mail as the transports take it. All of it borrowed. */
struct letter {
	const char *id;	  /* "invite-..." and, behind a dot, when it was
			   * queued: each mail of an invite has its own */
	int64_t seconds;  /* when it was queued, Unix */
	const char *from; /* envelope */
	const char *to;	  /* envelope; its domain in ASCII where possible */
	bool own_sender;  /* not the one of all the others */
	bool utf8;	  /* can only go where SMTPUTF8 is spoken */
	struct str text;  /* whole message, lines end in CRLF */
};

#define MESSAGE_ID_SIZE (ID_TEXT_SIZE + 24)

/* Where messages are composed; reused from one to the next. */
struct message {
	struct buf part; /* one part, before it is encoded */
	struct buf text; /* the message */
	char from[EMAIL_MAX + 1], to[EMAIL_MAX + 1]; /* of the envelope */
	char own[EMAIL_MAX + 1]; /* the organization's sender */
	char id[MESSAGE_ID_SIZE];
};

void message_init(struct message *message);
void message_wipe(struct message *message); /* overwrites what is in it */
void message_release(struct message *message);

/* The envelope's sender of a mail with this code. */
void sender_envelope(const struct sender *sender,
		     const struct return_code *code, char out[EMAIL_MAX + 1]);

/*
 * Composes the mail into `message`, which `ret_letter` borrows from until the
 * next call or message_wipe(). False when out of memory.
 */
bool message_compose(struct message *message, const struct sender *from,
		     const char *public_url, const struct outbox_mail *mail,
		     struct letter *ret_letter) MUST_CHECK;

/* The same for a mail that says nothing but that it arrived. */
bool message_compose_test(struct message *message, const struct sender *from,
			  const struct email *to, int64_t now_ms,
			  struct letter *ret_letter) MUST_CHECK;

#endif
