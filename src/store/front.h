/*
 * front.h: what the files of the store's front share: store.c opens and
 * watches, port.c takes operations and gives them back, writer.c and readers.c
 * are the threads between. Private to store/.
 */
#ifndef STORE_FRONT_H
#define STORE_FRONT_H

#include "base/base.h"

#include <pthread.h>
#include <stdatomic.h>

#include "store/counts.h"
#include "store/engine.h"
#include "store/lane.h"
#include "store/queue.h"

#define READERS 2 /* where reads travel */

/* A thread that answers queued reads. */
struct reading {
	struct store *store;
	struct reader *reader;
	pthread_t thread;
	bool runs;
};

/* A callback that tells somebody that there is work; or NULL. */
struct waker {
	void (*wake)(void *context);
	void *context;
};

struct store {
	const struct engine_type *type;
	struct engine *engine;
	struct op_queue writes, reads;
	struct lane slow_reads;
	pthread_t writer_thread;
	bool writer_runs;
	struct reading readers[READERS], slow_readers[LANE_THREADS];
	pthread_mutex_t mutex; /* of these three */
	struct waker mail, event;
	struct fail why_not; /* the reason of the last failed write */
	atomic_bool healthy;
	const struct verb *failed; /* the writer's: the operation for which the
				    * disk was full; or NULL */
	struct store_counts counts;
	atomic_ullong rights_moved; /* batches that may have changed some */
};

struct store_port {
	struct store *store;
	struct reader *reader; /* NULL where reads travel */
	void (*wake)(void *context);
	void *context;
	struct op_list writes, reads; /* outgoing; the owner's thread only */
	pthread_mutex_t mutex;
	pthread_cond_t came_back;
	struct op_list finished; /* under mutex */
	bool touched;		 /* the owner is about to be woken */
	int waking;		 /* how many threads are doing so */
};

/* Gives the batch back to the ports that it came from, and wakes each once. */
void finish_batch(struct store_op **ops, size_t n);

/* Has the slow lane do a read. True: it was refused, and is finished. */
bool submit_slow(struct store *store, struct store_op *op) MUST_CHECK;

/* Notes that the database could not be used, until a write succeeds. */
void note_trouble(struct store *store, const struct fail *fail);

/* Threads, which end once their queues are closed. -1 with `fail`: not all of
 * them run; stop_*() waits for those that do. */
int start_writer(struct store *store, struct fail *fail);
void stop_writer(struct store *store);
int start_readers(struct store *store, struct fail *fail);
void stop_readers(struct store *store);

#endif
