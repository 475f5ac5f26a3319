/*
 * server.c: libmicrohttpd, one event thread, parked requests.
 *
 * The surprises:
 *
 * A request whose operation is under way is not suspended: its handler
 * returns without an answer, the library calls it again at each round, and a
 * whole finished batch is answered in one round after one wake-up. That costs
 * half of what suspending does. While requests are parked the library asks for
 * no pause, so we wait for events ourselves.
 *
 * The library's own timeout starts anew with every byte. So each connection
 * has a deadline here, and a sweep once a second shuts down what is overdue.
 *
 * The library accepts some requests that must be refused: two lengths, a
 * length beside chunks, no or several hosts. Behind a proxy those would be a
 * way to smuggle a second request; they are refused at their first call.
 */
#include "base/base.h"

#include "http/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/clock.h"
#include "base/log.h"
#include "http/deadline.h"
#include "http/dispatch.h"
#include "http/errors.h"
#include "http/framing.h"
#include "http/listen.h"
#include "http/router.h"

#define LISTENERS_MAX	16
#define CONNECTIONS_MAX 16384
#define SPARE_FILES	128 /* descriptors for everything else */

/* Octets of a connection for a request's line and headers, and for what the
 * library notes of each argument: enough for 100 addresses in a query. It is
 * all touched by the first request, and an idle connection keeps it. */
#define CONNECTION_POOL (16 * 1024)

#define READ_STEP	2048
#define DRAIN_MAX	(1024 * 1024) /* of a body that is refused anyway */

#define HEADER_MS	(20 * SECOND_MS) /* first byte to last header, or idle */
#define IDLE_MS		(75 * SECOND_MS) /* between two requests */
#define BODY_MS		(30 * SECOND_MS) /* headers to last byte of the body */
#define ANSWER_MS	(60 * SECOND_MS) /* to read our answer */
#define SWEEP_MS	SECOND_MS
#define PARKED_MS	50  /* bound of a wait while requests are parked */
#define SPARES_MAX	256 /* exchanges kept for the next requests */
#define STORE_LINE_MS	(10 * SECOND_MS) /* between two that it is away */
#define GOODBYE_MS	(10 * SECOND_MS) /* for requests under way at the end */

struct exchange;

struct server {
	struct listener listeners[LISTENERS_MAX];
	struct MHD_Daemon *daemons[LISTENERS_MAX];
	size_t count;
	struct http_service *service;
	int epoll_fd, wake_fd;
	atomic_bool stopping;
	struct deadline_ring connections;
	struct exchange *spare; /* for the next request */
	size_t spares;
	bool store_failed; /* and that was logged, then: */
	int64_t store_failed_ms;
	size_t exchanges; /* under way */
	int64_t now_ms;	  /* monotonic, of this round */
};

/* A request and what the library needs to know of it. */
struct exchange {
	struct server *server;
	struct deadline *connection; /* or NULL */
	struct exchange *next_spare;
	char *target_copy;
	bool begun;    /* the headers were looked at */
	bool refused;  /* answered; the rest of the body is thrown away */
	bool orphan;   /* the client left while we were at work */
	bool queued;   /* the answer is the library's */
	bool bodiless; /* answered from the head; a body was announced */
	struct MHD_Connection *suspended; /* until such an answer is there */
	size_t discarded;		  /* octets of the body */
	struct request request;
};

/* ---- waking ---- */

static void wake(void *context)
{
	struct server *server = context;
	uint64_t one = 1;

	(void)!write(server->wake_fd, &one, sizeof(one));
}

void server_stop(struct server *server)
{
	server->stopping = true;
	wake(server);
}

/* ---- connections ---- */

static int socket_of(struct MHD_Connection *mhd)
{
	return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)
	    ->connect_fd;
}

/* Without memory for a deadline the library's own limits remain. */
static void on_connection(void *cls, struct MHD_Connection *mhd,
			  void **socket_context,
			  enum MHD_ConnectionNotificationCode code)
{
	struct server *server = cls;

	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		*socket_context =
		    deadline_new(&server->connections, socket_of(mhd),
				 server->now_ms + HEADER_MS);
	else
		deadline_free(*socket_context);
}

/* `in_ms` from this round on; 0 = none, we are at work. */
static void set_deadline(const struct server *server,
			 struct deadline *connection, int64_t in_ms)
{
	if (connection)
		connection->at_ms = in_ms ? server->now_ms + in_ms : 0;
}

/* ---- exchanges ---- */

static struct exchange *exchange_new(struct server *server)
{
	struct exchange *exchange = server->spare;

	if (exchange) {
		server->spare = exchange->next_spare;
		server->spares--;
	} else {
		exchange = malloc(sizeof(*exchange));
	}
	if (!exchange)
		return NULL;
	memset(exchange, 0, offsetof(struct exchange, request));
	exchange->server = server;
	request_init(&exchange->request, server->service);
	server->exchanges++;
	return exchange;
}

static void exchange_free(struct exchange *exchange)
{
	struct server *server = exchange->server;

	request_release(&exchange->request);
	free(exchange->target_copy);
	server->exchanges--;
	if (server->spares == SPARES_MAX) {
		free(exchange);
		return;
	}
	exchange->next_spare = server->spare;
	server->spare = exchange;
	server->spares++;
}

/* The request line is there: the library's word for "begun". The target is
 * taken as sent, before the library splits and decodes it. */
static void *on_target(void *cls, const char *target,
		       struct MHD_Connection *mhd)
{
	struct exchange *exchange = exchange_new(cls);

	(void)mhd;
	if (!exchange)
		return NULL;
	exchange->target_copy = strdup(target);
	exchange->request.target = str_of(exchange->target_copy);
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
};

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind,
				 const char *name, size_t name_len,
				 const char *value, size_t value_len)
{
	struct header_walk *walk = cls;
	struct str n = { name, name_len }, v = { value, value_len };

	(void)kind;
	framing_note(&walk->framing, n, v);
	request_header(walk->request, n, v);
	return MHD_YES;
}

/* ---- answering ---- */

static bool add_headers(struct MHD_Response *response,
			const struct request *request)
{
	bool cached = false;

	for (size_t i = 0; i < request->header_count; i++) {
		const struct http_header *header = &request->headers[i];

		if (strcmp(header->name, "Cache-Control") == 0)
			cached = true;
		if (MHD_add_response_header(response, header->name,
					    header->value) != MHD_YES)
			return false;
	}
	return (cached || MHD_add_response_header(response, "Cache-Control",
						  "no-store") == MHD_YES) &&
	       MHD_add_response_header(response, "Content-Type",
				       request->content_type_out) == MHD_YES &&
	       MHD_add_response_header(response, "x-request-id", request->id) ==
		   MHD_YES;
}

/* A method that is none may hold anything, secrets too. */
static void log_request(const struct request *request)
{
	char path[SHOWN_PATH_SIZE];

	log_event(LOG_INFO, "request",
		  LOG_S("method", request->method == METHOD_OTHER
				      ? "other"
				      : request->method_name),
		  LOG_S("path", router_shown_path(request, path)),
		  LOG_I("status", request->status),
		  LOG_I("ms", clock_now_ms() - request->now_ms),
		  LOG_S("id", request->id));
}

/* Hands the answer to the library. MHD_NO closes the connection. */
static enum MHD_Result queue_answer(struct exchange *exchange,
				    struct MHD_Connection *mhd, bool closing)
{
	struct request *request = &exchange->request;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	if (!buf_ok(&request->out)) {
		buf_release(&request->out);
		request->header_count = 0;
		answer_unavailable(request);
		if (!buf_ok(&request->out))
			return MHD_NO;
	}
	response = MHD_create_response_from_buffer(
	    request->out.len, request->out.data, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	if ((!closing || MHD_add_response_header(response, "Connection",
						 "close") == MHD_YES) &&
	    add_headers(response, request))
		result = MHD_queue_response(mhd, (unsigned)request->status,
					    response);
	MHD_destroy_response(response);
	exchange->queued = true;
	set_deadline(exchange->server, exchange->connection, ANSWER_MS);
	request->service->requests++;
	request->service->answers[request->status / 100 % 6]++;
	log_request(request);
	return result;
}

/* ---- the library's calls ---- */

static void refuse_large(struct request *request)
{
	answer_error(request, 413, "request_too_large", NULL,
		     "The request's body is too large: at most %d bytes.",
		     BODY_MAX);
}

/*
 * A body was announced where none is read, and may never come: the answer does
 * not wait for it. Outside of its first call and its last the library takes no
 * answer, so that the connection is suspended while the store is at work.
 */
static enum MHD_Result answer_from_head(struct exchange *exchange,
					struct MHD_Connection *mhd)
{
	exchange->bodiless = true;
	set_deadline(exchange->server, exchange->connection, 0);
	request_dispatch(&exchange->request);
	if (exchange->request.answered)
		return queue_answer(exchange, mhd, true);
	exchange->suspended = mhd;
	MHD_suspend_connection(mhd);
	return MHD_YES;
}

static void wake_suspended(struct exchange *exchange)
{
	if (!exchange->suspended || exchange->request.parked)
		return;
	MHD_resume_connection(exchange->suspended);
	exchange->suspended = NULL;
}

/* The headers are there. */
static enum MHD_Result begin(struct exchange *exchange,
			     struct MHD_Connection *mhd, const char *method,
			     const char *version)
{
	struct request *request = &exchange->request;
	struct header_walk walk = { .request = request };
	const union MHD_ConnectionInfo *info;

	exchange->begun = true;
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	exchange->connection = info ? info->socket_context : NULL;
	set_deadline(exchange->server, exchange->connection, BODY_MS);
	request->now_ms = clock_now_ms();
	request->method_name = method;
	request->method = http_method_of(method);
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	request->peer = info ? info->client_addr : NULL;
	MHD_get_connection_values_n(mhd, MHD_HEADER_KIND, on_header, &walk);
	if (!exchange->target_copy) {
		answer_unavailable(request);
		return queue_answer(exchange, mhd, true);
	}
	if (!framing_is_sound(&walk.framing, version)) {
		answer_error(request, 400, "invalid_request", NULL,
			     "The request's headers are malformed: exactly one "
			     "Host, at most one Content-Length or chunked "
			     "Transfer-Encoding, no control characters.");
		return queue_answer(exchange, mhd, true);
	}
	if (framing_has_body(&walk.framing) && !router_takes_body(request))
		return answer_from_head(exchange, mhd);
	if (walk.framing.length > BODY_MAX) {
		refuse_large(request);
		exchange->refused = true;
		if (walk.framing.length > DRAIN_MAX)
			return queue_answer(exchange, mhd, true);
	}
	return MHD_YES;
}

/* Some of the body is there. What is too much is thrown away, up to a point,
 * so that the client gets to read why. */
static enum MHD_Result take_body(struct exchange *exchange, const char *data,
				 size_t *size)
{
	struct request *request = &exchange->request;

	if (!exchange->refused)
		buf_add(&request->body, data, *size);
	if (!exchange->refused && !buf_ok(&request->body)) {
		refuse_large(request);
		exchange->refused = true;
	}
	if (exchange->refused)
		exchange->discarded += *size;
	*size = 0;
	return exchange->discarded > DRAIN_MAX ? MHD_NO : MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd,
				  const char *url, const char *method,
				  const char *version, const char *data,
				  size_t *size, void **context)
{
	struct server *server = cls;
	struct exchange *exchange = *context;
	struct request *request;

	(void)url;
	if (!exchange)
		return MHD_NO; /* out of memory */
	request = &exchange->request;
	if (!exchange->begun)
		return begin(exchange, mhd, method, version);
	if (*size > 0)
		return take_body(exchange, data, size);
	if (!request->answered && !request->parked) {
		set_deadline(server, exchange->connection, 0);
		request_dispatch(request);
	}
	if (!request->answered)
		return MHD_YES; /* parked: we are called again */
	return queue_answer(exchange, mhd,
			    server->stopping || exchange->bodiless);
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
	set_deadline(exchange->server, exchange->connection, IDLE_MS);
	if (!exchange->request.parked) {
		exchange_free(exchange);
		return;
	}
	/* What the store works on is ours; what the library read goes now. */
	request_forget_wire(&exchange->request);
	exchange->connection = NULL;
	exchange->orphan = true; /* freed when the store is done */
}

/* ---- rounds ---- */

static void collect(struct server *server)
{
	struct store_op *op = store_collect(server->service->port), *next;

	for (; op; op = next) {
		struct request *request = op->context;
		struct exchange *exchange =
		    CONTAINER_OF(request, struct exchange, request);

		next = op->next;
		request_resume(request);
		wake_suspended(exchange);
		if (exchange->orphan && !request->parked)
			exchange_free(exchange);
	}
}

/*
 * One line when the store stops taking writes, one when it takes them again.
 * Where it does so every second, not every second.
 */
static void note_store(struct server *server)
{
	struct fail why;
	bool healthy = store_healthy(server->service->store, &why);

	if (healthy == !server->store_failed)
		return;
	if (!healthy && server->store_failed_ms != 0 &&
	    server->now_ms - server->store_failed_ms < STORE_LINE_MS)
		return;
	server->store_failed = !healthy;
	if (!healthy)
		server->store_failed_ms = server->now_ms;
	if (healthy)
		log_event(LOG_INFO, "store_recovered", LOG_I("healthy", 1));
	else
		log_event(LOG_ERROR, "store_unavailable",
			  LOG_S("reason", why.message));
}

static int wait_ms(const struct server *server)
{
	MHD_UNSIGNED_LONG_LONG wanted;
	int wait = SWEEP_MS;

	if (server->service->parked > 0)
		return PARKED_MS;
	for (size_t i = 0; i < server->count; i++) {
		if (MHD_get_timeout(server->daemons[i], &wanted) == MHD_YES &&
		    wanted < (MHD_UNSIGNED_LONG_LONG)wait)
			wait = (int)wanted;
	}
	return wait;
}

static void run_round(struct server *server, int wait)
{
	struct epoll_event events[LISTENERS_MAX + 1];
	uint64_t ignored;
	int n = epoll_wait(server->epoll_fd, events, COUNT_OF(events), wait);

	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == server->wake_fd)
			(void)!read(server->wake_fd, &ignored, sizeof(ignored));
	}
	server->now_ms = clock_mono_ms();
	log_hold();
	collect(server);
	note_store(server);
	for (size_t i = 0; i < server->count; i++)
		MHD_run(server->daemons[i]);
	store_rest(server->service->port);
	server->service->round++;
	log_flush();
}

static void stop_listening(struct server *server)
{
	for (size_t i = 0; i < server->count; i++) {
		int fd = MHD_quiesce_daemon(server->daemons[i]);

		if (fd >= 0)
			close(fd);
	}
}

void server_run(struct server *server)
{
	int64_t next_sweep = clock_mono_ms() + SWEEP_MS, end = 0;

	for (;;) {
		int64_t now = clock_mono_ms();

		if (now >= next_sweep) {
			deadline_sweep(&server->connections, now);
			next_sweep = now + SWEEP_MS;
		}
		if (server->stopping && !end) {
			stop_listening(server);
			end = now + GOODBYE_MS;
		}
		/* Nothing under way, or too long; but never leave while the
		 * store works on a request. */
		if (end && server->service->parked == 0 &&
		    (server->exchanges == 0 || now > end))
			break;
		run_round(server, end ? PARKED_MS : wait_ms(server));
	}
}

/* ---- beginning and end ---- */

static unsigned connection_limit(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0)
		return 512;
	files.rlim_cur = files.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &files);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur > CONNECTIONS_MAX + SPARE_FILES)
		return CONNECTIONS_MAX;
	return files.rlim_cur > 2 * SPARE_FILES
		   ? (unsigned)(files.rlim_cur - SPARE_FILES)
		   : SPARE_FILES;
}

static struct MHD_Daemon *start_daemon(struct server *server, int listen_fd,
				       unsigned limit)
{
	return MHD_start_daemon(
	    MHD_USE_EPOLL | MHD_USE_TURBO | MHD_ALLOW_SUSPEND_RESUME, 0, NULL,
	    NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, listen_fd,
	    MHD_OPTION_NOTIFY_CONNECTION, on_connection, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server,
	    MHD_OPTION_URI_LOG_CALLBACK, on_target, server,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_POOL,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)READ_STEP,
	    MHD_OPTION_CONNECTION_LIMIT, limit, MHD_OPTION_STRICT_FOR_CLIENT, 1,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

static int watch(struct server *server, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int serve_listener(struct server *server, size_t index, unsigned limit,
			  struct fail *fail)
{
	const union MHD_DaemonInfo *info;
	struct MHD_Daemon *daemon =
	    start_daemon(server, server->listeners[index].fd, limit);

	if (!daemon)
		return fail_set(fail, "could not serve %s",
				server->listeners[index].name);
	server->daemons[server->count++] = daemon;
	info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
	if (!info || watch(server, info->epoll_fd) < 0)
		return fail_errno(fail, errno, "could not watch %s",
				  server->listeners[index].name);
	return 0;
}

/* Sockets from the service manager; 0 where there are none. */
static int adopt_sockets(struct server *server, struct fail *fail)
{
	int n = 0;

#ifdef HAVE_SYSTEMD
	n = sd_listen_fds(1);
	if (n > LISTENERS_MAX)
		return fail_set(fail, "too many sockets were handed over");
	for (int i = 0; i < n; i++) {
		if (listener_adopt(SD_LISTEN_FDS_START + i,
				   &server->listeners[i], fail) < 0)
			return -1;
	}
#else
	(void)server;
	(void)fail;
#endif
	return n;
}

static int open_listeners(struct server *server, const char *const *addresses,
			  size_t count, struct fail *fail)
{
	unsigned limit = connection_limit();
	int adopted = adopt_sockets(server, fail);

	if (adopted < 0)
		return -1;
	if (adopted > 0)
		count = (size_t)adopted;
	for (size_t i = 0; i < count; i++) {
		if (adopted == 0 &&
		    listener_open(addresses[i], &server->listeners[i], fail) <
			0)
			return -1;
		if (serve_listener(server, i, limit / (unsigned)count, fail) <
		    0)
			return -1;
	}
	return 0;
}

int server_new(const char *const *addresses, size_t count,
	       struct http_service *service, struct server **ret_server,
	       struct fail *fail)
{
	struct server *server = calloc(1, sizeof(*server));

	if (!server)
		return fail_set(fail, "out of memory");
	server->service = service;
	deadline_ring_init(&server->connections);
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		server->listeners[i].fd = -1;
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (server->epoll_fd < 0 || server->wake_fd < 0 ||
	    watch(server, server->wake_fd) < 0) {
		fail_errno(fail, errno, "could not make an event queue");
		server_free(server);
		return -1;
	}
	if (store_port_open(service->store, wake, server, &service->port,
			    fail) < 0 ||
	    open_listeners(server, addresses, count, fail) < 0) {
		server_free(server);
		return -1;
	}
	*ret_server = server;
	return 0;
}

const char *server_address(const struct server *server, size_t index)
{
	return index < server->count ? server->listeners[index].name : NULL;
}

static void free_spares(struct server *server)
{
	struct exchange *next;

	for (struct exchange *e = server->spare; e; e = next) {
		next = e->next_spare;
		free(e);
	}
}

void server_free(struct server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->count; i++)
		MHD_stop_daemon(server->daemons[i]);
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		listener_release(&server->listeners[i], i >= server->count);
	store_port_close(server->service->port);
	server->service->port = NULL;
	free_spares(server);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
	if (server->wake_fd >= 0)
		close(server->wake_fd);
	free(server);
}
