/*
 * transport.h: the seam between the worker and the ways in which mail leaves.
 *
 * A transport takes whole messages and says how each went. It belongs to one
 * thread at a time; only transport_hurry() may come from another.
 */
#ifndef MAIL_TRANSPORT_H
#define MAIL_TRANSPORT_H

#include "base/base.h"
#include "base/fail.h"
#include "deliver/report.h"
#include "mail/dialogue.h"
#include "mail/message.h"
#include "store/mail/outbox.h"

#define HURRY_MS 5000 /* what is under way gets that long to end */

struct transport;

struct transport_options {
	const char *url;
	const char *username, *password; /* or NULL: those in the URL */
	const char *helo;      /* our name in EHLO; NULL: the one in the URL */
	const char *domain;    /* our name where there is neither */
	dialogue_trace *trace; /* of the dialogue with a server; or NULL */
};

/*
 * Checks the options and makes a transport of the kind that the URL's scheme
 * names. -1 with `fail` where they are wrong. Says nothing about whether a
 * server is there.
 */
int transport_open(const struct transport_options *options,
		   struct transport **ret_transport,
		   struct fail *fail) MUST_CHECK;

void transport_deliver(struct transport *transport, const struct letter *letter,
		       struct report *ret_report);

/*
 * Looks whether mail could be delivered, without sending any: as far as the
 * sender of `letter` is accepted, and its recipient, if it has one. Its text
 * is of no interest.
 */
void transport_probe(struct transport *transport, const struct letter *letter,
		     struct report *ret_report);

/* Nothing to do for a while: lets go of what costs others, a connection. */
void transport_idle(struct transport *transport);

/* The program ends: what is under way has HURRY_MS left. Any thread. */
void transport_hurry(struct transport *transport);

void transport_close(struct transport *transport); /* frees; NULL is fine */

/* ---- for the kinds ---- */

struct transport_kind {
	const char *scheme; /* with its colon */
	int (*open)(const struct transport_options *options,
		    struct transport **ret_transport, struct fail *fail);
	void (*deliver)(struct transport *transport,
			const struct letter *letter, struct report *report);
	void (*probe)(struct transport *transport, const struct letter *letter,
		      struct report *report);
	void (*idle)(struct transport *transport);
	void (*hurry)(struct transport *transport);
	void (*close)(struct transport *transport);
};

struct transport {
	const struct transport_kind *kind; /* set by transport_open() */
};

extern const struct transport_kind transport_smtp, transport_smtps,
    transport_maildir;

#endif
