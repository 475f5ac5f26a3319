/*
 * errors.c: how errors are written; core/result.h has their words.
 *
 * The SDKs repeat 408, 409, 429 and 5xx by themselves. So 409 is not used, and
 * every answer that a retry cannot change, or that must not be retried at once,
 * says so in x-should-retry.
 */
#include "base/base.h"

#include "http/errors.h"

#include <stdarg.h>

#include "http/router.h"

struct error_text {
	int status;
	const char *code;
	const char *message;
};

static const struct error_text error_texts[] = {
#define X(name, status, code, sentence) { status, code, sentence },
	RESULTS(X)
#undef X
};

int result_status(enum result result)
{
	return error_texts[result].status;
}

const char *result_code(enum result result)
{
	return error_texts[result].code;
}

static void write_error(struct request *request, int status, const char *code,
			const char *param, const char *message)
{
	struct jw jw;

	buf_clear(&request->out);
	jw_init(&jw, &request->out);
	jw_object(&jw);
	jw_key(&jw, "error");
	jw_object(&jw);
	jw_key(&jw, "message");
	jw_text(&jw, message);
	jw_key(&jw, "type");
	jw_text(&jw, status >= 500 ? "server_error" : "invalid_request_error");
	jw_key(&jw, "param");
	jw_text(&jw, param);
	jw_key(&jw, "code");
	jw_text(&jw, code);
	jw_end_object(&jw);
	jw_end_object(&jw);
	buf_add_char(&request->out, '\n');
	if (status == 401)
		answer_header(request, "WWW-Authenticate", "Bearer");
	if (status >= 500)
		answer_header(request, "Retry-After", "1");
	else if (status != 408 && status != 429)
		answer_header(request, "x-should-retry", "false");
	answer(request, status, "application/json");
}

int answer_error(struct request *request, int status, const char *code,
		 const char *param, const char *format, ...)
{
	char message[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(message, sizeof(message), format, arguments);
	va_end(arguments);
	write_error(request, status, code, param, message);
	return -1;
}

const char *quoted(struct request *request, struct str text)
{
	char *quote = arena_alloc(&request->arena, QUOTE_MAX + sizeof("..."));
	size_t len = 0;

	if (!quote)
		return "...";
	for (size_t octets; text.len > 0; text.data += octets) {
		octets = str_utf8_char(text);
		if (len + octets > QUOTE_MAX) {
			memcpy(quote + len, "...", sizeof("..."));
			return quote;
		}
		if (octets == 0 ||
		    str_has_control((struct str){ text.data, octets })) {
			quote[len++] = '?';
			octets = octets ? octets : 1;
		} else {
			memcpy(quote + len, text.data, octets);
			len += octets;
		}
		text.len -= octets;
	}
	quote[len] = '\0';
	return quote;
}

/* Clients retry by themselves; here that would do it twice. */
static void answer_uncertain(struct request *request, const char *what_to_do)
{
	answer_header(request, "x-should-retry", "false");
	write_error(request, 503, "service_unavailable", NULL,
		    arena_printf(&request->arena,
				 "The server lost its storage while it wrote. "
				 "%s",
				 what_to_do));
}

void answer_result(struct request *request, const char *param)
{
	const struct error_text *text = &error_texts[request->op.result];

	if (request->op.result == RESULT_STORE_UNCERTAIN && request->route &&
	    request->route->if_uncertain) {
		answer_uncertain(request, request->route->if_uncertain);
		return;
	}
	if (text->status == 401) /* a key revoked meanwhile: not the path's */
		param = NULL;
	write_error(request, text->status, text->code,
		    text->status < 500 ? param : NULL, text->message);
}

void answer_too_large(struct request *request, size_t most)
{
	(void)answer_error(request, 413, "request_too_large", NULL,
			   "The request's body is too large: at most %zu "
			   "bytes.",
			   most);
}

void answer_unavailable(struct request *request)
{
	request->op.result = RESULT_OUT_OF_MEMORY;
	answer_result(request, NULL);
}
