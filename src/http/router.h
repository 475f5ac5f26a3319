/*
 * router.h: the paths that are served, and the access they need.
 *
 * A router is built from tables of routes. Listeners that serve different paths
 * have a router each.
 */
#ifndef HTTP_ROUTER_H
#define HTTP_ROUTER_H

#include "base/base.h"
#include "http/body.h"
#include "http/query.h"
#include "http/request.h"
#include "http/shape.h"

enum route_access {
	ACCESS_ADMIN, /* an admin key; errors as JSON; with and without /v1 */
	ACCESS_LINK,  /* the holder of a link; as JSON; with and without /v1 */
	ACCESS_PAGE,  /* people, in a browser */
	ACCESS_OPEN,  /* machines that watch us */
	ACCESS_GATE   /* gateways, with their client's key; not logged */
};

enum body_kind { BODY_NONE, BODY_JSON, BODY_FORM };

/*
 * A method on a path, and what is done there: a verb of the store, whose input
 * and output the tables describe (operation.h), or `handle`.
 *
 * A path parameter that is an id is named after its kind: {invite_id}. Any
 * other name takes any text.
 */
struct route {
	enum http_method method;
	const char *path; /* "/organization/invites/{invite_id}" */
	enum route_access access;
	enum body_kind body;
	bool body_optional; /* none is as if it were {} */
	size_t body_max;    /* octets that it may have; 0: BODY_MAX */
	bool open_ended;    /* takes paths with anything behind its own, too;
			     * of METHOD_ANY: with any segments */

	void (*handle)(struct request *request);

	const struct verb *verb;
	size_t ids[PATH_PARAMS_MAX]; /* INPUT()s: where the path's ids go */
	const struct field *fields;  /* of the body; each goes into the input */
	size_t field_count;
	const struct list_query *list;	/* of a list: its query, its envelope */
	const struct list_query *query; /* of anything else; NULL: none */
	/* What the tables cannot say of the input: -1 with the request
	 * answered. Or NULL. */
	int (*prepare)(struct request *request, void *in);
	/* Of what comes out: its first member, each row of a list, or what was
	 * deleted. */
	const struct shape *shape;
	/* What the client should do if the outcome is unknown and a retry is
	 * not safe; else NULL. */
	const char *if_uncertain;
	/* What a repeat with the same Idempotency-Key (once.h) does: run again,
	 * since the outcome is the same; or refuse, since the answer held a
	 * secret. NULL: answer as the GET of the thing does. */
	bool again;
	bool (*showed_secret)(const struct request *request);
};

#define FIELDS(fields_) .fields = (fields_), .field_count = COUNT_OF(fields_)

/* The offset of an id in the verb's input; 0: none. */
#define INPUT(type, member) (OFFSET_OF(type, member, int64_t) + 1)

struct route_table {
	const struct route *routes;
	size_t count;
};

#define ROUTES(routes_)                                         \
	{                                                       \
		.routes = (routes_), .count = COUNT_OF(routes_) \
	}

/* All that a router is built from; borrowed, must outlive it. */
struct routes {
	const struct route_table *const *tables;
	size_t count;
	/* The page for people at unknown paths; NULL: the same as for
	 * programs. */
	void (*missing_page)(struct request *request);
	/* The callers are gateways: headers that their clients repeat are the
	 * gateways' to judge. */
	bool for_gateways;
};

struct router;

/* Checks all routes and builds what finds them. A route that is not sound ends
 * the program. NULL when out of memory. */
struct router *router_new(const struct routes *routes) MUST_CHECK;
void router_free(struct router *router);

/* The GET of what a POST was about, if it shows the same struct: the route of
 * its path, of what it makes below that, or of what it does something to. */
const struct route *router_get_of(const struct router *router,
				  const struct route *post);

/* Its routes have numbers, from 0 on; one that is not its own has the number
 * that is their count. */
size_t router_route_count(const struct router *router);
const struct route *router_route(const struct router *router, size_t number);
size_t router_number(const struct router *router, const struct route *route);

bool router_is_for_gateways(const struct router *router);

/*
 * Finds the route of `request->path`, which it cuts from the target along
 * with the query, and fills in route and params. Returns 0, or -1 with the
 * request answered: 400, 404 or 405.
 *
 * Below a segment `organization` or `projects`, wherever in the path that
 * stands, an unknown path is 400 `not_supported`:
 * it is a part of the contract that is not served here, and clients take 404
 * for "gone already". A known path with a wrong method stays 405: no client
 * takes that for success, and `Allow` says what would do.
 */
int router_find(struct request *request) MUST_CHECK;

/*
 * How many octets of a body the route takes: 0 where it reads none, or where
 * there is none. Where no
 * key is asked for it is as many as any link or form needs, since anybody can
 * send them.
 */
size_t router_body_max(struct request *request);

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
