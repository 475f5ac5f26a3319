/*
 * link.h: connections. A client keeps them in a stack; a call takes one or
 * makes one, and puts it back. So threads never wait for each other, and the
 * connection used last, most likely still open, is used first.
 */
#ifndef CLIENT_LINK_H
#define CLIENT_LINK_H

#include "base/base.h"
#include "client.h"

#include <curl/curl.h>

#define SOCKETS_MAX 8 /* of one link; attempts at several addresses at once */

struct link {
	CURL *easy;
	CURLM *multi; /* waits for `easy`, and for what may cancel it */
	struct link *next;
	pid_t owner;
	int sockets[SOCKETS_MAX]; /* -1: none */
	char message[CURL_ERROR_SIZE];
};

/* One for a call, or NULL: out of memory. */
struct link *link_take(struct inv_client *client) MUST_CHECK;
void link_put(struct inv_client *client, struct link *link);

/* Closes those that wait. */
void link_free_all(struct inv_client *client);

/*
 * Does what was set up on link->easy. Ends early, with
 * CURLE_ABORTED_BY_CALLBACK, once there is something to read in `wake` (-1:
 * none).
 */
CURLcode link_perform(struct link *link, int wake);

#endif
