/*
 * auth.h: authenticates requests by their admin key.
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

/* Whether that was done so recently that it need not be repeated: the store
 * checks again as it writes. */
bool auth_holds(const struct request *request) MUST_CHECK;

#endif
