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
	bool open_ended; /* takes paths with anything behind its own, too */
};

/* src/routes.c, which sees the layers above: all that there are, and what a
 * person is shown where there is none. */
extern const struct route routes[];
extern const size_t route_count;
extern void (*const route_missing_page)(struct request *request);

/*
 * Finds the route of `request->path`, which it cuts from the target along
 * with the query, and fills in route and params. Returns 0, or -1 with the
 * request answered: 400, 404 or 405.
 *
 * Below /organization/ and /projects/ an unknown path is 400 `not_supported`:
 * it is a part of the contract that is not served here, and clients take 404
 * for "gone already". A known path with a wrong method stays 405: no client
 * takes that for success, and `Allow` says what would do.
 */
int router_find(struct request *request) MUST_CHECK;

/* Whether a body is read at all. An unknown URL's is, where the method brings
 * one: the client may not look for an answer before it has sent it. */
bool router_takes_body(struct request *request);

/* 404: a page for people, JSON for programs. Returns -1. */
int answer_unknown_url(struct request *request);

/*
 * The path as a log may show it: "unknown" where there is no route, and "?"
 * for a parameter that is no id. Either may hold anything, a link's code too.
 */
#define SHOWN_PATH_SIZE 128
const char *router_shown_path(const struct request *request,
			      char out[SHOWN_PATH_SIZE]);

#endif
