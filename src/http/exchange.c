/*
 * exchange.c: makes, keeps and ends exchanges.
 */
#include "base/base.h"

#include "http/exchange.h"

#include <assert.h>
#include <sys/socket.h>

#define SPARES_MAX 256

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

void exchanges_connection_over(struct exchanges *all)
{
	http_count(&all->thread->counts.connections, -1);
	places_give_back(all->places);
}

struct exchange *exchange_new(struct exchanges *all, const char *target)
{
	struct exchange *exchange = take_spare(all);

	if (!exchange)
		return NULL;
	memset(exchange, 0, offsetof(struct exchange, request));
	exchange->all = all;
	request_init(&exchange->request, all->thread);
	all->count++;
	exchange->target_copy = strdup(target);
	exchange->request.target = str_of(exchange->target_copy);
	return exchange;
}

void exchange_drop_body(struct exchange *exchange)
{
	size_t octets = exchange->request.body.len;

	if (octets > 0)
		exchange->all->thread->service->bodies -= octets;
	buf_release(&exchange->request.body);
}

bool exchange_add_body(struct exchange *exchange, struct str data)
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

	exchange_drop_body(exchange);
	request_release(&exchange->request);
	free(exchange->target_copy);
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

void exchange_abandon(struct exchange *exchange)
{
	if (!exchange->request.parked) {
		exchange_free(exchange);
		return;
	}
	store_drop(exchange->all->thread->port, &exchange->request.op);
	/* What the store works on is ours; what the library read goes now. */
	request_forget_wire(&exchange->request);
	exchange->connection = NULL;
	exchange->orphan = true;
}
