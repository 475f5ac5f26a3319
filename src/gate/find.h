/*
 * find.h: whose key is this? From memory, or else by one look-up in the store.
 * Private to gate/.
 */
#ifndef GATE_FIND_H
#define GATE_FIND_H

#include "core/key.h"
#include "gate/state.h"
#include "http/request.h"

/*
 * A key that is looked for. It is the first member of the request's state, from
 * find_key() until `then` was called with `verdict` and `found` filled in:
 * VERDICT_VALID, where there is such a key (what it opens is another question),
 * or why there is none.
 */
struct search {
	uint64_t source; /* who asks, see flood.h; 0: by the address */
	void (*then)(struct request *request, struct search *search);

	enum verdict verdict;
	const struct found_key *found;

	/* Private. */
	int64_t id;
	uint8_t hash[SHA256_SIZE];
	const struct found_key *held; /* stale */
	int64_t held_age_ms;
	struct moment asked;
	struct charge charge;
};

void find_key(struct request *request, struct search *search, struct str text);

/* Was let in: remembers when. */
void find_used(struct gate *gate, const struct found_key *found,
	       int64_t now_seconds);

#endif
