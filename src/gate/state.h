/*
 * state.h: what the parts of the gate share. Private to gate/.
 */
#ifndef GATE_STATE_H
#define GATE_STATE_H

#include <stdatomic.h>

#include "gate/flood.h"
#include "gate/gate.h"
#include "gate/memory.h"
#include "gate/verdict.h"

struct watch;

struct gate {
	struct store *store;
	struct gate_options options;
	struct memory *memory;
	struct flood *flood;
	struct watch *watch;
	atomic_bool away; /* the store did not answer, when last asked */
	atomic_llong verdicts[VERDICTS]; /* how many ended so */
	atomic_llong lookups;		 /* in the store */
};

static inline void gate_count(atomic_llong *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif
