/*
 * transport.c: one request over HTTP; the only file that knows libcurl.
 *
 * A client keeps its connections in a stack of links; a call takes one or
 * makes one, and puts it back. So threads never wait for each other, and the
 * connection used last, most likely still open, is used first.
 *
 * Surprising here: SIGPIPE is held back in the calling thread while libcurl
 * may write (a library must not change the process's signal handlers, and TLS
 * may write with write(2)); and a link that fork() has copied is cut from its
 * sockets before it is closed, so that a TLS farewell does not end the
 * parent's connection.
 */
#include "base/base.h"
#include "client.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "retry.h"

#define SOCKETS_MAX 8 /* of one link; attempts at several addresses at once */

struct link {
	CURL *easy;
	struct link *next;
	pid_t owner;
	int sockets[SOCKETS_MAX]; /* -1: none */
	char message[CURL_ERROR_SIZE];
};

/* What libcurl's failures are to the caller; those not listed: the first. */
static const struct failure {
	CURLcode code;
	enum inv_error_kind kind;
	bool retry;
} failures[] = {
	{ CURLE_OK, INV_ERROR_CONNECTION, true },
	{ CURLE_OPERATION_TIMEDOUT, INV_ERROR_TIMEOUT, true },
	{ CURLE_OUT_OF_MEMORY, INV_ERROR_MEMORY, false },
	{ CURLE_UNSUPPORTED_PROTOCOL, INV_ERROR_ANSWER, false },
	{ CURLE_URL_MALFORMAT, INV_ERROR_USAGE, false },
	{ CURLE_BAD_FUNCTION_ARGUMENT, INV_ERROR_USAGE, false },
	{ CURLE_NOT_BUILT_IN, INV_ERROR_USAGE, false },
	{ CURLE_UNKNOWN_OPTION, INV_ERROR_USAGE, false },
	{ CURLE_SSL_CACERT_BADFILE, INV_ERROR_USAGE, false },
	{ CURLE_SSL_CRL_BADFILE, INV_ERROR_USAGE, false },
	{ CURLE_SSL_CERTPROBLEM, INV_ERROR_USAGE, false },
	{ CURLE_SSL_CIPHER, INV_ERROR_USAGE, false },
	{ CURLE_PEER_FAILED_VERIFICATION, INV_ERROR_CONNECTION, false },
	{ CURLE_SSL_ISSUER_ERROR, INV_ERROR_CONNECTION, false },
	{ CURLE_SSL_INVALIDCERTSTATUS, INV_ERROR_CONNECTION, false },
	{ CURLE_SSL_PINNEDPUBKEYNOTMATCH, INV_ERROR_CONNECTION, false },
	{ CURLE_WRITE_ERROR, INV_ERROR_ANSWER, false },
	{ CURLE_FILESIZE_EXCEEDED, INV_ERROR_ANSWER, false },
	{ CURLE_BAD_CONTENT_ENCODING, INV_ERROR_ANSWER, false },
	{ CURLE_TOO_MANY_REDIRECTS, INV_ERROR_ANSWER, false },
};

static const struct failure *failure_of(CURLcode code)
{
	for (size_t i = 1; i < COUNT_OF(failures); i++)
		if (failures[i].code == code)
			return &failures[i];
	return &failures[0];
}

/* ---- what the debug callback is told ------------------------------- */

static void debug_request(const struct inv_client *client,
			  const struct request *request,
			  const struct curl_slist *headers)
{
	if (!client->debug)
		return;
	debug_say(client, "> %s %s", request->method, request->url);
	for (; headers; headers = headers->next) {
		struct str name, value;

		str_cut(str_of(headers->data), ':', &name, &value);
		debug_header(client, '>', name, str_trim(value));
	}
	if (request->body.data)
		debug_say(client, "> (%zu bytes of body)", request->body.len);
}

static void debug_answer(const struct inv_client *client, struct link *link,
			 const struct answer *answer)
{
	struct curl_header *header = NULL;

	if (!client->debug)
		return;
	debug_say(client, "< %d", answer->status);
	while ((header = curl_easy_nextheader(link->easy, CURLH_HEADER, -1,
					      header)) != NULL)
		debug_header(client, '<', str_of(header->name),
			     str_of(header->value));
	debug_say(client, "< (%zu bytes of body)", answer->body.len);
}

/* ---- links ------------------------------------------------------------ */

static void note_socket(struct link *link, int from, int to)
{
	for (size_t i = 0; i < SOCKETS_MAX; i++) {
		if (link->sockets[i] == from) {
			link->sockets[i] = to;
			return;
		}
	}
}

/* Close-on-exec, so that a program the caller starts does not inherit it. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose,
				 struct curl_sockaddr *address)
{
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
			address->protocol);

	(void)purpose;
	if (fd < 0)
		return CURL_SOCKET_BAD;
	note_socket(arg, -1, fd);
	return fd;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	note_socket(arg, fd, -1);
	return close(fd);
}

static size_t take_body(char *data, size_t size, size_t count, void *arg)
{
	struct buf *body = arg;

	buf_add(body, data, size * count);
	return buf_ok(body) ? size * count : 0;
}

static void set_up(struct link *link, const struct inv_client *client)
{
	CURL *easy = link->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, link->message);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(easy, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX);
	curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, client->timeout_ms);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
			 client->connect_timeout_ms);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, link);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, link);
	if (client->proxy)
		curl_easy_setopt(easy, CURLOPT_PROXY, client->proxy);
	if (client->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, client->ca_file);
	if (client->ca_path)
		curl_easy_setopt(easy, CURLOPT_CAPATH, client->ca_path);
}

static struct link *link_new(const struct inv_client *client)
{
	struct link *link = calloc(1, sizeof(*link));

	if (!link)
		return NULL;
	link->easy = curl_easy_init();
	if (!link->easy) {
		free(link);
		return NULL;
	}
	link->owner = getpid();
	for (size_t i = 0; i < SOCKETS_MAX; i++)
		link->sockets[i] = -1;
	set_up(link, client);
	return link;
}

/* After fork(): what is written from now on goes nowhere. */
static void cut_off(struct link *link)
{
	int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = 0; i < SOCKETS_MAX; i++)
		if (link->sockets[i] >= 0 && nowhere >= 0)
			dup3(nowhere, link->sockets[i], O_CLOEXEC);
	if (nowhere >= 0)
		close(nowhere);
}

static void link_free(struct link *link)
{
	if (link->owner != getpid())
		cut_off(link);
	curl_easy_cleanup(link->easy);
	free(link);
}

static struct link *link_pop(struct inv_client *client)
{
	struct link *link;

	pthread_mutex_lock(&client->lock);
	link = client->idle;
	if (link)
		client->idle = link->next;
	pthread_mutex_unlock(&client->lock);
	return link;
}

static struct link *link_take(struct inv_client *client)
{
	struct link *link;

	while ((link = link_pop(client)) != NULL) {
		if (link->owner == getpid())
			return link;
		link_free(link);
	}
	return link_new(client);
}

static void link_put(struct inv_client *client, struct link *link)
{
	pthread_mutex_lock(&client->lock);
	link->next = client->idle;
	client->idle = link;
	pthread_mutex_unlock(&client->lock);
}

void transport_close(struct inv_client *client)
{
	struct link *link;

	while ((link = link_pop(client)) != NULL)
		link_free(link);
}

static bool started;

static void start(void)
{
	started = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

int transport_start(struct inv_error *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start);
	if (!started)
		return error_set(err, INV_ERROR_MEMORY,
				 "libcurl could not be started");
	return 0;
}

/* ---- the request ------------------------------------------------------ */

/* A list of headers that remembers whether anything was lost. */
struct headers {
	struct curl_slist *list;
	bool failed;
};

static bool is_given(const char *const *given, const char *name)
{
	size_t len = strlen(name);

	for (; given && *given; given++)
		if (strncasecmp(*given, name, len) == 0 &&
		    ((*given)[len] == ':' || (*given)[len] == ';'))
			return true;
	return false;
}

static void headers_line(struct headers *headers, const char *line)
{
	struct curl_slist *list = curl_slist_append(headers->list, line);

	if (!list)
		headers->failed = true;
	else
		headers->list = list;
}

/* Few are: a key of unusual length, perhaps. */
static void headers_add_long(struct headers *headers, const char *name,
			     const char *value)
{
	struct buf line;

	buf_init(&line, HEADERS_MAX);
	buf_addf(&line, "%s: %s", name, value);
	if (buf_ok(&line))
		headers_line(headers, line.data);
	else
		headers->failed = true;
	buf_release(&line);
}

/* One of our own, unless the caller has given it another value. */
static void headers_add(struct headers *headers, const char *const *given,
			const char *name, const char *value)
{
	char line[512];
	int len;

	if (is_given(given, name))
		return;
	len = snprintf(line, sizeof(line), "%s: %s", name, value);
	if (len > 0 && (size_t)len < sizeof(line))
		headers_line(headers, line);
	else
		headers_add_long(headers, name, value);
}

/* "Linux", "x86_64": who asks, as the official clients tell it too. */
static void headers_identify(struct headers *headers, const char *const *given,
			     int retries)
{
	struct utsname system = { .sysname = "unknown" };
	char count[16];

	uname(&system);
	snprintf(count, sizeof(count), "%d", retries);
	headers_add(headers, given, "User-Agent", "libinv/" INV_VERSION);
	headers_add(headers, given, "Accept", "application/json");
	headers_add(headers, given, "X-Inv-Lang", "c");
	headers_add(headers, given, "X-Inv-Package-Version", INV_VERSION);
	headers_add(headers, given, "X-Inv-OS", system.sysname);
	headers_add(headers, given, "X-Inv-Arch", system.machine);
	headers_add(headers, given, "X-Inv-Runtime", "libcurl");
	headers_add(headers, given, "X-Inv-Runtime-Version",
		    curl_version_info(CURLVERSION_NOW)->version);
	headers_add(headers, given, "X-Inv-Retry-Count", count);
}

static struct curl_slist *headers_of(const struct inv_client *client,
				     const struct request *request, int retries)
{
	const char *const *given =
	    request->with_headers ? (const char *const *)client->headers : NULL;
	struct headers headers = { 0 };

	headers_identify(&headers, given, retries);
	if (request->body.data)
		headers_add(&headers, given, "Content-Type",
			    "application/json");
	if (request->with_key)
		headers_add(&headers, given, "Authorization",
			    client->authorization);
	if (request->with_headers && client->organization)
		headers_add(&headers, given, "OpenAI-Organization",
			    client->organization);
	if (request->with_headers && client->project)
		headers_add(&headers, given, "OpenAI-Project", client->project);
	headers_line(&headers, "Expect:");
	for (; given && *given; given++)
		headers_line(&headers, *given);
	if (!headers.failed)
		return headers.list;
	curl_slist_free_all(headers.list);
	return NULL;
}

static void set_method(CURL *easy, const struct request *request)
{
	bool is_get = strcmp(request->method, "GET") == 0;
	bool is_post = strcmp(request->method, "POST") == 0;

	curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L); /* forgets the last one */
	if (request->body.data || is_post) {
		curl_easy_setopt(easy, CURLOPT_POST, 1L);
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 request->body.data ? request->body.data : "");
		curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)request->body.len);
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST,
			 is_get || is_post ? NULL : request->method);
}

/* Runs libcurl so that a closed connection raises no SIGPIPE here. */
static CURLcode perform_quietly(CURL *easy)
{
	struct timespec at_once = { 0 };
	sigset_t pipe, before, pending;
	CURLcode code;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	sigpending(&pending);
	pthread_sigmask(SIG_BLOCK, &pipe, &before);
	code = curl_easy_perform(easy);
	if (!sigismember(&pending, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &at_once) < 0 &&
		       errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code;
}

static const char *header_of(struct link *link, const char *name)
{
	struct curl_header *header;

	if (curl_easy_header(link->easy, name, 0, CURLH_HEADER, -1, &header) !=
	    CURLHE_OK)
		return NULL;
	return header->value;
}

/* Reads what the answer's head says, before the link forgets it. */
static void note_head(struct link *link, struct answer *answer)
{
	const char *id = header_of(link, "x-request-id");
	const char *type = header_of(link, "content-type");
	long status = 0;

	curl_easy_getinfo(link->easy, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->temporary =
	    retry_status(answer->status, header_of(link, "x-should-retry"));
	answer->retry_after_ms = retry_after(header_of(link, "retry-after-ms"),
					     header_of(link, "retry-after"),
					     clock_now_ms() / SECOND_MS);
	text_copy(answer->request_id, sizeof(answer->request_id), str_of(id));
	text_copy(answer->content_type, sizeof(answer->content_type),
		  str_of(type));
}

static int no_answer(struct link *link, CURLcode code, struct answer *answer,
		     struct inv_error *err)
{
	const struct failure *failure = failure_of(code);
	const char *reason =
	    link->message[0] ? link->message : curl_easy_strerror(code);

	answer->temporary = failure->retry;
	answer->retry_after_ms = 0;
	if (failure->kind == INV_ERROR_ANSWER && !buf_ok(&answer->body))
		reason = answer->body.len < ANSWER_BODY_MAX / 2
			     ? "out of memory"
			     : "the server's answer is too large";
	error_set(err, failure->kind, "%s", reason);
	if (err) {
		err->attempts = answer->attempts;
		err->temporary = failure->retry;
	}
	return -1;
}

/* One attempt on one link. */
static int attempt(struct inv_client *client, struct link *link,
		   const struct request *request, struct curl_slist *headers,
		   struct answer *answer, struct inv_error *err)
{
	CURL *easy = link->easy;
	CURLcode code;

	buf_clear(&answer->body);
	link->message[0] = '\0';
	curl_easy_setopt(easy, CURLOPT_URL, request->url);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, &answer->body);
	set_method(easy, request);
	debug_request(client, request, headers);
	code = perform_quietly(easy);
	answer->attempts++;
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, NULL);
	if (code != CURLE_OK) {
		debug_say(client, "* %s", curl_easy_strerror(code));
		return no_answer(link, code, answer, err);
	}
	note_head(link, answer);
	debug_answer(client, link, answer);
	if (answer->status >= 200 && answer->status < 300)
		return 0;
	return error_from_answer(err, answer);
}

int transport_attempt(struct inv_client *client, const struct request *request,
		      int retries, struct answer *answer, struct inv_error *err)
{
	struct link *link = link_take(client);
	struct curl_slist *headers = headers_of(client, request, retries);
	int rc;

	answer->temporary = false;
	if (link && headers)
		rc = attempt(client, link, request, headers, answer, err);
	else
		rc = error_memory(err);
	curl_slist_free_all(headers);
	if (link)
		link_put(client, link);
	return rc;
}
