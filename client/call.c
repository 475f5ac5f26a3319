/*
 * call.c: see call.h.
 */
#include "base/base.h"
#include "call.h"

#include <jansson.h>
#include <strings.h>

#define OUR_KEYS "sk-admin-inv_" /* what those of an invited(8) begin with */

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

static int check_key(const struct inv_client *client, struct inv_error *err)
{
	const char *const *lines = (const char *const *)client->lines;

	if (!headers_have(lines, "Authorization"))
		return error_set(err, INV_ERROR_AUTHENTICATION,
				 "There is no admin key: set OPENAI_ADMIN_KEY "
				 "or admin_api_key.");
	if (!is_openai(client->base_url))
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

/* Printable ASCII only, and nothing that would end the part it stands in. */
static bool is_part(const char *text, const char *stop)
{
	for (; *text; text++)
		if (*text <= ' ' || *text >= 0x7f || strchr(stop, *text))
			return false;
	return true;
}

static int check_list(const struct inv_list_params *list, struct inv_error *err)
{
	if (!list)
		return 0;
	if (list->limit < 0)
		return error_set(err, INV_ERROR_USAGE,
				 "limit cannot be negative.");
	if (list->extra_query &&
	    (!is_part(list->extra_query, "#") || *list->extra_query == '?' ||
	     *list->extra_query == '&'))
		return error_set(err, INV_ERROR_USAGE,
				 "The query has to be encoded, and to begin "
				 "without \"?\" and \"&\".");
	return 0;
}

static int url_add(struct buf *url, const struct inv_client *client,
		   const struct call *call, struct inv_error *err)
{
	const char *after = call->after;

	if (check_list(call->list, err))
		return -1;
	if (!after && call->list)
		after = call->list->after;
	buf_add_text(url, call->base_url ? call->base_url : client->base_url);
	if (path_add(url, call->route->path, call->ids, err))
		return -1;
	list_query_add(url, call->list, after);
	if (!buf_ok(url))
		return error_set(err, INV_ERROR_MEMORY,
				 "There is not enough memory, or the URL has "
				 "more than %zu bytes.",
				 URL_MAX);
	return 0;
}

static unsigned next_number(struct inv_client *client)
{
	return __atomic_add_fetch(&client->calls, 1, __ATOMIC_RELAXED);
}

static void *exchange(struct inv_client *client, const struct call *call,
		      struct request *request, struct inv_error *err)
{
	struct answer answer;
	void *result = NULL;

	answer_init(&answer);
	if (request_send(client, request, &answer, err) == 0)
		result = result_new(call->route->shape, &answer, err);
	answer_release(&answer);
	return result;
}

static void *send_to(struct inv_client *client, const struct call *call,
		     const char *url, struct inv_error *err)
{
	struct request request = { .method = call->route->method,
				   .url = url,
				   .body = call->body.data,
				   .body_len = call->body.len,
				   .timeout_ms = client->timeout_ms,
				   .max_retries = client->max_retries,
				   .number = next_number(client) };
	char first[1024];
	struct arena memory;
	void *result = NULL;

	arena_init_with(&memory, first, sizeof(first), HEADERS_MAX);
	if (headers_fill(client, &request, !call->base_url, &memory, err) == 0)
		result = exchange(client, call, &request, err);
	arena_release(&memory);
	return result;
}

void *call_send(struct inv_client *client, const struct call *call,
		struct inv_error *err)
{
	struct buf url;
	void *result = NULL;

	if (!call->base_url && check_key(client, err))
		return NULL;
	buf_init(&url, URL_MAX);
	if (url_add(&url, client, call, err) == 0)
		result = send_to(client, call, url.data, err);
	buf_release(&url);
	return result;
}

/* ---- bodies ----------------------------------------------------------- */

const char *word_to_send(const struct words *words, int value, const char *text)
{
	const char *word = text ? text : word_text(words, value);

	return *word ? word : NULL;
}

int check_utf8(const char *name, const char *value, struct inv_error *err)
{
	if (str_is_utf8(str_of(value)))
		return 0;
	return error_set(err, INV_ERROR_USAGE, "%s is not UTF-8.", name);
}

int body_begin(struct body *body, const char *extra, struct inv_error *err)
{
	json_error_t problem;

	*body = (struct body){ 0 };
	if (extra) {
		body->extra =
		    json_loads(extra, JSON_REJECT_DUPLICATES, &problem);
		if (!json_is_object(body->extra)) {
			body_release(body);
			return error_set(err, INV_ERROR_USAGE,
					 "The extra body is not a JSON object"
					 ": line %d: %s.",
					 problem.line, problem.text);
		}
	}
	buf_init(&body->text, REQUEST_BODY_MAX);
	jw_init(&body->jw, &body->text);
	jw_object(&body->jw);
	return 0;
}

void body_release(struct body *body)
{
	json_decref(body->extra);
	body->extra = NULL;
	buf_release(&body->text);
}

void body_name(struct body *body, const char *name)
{
	jw_key(&body->jw, name);
	if (body->extra)
		json_object_del(body->extra, name);
}

int body_text(struct body *body, const char *name, const char *value,
	      bool required, struct inv_error *err)
{
	if (!value && required && !json_object_get(body->extra, name))
		return error_set(err, INV_ERROR_USAGE, "%s has to be given.",
				 name);
	if (!value)
		return 0;
	if (check_utf8(name, value, err))
		return -1;
	body_name(body, name);
	jw_text(&body->jw, value);
	return 0;
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
			 "There is not enough memory, or the body has "
			 "more than %zu bytes.",
			 REQUEST_BODY_MAX);
}

/* ---- any other call --------------------------------------------------- */

static const struct field answer_fields[] = {
	FIELD(struct inv_answer, json, FIELD_JSON),
	{ 0 },
};

static const struct shape answer_shape = {
	sizeof(struct inv_answer),
	answer_fields,
	offsetof(struct inv_answer, request_id),
};

static bool is_method(const char *method)
{
	return method && *method &&
	       method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")] == '\0';
}

int inv_request(struct inv_client *client, const char *method, const char *path,
		const char *query, const char *body,
		struct inv_answer **ret_answer, struct inv_error *err)
{
	struct inv_list_params list = { .extra_query = query };
	struct route route = { method, path, &answer_shape };
	struct call call = { .route = &route, .list = &list };
	struct inv_answer *answer;

	if (!is_method(method))
		return error_set(err, INV_ERROR_USAGE,
				 "The method has to be a word in capitals.");
	if (!path || *path != '/' || !is_part(path, "?#{}"))
		return error_set(err, INV_ERROR_USAGE,
				 "The path has to be encoded and begin with a "
				 "slash.");
	if (body)
		call.body = str_of(body);
	answer = call_send(client, &call, err);
	if (!answer)
		return -1;
	*ret_answer = answer;
	return 0;
}

void inv_answer_free(struct inv_answer *answer)
{
	result_free(answer);
}
