/*
 * lane.h: the slow lane: reads that may have to look at many rows, and wait for
 * threads of their own. Private to store/.
 *
 * It is short, for who asks more than can be answered is better told so at
 * once. One organization has one thread at a time and its share of the places:
 * its questions, however expensive, do not stand before another's. And what
 * nobody waits for any more leaves it, or is stopped where it runs.
 */
#ifndef STORE_LANE_H
#define STORE_LANE_H

#include "base/base.h"

#include <pthread.h>

#include "store/queue.h"

#define LANE_THREADS 2
#define LANE_PLACES  64 /* for those that wait */
#define LANE_SHARE   8	/* of one organization among them */

struct lane {
	pthread_mutex_t mutex; /* of all */
	pthread_cond_t changed;
	struct op_list waiting;
	struct store_op *running[LANE_THREADS]; /* NULL: none */
	bool closed;
};

void lane_init(struct lane *lane);
void lane_release(struct lane *lane);

/* False: there is no place for it. */
bool lane_put(struct lane *lane, struct store_op *op) MUST_CHECK;

/* For thread number `thread`: waits for one that it may run. NULL once closed;
 * else it is to be ended by lane_done() before it is given back. */
struct store_op *lane_take(struct lane *lane, size_t thread);
void lane_done(struct lane *lane, size_t thread);

/* Nobody waits for `op`. True: it had not begun, and is the caller's again.
 * False: it is told to stop, or was not here. */
bool lane_drop(struct lane *lane, struct store_op *op) MUST_CHECK;

/* Takes no more; those that run are told to stop, and the others, linked by
 * `next`, are the caller's again. */
struct store_op *lane_close(struct lane *lane);

#endif
