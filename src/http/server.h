/*
 * server.h: sockets and HTTP. The only part that knows the HTTP library.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/base.h"
#include "base/fail.h"
#include "http/service.h"

#define SERVER_THREADS_MAX 64 /* of a group */

struct server;

/* Addresses that serve the same routes, with a number of threads of their
 * own. */
struct server_group {
	const char *const *addresses; /* "127.0.0.1:0", "[::1]:8080",
				       * "unix:/run/x" */
	size_t count;
	size_t threads;		     /* 1 to SERVER_THREADS_MAX */
	const struct router *router; /* of what is served there; borrowed */
};

#define SERVER_GROUPS_MAX 2

/*
 * Listens at the addresses of all groups; those of the first give way to
 * sockets that the service manager handed over. The threads, and what belongs
 * to each of them, are made here, but nothing is answered before server_run().
 * -1 with `fail` where an address or a thread cannot be had.
 */
int server_new(const struct server_group *groups, size_t count,
	       struct http_service *service, struct server **ret_server,
	       struct fail *fail) MUST_CHECK;

/* "http://127.0.0.1:8080" (the real port) or "unix:/run/x" of the socket
 * number `index` of the group number `group`; NULL behind the last of either.
 * Borrowed. */
const char *server_address(const struct server *server, size_t group,
			   size_t index);

/*
 * Answers requests, in this thread and the others, until server_stop() was
 * called; then takes no more, finishes those under way (for a bounded time),
 * and returns.
 */
void server_run(struct server *server);

/* From any thread or signal handler. */
void server_stop(struct server *server);

void server_free(struct server *server);

#endif
