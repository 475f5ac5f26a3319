/*
 * operation.c: executes the routes' tables.
 */
#include "base/base.h"

#include "http/operation.h"

#include "http/errors.h"

/* ---- what goes in ---- */

/* An id of another kind is 0, which is no id. */
void operation_put_ids(const struct request *request, const struct route *route,
		       void *in)
{
	for (size_t i = 0; i < PATH_PARAMS_MAX; i++) {
		if (route->ids[i])
			*(int64_t *)((char *)in + route->ids[i] - 1) =
			    request->ids[i];
	}
}

static int read_fields(struct request *request, void *in)
{
	const struct route *route = request->route;
	struct value values[BODY_FIELDS_MAX];

	if (!route->fields || (route->body_optional && request->body.len == 0))
		return 0;
	if (body_read(request, route->fields, route->field_count, values) < 0)
		return -1;
	body_fill(route->fields, route->field_count, values, in);
	return 0;
}

/* ---- what comes out ---- */

/* Whether `name` is "<subject><suffix>", and the code of the result begins with
 * the subject: "project_id" and "project_archived". */
static bool is_about(struct str name, struct str suffix, struct str code)
{
	size_t len = name.len - suffix.len;

	return name.len > suffix.len && code.len > len &&
	       memcmp(name.data + len, suffix.data, suffix.len) == 0 &&
	       memcmp(name.data, code.data, len) == 0 && code.data[len] == '_';
}

/* In the path: "/organization/projects/{project_id}/users". */
static const char *param_of_path(struct request *request, struct str code)
{
	struct str rest = str_of(request->route->path), name;

	while (str_cut(rest, '{', &name, &rest)) {
		str_cut(rest, '}', &name, &rest);
		if (is_about(name, STR("_id"), code))
			return arena_str(&request->arena, name);
	}
	return NULL;
}

static const char *param_of_body(const struct route *route, struct str suffix,
				 struct str code)
{
	for (size_t i = 0; i < route->field_count; i++) {
		if (is_about(str_of(route->fields[i].name), suffix, code))
			return route->fields[i].name;
	}
	return NULL;
}

/* Also one that is named like its subject: "email" and "email_not_found". */
static const char *param_of_result(struct request *request)
{
	struct str code = str_of(result_code(request->op.result));
	const char *param = param_of_path(request, code);

	if (!param)
		param = param_of_body(request->route, STR("_id"), code);
	return param ? param : param_of_body(request->route, STR(""), code);
}

bool answer_refused(struct request *request)
{
	if (request->op.result == RESULT_OK)
		return false;
	answer_result(request, param_of_result(request));
	return true;
}

void answer_item(struct request *request, const struct shape *shape,
		 const void *item)
{
	struct jw jw = answer_json(request);

	shape_write(&jw, shape, item, request->now_ms / 1000);
	answer_json_end(request);
}

static void answer_list(struct request *request)
{
	const struct route *route = request->route;
	struct jw jw = answer_json(request);

	shape_write_list(&jw, route->shape, route->list->envelope,
			 request->op.out, request->now_ms / 1000);
	answer_json_end(request);
}

/* The last id of the path is what was deleted. */
static void answer_deleted(struct request *request)
{
	int64_t id = 0;
	struct jw jw = answer_json(request);

	for (size_t i = 0; i < PATH_PARAMS_MAX && request->params[i]; i++)
		id = request->ids[i];
	shape_write_deleted(&jw, request->route->shape, id, request->op.out);
	answer_json_end(request);
}

static void finished(struct request *request)
{
	const struct route *route = request->route;

	if (answer_refused(request))
		return;
	if (route->list)
		answer_list(request);
	else if (route->method == METHOD_DELETE)
		answer_deleted(request);
	else
		answer_item(request, route->shape, request->op.out);
}

void operation_run(struct request *request)
{
	const struct route *route = request->route;
	void *in = request_verb(request, route->verb);

	if (!in ||
	    query_read(request, route->list ? route->list : route->query, in) <
		0 ||
	    read_fields(request, in) < 0)
		return;
	operation_put_ids(request, route, in);
	if (route->prepare && route->prepare(request, in) < 0)
		return;
	request_submit(request, finished);
}

/* ---- checking the tables ---- */

static size_t count_ids(const struct route *route)
{
	size_t count = 0;

	while (count < PATH_PARAMS_MAX && route->ids[count])
		count++;
	return count;
}

/* A path has its ids, and room for each in what the verb takes. */
static bool has_its_ids(const struct route *route)
{
	struct str rest = str_of(route->path), head;
	size_t named = 0;

	while (str_cut(rest, '{', &head, &rest))
		named++;
	for (size_t i = 0; i < count_ids(route); i++) {
		if (route->ids[i] - 1 + sizeof(int64_t) > route->verb->size_in)
			return false;
	}
	return named == count_ids(route);
}

static bool has_its_fields(const struct route *route)
{
	return route->field_count <= BODY_FIELDS_MAX &&
	       (route->field_count > 0) == (route->fields != NULL) &&
	       (route->fields == NULL || route->body == BODY_JSON) &&
	       body_fits(route->fields, route->field_count,
			 route->verb->size_in);
}

/* An answer holds one thing as its first member, or a page of them. */
static bool has_its_answer(const struct route *route)
{
	if (!route->shape)
		return false;
	if (route->list)
		return route->verb->size_out == sizeof(struct list_out) &&
		       query_fits(route->list, route->verb->size_in);
	if (route->query && !query_fits(route->query, route->verb->size_in))
		return false;
	return route->method == METHOD_DELETE
		   ? route->shape->removed <= route->verb->size_out
		   : route->verb->size_out >= route->shape->size;
}

bool operation_is_sound(const struct route *route)
{
	if (route->handle)
		return route->verb == NULL;
	return route->verb && has_its_ids(route) && has_its_fields(route) &&
	       has_its_answer(route);
}
