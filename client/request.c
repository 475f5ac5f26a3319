/*
 * request.c: see request.h.
 */
#include "base/base.h"
#include "request.h"

#include "base/clock.h"
#include "cancel.h"

static void release(void *handed_out)
{
	request_drop(request_of(handed_out));
}

static int check_options(const struct inv_call *call, struct inv_error *err)
{
	if (call->timeout_ms < 0 || call->deadline_ms < 0)
		return error_set(err, INV_ERROR_USAGE, "%s cannot be negative.",
				 call->timeout_ms < 0 ? "timeout_ms"
						      : "deadline_ms");
	if (call->max_retries < INV_NO_RETRIES)
		return error_set(err, INV_ERROR_USAGE,
				 "max_retries cannot be %d.",
				 call->max_retries);
	return 0;
}

static void take_options(struct request *request, const struct inv_call *call)
{
	if (call->timeout_ms)
		request->timeout_ms = call->timeout_ms;
	if (call->max_retries)
		request->max_retries = call->max_retries;
	request->deadline_ms = call->deadline_ms;
	request->cancel = call->cancel;
}

struct request *request_new(struct inv_client *client,
			    const struct operation *operation,
			    const struct inv_call *call, struct inv_error *err)
{
	struct request *request;

	if (call && check_options(call, err))
		return NULL;
	request = calloc(1, sizeof(*request));
	if (!request) {
		error_memory(err);
		return NULL;
	}
	arena_init_with(&request->memory, request->first,
			sizeof(request->first), REQUEST_MAX);
	buf_init(&request->url, URL_MAX);
	request->holders = 1;
	request->client = client;
	request->operation = operation;
	request->timeout_ms = client->timeout_ms;
	request->max_retries = client->max_retries;
	request->number = client_next_call(client);
	request->handle = (struct handle){ release, NO_META };
	if (call)
		take_options(request, call);
	request->http.timeout_ms = request_time_left(request);
	request->http.cancel_fd = cancel_fd(request->cancel);
	return request;
}

struct request *request_of(const struct inv_http_request *http)
{
	return CONTAINER_OF((void *)(uintptr_t)http, struct request, http);
}

struct request *request_hold(struct request *request)
{
	__atomic_add_fetch(&request->holders, 1, __ATOMIC_RELAXED);
	return request;
}

/* What is freed holds no key; lines that are the client's are its business. */
static void forget(struct request *request)
{
	if (!request->has_own_lines)
		return;
	for (size_t i = 0; i < request->http.headers_len; i++) {
		const char *line = request->http.headers[i];

		explicit_bzero((char *)(uintptr_t)line, strlen(line));
	}
}

void request_drop(struct request *request)
{
	if (!request ||
	    __atomic_sub_fetch(&request->holders, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	forget(request);
	buf_release(&request->url);
	arena_release(&request->memory);
	free(request);
}

void request_begin(struct request *request)
{
	request->deadline_mono =
	    request->deadline_ms ? clock_mono_ms() + request->deadline_ms : 0;
}

bool request_is_late(const struct request *request)
{
	return request->deadline_mono &&
	       clock_mono_ms() >= request->deadline_mono;
}

int64_t request_time_left(const struct request *request)
{
	int64_t left = request->deadline_ms;

	if (!left)
		return request->timeout_ms;
	if (request->deadline_mono)
		left = request->deadline_mono - clock_mono_ms();
	if (left > request->timeout_ms)
		left = request->timeout_ms;
	return left > 0 ? left : 1;
}
