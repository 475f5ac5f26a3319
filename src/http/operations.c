/*
 * operations.c: for those who keep the daemon running.
 */
#include "base/base.h"

#include "http/operations.h"

#include "http/errors.h"
#include "http/request.h"
#include "store/outbox.h"

void operations_alive(struct request *request)
{
	buf_add_text(&request->out, "ok\n");
	answer(request, 200, "text/plain; charset=utf-8");
}

static void answer_readiness(struct request *request, bool store_ready)
{
	struct http_service *service = request->service;
	struct fail fail = { "it cannot be read" };
	bool ready = store_ready;

	buf_clear(&request->out);
	if (!store_ready) {
		(void)store_healthy(service->store, &fail);
		buf_addf(&request->out, "store: %s\n", fail.message);
	}
	if (!service->ready(service->context, &request->out))
		ready = false;
	if (ready)
		buf_add_text(&request->out, "ok\n");
	answer(request, ready ? 200 : 503, "text/plain; charset=utf-8");
}

static void write_probed(struct request *request)
{
	answer_readiness(request, request->op.result == RESULT_OK);
}

/* A write only where the last one failed: watching costs the disk nothing. */
static void read_probed(struct request *request)
{
	struct fail fail;

	if (request->op.result != RESULT_OK)
		answer_readiness(request, false);
	else if (store_healthy(request->service->store, &fail))
		answer_readiness(request, true);
	else
		request_ask(request, &verb_probe, write_probed);
}

void operations_ready(struct request *request)
{
	request_ask(request, &verb_outbox_count, read_probed);
}

static void add_request_metrics(const struct http_service *service,
				struct buf *out)
{
	buf_add_text(out, "# HELP invited_http_requests_total Answers by "
			  "class of status.\n"
			  "# TYPE invited_http_requests_total counter\n");
	for (size_t i = 2; i < COUNT_OF(service->answers); i++)
		buf_addf(out,
			 "invited_http_requests_total{status=\"%zuxx\"} %llu\n",
			 i, (unsigned long long)service->answers[i]);
	buf_addf(out,
		 "# HELP invited_http_requests_waiting Requests that wait for "
		 "the store.\n"
		 "# TYPE invited_http_requests_waiting gauge\n"
		 "invited_http_requests_waiting %llu\n",
		 (unsigned long long)service->parked);
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
	buf_addf(out,
		 "# HELP invited_outbox_mails Mails that wait to be delivered."
		 "\n# TYPE invited_outbox_mails gauge\n"
		 "invited_outbox_mails %lld\n"
		 "# HELP invited_outbox_oldest_seconds Age of the oldest.\n"
		 "# TYPE invited_outbox_oldest_seconds gauge\n"
		 "invited_outbox_oldest_seconds %lld\n",
		 (long long)mails->waiting,
		 mails->oldest_ms
		     ? (long long)(request->now_ms - mails->oldest_ms) / 1000
		     : 0);
	store_metrics(service->store, out);
	service->metrics(service->context, out);
	answer(request, 200, "text/plain; version=0.0.4; charset=utf-8");
}

void operations_metrics(struct request *request)
{
	request_ask(request, &verb_outbox_count, outbox_counted);
}
