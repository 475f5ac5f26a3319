/*
 * outbox.h: one mail, from the outbox to its record.
 *
 * What is here knows no threads: worker.c calls it from each of them.
 */
#ifndef MAIL_OUTBOX_H
#define MAIL_OUTBOX_H

#include "base/base.h"
#include "mail/message.h"
#include "mail/transport.h"
#include "store/outbox.h"
#include "store/store.h"

/* What holds for all mails. */
struct outbox_policy {
	struct sender from;
	const char *public_url;
	int64_t retry_ms; /* pause after the first failed attempt */
};

/* How an attempt went and what becomes of the mail. */
struct outbox_verdict {
	struct report report;
	int attempts;	   /* this one included */
	int64_t pause_ms;  /* before the next attempt, when deferred */
	const char *error; /* what the administrator reads; NULL when sent */
	char words[WORDS_MAX + 64]; /* behind `error` */
};

/*
 * Composes `mail` in `message`, hands it over and wipes both: the mail's token
 * is gone afterwards.
 */
void outbox_attempt(const struct outbox_policy *policy,
		    struct transport *transport, struct message *message,
		    struct outbox_mail *mail,
		    struct outbox_verdict *ret_verdict);

/* That a mail is ours, and for how long. */
struct lease {
	int64_t organization, invite;
	int64_t until_ms; /* by the store's clock */
	int64_t asked_ms; /* until when it may be instead: we asked; 0: no */
	int64_t made_at;  /* clock_mono_ms() */
};

/*
 * Keeps the mail until `asked_ms`, if it is still ours: once its lease has
 * ended somebody else may have it. False where the store cannot write just
 * now, or does not know whether it did: then ask for the same again.
 */
bool outbox_renew(struct store_port *port, struct lease *lease) MUST_CHECK;

/*
 * Records the verdict on a mail that was ours by `lease`; if it no longer is,
 * nothing but that it was sent. False where the store cannot write just now.
 */
bool outbox_record(struct store_port *port, const struct outbox_mail *mail,
		   const struct lease *lease,
		   const struct outbox_verdict *verdict) MUST_CHECK;

/* One line in the log; names neither the person nor a secret. */
void outbox_log(const struct outbox_mail *mail,
		const struct outbox_verdict *verdict);

#endif
