/*
 * exchange.h: the requests under way, and when each connection's time is up.
 *
 * An exchange is a request and what the server has to know of it. It outlives
 * its connection where the store is at work on it. Those that ended are kept
 * for the next requests, up to a number.
 */
#ifndef HTTP_EXCHANGE_H
#define HTTP_EXCHANGE_H

#include "base/base.h"
#include "http/deadline.h"
#include "http/drain.h"
#include "http/places.h"
#include "http/request.h"

/* Connections that the library was given and has not begun to serve. */
#define COMING_MAX 96

/* All of one HTTP thread. All zero but `thread` and `places` at the beginning,
 * and then exchanges_init(). */
struct exchanges {
	struct http_thread *thread;
	struct places *places; /* which the connections take */
	struct deadline_ring connections;
	struct drain drain;
	struct coming {
		int fd;
		struct crowd_member *from; /* NULL: not counted */
	} coming[COMING_MAX];
	size_t coming_count;
	struct exchange *spare; /* for the next requests */
	size_t spares;
	size_t count;	/* under way, or their heads are still coming in */
	size_t begun;	/* of these: the head is whole */
	int64_t now_ms; /* monotonic, of this round */
	bool closing;	/* each answer ends its connection */
};

/* Octets of bodies: once there were more, memory is given back when there are
 * less. */
#define TRIM_FROM  (4 * 1024 * 1024)
#define TRIM_BELOW (1024 * 1024)

struct exchange {
	struct exchanges *all;
	struct deadline *connection; /* NULL once it has gone */
	struct exchange *next_spare;
	char *target_copy;
	bool begun;	  /* the head is there */
	bool refused;	  /* answered; the rest of the body is thrown away */
	bool orphan;	  /* the client left while we were at work */
	bool bodiless;	  /* answered from the head; a body was announced */
	bool at_the_door; /* its key is looked up; the body has to wait */
	size_t discarded; /* octets of the body */
	void *suspended;  /* the connection, while the store is at work and
			   * no more of it may be read */
	struct request request;
};

/* -1 with errno; exchanges_release() is fine then, too. */
int exchanges_init(struct exchanges *all) MUST_CHECK;
void exchanges_release(struct exchanges *all); /* none is under way */

/* One that took a place is over. */
void exchanges_connection_over(struct exchanges *all);

/* NULL when out of memory. `target` as in the request line, which is copied. */
struct exchange *exchange_new(struct exchanges *all, const char *target);
/* More of the body is there. False where there is no room for it, in this
 * request or in all: then none of it is kept. */
bool exchange_add_body(struct exchange *exchange, struct str data);
void exchange_drop_body(struct exchange *exchange);

/* The head is there: from now on the client is owed an answer. */
void exchange_begin(struct exchange *exchange);

void exchange_free(struct exchange *exchange);

/* The exchange has that long from this round on; 0 = without end: we are at
 * work. */
void exchange_allow(struct exchange *exchange, int64_t in_ms);

/* Has the store give up what it looks for on behalf of clients that have left,
 * or will say nothing more: the library sees that only when it answers. */
void exchanges_drop_deserted(struct exchanges *all);

/* The client left. Freed at once, or when the store is done with it. */
void exchange_abandon(struct exchange *exchange);

#endif
