/*
 * deliver.c: the threads that deliver: how they begin and end.
 *
 *	dispatcher   claims as much of what is due as can soon be delivered, and
 *	             keeps the leases
 *	workers      each with a hand of its own: deliver one parcel after the
 *	             other
 *	recorder     records how that went, many at a time
 *
 * A worker also looks at the way without a parcel: at the start, so that a
 * wrong password shows in the log before it is needed, and again and again
 * while the way is closed, so that readiness comes back by itself.
 *
 * Times that are slept through come from the monotonic clock; when something
 * is due is a matter of the wall clock, like all that is stored.
 */
#include "base/base.h"
#include "deliver/deliver.h"

#include <assert.h>
#include <errno.h>

#include "base/clock.h"
#include "base/thread.h"
#include "deliver/internal.h"

/* ---- what all of them use ---- */

bool deliver_wait(struct deliverer *deliverer, pthread_cond_t *condition,
		  int64_t at)
{
	if (at == NEVER)
		return pthread_cond_wait(condition, &deliverer->lock) == 0;
	return clock_condition_wait(condition, &deliverer->lock, at);
}

void deliver_claim_in(struct deliverer *deliverer, int64_t ms)
{
	int64_t at = clock_mono_ms();

	if (ms > 0)
		at += ms < POLL_MS ? ms : POLL_MS;
	if (at < deliverer->claim_at)
		deliverer->claim_at = at;
}

void parcel_list_init(struct parcel_list *list)
{
	*list = (struct parcel_list){ NULL, &list->first };
}

void parcel_list_add(struct parcel_list *list, struct parcel *parcel)
{
	parcel->next = NULL;
	*list->last = parcel;
	list->last = &parcel->next;
}

struct parcel *parcel_list_take(struct parcel_list *list)
{
	struct parcel *first = list->first;

	if (!first)
		return NULL;
	list->first = first->next;
	if (!list->first)
		list->last = &list->first;
	return first;
}

void batch_release(struct batch *batch)
{
	arena_release(&batch->arena);
	free(batch);
}

void deliver_let_go(struct deliverer *deliverer, struct parcel *parcel)
{
	size_t i = 0;

	if (parcel->renewing) {
		parcel->state = PARCEL_GONE; /* who renews it lets go */
		return;
	}
	while (deliverer->held[i] != parcel)
		i++;
	deliverer->held[i] = deliverer->held[--deliverer->held_count];
	if (--parcel->batch->unfinished == 0)
		batch_release(parcel->batch);
}

/* ---- life ---- */

static struct deliverer *new_deliverer(const struct deliver_options *options)
{
	struct deliverer *deliverer = calloc(1, sizeof(*deliverer));

	if (!deliverer)
		return NULL;
	assert(options->connections >= 1 &&
	       options->connections <= DELIVER_CONNECTIONS_MAX);
	deliverer->options = *options;
	deliverer->courier = options->courier;
	pthread_mutex_init(&deliverer->lock, NULL);
	clock_condition_init(&deliverer->changed);
	clock_condition_init(&deliverer->work);
	clock_condition_init(&deliverer->to_record);
	parcel_list_init(&deliverer->queued);
	parcel_list_init(&deliverer->done);
	health_init(&deliverer->health, options->retry_ms);
	deliverer->hands = (size_t)options->connections;
	return deliverer;
}

static int open_hands(struct deliverer *deliverer, struct fail *fail)
{
	for (int i = 0; i < deliverer->options.connections; i++) {
		struct worker *worker = &deliverer->workers[i];
		worker->deliverer = deliverer;
		if (deliverer->courier->open(deliverer->options.context,
					     &worker->hand, fail) < 0)
			return -1;
		deliverer->opened++;
	}
	return 0;
}

/* Starts a thread; its error, if any, goes to `fail`. */
static bool start(pthread_t *thread, void *(*run)(void *context), void *context,
		  struct fail *fail)
{
	int error = thread_start(thread, run, context);

	if (error != 0)
		fail_errno(fail, error, "could not start a thread");
	return error == 0;
}

static int start_threads(struct deliverer *deliverer, struct fail *fail)
{
	deliverer->recording =
	    start(&deliverer->recorder, recorder_run, deliverer, fail);
	if (!deliverer->recording)
		return -1;
	for (int i = 0; i < deliverer->options.connections; i++) {
		struct worker *worker = &deliverer->workers[i];
		if (!start(&worker->thread, worker_run, worker, fail))
			return -1;
		deliverer->started++;
	}
	deliverer->dispatching =
	    start(&deliverer->dispatcher, dispatcher_run, deliverer, fail);
	return deliverer->dispatching ? 0 : -1;
}

int deliver_start(const struct deliver_options *options,
		  struct deliverer **ret_deliverer, struct fail *fail)
{
	struct deliverer *deliverer = new_deliverer(options);

	if (!deliverer)
		return fail_set(fail, "out of memory");
	if (open_hands(deliverer, fail) < 0 ||
	    start_threads(deliverer, fail) < 0) {
		deliver_stop(deliverer);
		return -1;
	}
	*ret_deliverer = deliverer;
	return 0;
}

void deliver_wake(struct deliverer *deliverer)
{
	pthread_mutex_lock(&deliverer->lock);
	deliverer->claim_at = 0;
	pthread_cond_signal(&deliverer->changed);
	pthread_mutex_unlock(&deliverer->lock);
}

/* Sets one of the flags by which threads end, and has all of them see it. */
static void announce(struct deliverer *deliverer, bool *flag)
{
	pthread_mutex_lock(&deliverer->lock);
	*flag = true;
	pthread_cond_broadcast(&deliverer->changed);
	pthread_cond_broadcast(&deliverer->work);
	pthread_cond_broadcast(&deliverer->to_record);
	pthread_mutex_unlock(&deliverer->lock);
}

/* In the order in which parcels go through their hands. */
static void stop_threads(struct deliverer *deliverer)
{
	announce(deliverer, &deliverer->stopping);
	for (size_t i = 0; i < deliverer->opened; i++)
		deliverer->courier->hurry(deliverer->workers[i].hand);
	if (deliverer->dispatching)
		pthread_join(deliverer->dispatcher, NULL);
	announce(deliverer, &deliverer->ending);
	for (size_t i = 0; i < deliverer->started; i++)
		pthread_join(deliverer->workers[i].thread, NULL);
	announce(deliverer, &deliverer->closing);
	if (deliverer->recording)
		pthread_join(deliverer->recorder, NULL);
}

void deliver_stop(struct deliverer *deliverer)
{
	stop_threads(deliverer);
	for (size_t i = 0; i < deliverer->opened; i++)
		deliverer->courier->close(deliverer->workers[i].hand);
	pthread_cond_destroy(&deliverer->to_record);
	pthread_cond_destroy(&deliverer->work);
	pthread_cond_destroy(&deliverer->changed);
	pthread_mutex_destroy(&deliverer->lock);
	free(deliverer);
}

/* ---- watching ---- */

bool deliver_healthy(struct deliverer *deliverer, struct fail *fail)
{
	bool usable;

	pthread_mutex_lock(&deliverer->lock);
	usable = deliverer->health.usable;
	if (!usable)
		*fail = deliverer->health.why_not;
	pthread_mutex_unlock(&deliverer->lock);
	return usable;
}

void deliver_metrics(struct deliverer *deliverer, struct buf *out)
{
	const char *name = deliverer->courier->name;

	pthread_mutex_lock(&deliverer->lock);
	health_metrics(&deliverer->health, name, out);
	buf_addf(out,
		 "# HELP invited_%s_in_hand Deliveries under way.\n"
		 "# TYPE invited_%s_in_hand gauge\n"
		 "invited_%s_in_hand %zu\n",
		 name, name, name, deliverer->busy);
	pthread_mutex_unlock(&deliverer->lock);
}
