/*
 * server.h: sockets and HTTP. The only part that knows the HTTP library.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/base.h"
#include "base/fail.h"
#include "http/request.h"

struct server;

/*
 * Listens at `addresses` ("127.0.0.1:0", "[::1]:8080", "unix:/run/x"), or at
 * the sockets that the service manager handed over, which take their place.
 * `service->port` must have been opened with server_wake and the server:
 * server_new() does that. -1 with `fail` where an address cannot be had.
 */
int server_new(const char *const *addresses, size_t count,
	       struct http_service *service, struct server **ret_server,
	       struct fail *fail) MUST_CHECK;

/* "http://127.0.0.1:8080" (the real port) or "unix:/run/x" of the socket
 * number `index`, NULL behind the last. Borrowed. */
const char *server_address(const struct server *server, size_t index);

/*
 * Answers requests in this thread until server_stop() was called; then takes
 * no more, finishes those under way (for a bounded time), and returns.
 */
void server_run(struct server *server);

/* From any thread or signal handler. */
void server_stop(struct server *server);

void server_free(struct server *server);

#endif
