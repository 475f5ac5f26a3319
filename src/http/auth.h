/*
 * auth.h: whose key is this?
 */
#ifndef HTTP_AUTH_H
#define HTTP_AUTH_H

#include "http/request.h"

/*
 * Looks the bearer key up and, where it is in force, fills in organization
 * and key and calls `granted`. Otherwise answers 401.
 */
void auth_check(struct request *request,
		void (*granted)(struct request *request));

/* The key of an Authorization header; false where it has none. */
bool bearer_key(struct str header, struct str *ret_key);

/* Whether that was done before, and so lately that it need not be again: the
 * store looks once more as it writes. */
bool auth_holds(const struct request *request) MUST_CHECK;

#endif
