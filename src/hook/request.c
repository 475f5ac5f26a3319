/*
 * request.c: one request by libcurl, to whoever an administrator has named.
 *
 * The URL is somebody else's, so a request must not become a way into our own
 * network: which address is reached is decided when it is connected to, when
 * all looking up is done; no redirect is followed and no proxy asked; and of an
 * answer only a little is read. What is in it is shown to those who may see the
 * webhook, so it matters that it cannot come from where they may not go.
 */
#include "base/base.h"
#include "hook/request.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/str.h"

#define CONNECT_MS  (5 * SECOND_MS)
#define TOTAL_MS    (15 * SECOND_MS)
#define HURRY_MS    (3 * SECOND_MS)
#define HEADERS_MAX (64 * 1024) /* octets of an answer */
#define BODY_MAX    (16 * 1024)

struct requester {
	const struct reach *reach;
	const char *ca_file;
	CURL *curl;		 /* with its connections; NULL until needed */
	atomic_llong give_up_at; /* clock_mono_ms(); 0 = never */

	/* Of the request under way. */
	bool plain; /* http:// */
	bool out_of_reach;
	size_t headers, body; /* octets that came */
	size_t kept;
	char error[CURL_ERROR_SIZE];
	struct hook_answer *answer;
};

/* ---- what curl asks and tells us ---- */

static curl_socket_t open_socket(void *context, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	struct requester *requester = context;
	struct in6_addr peer;

	(void)purpose;
	if (!network_peer(&address->addr, &peer) ||
	    !reach_has(requester->reach, &peer, requester->plain)) {
		requester->out_of_reach = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
		      address->protocol);
}

static size_t take_header(char *data, size_t size, size_t count, void *context)
{
	struct requester *requester = context;

	(void)data;
	requester->headers += size * count;
	return requester->headers > HEADERS_MAX ? 0 : size * count;
}

static size_t take_body(char *data, size_t size, size_t count, void *context)
{
	struct requester *requester = context;
	size_t room = WEBHOOK_ANSWER - requester->kept, len = size * count;

	if (room > len)
		room = len;
	memcpy(requester->answer->answer + requester->kept, data, room);
	requester->kept += room;
	requester->body += len;
	return requester->body > BODY_MAX ? 0 : len;
}

static int on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c,
		       curl_off_t d)
{
	const struct requester *requester = context;
	int64_t at = atomic_load(&requester->give_up_at);

	(void)a, (void)b, (void)c, (void)d;
	return at != 0 && clock_mono_ms() >= at;
}

/* ---- life ---- */

struct requester *requester_new(const struct reach *reach, const char *ca_file,
				struct fail *fail)
{
	struct requester *requester;

	if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		fail_set(fail, "libcurl could not be started");
		return NULL;
	}
	requester = calloc(1, sizeof(*requester));
	if (!requester) {
		fail_set(fail, "out of memory");
		return NULL;
	}
	requester->reach = reach;
	requester->ca_file = ca_file;
	return requester;
}

void requester_idle(struct requester *requester)
{
	if (requester->curl)
		curl_easy_cleanup(requester->curl);
	requester->curl = NULL;
}

void requester_free(struct requester *requester)
{
	requester_idle(requester);
	free(requester);
}

void requester_hurry(struct requester *requester)
{
	atomic_store(&requester->give_up_at, clock_mono_ms() + HURRY_MS);
}

/* ---- a request ---- */

/* What holds for all of them. */
static void set_rules(struct requester *requester)
{
	CURL *curl = requester->curl;

	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)TOTAL_MS);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, requester);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, requester);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, requester);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, requester);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, requester->error);
	if (requester->ca_file)
		curl_easy_setopt(curl, CURLOPT_CAINFO, requester->ca_file);
}

/* NULL when out of memory. */
static struct curl_slist *list_headers(const struct hook_request *request)
{
	/* without it curl waits for a "100 Continue" before a body */
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *more;

	for (size_t i = 0; i < REQUEST_HEADERS && request->headers[i] && list;
	     i++) {
		more = curl_slist_append(list, request->headers[i]);
		if (!more)
			curl_slist_free_all(list);
		list = more;
	}
	return list;
}

/* So that it can stand in JSON, in a log and on a terminal. */
static void make_printable(char *text, size_t size)
{
	struct str rest = str_of(text);
	size_t len;

	while (rest.len > 0) {
		char *at = text + (rest.data - text);

		len = str_utf8_char(rest);
		if (len == 0)
			*at = '?', len = 1;
		else if (str_has_control((struct str){ at, len }))
			memset(at, ' ', len);
		rest = (struct str){ rest.data + len, rest.len - len };
	}
	text[size - 1] = '\0';
}

/* An answer that was cut short because it was too long is one all the same. */
static bool is_answered(const struct requester *requester, CURLcode code)
{
	return code == CURLE_OK ||
	       (code == CURLE_WRITE_ERROR && requester->body > BODY_MAX);
}

static void judge(struct requester *requester, CURLcode code)
{
	struct hook_answer *answer = requester->answer;
	long status = 0;

	make_printable(answer->answer, sizeof(answer->answer));
	if (is_answered(requester, code)) {
		curl_easy_getinfo(requester->curl, CURLINFO_RESPONSE_CODE,
				  &status);
		answer->status = (int)status;
		return;
	}
	answer->answer[0] = '\0';
	answer->hurried = code == CURLE_ABORTED_BY_CALLBACK;
	if (requester->out_of_reach)
		snprintf(answer->error, sizeof(answer->error),
			 "requests to the address that the host has are not "
			 "allowed (--webhook-allow)");
	else if (requester->headers > HEADERS_MAX)
		snprintf(answer->error, sizeof(answer->error),
			 "the answer's headers were too long");
	else
		snprintf(answer->error, sizeof(answer->error), "%s",
			 requester->error[0] ? requester->error
					     : curl_easy_strerror(code));
	make_printable(answer->error, sizeof(answer->error));
}

static CURLcode perform(struct requester *requester,
			const struct hook_request *request)
{
	CURL *curl = requester->curl;
	struct curl_slist *headers = list_headers(request);
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (!headers)
		return code;
	set_rules(requester);
	curl_easy_setopt(curl, CURLOPT_URL, request->url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)request->body.len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body.data);
	code = curl_easy_perform(curl);
	judge(requester, code);
	curl_easy_reset(curl); /* keeps its connections */
	curl_slist_free_all(headers);
	return code;
}

void requester_send(struct requester *requester,
		    const struct hook_request *request,
		    struct hook_answer *ret_answer)
{
	int64_t began = clock_mono_ms();

	*ret_answer = (struct hook_answer){ .status = 0 };
	requester->answer = ret_answer;
	requester->plain = strncmp(request->url, "http://", 7) == 0;
	requester->out_of_reach = false;
	requester->headers = requester->body = requester->kept = 0;
	requester->error[0] = '\0';
	if (!requester->curl)
		requester->curl = curl_easy_init();
	if (!requester->curl ||
	    perform(requester, request) == CURLE_OUT_OF_MEMORY)
		snprintf(ret_answer->error, sizeof(ret_answer->error),
			 "out of memory");
	ret_answer->duration_ms = (int)(clock_mono_ms() - began);
}
