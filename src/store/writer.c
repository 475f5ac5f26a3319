/*
 * writer.c: the thread that takes all queued writes and has the engine apply
 * them as one batch.
 */
#include "base/base.h"

#include "base/clock.h"
#include "base/thread.h"
#include "store/front.h"

#define REST_MS SECOND_MS /* without a write, until the engine may rest */

/*
 * After a failure, whether the success of this batch shows that the trouble is
 * over. A full disk still takes small writes: there the batch has to contain
 * what failed, or the probe, which is made for that.
 */
static bool heals(const struct store *store, struct store_op **ops, size_t n)
{
	if (!store->failed)
		return true;
	for (size_t i = 0; i < n; i++) {
		if (ops[i]->verb == &verb_probe ||
		    ops[i]->verb == store->failed)
			return true;
	}
	return false;
}

/* Of several that failed together, one that may be large. */
static const struct verb *to_be_seen_again(struct store_op **ops, size_t n)
{
	size_t i = 0;

	while (i + 1 < n && (ops[i]->verb->flags & VERB_REPEATABLE))
		i++;
	return ops[i]->verb;
}

static void apply_batch(struct store *store, struct store_op **ops, size_t n)
{
	struct fail fail;

	if (!store->type->apply(store->engine, ops, n, &fail)) {
		store->failed =
		    store->type->full && store->type->full(store->engine)
			? to_be_seen_again(ops, n)
			: NULL;
		note_trouble(store, &fail);
	} else if (!store->healthy && heals(store, ops, n)) {
		store->healthy = true;
	}
}

/* Whatever the result: an uncertain write may have been done. */
static void note_rights(struct store *store, struct store_op **ops, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (ops[i]->verb->flags & VERB_RIGHTS) {
			atomic_fetch_add(&store->rights_moved, 1);
			return;
		}
	}
}

static void wake(struct store *store, const struct waker *waker)
{
	pthread_mutex_lock(&store->mutex);
	if (waker->wake)
		waker->wake(waker->context);
	pthread_mutex_unlock(&store->mutex);
}

/* As queue_take(); what nobody waits for is done meanwhile. */
static size_t take_writes(struct store *store, struct store_op **ops)
{
	bool more = store->type->rest;

	while (more && !queue_wait(&store->writes, REST_MS))
		more = store->type->rest(store->engine);
	return queue_take(&store->writes, ops, BATCH_MAX);
}

static void *run_writer(void *context)
{
	struct store *store = context;
	struct store_op *ops[BATCH_MAX];
	size_t n;

	while ((n = take_writes(store, ops)) > 0) {
		bool mail = false, event = false;

		apply_batch(store, ops, n);
		for (size_t i = 0; i < n; i++) {
			bool done = ops[i]->result == RESULT_OK;

			mail = mail || (done && ops[i]->mail_queued);
			event = event || (done && ops[i]->event_queued);
		}
		counts_add_batch(&store->counts, ops, n);
		note_rights(store, ops, n);
		finish_batch(ops, n);
		if (mail)
			wake(store, &store->mail);
		if (event)
			wake(store, &store->event);
		if (store->type->tidy)
			store->type->tidy(store->engine);
	}
	return NULL;
}

int start_writer(struct store *store, struct fail *fail)
{
	if (thread_start(&store->writer_thread, run_writer, store))
		return fail_set(fail, "could not start the writer's thread");
	store->writer_runs = true;
	return 0;
}

void stop_writer(struct store *store)
{
	if (store->writer_runs)
		pthread_join(store->writer_thread, NULL);
}
