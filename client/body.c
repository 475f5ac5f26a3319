/*
 * body.c: see body.h.
 */
#include "base/base.h"
#include "body.h"

void body_begin(struct body *body)
{
	*body = (struct body){ 0 };
	buf_init(&body->text, REQUEST_BODY_MAX);
	jw_init(&body->jw, &body->text);
	jw_object(&body->jw);
}

void body_release(struct body *body)
{
	json_decref(body->extra);
	body->extra = NULL;
	buf_release(&body->text);
}

int body_extra(struct body *body, const char *extra, struct inv_error *err)
{
	json_error_t problem;

	body->extra = json_loads(extra, JSON_REJECT_DUPLICATES, &problem);
	if (json_is_object(body->extra))
		return 0;
	if (!body->extra &&
	    json_error_code(&problem) == json_error_out_of_memory)
		return error_memory(err);
	return error_set(err, INV_ERROR_USAGE,
			 "extra_body is not a JSON object: line %d: %s.",
			 body->extra ? 1 : problem.line,
			 body->extra ? "no object" : problem.text);
}

void body_name(struct body *body, const char *name)
{
	jw_key(&body->jw, name);
	if (body->extra)
		json_object_del(body->extra, name);
}

bool body_has(const struct body *body, const char *name)
{
	return json_object_get(body->extra, name) != NULL;
}

/* What is left of the extra body goes in behind, without its braces. */
static void add_extra(struct body *body)
{
	char *text = json_dumps(body->extra, JSON_COMPACT);
	struct str inner = str_of(text);

	if (!text) {
		body->text.failed = true;
		return;
	}
	inner = (struct str){ inner.data + 1, inner.len - 2 };
	if (inner.len > 0 && body->text.len > 1)
		buf_add_char(&body->text, ',');
	buf_add_str(&body->text, inner);
	free(text);
}

int body_end(struct body *body, struct inv_error *err)
{
	if (body->extra)
		add_extra(body);
	jw_end_object(&body->jw);
	if (buf_ok(&body->text))
		return 0;
	return error_set(err, INV_ERROR_MEMORY,
			 "There is not enough memory, or the body has more "
			 "than %zu bytes.",
			 REQUEST_BODY_MAX);
}
