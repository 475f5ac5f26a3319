/*
 * timing.h: how long answers took, by route, for Prometheus.
 *
 * Each thread counts for itself, in a place for each of its router's routes:
 * two additions an answer, and nothing that another thread writes to.
 */
#ifndef HTTP_TIMING_H
#define HTTP_TIMING_H

#include "base/base.h"

#include <stdatomic.h>

#include "base/buf.h"
#include "base/fail.h"

struct http_service;
struct http_thread;
struct request;

#define TIMING_BOUNDS 12

/* Of one route, by one thread. */
struct timing {
	atomic_llong
	    buckets[TIMING_BOUNDS + 1]; /* the last: all that is more */
	atomic_llong sum_us;
};

/* Places for the routes of the thread's router; free() takes them. */
int timing_open(struct http_thread *thread, struct fail *fail) MUST_CHECK;

/* Its answer is about to leave. One without a route is not counted, nor one of
 * a thread without places. */
void timing_add(const struct request *request);

/* Routes that nobody has asked for are left out. */
void timing_metrics(const struct http_service *service, struct buf *out);

#endif
