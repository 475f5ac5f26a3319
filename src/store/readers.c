/*
 * readers.c: the threads that answer queued reads: those that are sent to a
 * remote database together, and slow ones, which may have to read many rows.
 */
#include "base/base.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/front.h"

#define NICE 10 /* of the slow lane's threads */

/* Those that found that they may take long go where they harm nobody; how many
 * are left. */
static size_t send_slow_ones(struct store *store, struct store_op **ops,
			     size_t n)
{
	size_t left = 0;

	for (size_t i = 0; i < n; i++) {
		struct store_op *op = ops[i];

		if (!op->leaves || submit_slow(store, op))
			ops[left++] = op;
	}
	return left;
}

/* A read that succeeds says nothing of writes: only apply_batch() heals. */
static void *run_reader(void *context)
{
	struct reading *reading = context;
	struct store *store = reading->store;
	struct store_op *ops[BATCH_MAX];
	struct fail fail;
	size_t n;

	while ((n = queue_take(&store->reads, ops, BATCH_MAX)) > 0) {
		if (!store->type->read_many(reading->reader, ops, n, &fail))
			note_trouble(store, &fail);
		finish_batch(ops, send_slow_ones(store, ops, n));
	}
	return NULL;
}

/* At low priority, so that slow reads take nothing from cheap ones. */
static void *run_slow_reader(void *context)
{
	struct reading *reading = context;
	struct store *store = reading->store;
	size_t thread = (size_t)(reading - store->slow_readers);
	struct store_op *op;
	struct fail fail;

	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
	while ((op = lane_take(&store->slow_reads, thread))) {
		if (!store->type->read_many(reading->reader, &op, 1, &fail) &&
		    !op->dropped)
			note_trouble(store, &fail);
		lane_done(&store->slow_reads, thread);
		finish_batch(&op, 1);
	}
	return NULL;
}

static int start_reader(struct store *store, struct reading *reading,
			void *(*run)(void *reading), struct fail *fail)
{
	reading->store = store;
	if (store->type->reader_open(store->engine, &reading->reader, fail) < 0)
		return -1;
	if (thread_start(&reading->thread, run, reading))
		return fail_set(fail, "could not start a reader's thread");
	reading->runs = true;
	return 0;
}

int start_readers(struct store *store, struct fail *fail)
{
	size_t readers = store->type->read ? 0 : READERS;

	for (size_t i = 0; i < readers; i++) {
		if (start_reader(store, &store->readers[i], run_reader, fail) <
		    0)
			return -1;
	}
	for (size_t i = 0; i < LANE_THREADS; i++) {
		if (start_reader(store, &store->slow_readers[i],
				 run_slow_reader, fail) < 0)
			return -1;
	}
	return 0;
}

static void stop_reader(struct store *store, struct reading *reading)
{
	if (reading->runs)
		pthread_join(reading->thread, NULL);
	if (reading->reader)
		store->type->reader_close(reading->reader);
}

void stop_readers(struct store *store)
{
	for (size_t i = 0; i < READERS; i++)
		stop_reader(store, &store->readers[i]);
	for (size_t i = 0; i < LANE_THREADS; i++)
		stop_reader(store, &store->slow_readers[i]);
}
