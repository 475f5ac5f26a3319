/*
 * expiry.h: the verbs of invites that are about to expire, or have.
 *
 *	expiry_look	which of an organization's are to be looked at, behind
 *			where the last look ended
 *	expiry_settle	reminds whoever is due for it, by a mail with a fresh
 *			link; or tells webhooks of those that have expired; and
 *			notes how far that went
 *
 * Where an organization wants neither, nothing is looked for, and nothing is
 * noted. What is noted saves work, and decides nothing: an invite itself says
 * whether its person was reminded, and which expiry was told. So nothing
 * happens twice, whoever looks at the same time, and however clocks jump.
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
