/*
 * fuzz_request.c: any text as a request (see tests/http/service.h for its
 * form), with a real store behind it. Whatever comes, there is one answer: of
 * a status that we give on purpose, and whole.
 */
#include "base/base.h"

#include <jansson.h>

#include "fuzz.h"
#include "service.h"

#define LIFE 20000 /* requests, before the database is made anew */

/* Only what is our own fault could be another one. */
static bool is_expected(int status)
{
	static const int expected[] = { 200, 303, 304, 400, 401,
					404, 405, 410, 415, 429 };

	for (size_t i = 0; i < COUNT_OF(expected); i++) {
		if (status == expected[i])
			return true;
	}
	return false;
}

static void check_error(const json_t *json)
{
	const json_t *error = json_object_get(json, "error");
	const char *message =
	    json_string_value(json_object_get(error, "message"));

	require(json_object_size(json) == 1 && json_object_size(error) == 4);
	require(message && message[0]);
	require(str_is(STR("invalid_request_error"),
		       json_string_value(json_object_get(error, "type"))));
	require(json_object_get(error, "param"));
	require(json_object_get(error, "code"));
	/* A message is no mirror: nothing in it moves a terminal's cursor. */
	require(!str_has_control(str_of(message)));
}

static void check_json(const struct request *request)
{
	json_t *json = json_loadb(request->out.data, request->out.len, 0, NULL);

	require(json_is_object(json));
	if (request->status >= 400)
		check_error(json);
	else
		require(json_is_string(json_object_get(json, "object")));
	json_decref(json);
}

static void check_page(struct str page)
{
	require(str_starts_with(page, "<!doctype html>") ||
		str_starts_with(page, "<!DOCTYPE html>"));
	require(memmem(page.data, page.len, "</html>", 7));
	require(str_is_utf8(page));
}

/* Nothing that came in may begin a line of its own. */
static void check_headers(const struct request *request)
{
	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		require(header->name[0]);
		require(!str_has_control(str_of(header->name)));
		require(!str_has_control(str_of(header->value)));
	}
}

static void check_answer(const struct request *request)
{
	const char *type = request->content_type_out;

	require(is_expected(request->status));
	require(buf_ok(&request->out));
	require(type != NULL);
	check_headers(request);
	if (strcmp(type, "application/json") == 0)
		check_json(request);
	else if (str_starts_with(str_of(type), "text/html"))
		check_page(buf_str(&request->out));
	else
		require(request->status == 200 || request->status == 303 ||
			request->status == 304);
}

int fuzz_one(const uint8_t *data, size_t size)
{
	static unsigned long count;
	struct request request;

	if (count == 0)
		atexit(service_close);
	if (count++ % LIFE == 0) {
		if (count > 1)
			service_close();
		service_open();
	}
	service_read(&request, (struct str){ (const char *)data, size });
	service_answer(&request);
	check_answer(&request);
	request_release(&request);
	return 0;
}
