/*
 * outbox.h: the verbs of mails that wait to be sent.
 *
 *	outbox_claim	leases those that are due
 *	outbox_renew	prolongs the lease of one, if it is still that one
 *	outbox_settle	records how an attempt went
 *	outbox_recall	makes mails due that wait for the mail server
 *	outbox_count	how many wait
 *	clock		the time there; whether anything can be read at
 *			all
 *	probe		nothing; whether anything can be written at all
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "core/access.h"
#include "core/return_code.h"
#include "core/token.h"
#include "store/invites/invitations.h"
#include "base/clock.h"
#include "store/verb.h"

/* What a mail is about. Stored as numbers: never renumber. */
enum mail_kind {
	MAIL_INVITATION = 0,
	MAIL_KEY_EXPIRES = 1,
	MAIL_KEY_LEAKED = 2,
	MAIL_OPTED_OUT = 3, /* the invited person says: not for me */
	MAIL_REQUESTED = 4, /* the invited person asks for a new one */
	MAIL_WEBHOOK = 5    /* it was disabled; its URL is the key's name */
};

/* Which mail with a link it is. Stored as numbers. */
enum letter_kind { LETTER_INVITATION = 0, LETTER_REMINDER = 1 };

/* A mail to be sent. Of one that is no invitation, `to` has the address, the
 * organization and, as the invite's, an id of its own. */
struct outbox_mail {
	enum mail_kind kind;
	enum letter_kind letter;	/* of MAIL_INVITATION */
	struct invitation to;		/* to whom, into what */
	struct token token;		/* secret: only for the mail's text */
	struct return_code return_code; /* where it comes back */
	int attempts;			/* made before this one */
	int64_t queued_at_ms;		/* Unix, milliseconds */
	int64_t leased_until_ms;
	struct project_key key;	  /* what it is about, if that is a key; only */
	const char *project_name; /* what is shown of it */
	struct invite about;	  /* likewise, if that is an invite */
	bool damaged;		  /* its invite is: the mail waits */
};

struct outbox_claim_in {
	int limit;
	int64_t lease_ms;
};

struct outbox_claim_out {
	struct outbox_mail *mails;
	size_t count;
	int64_t next_due_ms; /* 0 = nothing waits */
	int64_t now_ms;	     /* by the clock that due times and leases are by:
			      * where daemons share a database, its own */
};

struct outbox_renew_in {
	int64_t invite;
	int64_t leased_until_ms; /* as it is now... */
	int64_t until_ms;	 /* ...and to be */
};

enum outbox_outcome { OUTBOX_SENT, OUTBOX_DEFERRED, OUTBOX_FAILED };

struct outbox_settle_in {
	int64_t invite; /* or the mail's own id, if it is ... */
	bool no_invite;
	/* The secret's hash of the mail meant, since there may be another one
	 * by now. 0: any one. */
	int64_t queued_at_ms;
	/* The lease this verdict was made under, and the end asked for in a
	 * renewal not yet answered (0: none). If neither is the row's lease
	 * now, only SENT is recorded: that it arrived is true in any case, but
	 * what a failure leads to is for the present holder of the lease to
	 * say. Lease 0: any holder. */
	int64_t leased_until_ms, asked_until_ms;
	enum outbox_outcome outcome;
	const char *error; /* NULL when sent */
	int64_t pause_ms;  /* when deferred */
	bool unreached;	   /* likewise: the mail server was not to be used */
};

/*
 * Clocks further apart than that are a fault: of two daemons that are further
 * apart than a lease is long, at least one is so far from the database.
 */
#define CLOCKS_APART_MS (15 * SECOND_MS)

struct outbox_count_out {
	int64_t waiting;
	int64_t oldest_ms; /* queued at; 0 = none waits */
};

struct clock_out {
	int64_t clock_ms; /* the database's; 0 = it has ours */
};

#endif
