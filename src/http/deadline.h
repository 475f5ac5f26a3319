/*
 * deadline.h: until when each connection has time for what it is doing.
 *
 * An inactivity timeout starts anew with every byte, so that a client that
 * trickles is never closed. These deadlines do not move.
 */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include "base/base.h"

struct crowd_member;

struct deadline {
	struct deadline *previous, *next;
	int fd;	       /* the connection's socket; borrowed */
	int64_t at_ms; /* monotonic; 0 = none */
	void *doing;   /* what it is given the time for; its owner's */
	bool idle;     /* nothing was asked yet, or all is answered */
	bool lingers;  /* was answered before all was read */
	struct crowd_member *from; /* NULL: not counted */
};

struct deadline_ring {
	struct deadline head;
};

void deadline_ring_init(struct deadline_ring *ring);

/* Joins the ring; NULL when out of memory. */
struct deadline *deadline_new(struct deadline_ring *ring, int fd,
			      int64_t at_ms);

/* Leaves the ring; NULL is fine. */
void deadline_free(struct deadline *deadline);

/* What is idle from now on goes behind all others. */
void deadline_rest(struct deadline_ring *ring, struct deadline *deadline);

/* Shuts down the socket that has been idle for longest; a few that are not are
 * passed over. */
void deadline_make_room(struct deadline_ring *ring);

/* Shuts down every socket whose deadline has passed; its owner then sees the
 * end of it. */
void deadline_sweep(struct deadline_ring *ring, int64_t now_ms);

#endif
