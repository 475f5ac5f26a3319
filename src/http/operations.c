/*
 * operations.c: health, readiness and metrics.
 */
#include "base/base.h"

#include "http/operations.h"

#include "base/metric.h"
#include "base/clock.h"
#include "http/errors.h"
#include "http/request.h"
#include "http/timing.h"
#include "store/mail/outbox.h"

void operations_alive(struct request *request)
{
	buf_add_text(&request->out, "ok\n");
	answer(request, 200, "text/plain; charset=utf-8");
}

/* Where daemons share a database, all go by its clock in the end. */
static bool clock_is_right(struct request *request)
{
	const struct clock_out *found = request->state;
	int64_t apart =
	    found && found->clock_ms ? clock_now_ms() - found->clock_ms : 0;

	if (-CLOCKS_APART_MS <= apart && apart <= CLOCKS_APART_MS)
		return true;
	buf_addf(&request->out,
		 "clock: this machine's is %lld s %s the database's: set it "
		 "right, or invites expire at the wrong time\n",
		 (long long)(llabs(apart) / 1000),
		 apart > 0 ? "ahead of" : "behind");
	return false;
}

static void answer_readiness(struct request *request, bool store_ready)
{
	struct http_service *service = request->service;
	struct fail fail = { .message = "it cannot be read" };
	bool ready = store_ready;

	buf_clear(&request->out);
	if (!store_ready) {
		(void)store_healthy(service->store, &fail);
		buf_addf(&request->out, "store: %s\n", fail.message);
	}
	if (!service->ready(service->context, &request->out))
		ready = false;
	if (!clock_is_right(request))
		ready = false;
	if (ready)
		buf_add_text(&request->out, "ok\n");
	answer(request, ready ? 200 : 503, "text/plain; charset=utf-8");
}

static void write_probed(struct request *request)
{
	answer_readiness(request, request->op.result == RESULT_OK);
}

/* Writes only if the last write failed: monitoring costs no disk access. */
static void read_probed(struct request *request)
{
	struct fail fail;

	if (request->op.result == RESULT_OK)
		request->state = request->op.out;
	if (request->op.result != RESULT_OK)
		answer_readiness(request, false);
	else if (store_healthy(request->service->store, &fail))
		answer_readiness(request, true);
	else
		request_ask(request, &verb_probe, write_probed);
}

void operations_ready(struct request *request)
{
	request_ask(request, &verb_clock, read_probed);
}

static const struct metric requests = {
	.name = "invited_http_requests_total",
	.type = METRIC_COUNTER,
	.help = "Answers by class of status.",
};
static const struct metric requests_waiting = {
	.name = "invited_http_requests_waiting",
	.type = METRIC_GAUGE,
	.help = "Requests that wait for the store.",
};
static const struct metric mails_waiting = {
	.name = "invited_outbox_mails",
	.type = METRIC_GAUGE,
	.help = "Mails that wait to be delivered.",
};
static const struct metric oldest_mail = {
	.name = "invited_outbox_oldest_seconds",
	.type = METRIC_GAUGE,
	.help = "How long the oldest of them has waited.",
};

static const struct metric requests_refused = {
	.name = "invited_http_requests_refused_total",
	.type = METRIC_COUNTER,
	.help = "Errors answered to who showed no valid key.",
};

static const struct metric requests_not_logged = {
	.name = "invited_http_requests_not_logged_total",
	.type = METRIC_COUNTER,
	.help = "Requests without a key that the log leaves out.",
};

static const struct metric thread_requests = {
	.name = "invited_http_thread_requests_total",
	.type = METRIC_COUNTER,
	.help = "Answers by the thread that gave them.",
};

static const struct metric connections = {
	.name = "invited_http_connections",
	.type = METRIC_GAUGE,
	.help = "Open connections by the thread that serves them.",
};

/* One number of each thread. */
static void add_by_thread(const struct http_service *service,
			  const struct metric *metric,
			  int64_t (*number)(const struct http_counts *counts),
			  struct buf *out)
{
	char label[16];
	int i = 0;

	metric_begin(out, metric);
	for (const struct http_thread *t = service->threads; t; t = t->next) {
		snprintf(label, sizeof(label), "%d", i++);
		metric_add(out, metric, "thread", label, number(&t->counts));
	}
}

static int64_t answers_of(const struct http_counts *counts)
{
	int64_t sum = 0;

	for (size_t i = 0; i < COUNT_OF(counts->answers); i++)
		sum += http_counted(&counts->answers[i]);
	return sum;
}

static int64_t connections_of(const struct http_counts *counts)
{
	return http_counted(&counts->connections);
}

/* Of all threads. */
struct sums {
	int64_t answers[COUNT_OF(((struct http_counts *)0)->answers)];
	int64_t parked, refused_strangers;
};

static struct sums add_up(const struct http_service *service)
{
	struct sums sums = { .parked = 0 };

	for (const struct http_thread *t = service->threads; t; t = t->next) {
		for (size_t i = 0; i < COUNT_OF(sums.answers); i++)
			sums.answers[i] += http_counted(&t->counts.answers[i]);
		sums.parked += http_counted(&t->counts.parked);
		sums.refused_strangers +=
		    http_counted(&t->counts.refused_strangers);
	}
	return sums;
}

static int64_t not_logged(struct http_service *service)
{
	int64_t count;

	pthread_mutex_lock(&service->mutex);
	count = service->strangers.skipped_total;
	pthread_mutex_unlock(&service->mutex);
	return count;
}

static void add_request_metrics(struct http_service *service, struct buf *out)
{
	static const char *const classes[] = { NULL,  NULL,  "2xx",
					       "3xx", "4xx", "5xx" };
	struct sums sums = add_up(service);

	metric_begin(out, &requests);
	for (size_t i = 2; i < COUNT_OF(classes); i++)
		metric_add(out, &requests, "status", classes[i],
			   sums.answers[i]);
	metric_write(out, &requests_waiting, sums.parked);
	metric_write(out, &requests_refused, sums.refused_strangers);
	metric_write(out, &requests_not_logged, not_logged(service));
	add_by_thread(service, &thread_requests, answers_of, out);
	add_by_thread(service, &connections, connections_of, out);
	timing_metrics(service, out);
}

/* ---- the census ---- */

static struct census take_in(struct request *request)
{
	struct http_service *service = request->service;
	struct census census;

	pthread_mutex_lock(&service->mutex);
	census_add(&service->census, request->op.in, request->op.out,
		   request->now_ms);
	census = service->census;
	pthread_mutex_unlock(&service->mutex);
	return census;
}

static void counted_more(struct request *request)
{
	struct http_service *service = request->service;
	struct buf *out = &request->out;
	struct census census;

	if (request->op.result != RESULT_OK) {
		buf_clear(out);
		answer_result(request, NULL);
		return;
	}
	census = take_in(request);
	census_metrics(&census, request->now_ms, out);
	store_metrics(service->store, out);
	service->metrics(service->context, out);
	answer(request, 200, "text/plain; version=0.0.4; charset=utf-8");
}

static void count_more(struct request *request)
{
	struct http_service *service = request->service;
	struct census_in *in = request_verb(request, &verb_census);

	if (!in)
		return;
	pthread_mutex_lock(&service->mutex);
	*in = service->census.next;
	in->limit = CENSUS_INVITES;
	pthread_mutex_unlock(&service->mutex);
	request_submit(request, counted_more);
}

static void outbox_counted(struct request *request)
{
	struct http_service *service = request->service;
	struct buf *out = &request->out;
	const struct outbox_count_out *mails = request->op.out;

	if (request->op.result != RESULT_OK) {
		answer_result(request, NULL);
		return;
	}
	add_request_metrics(service, out);
	metric_write(out, &mails_waiting, mails->waiting);
	metric_write(
	    out, &oldest_mail,
	    mails->oldest_ms ? (request->now_ms - mails->oldest_ms) / 1000 : 0);
	count_more(request);
}

void operations_metrics(struct request *request)
{
	request_ask(request, &verb_outbox_count, outbox_counted);
}
