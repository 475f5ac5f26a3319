/*
 * watch.c: keeps memory and store in step.
 *
 * It asks nothing while no gateway does: then it sleeps until one does.
 */
#include "base/base.h"

#include "gate/watch.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/thread.h"
#include "store/keys/gate.h"

#define PAUSE_MS  250
#define ARENA_MAX (1024 * 1024)

struct watch {
	struct gate *gate;
	struct store_port *port;
	pthread_t thread;
	bool runs;
	atomic_bool asleep;   /* until a key is asked for */
	pthread_mutex_t lock; /* of the rest */
	pthread_cond_t changed;
	bool stopping;
	size_t used_count;
	int64_t used[TOUCH_MAX];
};

/* ---- whether rights have changed ---- */

static void confirm(struct watch *watch, const int64_t *ids, size_t count)
{
	struct gate *gate = watch->gate;
	const struct moment asked = { clock_mono_ms(),
				      store_rights_moved(gate->store) };
	const struct rights_get_in in = { ids, count };
	struct rights_get_out out;
	struct arena arena;
	enum result result;

	arena_init(&arena, ARENA_MAX);
	result = store_ask(watch->port, &arena, &verb_rights_get, 0, &in, &out);
	gate->away = result != RESULT_OK;
	if (result == RESULT_OK)
		memory_confirm(gate->memory, ids, out.generations, count,
			       &asked);
	arena_release(&arena);
}

/* How many organizations are in use. */
static size_t confirm_all(struct watch *watch)
{
	int64_t ids[MEMORY_ORGANIZATIONS];
	size_t count =
	    memory_organizations(watch->gate->memory, clock_mono_ms(), ids);

	for (size_t i = 0; i < count; i += RIGHTS_MAX)
		confirm(watch, ids + i,
			count - i < RIGHTS_MAX ? count - i : RIGHTS_MAX);
	return count;
}

/* ---- last use ---- */

bool watch_has_room(struct watch *watch)
{
	bool room;

	pthread_mutex_lock(&watch->lock);
	room = watch->used_count < TOUCH_MAX;
	pthread_mutex_unlock(&watch->lock);
	return room;
}

void watch_use(struct watch *watch, int64_t key)
{
	pthread_mutex_lock(&watch->lock);
	if (watch->used_count < TOUCH_MAX)
		watch->used[watch->used_count++] = key;
	pthread_mutex_unlock(&watch->lock);
}

static void write_uses(struct watch *watch)
{
	int64_t keys[TOUCH_MAX];
	struct keys_touch_in in = { .keys = keys };
	struct arena arena;

	pthread_mutex_lock(&watch->lock);
	in.count = watch->used_count;
	memcpy(keys, watch->used, in.count * sizeof(*keys));
	watch->used_count = 0;
	pthread_mutex_unlock(&watch->lock);
	if (in.count == 0)
		return;
	arena_init(&arena, ARENA_MAX);
	/* If it fails, the next minute brings the next chance. */
	(void)store_ask(watch->port, &arena, &verb_keys_touch, 0, &in, NULL);
	arena_release(&arena);
}

/* ---- the thread ---- */

/* Until the next round; where nothing is in use, until something is. False: it
 * is to stop. */
static bool rest(struct watch *watch, bool in_use)
{
	int64_t end = clock_mono_ms() + PAUSE_MS;
	bool goes_on;

	pthread_mutex_lock(&watch->lock);
	watch->asleep = !in_use;
	while (!watch->stopping && watch->asleep)
		pthread_cond_wait(&watch->changed, &watch->lock);
	while (!watch->stopping && in_use &&
	       clock_condition_wait(&watch->changed, &watch->lock, end))
		;
	goes_on = !watch->stopping;
	pthread_mutex_unlock(&watch->lock);
	return goes_on;
}

static void *run(void *context)
{
	struct watch *watch = context;
	bool in_use;

	do {
		in_use = confirm_all(watch) > 0;
		write_uses(watch);
	} while (rest(watch, in_use));
	write_uses(watch);
	return NULL;
}

void watch_wake(struct watch *watch)
{
	if (!watch->asleep)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->asleep = false;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
}

int watch_start(struct gate *gate, struct watch **ret_watch, struct fail *fail)
{
	struct watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return fail_set(fail, "out of memory");
	watch->gate = gate;
	pthread_mutex_init(&watch->lock, NULL);
	clock_condition_init(&watch->changed);
	*ret_watch = watch;
	if (store_port_open(gate->store, NULL, NULL, &watch->port, fail) < 0)
		return -1;
	if (thread_start(&watch->thread, run, watch))
		return fail_set(fail, "could not start the gate's thread");
	watch->runs = true;
	return 0;
}

void watch_stop(struct watch *watch)
{
	if (!watch)
		return;
	pthread_mutex_lock(&watch->lock);
	watch->stopping = true;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->lock);
	if (watch->runs)
		pthread_join(watch->thread, NULL);
	store_port_close(watch->port);
	pthread_cond_destroy(&watch->changed);
	pthread_mutex_destroy(&watch->lock);
	free(watch);
}
