/*
 * failure.h: what libcurl's failures are to the caller.
 */
#ifndef CLIENT_FAILURE_H
#define CLIENT_FAILURE_H

#include "base/base.h"
#include "request.h"

#include <curl/curl.h>

/*
 * Says why there is no answer: kind, cause, whether another attempt may help,
 * and a sentence that names the host. `words` are libcurl's, for the detail.
 * Returns -1.
 */
int failure_set(struct inv_error *err, CURLcode code, const char *words,
		const struct request *request, struct answer *answer);

/* The same where a transport of the caller's says why. */
int failure_of_cause(struct inv_error *err, enum inv_cause cause,
		     const struct request *request, struct answer *answer);

/* That the server sent us on to where we do not go. Returns -1. */
int failure_redirect(struct inv_error *err, const struct request *request,
		     const char *to, const char *why, struct answer *answer);

#endif
