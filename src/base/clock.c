/*
 * clock.c: wall clock and monotonic clock, in milliseconds.
 */
#include "base/base.h"
#include "base/clock.h"

#include <errno.h>

static int64_t read_ms(clockid_t clock)
{
	struct timespec now;

	/* Cannot fail for these clocks and a valid address. */
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

int64_t clock_now_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t clock_mono_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void clock_condition_init(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

bool clock_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
			  int64_t until)
{
	struct timespec when = {
		.tv_sec = (time_t)(until / SECOND_MS),
		.tv_nsec = (long)(until % SECOND_MS) * 1000000,
	};

	return pthread_cond_timedwait(condition, mutex, &when) != ETIMEDOUT;
}
