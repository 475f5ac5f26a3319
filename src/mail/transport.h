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
#include "mail/message.h"
#include "store/outbox.h"

#define WORDS_MAX 200  /* octets of a server's last words that are kept */
#define HURRY_MS  5000 /* what is under way gets that long to end */

struct transport;

struct transport_options {
	const char *url;
	const char *username, *password; /* or NULL: those in the URL */
	const char *helo;   /* our name in EHLO; NULL: the one in the URL */
	const char *domain; /* our name where there is neither */
};

/* What an attempt says about the way that all mails take. */
enum way {
	WAY_OPEN,     /* also where this one mail was refused */
	WAY_DOUBTFUL, /* refused for a reason that may concern all mails: it
		       * does if recipients of other domains meet it too */
	WAY_CLOSED,
};

/* How it went. */
struct report {
	enum outbox_outcome outcome;
	enum way way;
	char words[WORDS_MAX + 1]; /* the server's last reply, or what failed;
				    * printable UTF-8, one line */
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
void transport_rest(struct transport *transport);

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
	void (*rest)(struct transport *transport);
	void (*hurry)(struct transport *transport);
	void (*close)(struct transport *transport);
};

struct transport {
	const struct transport_kind *kind; /* set by transport_open() */
};

extern const struct transport_kind transport_smtp, transport_smtps,
    transport_maildir;

/* Fills `report`; the words need not be printable nor short yet. */
void report_set(struct report *report, enum outbox_outcome outcome,
		enum way way, const char *format, ...) PRINTF_LIKE(4, 5);

#endif
