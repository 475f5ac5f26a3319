/*
 * error.c: what the caller is told when something went wrong.
 *
 * Everything goes into the caller's struct, nothing is allocated on the way
 * to it. Surprising here: the API does not always keep to its own error
 * object; the bare string and the object without envelope have been seen.
 */
#include "base/base.h"
#include "request.h"

#include <jansson.h>
#include <stdarg.h>

static const char *const kind_names[] = {
	[INV_ERROR_NONE] = "none",
	[INV_ERROR_USAGE] = "usage",
	[INV_ERROR_MEMORY] = "memory",
	[INV_ERROR_CONNECTION] = "connection",
	[INV_ERROR_TIMEOUT] = "timeout",
	[INV_ERROR_CANCELLED] = "cancelled",
	[INV_ERROR_ANSWER] = "answer",
	[INV_ERROR_BAD_REQUEST] = "bad_request",
	[INV_ERROR_AUTHENTICATION] = "authentication",
	[INV_ERROR_PERMISSION] = "permission",
	[INV_ERROR_NOT_FOUND] = "not_found",
	[INV_ERROR_CONFLICT] = "conflict",
	[INV_ERROR_UNPROCESSABLE] = "unprocessable",
	[INV_ERROR_RATE_LIMIT] = "rate_limit",
	[INV_ERROR_SERVER] = "server",
	[INV_ERROR_STATUS] = "status",
	[INV_ERROR_WEBHOOK] = "webhook",
};

const char *inv_error_kind_name(enum inv_error_kind kind)
{
	if ((size_t)kind >= COUNT_OF(kind_names))
		return "unknown";
	return kind_names[kind];
}

void text_copy(char *out, size_t size, struct str text)
{
	size_t used = 0;

	while (text.len > 0) {
		size_t len = str_utf8_char(text), step = len ? len : 1;

		if (used + step >= size)
			break;
		memcpy(out + used, text.data, step);
		if (len == 0)
			out[used] = '?';
		else if (str_has_control((struct str){ text.data, len }))
			memset(out + used, ' ', len);
		used += step;
		text.data += step;
		text.len -= step;
	}
	out[used] = '\0';
}

int error_set(struct inv_error *err, enum inv_error_kind kind,
	      const char *format, ...)
{
	char message[sizeof(err->message)];
	va_list args;

	if (!err)
		return -1;
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	memset(err, 0, sizeof(*err));
	err->kind = kind;
	text_copy(err->message, sizeof(err->message), str_of(message));
	return -1;
}

int error_memory(struct inv_error *err)
{
	return error_set(err, INV_ERROR_MEMORY, "There is not enough memory.");
}

int error_null(struct inv_error *err, const char *name)
{
	return error_set(err, INV_ERROR_USAGE, "%s is NULL.", name);
}

static enum inv_error_kind kind_of_status(int status)
{
	switch (status) {
	case 400:
		return INV_ERROR_BAD_REQUEST;
	case 401:
		return INV_ERROR_AUTHENTICATION;
	case 403:
		return INV_ERROR_PERMISSION;
	case 404:
	case 410:
		return INV_ERROR_NOT_FOUND;
	case 409:
		return INV_ERROR_CONFLICT;
	case 422:
		return INV_ERROR_UNPROCESSABLE;
	case 429:
		return INV_ERROR_RATE_LIMIT;
	default:
		return status >= 500 ? INV_ERROR_SERVER : INV_ERROR_STATUS;
	}
}

void error_note_answer(struct inv_error *err, const struct answer *answer)
{
	err->status = answer->status;
	err->attempts = answer->attempts;
	err->temporary = answer->temporary;
	err->retry_after_ms = answer->retry_after_ms;
	text_copy(err->request_id, sizeof(err->request_id),
		  str_of(answer->request_id));
	text_copy(err->body, sizeof(err->body), buf_str(&answer->body));
}

static void take_text(const json_t *object, const char *name, char *out,
		      size_t size)
{
	const json_t *value = json_object_get(object, name);

	if (json_is_string(value))
		text_copy(out, size,
			  (struct str){ json_string_value(value),
					json_string_length(value) });
}

/* From {"error": {...}}, {"error": "..."} or {"message": "...", ...}. */
static void note_json(struct inv_error *err, const json_t *root)
{
	const json_t *error = json_object_get(root, "error");

	if (!json_is_object(error)) {
		take_text(root, "error", err->message, sizeof(err->message));
		error = root;
	}
	take_text(error, "message", err->message, sizeof(err->message));
	take_text(error, "type", err->type, sizeof(err->type));
	take_text(error, "code", err->code, sizeof(err->code));
	take_text(error, "param", err->param, sizeof(err->param));
}

/* The first line of a plain text; a page or broken JSON says nothing. */
static void note_plain(struct inv_error *err, struct str body)
{
	struct str line, rest;

	body = str_trim(body);
	str_cut(body, '\n', &line, &rest);
	line = str_trim(line);
	if (line.len > 0 && !strchr("<{[", line.data[0]))
		text_copy(err->message, sizeof(err->message), line);
}

static void note_body(struct inv_error *err, struct str body)
{
	json_t *root = json_loadb(body.data, body.len,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);

	if (json_is_object(root))
		note_json(err, root);
	else if (json_is_string(root))
		text_copy(err->message, sizeof(err->message),
			  (struct str){ json_string_value(root),
					json_string_length(root) });
	else if (!root)
		note_plain(err, body);
	json_decref(root);
}

int error_from_answer(struct inv_error *err, const struct answer *answer)
{
	if (!err)
		return -1;
	error_set(err, kind_of_status(answer->status), "%s", "");
	error_note_answer(err, answer);
	note_body(err, buf_str(&answer->body));
	if (err->message[strspn(err->message, " ")] == '\0')
		snprintf(err->message, sizeof(err->message),
			 "The server answered with status %d and said no more.",
			 answer->status);
	return -1;
}

int error_bad_answer(struct inv_error *err, const struct answer *answer,
		     const char *reason)
{
	error_set(err, INV_ERROR_ANSWER, "%s makes no sense: %s.",
		  answer->name ? answer->name : "The server's answer", reason);
	if (err) {
		err->cause = INV_CAUSE_JSON;
		error_note_answer(err, answer);
	}
	return -1;
}
