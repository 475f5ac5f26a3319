/*
 * deadline.c: a ring of connections, swept once a second.
 */
#include "base/base.h"

#include "http/deadline.h"

#include <sys/socket.h>

void deadline_ring_init(struct deadline_ring *ring)
{
	ring->head.previous = &ring->head;
	ring->head.next = &ring->head;
}

struct deadline *deadline_new(struct deadline_ring *ring, int fd, int64_t at_ms)
{
	struct deadline *deadline = malloc(sizeof(*deadline));

	if (!deadline)
		return NULL;
	*deadline = (struct deadline){ .previous = ring->head.previous,
				       .next = &ring->head,
				       .fd = fd,
				       .at_ms = at_ms };
	deadline->previous->next = deadline;
	ring->head.previous = deadline;
	return deadline;
}

void deadline_free(struct deadline *deadline)
{
	if (!deadline)
		return;
	deadline->previous->next = deadline->next;
	deadline->next->previous = deadline->previous;
	free(deadline);
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
