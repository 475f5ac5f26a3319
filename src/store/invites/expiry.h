/*
 * expiry.h: the verbs of invites that are about to expire, or have.
 *
 *	expiry_look	which of an organization's are to be looked at, after
 *			those of the last look
 *	expiry_settle	reminds those who are due for it, by a mail with a fresh
 *			link; or tells webhooks of those that have expired; and
 *			notes how far that went
 *
 * If an organization wants neither, nothing is looked for or noted. What is
 * noted only saves work: the invite itself says whether its person was reminded
 * and which expiry was reported. So nothing happens twice, even if several
 * daemons look at the same time or clocks jump.
 */
#ifndef STORE_EXPIRY_H
#define STORE_EXPIRY_H

#include "core/token.h"
#include "store/verb.h"

/* Stored as numbers: never renumber. */
enum expiry_kind { EXPIRY_REMINDER = 0, EXPIRY_PASSED = 1 };

#define EXPIRY_AT_ONCE 100 /* invites in one transaction */

/* A place in the order of expiry: behind this invite, which expires then. */
struct expiry_mark {
	int64_t expires_at; /* 0: at no place, since nothing is wanted */
	int64_t invite;
};

struct expiry_look_in {
	enum expiry_kind kind;
};

struct expiry_look_out {
	bool due; /* it is to be settled, even where there is no invite */
	struct expiry_mark mark; /* behind the last of these */
	int64_t invites[EXPIRY_AT_ONCE];
	size_t count;
	bool has_more;
};

struct expiry_settle_in {
	enum expiry_kind kind;
	struct expiry_mark mark;
	const int64_t *invites; /* at most EXPIRY_AT_ONCE */
	size_t count;
	uint8_t secrets[EXPIRY_AT_ONCE][SECRET_SIZE]; /* EXPIRY_REMINDER */
};

struct expiry_settle_out {
	size_t count; /* reminded, or told of */
};

#endif
