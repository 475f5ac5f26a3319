/*
 * waiting.c: a thread that reports what a slow start is waiting for.
 */
#include "base/base.h"

#include "waiting.h"

#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#define FIRST_MS (10 * SECOND_MS)
#define NEXT_MS	 MINUTE_MS

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	bool started, ended;
	const char *what;
} waiting = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
};

/* True where it has ended before `ms` were over. */
static bool ends_within(int64_t ms)
{
	int64_t until = clock_mono_ms() + ms;

	while (!waiting.ended &&
	       clock_condition_wait(&waiting.changed, &waiting.lock, until))
		;
	return waiting.ended;
}

static void *look_on(void *unused)
{
	int64_t since = clock_mono_ms(), pause = FIRST_MS;

	pthread_mutex_lock(&waiting.lock);
	while (!ends_within(pause)) {
		log_event(
		    LOG_WARN, "still_waiting", LOG_S("for", waiting.what),
		    LOG_I("seconds", (clock_mono_ms() - since) / SECOND_MS));
		pause = NEXT_MS;
	}
	pthread_mutex_unlock(&waiting.lock);
	return unused;
}

void waiting_begin(const char *what)
{
	clock_condition_init(&waiting.changed);
	waiting.what = what;
	waiting.ended = false;
	waiting.started = thread_start(&waiting.thread, look_on, NULL) == 0;
}

void waiting_end(void)
{
	pthread_mutex_lock(&waiting.lock);
	waiting.ended = true;
	pthread_cond_signal(&waiting.changed);
	pthread_mutex_unlock(&waiting.lock);
	if (waiting.started)
		pthread_join(waiting.thread, NULL);
	waiting.started = false;
	pthread_cond_destroy(&waiting.changed);
}
