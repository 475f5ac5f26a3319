/*
 * operation.c: a call, from its parameters to its result.
 */
#include "base/base.h"
#include "operation.h"

#include <strings.h>

#include "page.h"
#include "params.h"

#define OUR_KEYS "sk-admin-inv_" /* what those of an invited(8) begin with */

/* ---- may it be sent? ---------------------------------------------------- */

/* Whether the host is OpenAI's, or one of its regions'. */
static bool is_openai(const char *url)
{
	static const char domain[] = "openai.com";
	const char *host = strstr(url, "://") + strlen("://");
	size_t len = strcspn(host, ":/"), tail = strlen(domain);

	while (len > 0 && host[len - 1] == '.')
		len--;
	return len >= tail &&
	       strncasecmp(host + len - tail, domain, tail) == 0 &&
	       (len == tail || host[len - tail - 1] == '.');
}

static int check_key(const struct request *request, struct inv_error *err)
{
	const char *const *lines = request->http.headers;

	if (!headers_have(lines, "Authorization"))
		return error_set(err, INV_ERROR_AUTHENTICATION,
				 "There is no admin key: set OPENAI_ADMIN_KEY "
				 "or admin_api_key.");
	if (!is_openai(request->http.url))
		return 0;
	for (; *lines; lines++)
		if (strstr(*lines, OUR_KEYS))
			return error_set(
			    err, INV_ERROR_USAGE,
			    "This admin key is one of your own server's and "
			    "is not sent to OpenAI: set OPENAI_BASE_URL or "
			    "base_url to your server.");
	return 0;
}

/* ---- the request --------------------------------------------------------- */

static int too_long(struct inv_error *err)
{
	return error_set(err, INV_ERROR_MEMORY,
			 "There is not enough memory, or the URL has more than "
			 "%zu bytes.",
			 URL_MAX);
}

/* A list's URL is kept in two parts, so that a cursor fits between them. */
static int set_url(struct request *request, const struct draft *draft,
		   const char *path, const char *const *ids,
		   struct inv_error *err)
{
	struct buf url;
	int rc = -1;

	buf_init(&url, URL_MAX);
	buf_add_text(&url, draft->base_url.len > 0 ? draft->base_url.data
						   : request->client->base_url);
	if (path_add(&url, path, ids, err) == 0) {
		request->page_url = arena_str(&request->memory, buf_str(&url));
		request->page_query =
		    arena_str(&request->memory, buf_str(&draft->query));
		rc = buf_ok(&url) && buf_ok(&draft->query) &&
			     request->page_url && request->page_query
			 ? page_turn(request, draft->after, err)
			 : too_long(err);
	}
	buf_release(&url);
	return rc;
}

static bool has_body(const struct draft *draft)
{
	const struct param *param = draft->operation->params;

	for (; !draft->is_query && param && param->name; param++)
		if (param->kind != PARAM_RAW_BODY &&
		    param->kind != PARAM_EXTRA_QUERY)
			return true;
	return false;
}

static int set_body(struct request *request, struct draft *draft,
		    struct inv_error *err)
{
	struct str body = str_of(draft->raw_body);

	if (has_body(draft)) {
		if (body_end(&draft->body, err))
			return -1;
		body = buf_str(&draft->body.text);
	} else if (!draft->raw_body) {
		return 0;
	}
	request->http.body = arena_str(&request->memory, body);
	request->http.body_len = body.len;
	return request->http.body ? 0 : error_memory(err);
}

static int fill(struct request *request, struct draft *draft, const char *path,
		const char *const *ids, const struct inv_call *call,
		struct inv_error *err)
{
	if (set_url(request, draft, path, ids, err) ||
	    set_body(request, draft, err) ||
	    headers_fill(request, call, draft->is_bare, err))
		return -1;
	return draft->is_bare ? 0 : check_key(request, err);
}

/* What differs between a call in the table and inv_request(). */
struct target {
	const char *method, *path;
	const char *const *ids;
};

static struct request *build(struct inv_client *client,
			     const struct operation *operation,
			     const struct target *target, const void *params,
			     const struct inv_call *call, struct inv_error *err)
{
	struct request *request = request_new(client, operation, call, err);
	struct draft draft;
	int rc = -1;

	if (!request)
		return NULL;
	draft_begin(&draft, operation, target->method);
	request->http.method =
	    arena_str(&request->memory, str_of(target->method));
	if (!request->http.method)
		error_memory(err);
	else if (draft_add(&draft, params, err) == 0)
		rc =
		    fill(request, &draft, target->path, target->ids, call, err);
	draft_release(&draft);
	if (rc == 0)
		return request;
	request_drop(request);
	return NULL;
}

/* ---- the result ---------------------------------------------------------- */

static int hand_out(void *result, void *ret_result)
{
	if (ret_result)
		*(void **)ret_result = result;
	else
		inv_free(result);
	return 0;
}

int operation_finish(struct request *request, const struct answer *answer,
		     void *ret_result, struct inv_error *err)
{
	const struct operation *operation = request->operation;
	void *result = operation->is_list
			   ? page_new(request, answer, err)
			   : result_new(operation->shape, answer, err);

	return result ? hand_out(result, ret_result) : -1;
}

static int run(struct request *request, void *ret_result, struct inv_error *err)
{
	struct answer answer;
	int rc;

	answer_init(&answer);
	rc = request_send(request, &answer, err);
	if (rc == 0)
		rc = operation_finish(request, &answer, ret_result, err);
	answer_release(&answer);
	return rc;
}

static int build_and_run(struct inv_client *client,
			 const struct operation *operation,
			 const struct target *target, const void *params,
			 const struct inv_call *call, void *ret_result,
			 struct inv_error *err)
{
	struct request *request;
	int rc;

	if (!client)
		return error_null(err, "client");
	request = build(client, operation, target, params, call, err);
	if (!request)
		return -1;
	if (call && call->ret_request) {
		*call->ret_request = &request->http;
		return 0;
	}
	rc = run(request, ret_result, err);
	request_drop(request);
	return rc;
}

int operation_run(struct inv_client *client, const struct operation *operation,
		  const char *const *ids, const void *params,
		  const struct inv_call *call, void *ret_result,
		  struct inv_error *err)
{
	struct target target = { operation->method, operation->path, ids };

	return build_and_run(client, operation, &target, params, call,
			     ret_result, err);
}

/* ---- any other call ------------------------------------------------------ */

static const struct field answer_fields[] = {
	FIELD(struct inv_answer, json, FIELD_JSON),
	{ 0 },
};

static const struct shape answer_shape = { sizeof(struct inv_answer),
					   answer_fields };

static const struct param request_params[] = {
	PARAM(struct inv_request_params, query, PARAM_EXTRA_QUERY),
	PARAM(struct inv_request_params, body, PARAM_RAW_BODY),
	{ 0 },
};

static bool is_method(const char *method)
{
	return *method &&
	       method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

int inv_request(struct inv_client *client, const char *method, const char *path,
		const struct inv_request_params *params,
		const struct inv_call *call, struct inv_answer **ret_answer,
		struct inv_error *err)
{
	static const struct operation operation = { .params = request_params,
						    .shape = &answer_shape };
	struct target target = { method, path, NULL };

	if (!method || !path)
		return error_null(err, method ? "path" : "method");
	if (!is_method(method))
		return error_set(err, INV_ERROR_USAGE,
				 "method has to be a word in capitals.");
	if (*path != '/' || !url_is_part(path, "?#{}"))
		return error_set(err, INV_ERROR_USAGE,
				 "path has to be encoded and to begin with a "
				 "slash.");
	return build_and_run(client, &operation, &target, params, call,
			     ret_answer, err);
}
