/*
 * retention.c: what has been kept for long enough is forgotten.
 *
 * What is forgotten does not come back when a clock does that was wrong. So
 * nothing is forgotten while the clock has just jumped: it has to go on as it
 * should until the next look.
 */
#include "base/base.h"

#include "retention.h"

#include <pthread.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "store/invites.h"
#include "store/organizations.h"
#include "store/store.h"

#define PAUSE_MS HOUR_MS /* between two looks */
#define JUMP_MS	 MINUTE_MS
#define MEMORY	 (4 * 1024 * 1024)
#define PAGE	 100 /* organizations */

struct retention {
	struct store_port *port;
	int64_t invites_seconds;
	int64_t ahead_ms; /* the clock, of the monotonic one */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stopping; /* under the lock */
};

static bool is_stopping(struct retention *retention)
{
	bool stopping;

	pthread_mutex_lock(&retention->lock);
	stopping = retention->stopping;
	pthread_mutex_unlock(&retention->lock);
	return stopping;
}

/* False where it is not to be gone on with. */
static bool ask(struct retention *retention, struct arena *arena,
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

	if (is_stopping(retention))
		return false;
	store_call(retention->port, &op);
	return op.result == RESULT_OK;
}

/* A few at a time, so that nobody waits for long; how many it were. */
static size_t forget_in(struct retention *retention, int64_t organization)
{
	const struct invite_forget_in in = { .ended_before =
						 clock_now_ms() / 1000 -
						 retention->invites_seconds };
	struct invite_forget_out out;
	size_t count = 0;
	struct arena arena;
	bool more;

	do {
		arena_init(&arena, MEMORY);
		more = ask(retention, &arena, &verb_invite_forget, organization,
			   &in, &out) &&
		       out.count > 0;
		count += more ? out.count : 0;
		arena_release(&arena);
	} while (more);
	return count;
}

static size_t forget_in_all(struct retention *retention)
{
	struct list_in in = { .limit = PAGE };
	struct list_out page;
	struct arena arena;
	size_t count = 0;
	bool more;

	do {
		arena_init(&arena, MEMORY);
		more = ask(retention, &arena, &verb_organization_list, 0, &in,
			   &page);
		for (size_t i = 0; more && i < page.count; i++) {
			const struct organization *o = page.rows;

			in.after = o[i].id;
			count += forget_in(retention, o[i].id);
		}
		more = more && page.has_more;
		arena_release(&arena);
	} while (more);
	return count;
}

static void look(struct retention *retention)
{
	int64_t ahead_ms = clock_now_ms() - clock_mono_ms();
	int64_t jump_ms = ahead_ms - retention->ahead_ms;
	size_t count;

	retention->ahead_ms = ahead_ms;
	if (jump_ms > JUMP_MS)
		return;
	count = forget_in_all(retention);
	if (count > 0)
		log_event(LOG_INFO, "invites_forgotten",
			  LOG_I("count", (int64_t)count));
}

/* True where it is to stop. */
static bool wait_an_hour(struct retention *retention)
{
	struct timespec until;
	int error = 0;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PAUSE_MS / SECOND_MS;
	pthread_mutex_lock(&retention->lock);
	while (!retention->stopping && error == 0)
		error = pthread_cond_timedwait(&retention->changed,
					       &retention->lock, &until);
	stopping = retention->stopping;
	pthread_mutex_unlock(&retention->lock);
	return stopping;
}

static void *run(void *context)
{
	struct retention *retention = context;

	do
		look(retention);
	while (!wait_an_hour(retention));
	return NULL;
}

static void init_wait(struct retention *retention)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&retention->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_mutex_init(&retention->lock, NULL);
}

static void release(struct retention *retention)
{
	store_port_close(retention->port);
	pthread_cond_destroy(&retention->changed);
	pthread_mutex_destroy(&retention->lock);
	free(retention);
}

int retention_start(struct store *store, int64_t invites_seconds,
		    struct retention **ret_retention, struct fail *fail)
{
	struct retention *retention = calloc(1, sizeof(*retention));

	if (!retention)
		return fail_set(fail, "out of memory");
	retention->invites_seconds = invites_seconds;
	retention->ahead_ms = clock_now_ms() - clock_mono_ms();
	init_wait(retention);
	if (store_port_open(store, NULL, NULL, &retention->port, fail) < 0) {
		release(retention);
		return -1;
	}
	if (pthread_create(&retention->thread, NULL, run, retention)) {
		release(retention);
		return fail_set(fail, "could not start a thread");
	}
	*ret_retention = retention;
	return 0;
}

void retention_stop(struct retention *retention)
{
	if (!retention)
		return;
	pthread_mutex_lock(&retention->lock);
	retention->stopping = true;
	pthread_cond_signal(&retention->changed);
	pthread_mutex_unlock(&retention->lock);
	pthread_join(retention->thread, NULL);
	release(retention);
}
