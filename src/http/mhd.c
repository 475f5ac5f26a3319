/*
 * mhd.c: what the library calls, and what it is told.
 *
 * The surprises:
 *
 * A request whose operation is under way is not suspended: its handler
 * returns without an answer, the library calls it again at each round, and a
 * whole finished batch is answered in one round after one wake-up. That costs
 * half of what suspending does.
 *
 * The library's own timeout starts anew with every byte. So each connection
 * has a deadline here, and a sweep once a second shuts down what is overdue.
 *
 * The library accepts some requests that must be refused: two lengths, a
 * length beside chunks, no or several hosts. Behind a proxy those would be a
 * way to smuggle a second request; they are refused at their first call.
 */
#include "base/base.h"

#include "http/mhd.h"

#include <assert.h>
#include <microhttpd.h>

#include "base/clock.h"
#include "http/dispatch.h"
#include "http/errors.h"
#include "http/framing.h"
#include "http/router.h"

/* Octets of a connection for a request's line and headers, and for what the
 * library notes of each argument: enough for 100 addresses in a query. It is
 * all touched by the first request, and an idle connection keeps it. */
#define CONNECTION_POOL (16 * 1024)

/* What fits into it with the headers that clients send. */
#define TARGET_MAX     (8 * 1024)
#define PARAMETERS_MAX 128
#define HEAD_MAX       (14 * 1024)
#define HEADER_NOTE    64 /* what the library notes of each */

#define READ_STEP      2048
#define SMALL_BODY     4096

#define IDLE_MS	       (75 * SECOND_MS) /* between two requests */
#define BODY_MS	       (30 * SECOND_MS) /* headers to last byte of the body */
#define ANSWER_MS      (60 * SECOND_MS) /* to read our answer */

#define ID_HEADER      "x-request-id"
#define HEADERS_MAX    (ANSWER_HEADERS + 2) /* of an answer, and its id */

/* ---- connections ---- */

static int socket_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
	    ->connect_fd;
}

/* NULL where there was no memory for it. */
static struct deadline *deadline_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static const struct sockaddr *peer_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info ? info->client_addr : NULL;
}

static void on_connection(void *cls, struct MHD_Connection *mhd,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct deadline *deadline = *socket_context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context =
		    exchanges_connection_begin(cls, socket_of(mhd));
		return;
	}
	if (deadline)
		exchanges_connection_end(cls, deadline);
	exchanges_connection_over(cls);
}

static bool is_too_long(const char *target)
{
	size_t parameters = 0;

	for (const char *at = target; (at = strchr(at, '&')); at++)
		parameters++;
	return strlen(target) > TARGET_MAX || parameters >= PARAMETERS_MAX;
}

/* The request line is there: the library's word for "begun". The target is
 * taken as sent, before the library splits and decodes it. NULL, which closes
 * the connection, when out of memory. */
static void *on_target(void *cls, const char *target,
		       struct MHD_Connection *mhd)
{
	struct deadline *deadline = deadline_of(mhd);
	struct exchange *exchange;

	if (!deadline)
		return NULL;
	exchange_drop_unfinished(deadline);
	if (is_too_long(target)) {
		exchange_refuse_unread(cls, deadline, "414 URI Too Long",
				       "The URL is too long, or has too many "
				       "parameters.",
				       "url_too_long");
		return NULL;
	}
	exchange = exchange_new(cls, target);
	if (exchange)
		exchange->connection = deadline;
	deadline->doing = exchange;
	return exchange;
}

/* Percent-decoding is ours, after the path was cut at its slashes. */
static size_t keep_encoded(void *cls, struct MHD_Connection *mhd, char *text)
{
	(void)cls;
	(void)mhd;
	return strlen(text);
}

/* ---- headers ---- */

struct header_walk {
	struct request *request;
	struct framing framing;
	size_t octets; /* of the connection's memory, about */
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind,
				 const char *name, size_t name_len,
				 const char *value, size_t value_len)
{
	struct header_walk *walk = cls;
	struct str n = { name, name_len }, v = { value, value_len };

	(void)kind;
	walk->octets += HEADER_NOTE + name_len + value_len;
	framing_note(&walk->framing, n, v);
	request_header(walk->request, n, v);
	return MHD_YES;
}

/* ---- answering ---- */

static bool add(struct MHD_Response *response, const char *name,
		const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* All headers but the id; how many. */
static size_t headers_of(const struct request *request,
			 struct http_header out[HEADERS_MAX])
{
	size_t count = request->header_count;
	bool cached = false;

	memcpy(out, request->headers, count * sizeof(*out));
	for (size_t i = 0; i < count; i++)
		cached |= strcmp(out[i].name, "Cache-Control") == 0;
	if (!cached)
		out[count++] =
		    (struct http_header){ "Cache-Control", "no-store" };
	out[count++] =
	    (struct http_header){ "Content-Type", request->content_type_out };
	return count;
}

static struct MHD_Response *make_response(const struct request *request,
					  bool closing)
{
	struct http_header headers[HEADERS_MAX];
	size_t count = headers_of(request, headers);
	struct MHD_Response *response = MHD_create_response_from_buffer(
	    request->out.len, request->out.data, MHD_RESPMEM_PERSISTENT);
	bool made =
	    response && (!closing || add(response, "Connection", "close"));

	for (size_t i = 0; made && i < count; i++)
		made = add(response, headers[i].name, headers[i].value);
	if (made && add(response, ID_HEADER, request->id))
		return response;
	MHD_destroy_response(response);
	return NULL;
}

/* ---- answers that are kept ---- */

struct comparison {
	struct http_header headers[HEADERS_MAX];
	size_t count, same;
};

static enum MHD_Result compare(void *cls, enum MHD_ValueKind kind,
			       const char *name, const char *value)
{
	struct comparison *all = cls;
	const struct http_header *next = &all->headers[all->same];

	(void)kind;
	if (all->same == all->count || strcmp(name, next->name) != 0 ||
	    strcmp(value, next->value) != 0)
		return MHD_NO;
	all->same++;
	return MHD_YES;
}

/* Whether it is the request's answer, but for the id, which is the last. */
static bool says_the_same(const struct kept *kept,
			  const struct request *request)
{
	struct comparison all = { .count = headers_of(request, all.headers) };

	return kept->response &&
	       MHD_get_response_headers(kept->response, NULL, NULL) ==
		   (int)all.count + 1 &&
	       MHD_get_response_headers(kept->response, compare, &all) > 0 &&
	       all.same == all.count;
}

static bool renew_id(struct kept *kept, const char *id)
{
	return MHD_del_response_header(kept->response, ID_HEADER, kept->id) ==
		   MHD_YES &&
	       add(kept->response, ID_HEADER, id);
}

static struct kept *place_of(struct exchange *exchange)
{
	uint64_t mixed = exchange->request.alike * 0x9e3779b97f4a7c15u;

	return &exchange->all->kept[mixed >> 32 & (KEPT_MAX - 1)];
}

/* What is kept is the request's answer now, or can be made so. */
static bool give_again(struct kept *kept, const struct request *request)
{
	return kept->alike == request->alike && says_the_same(kept, request) &&
	       renew_id(kept, request->id);
}

/* An answer that is wanted once, as one of very many, does not displace one
 * that is wanted again and again. */
static bool is_worth_keeping(struct kept *kept, const struct request *request)
{
	bool again = kept->asked == request->alike;

	kept->asked = request->alike;
	return again;
}

static void replace(struct kept *kept, const struct request *request)
{
	MHD_destroy_response(kept->response);
	kept->response = make_response(request, false);
	kept->alike = request->alike;
}

/*
 * Making an answer's headers is a third of what a check at the gate takes here,
 * and nearly all of them say what the one before said. So an answer is kept,
 * and is given again, with another id, where all else is as it would be made:
 * but not while a connection has it still, for the library may not have written
 * down the id then. NULL: it is to be made for this request alone.
 */
static struct kept *keep_answer(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	struct kept *kept = place_of(exchange);
	bool again;

	if (kept->queued)
		return NULL;
	again = is_worth_keeping(kept, request);
	if (!give_again(kept, request)) {
		if (!again)
			return NULL;
		replace(kept, request);
	}
	if (!kept->response)
		return NULL;
	memcpy(kept->id, request->id, sizeof(kept->id));
	kept->queued = true;
	return kept;
}

static struct MHD_Response *response_of(struct exchange *exchange, bool closing)
{
	const struct request *request = &exchange->request;

	if (request->alike && request->out.len == 0 && !closing)
		exchange->kept = keep_answer(exchange);
	return exchange->kept ? exchange->kept->response
			      : make_response(request, closing);
}

static void forget_kept(struct exchanges *all)
{
	for (size_t i = 0; i < KEPT_MAX; i++) {
		MHD_destroy_response(all->kept[i].response);
		all->kept[i].response = NULL;
	}
}

/* Hands the answer to the library. MHD_NO closes the connection. */
static enum MHD_Result queue_answer(struct exchange *exchange,
				    struct MHD_Connection *mhd, bool closing)
{
	struct request *request = &exchange->request;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (!buf_ok(&request->out)) {
		buf_release(&request->out);
		request->header_count = 0;
		answer_unavailable(request);
		if (!buf_ok(&request->out))
			return MHD_NO;
	}
	response = response_of(exchange, closing);
	if (!response)
		return MHD_NO;
	result = MHD_queue_response(mhd, (unsigned)request->status, response);
	if (!exchange->kept)
		MHD_destroy_response(response);
	exchange_allow(exchange, ANSWER_MS);
	exchange_note_answer(exchange);
	return result;
}

/* ---- the library's calls ---- */

/* No more of the request is read; but the client may still be sending. */
static enum MHD_Result answer_now(struct exchange *exchange,
				  struct MHD_Connection *mhd)
{
	if (exchange->connection)
		exchange->connection->lingers = true;
	return queue_answer(exchange, mhd, true);
}

/* Outside of its first call and its last the library takes no answer, so the
 * first is put off while the store is at work. */
static enum MHD_Result put_off(struct exchange *exchange,
			       struct MHD_Connection *mhd)
{
	exchange->suspended = mhd;
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

/* A body was announced where none is read, and may never come: the answer does
 * not wait for it. */
static enum MHD_Result answer_from_head(struct exchange *exchange,
					struct MHD_Connection *mhd)
{
	exchange->bodiless = true;
	exchange_allow(exchange, 0);
	request_dispatch(&exchange->request);
	if (exchange->request.answered)
		return answer_now(exchange, mhd);
	return put_off(exchange, mhd);
}

/* The head was looked at, and the key is known where one is needed. */
static enum MHD_Result take_or_refuse_body(struct exchange *exchange,
					   struct MHD_Connection *mhd)
{
	if (exchange->request.answered)
		return answer_now(exchange, mhd);
	exchange_allow(exchange, BODY_MS);
	return MHD_YES;
}

/*
 * Nothing is kept for clients without a key. But where the key has to be looked
 * up far away, a body no larger than a head is not stopped for that: it comes
 * in one piece with the head.
 */
static enum MHD_Result wait_at_the_door(struct exchange *exchange,
					struct MHD_Connection *mhd,
					const struct framing *framing)
{
	if (!framing->chunked && framing->length <= SMALL_BODY &&
	    store_is_shared(exchange->request.service->store))
		return MHD_YES;
	exchange_allow(exchange, 0);
	request_admit(&exchange->request);
	if (!exchange->request.parked)
		return take_or_refuse_body(exchange, mhd);
	exchange->at_the_door = true;
	return put_off(exchange, mhd);
}

/* The headers are there. */
static enum MHD_Result begin(struct exchange *exchange,
			     struct MHD_Connection *mhd, const char *method,
			     const char *version)
{
	struct request *request = &exchange->request;
	struct header_walk walk = { .request = request,
				    .octets = request->target.len };

	exchange_begin(exchange);
	exchange_allow(exchange, BODY_MS);
	request->now_ms = clock_now_ms();
	request->began_us = clock_mono_us();
	request->method_name = method;
	request->method = http_method_of(method);
	request->peer = peer_of(mhd);
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &walk);
	if (walk.octets > HEAD_MAX && exchange->connection) {
		exchange_refuse_unread(exchange->all, exchange->connection,
				       "431 Request Header Fields Too Large",
				       "The request's headers are too large.",
				       "headers_too_large");
		return MHD_NO;
	}
	if (!request->target.data) {
		answer_unavailable(request);
		return answer_now(exchange, mhd);
	}
	if (!framing_is_sound(&walk.framing, version) ||
	    (!router_is_for_gateways(request->thread->router) &&
	     !framing_has_one_sender(&walk.framing))) {
		answer_error(request, 400, "invalid_request", NULL,
			     "The request's headers are malformed: exactly one "
			     "Host, at most one Content-Length or chunked "
			     "Transfer-Encoding, at most one Authorization and "
			     "one OpenAI-Organization, no control characters.");
		return answer_now(exchange, mhd);
	}
	if (!framing_has_body(&walk.framing))
		return MHD_YES;
	request->body.max = router_body_max(request);
	if (request->body.max == 0)
		return answer_from_head(exchange, mhd);
	if (walk.framing.length > request->body.max) {
		answer_too_large(request, request->body.max);
		return answer_now(exchange, mhd);
	}
	return wait_at_the_door(exchange, mhd, &walk.framing);
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **context)
{
	struct exchange *exchange = *context;
	struct request *request;

	(void)cls;
	(void)url;
	if (!exchange)
		return MHD_NO; /* out of memory */
	request = &exchange->request;
	if (!exchange->begun)
		return begin(exchange, mhd, method, version);
	if (exchange->at_the_door) {
		exchange->at_the_door = false;
		return take_or_refuse_body(exchange, mhd);
	}
	if (*size > 0) {
		struct str more = { data, *size };

		*size = 0;
		return exchange_take_body(exchange, more) ? MHD_YES : MHD_NO;
	}
	if (!request->answered && !request->parked) {
		exchange_allow(exchange, 0);
		request_dispatch(request);
	}
	if (!request->answered)
		return MHD_YES; /* parked: we are called again */
	return queue_answer(exchange, mhd,
			    exchange->all->closing || exchange->bodiless);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
			 enum MHD_RequestTerminationCode code)
{
	struct exchange *exchange = *context;

	(void)cls;
	(void)mhd;
	(void)code;
	if (!exchange)
		return;
	*context = NULL;
	exchange->connection->doing = NULL;
	exchange_allow(exchange, IDLE_MS);
	deadline_rest(&exchange->all->connections, exchange->connection);
	exchange_abandon(exchange);
}

/* ---- what it is told ---- */

struct MHD_Daemon *mhd_start(struct exchanges *all)
{
	return MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME |
		MHD_USE_NO_LISTEN_SOCKET,
	    0, NULL, NULL, on_request, all, MHD_OPTION_NOTIFY_CONNECTION,
	    on_connection, all, MHD_OPTION_NOTIFY_COMPLETED, on_completed, all,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, all,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)READ_STEP,
	    MHD_OPTION_CONNECTION_LIMIT, all->places->most,
	    MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP,
	    1, MHD_OPTION_END);
}

int mhd_epoll_fd(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);

	return info ? info->epoll_fd : -1;
}

void mhd_add(struct MHD_Daemon *daemon, struct exchanges *all,
	     const struct arrival *arrival)
{
	assert(all->coming_count < COMING_MAX);
	all->coming[all->coming_count++] =
	    (struct coming){ arrival->fd, arrival->from };
	(void)MHD_add_connection(daemon, arrival->fd,
				 (const struct sockaddr *)&arrival->peer,
				 arrival->size);
}

void mhd_run(struct MHD_Daemon *daemon, struct exchanges *all)
{
	MHD_run(daemon);
	/* What it has not begun to serve now it has closed. */
	for (; all->coming_count > 0; exchanges_connection_over(all))
		crowd_leave(&all->thread->service->crowd,
			    all->coming[--all->coming_count].from);
}

int mhd_wait_ms(struct MHD_Daemon *daemon, int most_ms)
{
	MHD_UNSIGNED_LONG_LONG wanted;

	if (MHD_get_timeout(daemon, &wanted) == MHD_YES &&
	    wanted < (MHD_UNSIGNED_LONG_LONG)most_ms)
		return (int)wanted;
	return most_ms;
}

void mhd_wake(struct exchange *exchange)
{
	if (!exchange->suspended || exchange->request.parked)
		return;
	MHD_resume_connection(exchange->suspended);
	exchange->suspended = NULL;
}

void mhd_stop(struct MHD_Daemon *daemon, struct exchanges *all)
{
	MHD_stop_daemon(daemon);
	forget_kept(all);
}
