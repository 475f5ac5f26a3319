/*
 * key_memo.c: sets of keys, by their hashes.
 */
#include "base/base.h"

#include "http/key_memo.h"

_Static_assert(MEMO_SETS <= 256, "one octet chooses the set");

static struct known_key *set_of(struct key_memo *memo,
				const uint8_t hash[SHA256_SIZE])
{
	return memo->sets[hash[0] % MEMO_SETS];
}

struct known_key *key_memo_find(struct key_memo *memo,
				const uint8_t hash[SHA256_SIZE])
{
	struct known_key *set = set_of(memo, hash);

	for (size_t i = 0; i < MEMO_WAYS; i++) {
		if (set[i].key.id && same_bytes(set[i].hash, hash, SHA256_SIZE))
			return &set[i];
	}
	return NULL;
}

/* One that is free was found at 0, longer ago than any other. */
struct known_key *key_memo_place(struct key_memo *memo,
				 const uint8_t hash[SHA256_SIZE])
{
	struct known_key *known = key_memo_find(memo, hash);
	struct known_key *set = set_of(memo, hash);

	if (known)
		return known;
	known = &set[0];
	for (size_t i = 1; i < MEMO_WAYS; i++) {
		if (set[i].found_ms < known->found_ms)
			known = &set[i];
	}
	memcpy(known->hash, hash, SHA256_SIZE);
	return known;
}
