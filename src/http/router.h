/*
 * router.h: which paths there are, and who may ask for them.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "base/base.h"
#include "http/request.h"

enum route_access {
	ACCESS_ADMIN, /* an admin key; errors as JSON; with and without /v1 */
	ACCESS_LINK,  /* whoever holds a link; as JSON; with and without /v1 */
	ACCESS_PAGE,  /* people, in a browser */
	ACCESS_OPEN   /* machines that watch us */
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM };

struct route {
	enum http_method method;
	const char *pattern; /* "/organization/invites/{invite_id}" */
	enum route_access access;
	enum body_kind body;
	void (*handle)(struct request *request);
};

/*
 * Finds the route of `request->path`, which it cuts from the target along
 * with the query, and fills in route and params. Returns 0, or -1 with the
 * request answered: 400, 404 or 405.
 */
int router_find(struct request *request) MUST_CHECK;

/*
 * The path as a log may show it: "unknown" where there is no route, and "?"
 * for a parameter that is no id. Either may hold anything, a link's code too.
 */
#define SHOWN_PATH_SIZE 128
const char *router_shown_path(const struct request *request,
			      char out[SHOWN_PATH_SIZE]);

#endif
