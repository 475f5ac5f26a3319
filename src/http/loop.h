/*
 * loop.h: one event thread, and the group of those that serve the same
 * addresses. Private to server.c, loop.c and accept.c.
 *
 * Each thread of a group listens at all its sockets. Whoever accepts a
 * connection gives it to the one that has the fewest, so that they share the
 * load however the kernel wakes them, with any kind of socket.
 */
#ifndef HTTP_LOOP_H
#define HTTP_LOOP_H

#include "base/base.h"
#include "base/fail.h"
#include "http/arrival.h"
#include "http/exchange.h"
#include "http/listen.h"
#include "http/mhd.h"
#include "http/places.h"
#include "http/service.h"

#define LISTENERS_MAX 16 /* of a group */
#define LOOPS_MAX     64 /* likewise */

struct loop;

struct group {
	/* Not changed while loops run; but see `accepting`. */
	struct listener listeners[LISTENERS_MAX];
	size_t listener_count;
	struct loop *loops[LOOPS_MAX];
	size_t loop_count;

	struct places places;
	atomic_size_t accepting; /* loops; the last of them closes the sockets
				  */
};

struct loop {
	struct http_thread thread;
	struct group *group;
	struct exchanges exchanges;
	struct MHD_Daemon *daemon;
	struct inbox inbox;
	int epoll_fd, wake_fd;
	bool watches;	   /* the group's sockets */
	bool out_of_files; /* until the next sweep it does not */
	bool keeps_house;  /* does for the daemon what one has to do */
};

/* One more of the group, with all that it needs. -1 with `fail`. */
int loop_new(struct group *group, const struct router *router,
	     struct http_service *service, struct fail *fail) MUST_CHECK;

/* Frees a loop that is not running, even a half-made one. */
void loop_free(struct loop *loop);

/* Answers requests until the service is `stopping`; then takes no more,
 * finishes those under way (for a bounded time), and returns. */
void loop_run(struct loop *loop);

/* Wakes the loop; from any thread or signal handler. */
void loop_wake(struct loop *loop);

/* ---- accept.c ---- */

/* Takes what waits at a listening socket, some of it, and hands it on. Whether
 * there was anything. */
bool loop_accept(struct loop *loop, int fd);

/* Takes what others have accepted for this loop. */
void loop_take_arrivals(struct loop *loop);

/* Listens to the sockets for as long as there are places. */
void loop_watch_door(struct loop *loop);

/* Stops accepting. Connections that were about to be accepted still are: the
 * last loop to leave accepts them and closes the sockets. */
void loop_leave_door(struct loop *loop);

#endif
