/*
 * deadline.c: a ring of connections, swept once a second.
 */
#include "base/base.h"

#include "http/deadline.h"

#include <sys/socket.h>

#define PASSED_MAX 64

void deadline_ring_init(struct deadline_ring *ring)
{
	ring->head.previous = &ring->head;
	ring->head.next = &ring->head;
}

static void join(struct deadline_ring *ring, struct deadline *deadline)
{
	deadline->previous = ring->head.previous;
	deadline->next = &ring->head;
	deadline->previous->next = deadline;
	ring->head.previous = deadline;
}

static void leave(struct deadline *deadline)
{
	deadline->previous->next = deadline->next;
	deadline->next->previous = deadline->previous;
}

struct deadline *deadline_new(struct deadline_ring *ring, int fd, int64_t at_ms)
{
	struct deadline *deadline = malloc(sizeof(*deadline));

	if (!deadline)
		return NULL;
	*deadline = (struct deadline){ .fd = fd, .at_ms = at_ms, .idle = true };
	join(ring, deadline);
	return deadline;
}

void deadline_free(struct deadline *deadline)
{
	if (!deadline)
		return;
	leave(deadline);
	free(deadline);
}

void deadline_rest(struct deadline_ring *ring, struct deadline *deadline)
{
	deadline->idle = true;
	leave(deadline);
	join(ring, deadline);
}

void deadline_make_room(struct deadline_ring *ring)
{
	struct deadline *d = ring->head.next;

	for (int passed = 0; d != &ring->head; d = d->next) {
		if (d->idle && d->fd >= 0) {
			shutdown(d->fd, SHUT_RDWR);
			d->idle = false;
			return;
		}
		if (++passed == PASSED_MAX)
			return;
	}
}

void deadline_sweep(struct deadline_ring *ring, int64_t now_ms)
{
	for (struct deadline *d = ring->head.next; d != &ring->head;
	     d = d->next) {
		if (d->at_ms == 0 || d->at_ms > now_ms)
			continue;
		shutdown(d->fd, SHUT_RDWR);
		d->at_ms = 0;
	}
}
