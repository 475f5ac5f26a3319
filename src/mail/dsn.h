/*
 * dsn.h: reads the delivery reports that mail servers send back (RFC 3464).
 *
 * Pure. Nothing else counts as a report: no automatic reply (RFC 3834), nothing
 * that a person or a mailing list wrote.
 */
#ifndef MAIL_DSN_H
#define MAIL_DSN_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"
#include "core/return_code.h"
#include "deliver/report.h"

enum dsn_outcome {
	DSN_NONE,   /* no report of a delivery */
	DSN_OTHER,  /* one that says nothing final: delayed, relayed, delivered,
		     * or failed at one of several places only */
	DSN_FAILED, /* it has failed for good */
};

struct dsn {
	enum dsn_outcome outcome;
	/* What the server said that could not deliver it: one line of printable
	 * UTF-8, without what may be a secret. */
	char reason[WORDS_MAX + 1];
};

#define DSN_MAX	 (1024 * 1024)	/* octets of a message; others are cut */
#define DSN_ROOM (16 * DSN_MAX) /* octets that it may take to read one */

/* What `message`, of at most DSN_MAX octets, comes to; `arena` has DSN_ROOM. */
void dsn_read(struct arena *arena, struct str message, struct dsn *ret_dsn);

/* The code in the address that the message came to, as the server that
 * delivered it has noted it; false where there is none. */
bool dsn_return_code(struct str message,
		     struct return_code *ret_code) MUST_CHECK;

#endif
