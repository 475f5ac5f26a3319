/*
 * flood.h: how many keys that nobody knows may be looked for.
 *
 * A mistyped key is told by its checksum; but anybody can make up one that is
 * sound, and each of those would be a question to the store. So there are at
 * most LOOKUPS_MAX a second, shared among the sources that ask: each new one
 * finds room. A look-up is charged before it begins, and given back when the
 * key was a right one. To be used by any thread.
 */
#ifndef GATE_FLOOD_H
#define GATE_FLOOD_H

#include "base/base.h"

#define LOOKUPS_MAX 500 /* a second, of keys that are none */

struct flood;

struct flood *flood_new(void); /* NULL: out of memory */
void flood_free(struct flood *flood);

/* A look-up, for who settles it. */
struct charge {
	int64_t half;
	size_t place;
};

/* Whether one more may begin, for `source`, which is any number. */
bool flood_admits(struct flood *flood, uint64_t source, int64_t mono_ms,
		  struct charge *ret_charge) MUST_CHECK;

/* The key was a right one. */
void flood_give_back(struct flood *flood, const struct charge *charge);

#endif
