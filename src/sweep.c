/*
 * sweep.c: the thread that runs periodic tasks.
 */
#include "base/base.h"

#include "sweep.h"

#include <assert.h>
#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/thread.h"
#include "store/organizations/organizations.h"

#define PAUSE_MS  HOUR_MS /* between two looks, unless a task says so */
#define JUMP_MS	  MINUTE_MS
#define TASKS_MAX 5
#define PAGE	  100 /* organizations */

struct sweep {
	struct store_port *port;
	struct sweep_task tasks[TASKS_MAX];
	int64_t due_ms[TASKS_MAX]; /* by the monotonic clock */
	size_t count;
	int64_t ahead_ms; /* the clock, of the monotonic one */
	int64_t quiet_ms; /* nothing is done until then */
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
	return !is_stopping(sweep) &&
	       store_ask(sweep->port, arena, verb, organization, in, out) ==
		   RESULT_OK;
}

void sweep_organizations(struct sweep *sweep,
			 void (*visit)(struct sweep *sweep,
				       int64_t organization, void *context),
			 void *context)
{
	struct list_in in = { .limit = PAGE };
	struct list_out page;
	struct arena arena;
	bool more;

	do {
		arena_init(&arena, SWEEP_MEMORY);
		more = sweep_ask(sweep, &arena, &verb_organization_list, 0, &in,
				 &page);
		for (size_t i = 0; more && i < page.count; i++) {
			const struct organization *o = page.rows;

			in.after = o[i].id;
			visit(sweep, in.after, context);
		}
		more = more && page.has_more;
		arena_release(&arena);
	} while (more);
}

static void note_jump(struct sweep *sweep, int64_t mono_ms)
{
	int64_t ahead_ms = clock_now_ms() - mono_ms;

	if (ahead_ms - sweep->ahead_ms > JUMP_MS)
		sweep->quiet_ms = mono_ms + HOUR_MS;
	sweep->ahead_ms = ahead_ms;
}

static void look(struct sweep *sweep, int64_t mono_ms)
{
	note_jump(sweep, mono_ms);
	for (size_t i = 0; i < sweep->count; i++) {
		const struct sweep_task *task = &sweep->tasks[i];

		if (mono_ms < sweep->quiet_ms || mono_ms < sweep->due_ms[i])
			continue;
		sweep->due_ms[i] =
		    mono_ms + (task->every_ms ? task->every_ms : PAUSE_MS);
		task->look(sweep, task->seconds);
	}
}

/* When the next task is due; a jump is looked for then, too. */
static int64_t next_look(const struct sweep *sweep)
{
	int64_t next = sweep->due_ms[0];

	for (size_t i = 1; i < sweep->count; i++) {
		if (sweep->due_ms[i] < next)
			next = sweep->due_ms[i];
	}
	return next > sweep->quiet_ms ? next : sweep->quiet_ms;
}

/* True where it is to stop. */
static bool wait_until(struct sweep *sweep, int64_t mono_ms)
{
	const struct timespec until = {
		.tv_sec = mono_ms / SECOND_MS,
		.tv_nsec = mono_ms % SECOND_MS * (1000 * 1000),
	};
	int error = 0;
	bool stopping;

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
		look(sweep, clock_mono_ms());
	while (!wait_until(sweep, next_look(sweep)));
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
	if (thread_start(&sweep->thread, run, sweep)) {
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
