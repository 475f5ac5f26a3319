/*
 * sample.h: how long things took and what they cost, measured the same way by
 * every program of the bench.
 *
 * Times go into a log-linear histogram: 64 steps to each power of two, so that
 * a quantile is off by less than one percent whatever its size, and recording
 * is two instructions' worth of arithmetic.
 */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include "base/base.h"

#include <sys/types.h>

#define SAMPLE_STEP_BITS 6
#define SAMPLE_SLOTS	 ((64 - SAMPLE_STEP_BITS + 1) << SAMPLE_STEP_BITS)

struct sample {
	const char *mode;
	int width;    /* how many at a time */
	pid_t server; /* whose CPU is read besides our own; 0 = nobody's */
	uint64_t slots[SAMPLE_SLOTS];
	uint64_t count, failures;
	int64_t max_ns, since_ns, until_ns;
	int64_t own_cpu_ns, server_cpu_ns; /* over the window */
	int64_t machine_ns; /* CPU of the whole machine over it */
};

/* Monotonic nanoseconds. */
int64_t sample_now_ns(void);

/* Forgets all and starts a window now: what came before was warming up. */
void sample_start(struct sample *sample);

/* One more of them, that took `ns`. */
void sample_add(struct sample *sample, int64_t ns);

/* Ends the window. */
void sample_stop(struct sample *sample);

/* The time that a share `part` (0 .. 1) of them did not exceed. */
int64_t sample_quantile_ns(const struct sample *sample, double part);

/* One line of JSON on standard output, flushed. `extra` (may be NULL) is more
 * members, beginning with a comma. */
void sample_print(const struct sample *sample, const char *extra);

#endif
