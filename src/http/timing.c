/*
 * timing.c: how long answers took, by route.
 */
#include "base/base.h"

#include "http/timing.h"

#include "base/clock.h"
#include "base/metric.h"
#include "http/request.h"
#include "http/router.h"
#include "http/service.h"

static const struct metric durations = {
	.name = "invited_http_request_duration_seconds",
	.type = METRIC_HISTOGRAM,
	.help = "From when a request was all there until its answer left.",
};

/* The first fits a read from memory, the middle one an fsync. */
static const struct metric_bound bounds[] = {
	{ 250, "0.00025" }, { 500, "0.0005" }, { 1000, "0.001" },
	{ 2500, "0.0025" }, { 5000, "0.005" }, { 10000, "0.01" },
	{ 25000, "0.025" }, { 50000, "0.05" }, { 100000, "0.1" },
	{ 250000, "0.25" }, { 1000000, "1" },  { 5000000, "5" },
};
_Static_assert(COUNT_OF(bounds) == TIMING_BOUNDS, "one more bucket than these");

static const char *const method_words[] = {
	[METHOD_GET] = "GET",
	[METHOD_POST] = "POST",
	[METHOD_DELETE] = "DELETE",
	[METHOD_ANY] = "any",
};

int timing_open(struct http_thread *thread, struct fail *fail)
{
	thread->timings = calloc(router_route_count(thread->router),
				 sizeof(*thread->timings));
	return thread->timings ? 0 : fail_set(fail, "out of memory");
}

void timing_add(const struct request *request)
{
	const struct http_thread *thread = request->thread;
	int64_t took = clock_mono_us() - request->began_us;
	struct timing *timing;
	size_t i = 0;

	if (!request->route || !thread->timings)
		return;
	timing =
	    &thread->timings[router_number(thread->router, request->route)];
	while (i < TIMING_BOUNDS && took > bounds[i].most)
		i++;
	http_count(&timing->buckets[i], 1);
	http_count(&timing->sum_us, took);
}

/* ---- adding up ---- */

struct times {
	int64_t buckets[TIMING_BOUNDS + 1], sum_us, count;
};

static void add(struct times *times, const struct timing *timing)
{
	for (size_t i = 0; i < COUNT_OF(times->buckets); i++) {
		int64_t more = http_counted(&timing->buckets[i]);

		times->buckets[i] += more;
		times->count += more;
	}
	times->sum_us += http_counted(&timing->sum_us);
}

/* By all threads from `first` on, whichever routers they have. */
static struct times times_of(const struct http_thread *first,
			     const struct route *route)
{
	struct times times = { .count = 0 };

	for (const struct http_thread *t = first; t; t = t->next) {
		size_t number = router_number(t->router, route);

		if (t->timings && number < router_route_count(t->router))
			add(&times, &t->timings[number]);
	}
	return times;
}

/* Whether a thread before this one has the route, and it was written there. */
static bool is_written(const struct http_service *service,
		       const struct http_thread *thread,
		       const struct route *route)
{
	const struct http_thread *t = service->threads;

	while (t != thread &&
	       router_number(t->router, route) == router_route_count(t->router))
		t = t->next;
	return t != thread;
}

static void write_route(const struct http_thread *first,
			const struct route *route, struct buf *out)
{
	struct times times = times_of(first, route);
	char labels[256];

	if (times.count == 0)
		return;
	snprintf(labels, sizeof(labels), "method=\"%s\",route=\"%s\"",
		 method_words[route->method], route->path);
	metric_add_times(out, &durations, labels, bounds, COUNT_OF(bounds),
			 times.buckets, times.sum_us);
}

void timing_metrics(const struct http_service *service, struct buf *out)
{
	metric_begin(out, &durations);
	for (const struct http_thread *t = service->threads; t; t = t->next) {
		for (size_t i = 0; i < router_route_count(t->router); i++) {
			const struct route *route = router_route(t->router, i);

			if (!is_written(service, t, route))
				write_route(t, route, out);
		}
	}
}
