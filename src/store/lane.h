/*
 * lane.h: the slow lane: reads that may have to look at many rows, and wait for
 * threads of their own. Private to store/. A verb says so beforehand (`slow`),
 * or when a page's worth of rows was not enough (work_leaves()); a search that
 * finds its page in those never comes here.
 *
 * It is short, since it is better to refuse at once what cannot be answered
 * soon. One organization has one thread at a time and its share of the places,
 * so that its expensive reads do not hold up another's. A read that nobody
 * waits for any more leaves the lane, or is stopped if it is running.
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

/* False: the lane is full, or nobody waits for `op` any more. */
bool lane_put(struct lane *lane, struct store_op *op) MUST_CHECK;

/* For thread number `thread`: waits for one that it may run. NULL once closed;
 * else lane_done() has to be called before the operation is handed back. */
struct store_op *lane_take(struct lane *lane, size_t thread);
void lane_done(struct lane *lane, size_t thread);

/* Drops `op`. True: it had not begun, and is the caller's again. False: it was
 * told to stop, or is not here and will not be. */
bool lane_drop(struct lane *lane, struct store_op *op) MUST_CHECK;

/* Closes the lane: running reads are told to stop, and the others, linked by
 * `next`, are the caller's again. */
struct store_op *lane_close(struct lane *lane);

#endif
