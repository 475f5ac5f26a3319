/*
 * mail.h: gets the invitations that wait in the outbox to their recipients.
 *
 * HTTP never calls this: the two meet in the outbox table.
 */
#ifndef MAIL_MAIL_H
#define MAIL_MAIL_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "store/store.h"

struct language;
struct mailer;

struct mail_options {
	const char *url;	 /* smtp://, smtps://, maildir:PATH, none: */
	const char *username;	 /* of the server, or NULL: those in the URL */
	const char *password;	 /* likewise */
	const char *helo;	 /* our name in EHLO; NULL: the one in the URL,
				  * or else the sender's domain */
	const char *return_path; /* see return_path.h; NULL: the sender */
	const char *from;	 /* "invited@localhost" or "Name <address>" */
	const char *public_url;	 /* what links begin with; no final '/' */
	const struct language *language; /* where nobody wants another */
	int connections;		 /* to the server at once: 1 to 64 */
	int64_t retry_ms; /* pause after the first failed attempt */
};

/* Whether `url` sends mail at all: false for "none:". */
bool mail_sends(const char *url);

/*
 * Checks the options, opens the transport and starts the workers. -1 with
 * `fail` where an option is wrong: an unknown scheme, credentials without
 * encryption, a maildir that cannot be made. A server that does not answer
 * now is no failure: mails wait.
 */
int mailer_start(const struct mail_options *options, struct store *store,
		 struct mailer **ret_mailer, struct fail *fail) MUST_CHECK;

/* Something was queued; from any thread. */
void mailer_wake(void *mailer);

/* Finishes the mails in hand (bounded by their timeouts) and frees. */
void mailer_stop(struct mailer *mailer);

/* Whether the transport could be used when it was last needed (or can be, as
 * far as that can be told without sending); else why not. */
bool mailer_healthy(struct mailer *mailer, struct fail *fail);

void mailer_metrics(struct mailer *mailer, struct buf *out);

#endif
