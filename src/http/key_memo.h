/*
 * key_memo.h: a cache of keys that were found a moment ago, so that not every
 * request has to look its key up.
 *
 * A bounded number of them: a key's hash says in which of the sets it has its
 * place, and a full set gives up the one that was found longest ago. It belongs
 * to one thread; the caller decides for how long an entry is good (auth.c).
 */
#ifndef HTTP_KEY_MEMO_H
#define HTTP_KEY_MEMO_H

#include "base/base.h"
#include "base/hash.h"
#include "core/organization.h"

#define MEMO_SETS 256 /* at most 256: one octet of the hash chooses */
#define MEMO_WAYS 8

struct known_key {
	uint8_t hash[SHA256_SIZE];
	uint64_t round; /* of the thread, see http_thread */
	int64_t found_ms;
	struct admin_key key; /* but for its texts; its id is 0: no key */
};

struct key_memo {
	struct known_key sets[MEMO_SETS][MEMO_WAYS];
};

/* The key with this hash, however long ago it was found; or NULL. */
struct known_key *key_memo_find(struct key_memo *memo,
				const uint8_t hash[SHA256_SIZE]) MUST_CHECK;

/* The place for the key, perhaps another one's before: to be filled in. */
struct known_key *key_memo_place(struct key_memo *memo,
				 const uint8_t hash[SHA256_SIZE]);

#endif
