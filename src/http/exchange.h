/*
 * exchange.h: the requests under way, and the deadlines of connections.
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

#define HEADER_MS  (20 * SECOND_MS) /* first byte to last header, or idle */

/* An answer without a body, for requests that are answered alike. */
struct kept {
	uint64_t alike;		  /* the number that they share */
	uint64_t asked;		  /* that of the request before */
	void *response;		  /* the library's; NULL: none */
	char id[REQUEST_ID_SIZE]; /* which it was given last */
	bool queued;		  /* a connection has it still */
};

#define KEPT_MAX 256 /* a power of two */

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
	struct kept kept[KEPT_MAX]; /* by what the requests have as `alike` */
};

/* Octets of bodies: once there were more, memory is given back when there are
 * less. */
#define TRIM_FROM  (4 * 1024 * 1024)
#define TRIM_BELOW (1024 * 1024)

struct exchange {
	struct exchanges *all;
	struct deadline *connection; /* NULL once it has gone */
	struct exchange *next_spare;
	bool begun;	   /* the head is there */
	bool refused;	   /* answered; the rest of the body is thrown away */
	bool orphan;	   /* the client left while we were at work */
	bool bodiless;	   /* answered from the head; a body was announced */
	bool at_the_door;  /* its key is looked up; the body has to wait */
	size_t discarded;  /* octets of the body */
	void *suspended;   /* the connection, while the store is at work and
			    * no more of it may be read */
	struct kept *kept; /* which it is answered with; or NULL */
	struct request request;
};

/* -1 with errno; exchanges_release() is fine then, too. */
int exchanges_init(struct exchanges *all) MUST_CHECK;
void exchanges_release(struct exchanges *all); /* none is under way */

/* The library serves one, with this descriptor, and will close it; what the
 * first returns is NULL where there was no memory for it. */
struct deadline *exchanges_connection_begin(struct exchanges *all, int fd);
void exchanges_connection_end(struct exchanges *all, struct deadline *deadline);

/* One that took a place is over. */
void exchanges_connection_over(struct exchanges *all);

/* NULL when out of memory. `target` as in the request line, which is copied;
 * the request's is NULL where there was no memory for that. */
struct exchange *exchange_new(struct exchanges *all, const char *target);

/* More of the body is there. What is too much is thrown away, up to a point, so
 * that the client gets to read why; false beyond it. */
bool exchange_take_body(struct exchange *exchange, struct str data);

/* The head is complete: from now on the client is owed an answer. */
void exchange_begin(struct exchange *exchange);

void exchange_free(struct exchange *exchange);

/* The exchange has that long from this round on; 0 = without end: we are at
 * work. */
void exchange_allow(struct exchange *exchange, int64_t in_ms);

/* Has the store drop slow reads for clients that have disconnected, which the
 * library notices only when it answers. */
void exchanges_drop_deserted(struct exchanges *all);

/* The library has its answer: counts, and logs. */
void exchange_note_answer(const struct exchange *exchange);

/* Answers past the library, which then closes the connection. */
void exchange_refuse_unread(struct exchanges *all, struct deadline *deadline,
			    const char *status, const char *what,
			    const char *code);

/* The library forgot the request without a word, as it does where its memory
 * is full before the head is whole. */
void exchange_drop_unfinished(struct deadline *deadline);

/* The client left. Freed at once, or when the store is done with it. */
void exchange_abandon(struct exchange *exchange);

#endif
