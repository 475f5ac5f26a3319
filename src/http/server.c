/*
 * server.c: sockets and the loop of one event thread.
 *
 * The surprise: while requests are parked the library asks for no pause (see
 * mhd.c), so we wait for events ourselves.
 */
#include "base/base.h"

#include "http/server.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#ifdef HAVE_SYSTEMD
#include <systemd/sd-daemon.h>
#endif

#include "base/clock.h"
#include "base/log.h"
#include "http/listen.h"
#include "http/mhd.h"

#define LISTENERS_MAX	16
#define CONNECTIONS_MAX 16384
#define SPARE_FILES	128 /* descriptors for everything else */

#define CROWD_SHARE	8  /* one address has so much of all connections */
#define ROOM_SHARE	16 /* and so much is kept for who comes next */

#define SWEEP_MS	SECOND_MS
#define PARKED_MS	50 /* bound of a wait while requests are parked */
#define STORE_LINE_MS	(10 * SECOND_MS) /* between two that it is away */
#define GOODBYE_MS	(10 * SECOND_MS) /* for requests under way at the end */

struct server {
	struct listener listeners[LISTENERS_MAX];
	struct MHD_Daemon *daemons[LISTENERS_MAX];
	size_t count;
	struct http_service *service;
	struct exchanges exchanges;
	int epoll_fd, wake_fd;
	atomic_bool stopping;
	bool store_failed; /* and that was logged, then: */
	int64_t store_failed_ms;
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
		mhd_wake(exchange);
		if (exchange->orphan && !request->parked)
			exchange_free(exchange);
	}
}

/*
 * One line when the store stops taking writes, one when it takes them again. If
 * the state flaps, log at most every 10 s.
 */
static void note_store(struct server *server)
{
	struct fail why;
	bool healthy = store_healthy(server->service->store, &why);

	if (healthy == !server->store_failed)
		return;
	if (!healthy && server->store_failed_ms != 0 &&
	    server->exchanges.now_ms - server->store_failed_ms < STORE_LINE_MS)
		return;
	server->store_failed = !healthy;
	if (!healthy)
		server->store_failed_ms = server->exchanges.now_ms;
	if (healthy)
		log_event(LOG_INFO, "store_recovered", LOG_I("healthy", 1));
	else
		log_event(LOG_ERROR, "store_unavailable",
			  LOG_S("reason", why.message));
}

static int wait_ms(const struct server *server)
{
	int wait = SWEEP_MS;

	if (server->service->parked > 0)
		return PARKED_MS;
	for (size_t i = 0; i < server->count; i++)
		wait = mhd_wait_ms(server->daemons[i], wait);
	return wait;
}

static void run_round(struct server *server, int wait)
{
	struct epoll_event events[LISTENERS_MAX + 2];
	uint64_t ignored;
	int n = epoll_wait(server->epoll_fd, events, COUNT_OF(events), wait);

	for (int i = 0; i < n; i++) {
		if (events[i].data.fd == server->wake_fd)
			(void)!read(server->wake_fd, &ignored, sizeof(ignored));
	}
	server->exchanges.now_ms = clock_mono_ms();
	log_hold();
	collect(server);
	note_store(server);
	for (size_t i = 0; i < server->count; i++)
		mhd_run(server->daemons[i]);
	drain_run(&server->exchanges.drain, server->exchanges.now_ms);
	store_idle(server->service->port);
	server->service->round++;
	log_flush();
}

static void stop_listening(struct server *server)
{
	server->exchanges.closing = true;
	for (size_t i = 0; i < server->count; i++)
		mhd_quiesce(server->daemons[i]);
}

/* What a crowd took, once it has gone; others may be there meanwhile. */
static void give_memory_back(struct server *server)
{
	if (!server->exchanges.trim || server->exchanges.bodies > TRIM_BELOW)
		return;
	server->exchanges.trim = false;
	malloc_trim(0);
}

/*
 * Whether a server that stops has no answer to give any more, or has tried for
 * long enough; but never while the store works on a request. Whoever has not
 * finished the head of a request is not waited for.
 */
static bool is_done(const struct server *server, bool late)
{
	if (server->service->parked > 0)
		return false;
	if (server->exchanges.begun > 0 && late)
		log_event(LOG_WARN, "requests_cut_off",
			  LOG_I("count", server->exchanges.begun));
	return server->exchanges.begun == 0 || late;
}

void server_run(struct server *server)
{
	int64_t next_sweep = clock_mono_ms() + SWEEP_MS, end = 0;

	for (;;) {
		int64_t now = clock_mono_ms();

		if (now >= next_sweep) {
			store_look(server->service->store);
			give_memory_back(server);
			deadline_sweep(&server->exchanges.connections, now);
			exchanges_drop_deserted(&server->exchanges);
			next_sweep = now + SWEEP_MS;
		}
		if (server->stopping && !end) {
			stop_listening(server);
			store_refuse_slow(server->service->store);
			end = now + GOODBYE_MS;
		}
		if (end && is_done(server, now > end))
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
		   : (unsigned)files.rlim_cur / 2;
}

static int watch(struct server *server, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static int serve_listener(struct server *server, size_t index, unsigned limit,
			  struct fail *fail)
{
	struct MHD_Daemon *daemon =
	    mhd_start(&server->exchanges, server->listeners[index].fd, limit);

	if (!daemon)
		return fail_set(fail, "could not serve %s",
				server->listeners[index].name);
	server->daemons[server->count++] = daemon;
	if (watch(server, mhd_epoll_fd(daemon)) < 0)
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
	server->exchanges.crowd.most = limit / CROWD_SHARE + 1;
	if (adopted > 0)
		count = (size_t)adopted;
	limit /= (unsigned)count;
	server->exchanges.many = limit - limit / ROOM_SHARE;
	for (size_t i = 0; i < count; i++) {
		if (adopted == 0 &&
		    listener_open(addresses[i], &server->listeners[i], fail) <
			0)
			return -1;
		if (serve_listener(server, i, limit, fail) < 0)
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
	server->exchanges.service = service;
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		server->listeners[i].fd = -1;
	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (exchanges_init(&server->exchanges) < 0 || server->epoll_fd < 0 ||
	    server->wake_fd < 0 || watch(server, server->wake_fd) < 0 ||
	    watch(server, server->exchanges.drain.epoll_fd) < 0) {
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

void server_free(struct server *server)
{
	if (!server)
		return;
	for (size_t i = 0; i < server->count; i++)
		mhd_stop(server->daemons[i]);
	for (size_t i = 0; i < LISTENERS_MAX; i++)
		listener_release(&server->listeners[i], i >= server->count);
	store_port_close(server->service->port);
	server->service->port = NULL;
	exchanges_release(&server->exchanges);
	if (server->epoll_fd >= 0)
		close(server->epoll_fd);
	if (server->wake_fd >= 0)
		close(server->wake_fd);
	free(server);
}
