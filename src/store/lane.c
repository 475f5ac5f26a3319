/*
 * lane.c: the queue of slow reads, and those that are running.
 */
#include "base/base.h"

#include "store/lane.h"

void lane_init(struct lane *lane)
{
	*lane = (struct lane){ .closed = false };
	pthread_mutex_init(&lane->mutex, NULL);
	pthread_cond_init(&lane->changed, NULL);
	list_init(&lane->waiting);
}

void lane_release(struct lane *lane)
{
	pthread_cond_destroy(&lane->changed);
	pthread_mutex_destroy(&lane->mutex);
}

static bool has_place(const struct lane *lane, int64_t organization)
{
	size_t share = 0;

	for (const struct store_op *op = lane->waiting.first; op; op = op->next)
		share += op->organization == organization;
	return !lane->closed && lane->waiting.count < LANE_PLACES &&
	       share < LANE_SHARE;
}

bool lane_put(struct lane *lane, struct store_op *op)
{
	bool taken;

	pthread_mutex_lock(&lane->mutex);
	taken = has_place(lane, op->organization) && !op->dropped;
	if (taken) {
		list_add(&lane->waiting, op);
		pthread_cond_broadcast(&lane->changed);
	}
	pthread_mutex_unlock(&lane->mutex);
	return taken;
}

static bool is_busy(const struct lane *lane, int64_t organization)
{
	for (size_t i = 0; i < LANE_THREADS; i++) {
		if (lane->running[i] &&
		    lane->running[i]->organization == organization)
			return true;
	}
	return false;
}

/* The first whose organization has no thread at work; NULL: none may run. */
static struct store_op *next_one(const struct lane *lane)
{
	struct store_op *op = lane->waiting.first;

	while (op && is_busy(lane, op->organization))
		op = op->next;
	return op;
}

static void take_out(struct lane *lane, struct store_op *wanted)
{
	struct op_list rest;
	struct store_op *next;

	list_init(&rest);
	for (struct store_op *op = lane->waiting.first; op; op = next) {
		next = op->next;
		if (op != wanted)
			list_add(&rest, op);
	}
	list_init(&lane->waiting);
	list_move(&lane->waiting, &rest);
}

struct store_op *lane_take(struct lane *lane, size_t thread)
{
	struct store_op *op;

	pthread_mutex_lock(&lane->mutex);
	while (!(op = next_one(lane)) && !lane->closed)
		pthread_cond_wait(&lane->changed, &lane->mutex);
	if (op)
		take_out(lane, op);
	lane->running[thread] = op;
	pthread_mutex_unlock(&lane->mutex);
	return op;
}

void lane_done(struct lane *lane, size_t thread)
{
	pthread_mutex_lock(&lane->mutex);
	lane->running[thread] = NULL;
	pthread_cond_broadcast(&lane->changed);
	pthread_mutex_unlock(&lane->mutex);
}

static bool is_waiting(const struct lane *lane, const struct store_op *op)
{
	const struct store_op *one = lane->waiting.first;

	while (one && one != op)
		one = one->next;
	return one != NULL;
}

static void stop_all(struct lane *lane)
{
	for (size_t i = 0; i < LANE_THREADS; i++) {
		if (lane->running[i])
			lane->running[i]->dropped = true;
	}
}

bool lane_drop(struct lane *lane, struct store_op *op)
{
	bool waiting;

	pthread_mutex_lock(&lane->mutex);
	waiting = is_waiting(lane, op);
	if (waiting)
		take_out(lane, op);
	else
		op->dropped = true;
	pthread_mutex_unlock(&lane->mutex);
	return waiting;
}

struct store_op *lane_close(struct lane *lane)
{
	struct store_op *first;

	pthread_mutex_lock(&lane->mutex);
	lane->closed = true;
	first = lane->waiting.first;
	list_init(&lane->waiting);
	stop_all(lane);
	pthread_cond_broadcast(&lane->changed);
	pthread_mutex_unlock(&lane->mutex);
	return first;
}
