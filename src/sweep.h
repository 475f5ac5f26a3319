/*
 * sweep.h: periodic tasks, run by a thread of their own: retention, and keys
 * and invites that are about to end.
 *
 * Nothing is done for an hour after the clock has jumped ahead: it has to go on
 * as it should for so long. What was done by a wrong clock would not come back
 * when the clock does.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"
#include "store/store.h"

struct sweep;

#define SWEEP_MEMORY (4 * 1024 * 1024) /* of one question's arena */

struct sweep_task {
	void (*look)(struct sweep *sweep, int64_t seconds);
	int64_t seconds;  /* whatever the task is told; 0 for none */
	int64_t every_ms; /* how often it is done; 0: once an hour */
};

/* Does the tasks, in order, now and then at their times, until sweep_stop(). */
int sweep_start(struct store *store, const struct sweep_task *tasks,
		size_t count, struct sweep **ret_sweep,
		struct fail *fail) MUST_CHECK;
void sweep_stop(struct sweep *sweep); /* NULL: nothing */

/* For tasks: has `verb` done. False where it is not to be gone on with. */
bool sweep_ask(struct sweep *sweep, struct arena *arena,
	       const struct verb *verb, int64_t organization, const void *in,
	       void *out) MUST_CHECK;

/* For tasks: visits each organization, until the sweep is to stop. */
void sweep_organizations(struct sweep *sweep,
			 void (*visit)(struct sweep *sweep,
				       int64_t organization, void *context),
			 void *context);

#endif
