/*
 * dispatch.c: route, key, type of the body; then the handler.
 */
#include "base/base.h"

#include "http/dispatch.h"

#include "base/clock.h"
#include "http/auth.h"
#include "http/errors.h"
#include "http/once.h"
#include "http/operation.h"
#include "http/router.h"

/* The type of a body is not guessed if its header names another one. An empty
 * body needs no type: SDKs send one anyway. */
static int check_content_type(struct request *request)
{
	const char *wanted = request->route->body == BODY_FORM
				 ? "application/x-www-form-urlencoded"
				 : "application/json";
	struct str type, parameters;

	if (request->route->body == BODY_NONE || request->body.len == 0 ||
	    request->content_type.len == 0)
		return 0;
	str_cut(request->content_type, ';', &type, &parameters);
	if (str_is_nocase(str_trim(type), wanted))
		return 0;
	return answer_error(request, 415, "invalid_content_type", NULL,
			    "The request's Content-Type is not supported: send "
			    "the body as %s.",
			    wanted);
}

static int check_content_encoding(struct request *request)
{
	if (request->route->body == BODY_NONE || request->body.len == 0 ||
	    request->content_encoding.len == 0 ||
	    str_is_nocase(str_trim(request->content_encoding), "identity"))
		return 0;
	answer_header(request, "Accept-Encoding", "identity");
	return answer_error(request, 415, "invalid_content_encoding", NULL,
			    "The request's Content-Encoding is not supported: "
			    "send the body as it is, without compression.");
}

static void start(struct request *request)
{
	if (request->route->handle)
		request->route->handle(request);
	else
		operation_run(request);
}

static void handle(struct request *request)
{
	if (check_content_encoding(request) == 0 &&
	    check_content_type(request) == 0)
		start(request);
}

static void let_in(struct request *request)
{
	(void)request; /* its body may come */
}

void request_admit(struct request *request)
{
	request->at_the_door = true;
	thread_catch_up(request->thread);
	if (router_find(request) == 0 && request->route->access == ACCESS_ADMIN)
		auth_check(request, let_in);
}

void request_dispatch(struct request *request)
{
	request->now_ms = clock_now_ms();
	request->began_us = clock_mono_us();
	request->at_the_door = false;
	thread_catch_up(request->thread);
	if (once_begin(request) < 0)
		return;
	if (auth_holds(request)) {
		handle(request);
		return;
	}
	request->header_count = 0;
	request->organization = request->key = 0;
	if (router_find(request) < 0)
		return;
	if (request->route->access == ACCESS_ADMIN)
		auth_check(request, handle);
	else
		handle(request);
}
