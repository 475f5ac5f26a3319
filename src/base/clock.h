/*
 * clock.h: the only place that reads a clock. Everything else is given the time
 * as an argument.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/base.h"

#include <pthread.h>

int64_t clock_now_ms(void);  /* since 1970-01-01T00:00:00Z */
int64_t clock_mono_ms(void); /* since some moment; never runs backwards */
int64_t clock_mono_us(void); /* the same, in microseconds */

/* A condition variable whose waits go by clock_mono_ms(): setting the system
 * time neither ends nor prolongs them. */
void clock_condition_init(pthread_cond_t *condition);

/* Waits until it is signalled, false where `until` came first. As with any
 * condition, true need not mean that anything has changed. */
bool clock_condition_wait(pthread_cond_t *condition, pthread_mutex_t *mutex,
			  int64_t until);

#define SECOND_MS 1000LL
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS	  (60 * MINUTE_MS)
#define DAY_MS	  (24 * HOUR_MS)

#endif
