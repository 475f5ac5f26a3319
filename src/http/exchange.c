/*
 * exchange.c: makes, keeps and ends exchanges.
 */
#include "base/base.h"

#include "http/exchange.h"

#include <assert.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/errors.h"
#include "http/router.h"
#include "http/timing.h"

#define SPARES_MAX 256
#define DRAIN_MAX  (1024 * 1024) /* of a body that is refused anyway */

int exchanges_init(struct exchanges *all)
{
	deadline_ring_init(&all->connections);
	return drain_init(&all->drain);
}

void exchanges_release(struct exchanges *all)
{
	struct exchange *next;

	assert(all->count == 0);
	for (struct exchange *e = all->spare; e; e = next) {
		next = e->next_spare;
		free(e);
	}
	all->spare = NULL;
	drain_release(&all->drain);
}

static struct exchange *take_spare(struct exchanges *all)
{
	struct exchange *exchange = all->spare;

	if (!exchange)
		return malloc(sizeof(*exchange));
	all->spare = exchange->next_spare;
	all->spares--;
	return exchange;
}

/* The library now serves what it was given under this descriptor, perhaps at
 * once, perhaps in its next run. */
static struct crowd_member *arrived(struct exchanges *all, int fd)
{
	for (size_t i = 0; i < all->coming_count; i++) {
		struct coming it = all->coming[i];

		if (it.fd != fd)
			continue;
		all->coming[i] = all->coming[--all->coming_count];
		return it.from;
	}
	return NULL;
}

struct deadline *exchanges_connection_begin(struct exchanges *all, int fd)
{
	struct crowd_member *from = arrived(all, fd);
	struct deadline *deadline;

	if (places_are_few(all->places)) /* it is not yet among them itself */
		deadline_make_room(&all->connections);
	deadline = deadline_new(&all->connections, fd, all->now_ms + HEADER_MS);
	if (!deadline) {
		crowd_leave(&all->thread->service->crowd, from);
		return NULL;
	}
	deadline->from = from;
	return deadline;
}

/* The library closes its descriptor, and that must not be the last one where
 * the client is still sending. */
void exchanges_connection_end(struct exchanges *all, struct deadline *deadline)
{
	int fd =
	    deadline->lingers ? fcntl(deadline->fd, F_DUPFD_CLOEXEC, 0) : -1;

	if (fd >= 0)
		drain_add(&all->drain, fd, all->now_ms);
	crowd_leave(&all->thread->service->crowd, deadline->from);
	exchange_drop_unfinished(deadline);
	deadline_free(deadline);
}

void exchanges_connection_over(struct exchanges *all)
{
	http_count(&all->thread->counts.connections, -1);
	places_give_back(all->places);
}

struct exchange *exchange_new(struct exchanges *all, const char *target)
{
	struct exchange *exchange = take_spare(all);
	struct str text = str_of(target);

	if (!exchange)
		return NULL;
	memset(exchange, 0, offsetof(struct exchange, request));
	exchange->all = all;
	request_init(&exchange->request, all->thread);
	all->count++;
	text.data = arena_str(&exchange->request.arena, text);
	if (text.data)
		exchange->request.target = text;
	return exchange;
}

static void drop_body(struct exchange *exchange)
{
	size_t octets = exchange->request.body.len;

	if (octets > 0)
		exchange->all->thread->service->bodies -= octets;
	buf_release(&exchange->request.body);
}

/* More of the body is there. False where there is no room for it, in this
 * request or in all: then none of it is kept. */
static bool add_body(struct exchange *exchange, struct str data)
{
	struct http_service *service = exchange->all->thread->service;
	struct buf *body = &exchange->request.body;
	size_t before = body->len, bodies;

	bodies = atomic_fetch_add(&service->bodies, data.len) + data.len;
	if (bodies <= BODIES_MAX)
		buf_add_str(body, data);
	service->bodies -= data.len - (body->len - before);
	if (bodies > TRIM_FROM)
		service->trim = true;
	return bodies <= BODIES_MAX && buf_ok(body);
}

bool exchange_take_body(struct exchange *exchange, struct str data)
{
	struct request *request = &exchange->request;

	if (!exchange->refused && !add_body(exchange, data)) {
		if (request->body.len + data.len > request->body.max)
			answer_too_large(request, request->body.max);
		else
			answer_unavailable(request);
		drop_body(exchange);
		exchange->refused = true;
	}
	if (exchange->refused)
		exchange->discarded += data.len;
	return exchange->discarded <= DRAIN_MAX;
}

void exchange_begin(struct exchange *exchange)
{
	exchange->begun = true;
	if (exchange->connection)
		exchange->connection->idle = false;
	exchange->all->begun++;
}

void exchange_free(struct exchange *exchange)
{
	struct exchanges *all = exchange->all;

	if (exchange->kept)
		exchange->kept->queued = false;
	drop_body(exchange);
	request_release(&exchange->request);
	all->count--;
	all->begun -= exchange->begun;
	if (all->spares == SPARES_MAX) {
		free(exchange);
		return;
	}
	exchange->next_spare = all->spare;
	all->spare = exchange;
	all->spares++;
}

void exchange_allow(struct exchange *exchange, int64_t in_ms)
{
	if (exchange->connection)
		exchange->connection->at_ms =
		    in_ms ? exchange->all->now_ms + in_ms : 0;
}

static bool has_left(int fd)
{
	char octet;

	return recv(fd, &octet, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void exchanges_drop_deserted(struct exchanges *all)
{
	struct deadline *end = &all->connections.head;

	for (struct deadline *d = end->next; d != end; d = d->next) {
		struct exchange *exchange = d->doing;

		if (exchange && exchange->request.parked &&
		    exchange->request.op.verb &&
		    (exchange->request.op.verb->flags & VERB_READ) &&
		    has_left(d->fd))
			store_drop(all->thread->port, &exchange->request.op);
	}
}

void exchange_drop_unfinished(struct deadline *deadline)
{
	if (deadline->doing)
		exchange_abandon(deadline->doing);
	deadline->doing = NULL;
}

void exchange_abandon(struct exchange *exchange)
{
	if (!exchange->request.parked) {
		exchange_free(exchange);
		return;
	}
	store_drop(exchange->all->thread->port, &exchange->request.op);
	/* The store's operation is our own memory; the library's buffers are
	 * freed now. */
	request_forget_wire(&exchange->request);
	exchange->connection = NULL;
	exchange->orphan = true;
}

/* ---- what was answered ---- */

/* Clients without a key could otherwise fill a disk. Those with one are known;
 * but a busy service may not want a line for each of their requests. */
static bool is_logged(const struct request *request)
{
	if (request->route && request->route->access == ACCESS_GATE)
		return false;
	if (request->key != 0)
		return request->status >= 500 || log_takes_routine();
	if (request->status >= 400)
		http_count(&request->thread->counts.refused_strangers, 1);
	return service_logs_stranger(request->service);
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

void exchange_note_answer(const struct exchange *exchange)
{
	const struct request *request = &exchange->request;

	http_count(&request->thread->counts.answers[request->status / 100 % 6],
		   1);
	http_count(&request->thread->counts.singles, !request->has_parts);
	timing_add(request);
	if (is_logged(request))
		log_request(request);
}

/*
 * The library needs the connection's memory for the head, again for what it
 * notes of each parameter and header, and for its answer; where that is not
 * enough, it closes without a word. So this answer goes past it.
 */
void exchange_refuse_unread(struct exchanges *all, struct deadline *deadline,
			    const char *status, const char *what,
			    const char *code)
{
	char body[256], text[512];
	int length =
	    snprintf(body, sizeof(body),
		     "{\"error\":{\"message\":\"%s\",\"type\":"
		     "\"invalid_request_error\",\"param\":null,\"code\":"
		     "\"%s\"}}\n",
		     what, code);

	length = snprintf(text, sizeof(text),
			  "HTTP/1.1 %s\r\nConnection: close\r\n"
			  "Cache-Control: no-store\r\nx-should-retry: false\r\n"
			  "Content-Type: application/json\r\n"
			  "Content-Length: %d\r\n\r\n%s",
			  status, length, body);
	(void)!send(deadline->fd, text, (size_t)length,
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(deadline->fd, SHUT_WR);
	deadline->lingers = true;
	http_count(&all->thread->counts.refused_strangers, 1);
	http_count(&all->thread->counts.answers[4], 1);
}
