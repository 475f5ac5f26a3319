/*
 * clock.c: wall clock and monotonic clock, in milliseconds.
 */
#include "base/base.h"
#include "base/clock.h"

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
