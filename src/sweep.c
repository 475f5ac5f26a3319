/*
 * sweep.c: the thread that looks once an hour.
 */
#include "base/base.h"

#include "sweep.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"

#define PAUSE_MS  HOUR_MS /* between two looks */
#define JUMP_MS	  MINUTE_MS
#define TASKS_MAX 4

struct sweep {
	struct store_port *port;
	struct sweep_task tasks[TASKS_MAX];
	size_t count;
	int64_t ahead_ms; /* the clock, of the monotonic one */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping; /* under the lock */
};

static bool is_stopping(struct sweep *sweep)
{
	bool stopping;

	pthread_mutex_lock(&sweep->lock);
	stopping = sweep->stopping;
	pthread_mutex_unlock(&sweep->lock);
	return stopping;
}

bool sweep_ask(struct sweep *sweep, struct arena *arena,
	       const struct verb *verb, int64_t organization, const void *in,
	       void *out)
{
	struct store_op op = {
		.verb = verb,
		.in = in,
		.out = out,
		.organization = organization,
		.now_ms = clock_now_ms(),
		.arena = arena,
	};

	if (is_stopping(sweep))
		return false;
	store_call(sweep->port, &op);
	return op.result == RESULT_OK;
}

static void look(struct sweep *sweep)
{
	int64_t ahead_ms = clock_now_ms() - clock_mono_ms();
	int64_t jump_ms = ahead_ms - sweep->ahead_ms;

	sweep->ahead_ms = ahead_ms;
	if (jump_ms > JUMP_MS)
		return;
	for (size_t i = 0; i < sweep->count; i++)
		sweep->tasks[i].look(sweep, sweep->tasks[i].seconds);
}

/* True where it is to stop. */
static bool wait_an_hour(struct sweep *sweep)
{
	struct timespec until;
	int error = 0;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PAUSE_MS / SECOND_MS;
	pthread_mutex_lock(&sweep->lock);
	while (!sweep->stopping && error == 0)
		error = pthread_cond_timedwait(&sweep->changed, &sweep->lock,
					       &until);
	stopping = sweep->stopping;
	pthread_mutex_unlock(&sweep->lock);
	return stopping;
}

static void *run(void *context)
{
	struct sweep *sweep = context;

	do
		look(sweep);
	while (!wait_an_hour(sweep));
	return NULL;
}

static void init_wait(struct sweep *sweep)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&sweep->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&sweep->lock, NULL);
}

static void release(struct sweep *sweep)
{
	store_port_close(sweep->port);
	pthread_cond_destroy(&sweep->changed);
	pthread_mutex_destroy(&sweep->lock);
	free(sweep);
}

int sweep_start(struct store *store, const struct sweep_task *tasks,
		size_t count, struct sweep **ret_sweep, struct fail *fail)
{
	struct sweep *sweep = calloc(1, sizeof(*sweep));

	if (!sweep)
		return fail_set(fail, "out of memory");
	assert(count <= TASKS_MAX);
	memcpy(sweep->tasks, tasks, count * sizeof(*tasks));
	sweep->count = count;
	sweep->ahead_ms = clock_now_ms() - clock_mono_ms();
	init_wait(sweep);
	if (store_port_open(store, NULL, NULL, &sweep->port, fail) < 0) {
		release(sweep);
		return -1;
	}
	if (pthread_create(&sweep->thread, NULL, run, sweep)) {
		release(sweep);
		return fail_set(fail, "could not start a thread");
	}
	*ret_sweep = sweep;
	return 0;
}

void sweep_stop(struct sweep *sweep)
{
	if (!sweep)
		return;
	pthread_mutex_lock(&sweep->lock);
	sweep->stopping = true;
	pthread_cond_signal(&sweep->changed);
	pthread_mutex_unlock(&sweep->lock);
	pthread_join(sweep->thread, NULL);
	release(sweep);
}
