/*
 * drain.h: connections that were answered before their request was read.
 *
 * To close a socket whose other end is still sending makes the kernel reset the
 * connection, and the client may then lose the answer that it was sent. So what
 * it sends is read and thrown away, for a while, up to a point.
 */
#ifndef HTTP_DRAIN_H
#define HTTP_DRAIN_H

#include "base/base.h"

#define DRAINS_MAX   64 /* at once; one more ends the oldest */
#define DRAIN_MS     2000
#define DRAIN_OCTETS (1024 * 1024)

struct drain {
	int epoll_fd; /* readable while there is something to do; -1 at first */
	size_t count;
	struct drained {
		int fd;
		int64_t until_ms;
		size_t left; /* octets */
	} all[DRAINS_MAX];
};

/* -1 with errno. */
int drain_init(struct drain *drain) MUST_CHECK;
void drain_release(struct drain *drain);

/* Takes a connection over whose answer is written: closes our direction, and
 * the rest of `fd` when the client has done so, or enough has come. */
void drain_add(struct drain *drain, int fd, int64_t now_ms);

/* Reads what has come; never waits. Once a round. */
void drain_run(struct drain *drain, int64_t now_ms);

#endif
