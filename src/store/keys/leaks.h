/*
 * leaks.h: the verbs of leaked keys.
 *
 *	leak_find	which key it is, in force or not, of whatever
 *			organization; KEY_UNKNOWN
 *	leak_revoke	ends it, with an event that says why; nothing where
 *			it has ended already; KEY_UNKNOWN
 */
#ifndef STORE_LEAKS_H
#define STORE_LEAKS_H

#include "base/hash.h"
#include "core/id.h"
#include "store/verb.h"

struct leak_find_in {
	int64_t id;			  /* that its text names; 0: none */
	uint8_t secret_hash[SHA256_SIZE]; /* of the text */
};

struct leaked_key {
	enum id_kind kind; /* ID_API_KEY or ID_KEY, of an admin key */
	int64_t id, organization;
	int64_t project; /* 0: of an admin key */
	int64_t user;	 /* whose it is; 0: nobody's, or a program's */
	const char *name;
	int64_t revoked_at; /* Unix seconds; 0: it was not */
	bool same;	    /* the secret is the key's */
};

struct leak_revoke_in {
	int64_t id, project; /* as they were found */
	enum id_kind kind;
	bool tell; /* its owner, by mail */
};

struct leak_revoke_out {
	bool revoked; /* now; else it was before */
};

#endif
