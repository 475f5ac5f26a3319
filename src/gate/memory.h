/*
 * memory.h: the keys that were asked for lately, with all that decides about
 * them, so that a check need not ask the store.
 *
 * Whose a key is is remembered, never whether it opens anything: that is
 * decided anew each time. And what is remembered counts only as long as nothing
 * can have changed: each organization has a generation, which moves with its
 * rights (store/keys/gate.h), and a key counts while the generation that it was
 * read with is known to be the organization's still. That is confirmed again
 * and again, for all keys of an organization at once.
 *
 * A bounded number of keys: the id says in which set a key has its place, and a
 * full set gives up one. To be used by any thread.
 */
#ifndef GATE_MEMORY_H
#define GATE_MEMORY_H

#include "base/arena.h"
#include "base/base.h"
#include "store/keys/project_keys.h"

/* When something was asked of the store. */
struct moment {
	int64_t mono_ms;
	uint64_t moved; /* store_rights_moved() */
};

#define FRESH_MS 1000 /* for how long a confirmation counts */

struct memory;

struct memory *memory_new(void); /* NULL: out of memory */
void memory_free(struct memory *memory);

enum held {
	HELD_NOT,   /* or by another secret, which is the same to us */
	HELD_STALE, /* what it was; the store has to be asked */
	HELD_FRESH
};

/*
 * The key with this id and this hash of its text, copied to the arena; NULL
 * there where memory ran out. `ret_age_ms`: since it was last confirmed, as far
 * as is known to this day; INT64_MAX where it is known to be out of date.
 */
enum held memory_find(struct memory *memory, int64_t id,
		      const uint8_t hash[SHA256_SIZE], const struct moment *now,
		      struct arena *arena, const struct found_key **ret_key,
		      int64_t *ret_age_ms);

/* The key as it was read, by a question of that moment. */
void memory_put(struct memory *memory, const struct found_key *key,
		const struct moment *asked);

/* The organizations whose keys were asked for lately; how many. */
#define MEMORY_ORGANIZATIONS 4096
size_t memory_organizations(struct memory *memory, int64_t now_ms,
			    int64_t ret_ids[MEMORY_ORGANIZATIONS]);

/* Their generations, as answered to a question of that moment. */
void memory_confirm(struct memory *memory, const int64_t *ids,
		    const int64_t *generations, size_t count,
		    const struct moment *asked);

/*
 * The key was used: true where that is worth writing down, once a minute; the
 * caller then does.
 */
bool memory_use(struct memory *memory, int64_t id, int64_t now_seconds);

size_t memory_count(struct memory *memory);

#endif
