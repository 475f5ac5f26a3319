/*
 * transport.h: one attempt over HTTP. Behind it stand the only files that know
 * libcurl: transport.c, link.c and failure.c.
 */
#ifndef CLIENT_TRANSPORT_H
#define CLIENT_TRANSPORT_H

#include "base/base.h"
#include "request.h"

/*
 * Sends the request once, and follows redirects: 0 for an answer of 2xx, -1
 * for any other and for none. What the answer says of another attempt is in
 * `*answer` either way.
 */
int transport_attempt(const struct request *request, struct answer *answer,
		      struct inv_error *err);

/* Once per process; 0, or -1 where libcurl cannot be set up. */
int transport_start(struct inv_error *err);

/* libcurl's version; after transport_start(). */
const char *transport_version(void);

/* Closes the connections that a client keeps. */
void transport_close(struct inv_client *client);

#endif
