/*
 * transport.c: see transport.h. libcurl follows no redirect and tries nothing
 * again by itself where that could do harm; each request that it sends is
 * counted.
 */
#include "base/base.h"
#include "transport.h"

#include <jansson.h>
#include <limits.h>

#include "cancel.h"
#include "failure.h"
#include "link.h"

/* What libcurl calls us back with during one exchange. */
struct exchange {
	struct answer *answer;
	int sent;
};

static bool started;
static const char *version = "";

/* What libraries begin at their first use, before there are threads. */
static void start(void)
{
	started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	version = curl_version_info(CURLVERSION_NOW)->version;
	json_object_seed(0);
}

int transport_start(struct inv_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
	if (!started)
		return error_set(err, INV_ERROR_MEMORY,
				 "libcurl could not be started.");
	return 0;
}

const char *transport_version(void)
{
	return version;
}

void transport_close(struct inv_client *client)
{
	link_free_all(client);
}

/* ---- what the debug callback is told ------------------------------- */

static void debug_line(const struct request *request, char direction,
		       struct str line)
{
	struct str name, value;

	str_cut(line, ':', &name, &value);
	debug_header(request->client, request->number, direction, name,
		     str_trim(value));
}

static void debug_request(const struct request *request, const char *url)
{
	const struct inv_client *client = request->client;

	if (!client->debug)
		return;
	debug_say(client, request->number, "> %s %s", request->http.method,
		  url);
	for (size_t i = 0; i < request->http.headers_len; i++)
		debug_line(request, '>', str_of(request->http.headers[i]));
	if (request->http.body)
		debug_say(client, request->number, "> (%zu bytes of body)",
			  request->http.body_len);
}

static void debug_answer(const struct request *request,
			 const struct answer *answer)
{
	struct str rest = buf_str(&answer->head), line;
	const struct inv_client *client = request->client;

	if (!client->debug)
		return;
	debug_say(client, request->number, "< %d", answer->status);
	while (rest.len > 0) {
		str_cut(rest, '\n', &line, &rest);
		debug_line(request, '<', line);
	}
	debug_say(client, request->number, "< (%zu bytes of body)",
		  answer->body.len);
}

/* ---- one exchange ------------------------------------------------------ */

static size_t take_line(char *data, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;

	answer_add_line(exchange->answer, (struct str){ data, size * count });
	return buf_ok(&exchange->answer->head) ? size * count : 0;
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct exchange *exchange = arg;

	answer_add_body(exchange->answer, (struct str){ data, size * count });
	return buf_ok(&exchange->answer->body) ? size * count : 0;
}

/* Just before a request goes out, on whichever connection. */
static int count_request(void *arg, char *ip, char *local_ip, int port,
			 int local_port)
{
	struct exchange *exchange = arg;

	(void)ip, (void)local_ip, (void)port, (void)local_port;
	exchange->sent++;
	return CURL_PREREQFUNC_OK;
}

static bool is_method(const struct request *request, const char *method)
{
	return strcmp(request->http.method, method) == 0;
}

static void set_method(CURL *easy, const struct request *request)
{
	bool is_get = is_method(request, "GET");
	bool is_post = is_method(request, "POST");

	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L); /* forgets the last one */
	if (is_method(request, "HEAD"))
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
	if (request->http.body || is_post) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 request->http.body ? request->http.body : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->http.body_len);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
			 is_get || is_post ? NULL : request->http.method);
}

/*
 * When a kept connection dies under a request, libcurl sends it again on a new
 * one. A request that must not be repeated gets a new one at once.
 */
static bool must_not_be_repeated(const struct request *request)
{
	return request->max_retries <= 0 &&
	       (is_method(request, "POST") || is_method(request, "PATCH"));
}

static long time_left(const struct request *request)
{
	int64_t left = request_time_left(request);

	return left < LONG_MAX ? (long)left : LONG_MAX;
}

static CURLcode exchange(struct link *link, const struct request *request,
			 const char *url, struct curl_slist *headers,
			 struct answer *answer)
{
	struct exchange exchange = { .answer = answer };
	CURL *easy = link->easy;
	CURLcode code;
	long status = 0;

	answer_clear(answer);
	link->message[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_line);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, &exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &exchange);
	curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, count_request);
	curl_easy_setopt(easy, CURLOPT_PREREQDATA, &exchange);
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
			 must_not_be_repeated(request) ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, time_left(request));
	set_method(easy, request);
	code = link_perform(link, request->http.cancel_fd);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->has_no_body = is_method(request, "HEAD");
	answer->attempts += exchange.sent > 0 ? exchange.sent : 1;
	return code;
}

/* ---- one attempt ------------------------------------------------------- */

/* Where the answer sends us, or NULL. libcurl's until the next exchange. */
static char *target_of(struct link *link, const struct answer *answer)
{
	char *url = NULL;

	switch (answer->status) {
	case 301:
	case 302:
	case 303:
	case 307:
	case 308:
		curl_easy_getinfo(link->easy, CURLINFO_REDIRECT_URL, &url);
		return url;
	default:
		return NULL;
	}
}

static int check_redirect(const struct request *request, const char *from,
			  const char *to, int hops, struct answer *answer,
			  struct inv_error *err)
{
	const char *why =
	    redirect_refusal(request->http.method, answer->status, from, to);

	if (!why && hops == REDIRECTS_MAX)
		why = "and so on without an end";
	return why ? failure_redirect(err, request, to, why, answer) : 0;
}

static int settle(struct answer *answer, struct inv_error *err)
{
	if (answer->status >= 200 && answer->status < 300)
		return 0;
	return error_from_answer(err, answer);
}

static int no_answer(struct link *link, CURLcode code,
		     const struct request *request, struct answer *answer,
		     struct inv_error *err)
{
	const char *words =
	    link->message[0] ? link->message : curl_easy_strerror(code);

	debug_say(request->client, request->number, "* %s", words);
	return failure_set(err, code, words, request, answer);
}

/* One exchange: 0 done, -1 failed, 1 where there is another URL to go to. */
static int step(struct link *link, const struct request *request,
		struct curl_slist *headers, int hops, char **url,
		struct answer *answer, struct inv_error *err)
{
	const char *next;
	CURLcode code;

	debug_request(request, *url);
	code = exchange(link, request, *url, headers, answer);
	answer_read_head(answer);
	if (code != CURLE_OK)
		return no_answer(link, code, request, answer, err);
	debug_answer(request, answer);
	next = target_of(link, answer);
	if (!next)
		return settle(answer, err);
	if (check_redirect(request, *url, next, hops, answer, err))
		return -1;
	answer->hops++;
	free(*url);
	*url = strdup(next);
	return *url ? 1 : error_memory(err);
}

/* The first URL is the request's, the next the answers'. */
static int attempt(struct link *link, const struct request *request,
		   struct curl_slist *headers, struct answer *answer,
		   struct inv_error *err)
{
	char *url = strdup(request->http.url);
	int rc = url ? 1 : error_memory(err);

	for (int hops = 0; rc > 0; hops++)
		rc = step(link, request, headers, hops, &url, answer, err);
	free(url);
	return rc;
}

/* Where the caller has a transport of its own. */
static int ask_caller(const struct request *request, struct answer *answer,
		      struct inv_error *err)
{
	const struct inv_client *client = request->client;
	struct inv_receiver to = { .answer = answer };
	enum inv_cause cause;

	answer_clear(answer);
	debug_request(request, request->http.url);
	cause = client->transport(client->transport_arg, &request->http, &to);
	answer->attempts++;
	answer->has_no_body = is_method(request, "HEAD");
	if (cancel_is_set(request->cancel))
		return failure_set(err, CURLE_ABORTED_BY_CALLBACK, "", request,
				   answer);
	if (cause != INV_CAUSE_NONE || !to.is_there)
		return failure_of_cause(err, cause ? cause : INV_CAUSE_CUT,
					request, answer);
	if (!buf_ok(&answer->head) || !buf_ok(&answer->body))
		return failure_set(err, CURLE_OUT_OF_MEMORY, "", request,
				   answer);
	debug_answer(request, answer);
	return settle(answer, err);
}

/* libcurl wants a list of its own, and to send an empty value a semicolon. */
static struct curl_slist *list_of(const char *const *lines,
				  struct arena *memory)
{
	struct curl_slist *list, *node;
	size_t count = 0;

	while (lines[count])
		count++;
	list = arena_array(memory, count + 1, sizeof(*list));
	if (!list)
		return NULL;
	list[0].data = (char *)(uintptr_t) "Expect:";
	for (node = list; *lines; lines++) {
		struct str name, value;

		str_cut(str_of(*lines), ':', &name, &value);
		node->next = node + 1;
		node++;
		node->data = str_trim(value).len > 0
				 ? (char *)(uintptr_t)*lines
				 : arena_printf(memory, "%.*s;", STR_ARG(name));
		if (!node->data)
			return NULL;
	}
	return list;
}

int transport_attempt(const struct request *request, struct answer *answer,
		      struct inv_error *err)
{
	struct inv_client *client = request->client;
	struct curl_slist *headers;
	struct arena memory;
	struct link *link;
	char first[1024];
	int rc;

	if (client->transport)
		return ask_caller(request, answer, err);
	answer->temporary = false;
	arena_init_with(&memory, first, sizeof(first), HEADERS_MAX);
	headers = list_of(request->http.headers, &memory);
	link = link_take(client);
	if (link && headers)
		rc = attempt(link, request, headers, answer, err);
	else
		rc = error_memory(err);
	if (link)
		link_put(client, link);
	arena_release(&memory);
	return rc;
}
