/*
 * router.c: from a path to its route.
 *
 * The patterns are a tree of segments, built at the start. A path is cut at its
 * slashes while the tree is descended, so that what a request costs does not
 * grow with the number of routes.
 */
#include "base/base.h"

#include "http/router.h"

#include <assert.h>

#include "base/encode.h"
#include "core/id.h"
#include "http/errors.h"
#include "http/operation.h"

#define NODES_MAX  256
#define ROUTES_MAX 256
#define PLACES	   (4 * ROUTES_MAX) /* a power of two */

/* A segment of one or more patterns. */
struct node {
	struct str text;   /* "invites", "{invite_id}"; the root's is empty */
	struct str prefix; /* of a pattern, up to here */
	struct node *child, *next;
	bool is_parameter;
	bool is_id; /* a parameter, of this kind */
	enum id_kind kind;
	const struct route *by_method[METHOD_OTHER];
	const struct route *any; /* for the methods that have none */
};

struct router {
	struct node nodes[NODES_MAX]; /* the root is the first */
	size_t count;
	const struct route *routes[ROUTES_MAX]; /* in the order of the tables */
	size_t route_count;
	uint16_t
	    places[PLACES]; /* in `routes`, by hash, and one more; 0: none */
	void (*missing_page)(struct request *request);
	bool for_gateways;
};

/* ---- the tree ---- */

/* "invite_id" of "{invite_id}" */
static struct str name_of(struct str parameter)
{
	return (struct str){ parameter.data + 1, parameter.len - 2 };
}

static struct node *new_child(struct router *router, struct node *parent,
			      struct str text, const char *pattern)
{
	struct node *node = &router->nodes[router->count++];
	struct node **at = &parent->child;

	assert(router->count <= NODES_MAX);
	*node = (struct node){ .text = text };
	node->is_parameter = str_starts_with(text, "{");
	node->is_id =
	    node->is_parameter && id_kind_of_param(name_of(text), &node->kind);
	node->prefix =
	    (struct str){ pattern, (size_t)(text.data - pattern) + text.len };
	while (*at)
		at = &(*at)->next;
	*at = node;
	return node;
}

static struct node *child_named(struct router *router, struct node *parent,
				struct str text, const char *pattern)
{
	for (struct node *node = parent->child; node; node = node->next) {
		if (str_eq(node->text, text))
			return node;
	}
	return new_child(router, parent, text, pattern);
}

/* Where it is looked for first: its address, spread by Fibonacci's number. */
static size_t first_place(const struct route *route)
{
	uint64_t mixed = (uint64_t)(uintptr_t)route * 0x9e3779b97f4a7c15u;

	return mixed >> 32 & (PLACES - 1);
}

static void number_route(struct router *router, const struct route *route)
{
	size_t place = first_place(route);

	assert(router->route_count < ROUTES_MAX);
	while (router->places[place] != 0)
		place = (place + 1) & (PLACES - 1);
	router->routes[router->route_count++] = route;
	router->places[place] = (uint16_t)router->route_count;
}

size_t router_number(const struct router *router, const struct route *route)
{
	size_t place = first_place(route);

	while (router->places[place] != 0 &&
	       router->routes[router->places[place] - 1] != route)
		place = (place + 1) & (PLACES - 1);
	return router->places[place] != 0 ? router->places[place] - 1u
					  : router->route_count;
}

size_t router_route_count(const struct router *router)
{
	return router->route_count;
}

const struct route *router_route(const struct router *router, size_t number)
{
	return router->routes[number];
}

static void add_route(struct router *router, const struct route *route)
{
	struct str rest = str_of(route->path + 1), segment;
	struct node *node = router->nodes;
	const struct route **place;
	size_t params = 0;
	bool more = true;

	while (more) {
		more = str_cut(rest, '/', &segment, &rest);
		node = child_named(router, node, segment, route->path);
		params += node->is_parameter;
	}
	assert(params <= PATH_PARAMS_MAX);
	assert(operation_is_sound(route));
	place = route->method == METHOD_ANY ? &node->any
					    : &node->by_method[route->method];
	assert(!*place);
	*place = route;
	number_route(router, route);
}

struct router *router_new(const struct routes *routes)
{
	struct router *router = calloc(1, sizeof(*router));

	if (!router)
		return NULL;
	router->count = 1;
	router->missing_page = routes->missing_page;
	router->for_gateways = routes->for_gateways;
	for (size_t i = 0; i < routes->count; i++) {
		for (size_t j = 0; j < routes->tables[i]->count; j++)
			add_route(router, &routes->tables[i]->routes[j]);
	}
	return router;
}

void router_free(struct router *router)
{
	free(router);
}

/* The end of a path that was added, and what it is below. */
static const struct node *find_end(const struct router *router,
				   const char *path,
				   const struct node **ret_parent)
{
	const struct node *node = router->nodes;
	struct str rest = str_of(path), segment;
	bool more = str_cut(rest, '/', &segment, &rest);

	*ret_parent = node;
	while (more && node) {
		more = str_cut(rest, '/', &segment, &rest);
		*ret_parent = node;
		node = node->child;
		while (node && !str_eq(node->text, segment))
			node = node->next;
	}
	return node;
}

/* A struct is told by its size and the place and kind of its id. */
static const struct route *get_at(const struct node *node,
				  const struct shape *shape)
{
	const struct route *get = node->by_method[METHOD_GET];
	bool same = get && get->verb && !get->list && get->shape &&
		    get->shape->size == shape->size &&
		    get->shape->id == shape->id &&
		    get->shape->kind == shape->kind;

	return same ? get : NULL;
}

const struct route *router_get_of(const struct router *router,
				  const struct route *post)
{
	const struct node *parent;
	const struct node *node = find_end(router, post->path, &parent);
	const struct route *get = NULL;

	if (!node || !post->shape)
		return NULL;
	get = get_at(node, post->shape);
	for (const struct node *below = node->child; below && !get;
	     below = below->next) {
		if (below->is_parameter)
			get = get_at(below, post->shape);
	}
	return get ? get : get_at(parent, post->shape);
}

bool router_is_for_gateways(const struct router *router)
{
	return router->for_gateways;
}

static const struct node *root_for(const struct request *request)
{
	return request->thread->router->nodes;
}

/* A literal goes before a parameter, which takes any segment but an empty
 * one. */
static const struct node *child_for(const struct node *parent,
				    struct str segment)
{
	const struct node *parameter = NULL;

	for (const struct node *node = parent->child; node; node = node->next) {
		if (node->is_parameter)
			parameter = node;
		else if (str_eq(node->text, segment))
			return node;
	}
	return segment.len > 0 ? parameter : NULL;
}

/* How far a path led into the tree, and what stood for its parameters. */
struct course {
	const struct node *node;
	const struct node *params[PATH_PARAMS_MAX];
	size_t count;
	bool whole;		  /* all of the path */
	const struct route *open; /* the last one on the way that takes any
				   * segments behind its own; or NULL */
};

static void descend(struct request *request, struct course *course)
{
	struct str rest = request->path, segment;
	bool more = str_cut(rest, '/', &segment, &rest) && segment.len == 0;

	*course = (struct course){ .node = root_for(request) };
	if (!more)
		return;
	while (more) {
		const struct node *node;

		more = str_cut(rest, '/', &segment, &rest);
		node = child_for(course->node, segment);
		if (!node)
			return;
		course->node = node;
		if (node->any && node->any->open_ended)
			course->open = node->any;
		if (node->is_parameter) {
			request->segments[course->count] = segment;
			course->params[course->count++] = node;
		}
	}
	course->whole = true;
}

/* ---- what stands in the path ---- */

static int decode_param(struct request *request, const struct node *node,
			size_t index)
{
	struct str raw = request->segments[index];
	char *text = arena_alloc(&request->arena, raw.len + 1);
	ptrdiff_t len;

	if (!text) {
		answer_unavailable(request);
		return -1;
	}
	len = percent_decode(raw, false, text);
	if (len < 0 || memchr(text, '\0', (size_t)len))
		return answer_error(request, 400, "invalid_value", NULL,
				    "The path of the URL is not properly "
				    "percent-encoded.");
	request->params[index] = text;
	if (!node->is_id ||
	    !id_parse(node->kind, str_of(text), &request->ids[index]))
		request->ids[index] = 0;
	return 0;
}

static int decode_params(struct request *request, const struct course *course)
{
	for (size_t i = 0; i < course->count; i++) {
		if (decode_param(request, course->params[i], i) < 0)
			return -1;
	}
	return 0;
}

/* "http://host/path", as proxies are asked, is "/path" (RFC 9112, 3.2.2). */
static struct str cut_authority(struct str target)
{
	struct str scheme, rest, authority, path;

	if (str_starts_with(target, "/") ||
	    !str_cut(target, ':', &scheme, &rest) ||
	    !(str_is_nocase(scheme, "http") ||
	      str_is_nocase(scheme, "https")) ||
	    !str_starts_with(rest, "//"))
		return target;
	rest = (struct str){ rest.data + 2, rest.len - 2 };
	if (!str_cut(rest, '/', &authority, &path))
		return STR("/");
	return (struct str){ path.data - 1, path.len + 1 };
}

static void cut_target(struct request *request)
{
	struct str path;

	str_cut(cut_authority(request->target), '?', &path, &request->query);
	/* What is below it; "/v1/" itself is not the page at the root. */
	if (str_starts_with(path, "/v1/") && path.len > strlen("/v1/")) {
		path.data += 3;
		path.len -= 3;
	}
	request->path = path;
}

/* ---- refusing ---- */

static const char *const method_names[METHOD_OTHER] = {
	[METHOD_GET] = "GET, HEAD",
	[METHOD_POST] = "POST",
	[METHOD_DELETE] = "DELETE",
};

/* "GET, HEAD, DELETE"; NULL where the node is no route's end. */
static const char *allowed(struct request *request, const struct node *node)
{
	const char *allow = NULL;

	for (size_t i = 0; i < METHOD_OTHER; i++) {
		if (!node->by_method[i])
			continue;
		allow = allow ? arena_printf(&request->arena, "%s, %s", allow,
					     method_names[i])
			      : method_names[i];
	}
	return allow;
}

static int refuse_method(struct request *request, const char *allow)
{
	answer_header(request, "Allow", allow);
	return answer_error(request, 405, "method_not_allowed", NULL,
			    "This URL does not take %s. Allowed: %s.",
			    quoted(request, str_of(request->method_name)),
			    allow);
}

/* "invites, projects, users" */
static const char *children_of(struct request *request,
			       const struct node *parent)
{
	const char *names = NULL;

	for (const struct node *node = parent->child; node; node = node->next) {
		names = arena_printf(&request->arena, "%s%s%.*s",
				     names ? names : "", names ? ", " : "",
				     STR_ARG(node->text));
		if (!names)
			break;
	}
	return names ? names : "nothing";
}

/*
 * A part of the contract that is not served. Clients take any 404 for "it is
 * gone already" and go on, so this is not a 404.
 */
static int refuse_unserved(struct request *request, const struct node *deepest)
{
	const char *hint = "";

	/* nothing of it is there, or "/v1/v1/organization/..." */
	if (!str_starts_with(deepest->prefix, "/organization") &&
	    !str_starts_with(deepest->prefix, "/projects")) {
		deepest = child_for(root_for(request), STR("organization"));
		hint = " The base URL has to end in /v1, once.";
	}
	return answer_error(request, 400, "not_supported", NULL,
			    "This server does not support %s %s.%s What it "
			    "has below %.*s: %s.",
			    quoted(request, str_of(request->method_name)),
			    quoted(request, request->path), hint,
			    STR_ARG(deepest->prefix),
			    children_of(request, deepest));
}

int answer_unknown_url(struct request *request)
{
	const struct router *router = request->thread->router;

	if (router->missing_page && request->method == METHOD_GET &&
	    str_starts_with(request->accept, "text/html")) {
		router->missing_page(request);
		return -1;
	}
	return answer_error(request, 404, "unknown_url", NULL,
			    "Invalid URL (%s %s).",
			    quoted(request, str_of(request->method_name)),
			    quoted(request, request->path));
}

/* Wherever the segment stands: a base URL that is wrong, as one with "/v1"
 * twice, must not make clients believe that everything is gone. */
static bool is_of_the_contract(struct str path)
{
	struct str segment, rest = path;

	while (str_cut(rest, '/', &segment, &rest)) {
		if (str_eq(segment, STR("organization")) ||
		    str_eq(segment, STR("projects")))
			return true;
	}
	return false;
}

static int refuse_path(struct request *request, const struct node *deepest)
{
	if (is_of_the_contract(request->path) &&
	    child_for(root_for(request), STR("organization")))
		return refuse_unserved(request, deepest);
	return answer_unknown_url(request);
}

/* ---- finding ---- */

/* A route that takes paths with anything behind its own; NULL for none. */
static const struct route *find_open_ended(const struct request *request)
{
	const struct node *node = root_for(request)->child;

	if (request->method != METHOD_GET && request->method != METHOD_HEAD)
		return NULL;
	for (; node; node = node->next) {
		const struct route *route = node->by_method[METHOD_GET];

		if (route && route->open_ended &&
		    str_starts_with(request->path, route->path))
			return route;
	}
	return NULL;
}

static const struct route *route_at(const struct node *node,
				    enum http_method method)
{
	const struct route *route = NULL;

	if (method == METHOD_HEAD)
		method = METHOD_GET;
	if (method != METHOD_OTHER)
		route = node->by_method[method];
	return route ? route : node->any;
}

/* The route; NULL where there is none. */
static const struct route *look_up(struct request *request,
				   struct course *ret_course)
{
	const struct route *route;

	cut_target(request);
	descend(request, ret_course);
	if (!ret_course->whole)
		route = find_open_ended(request);
	else
		route = route_at(ret_course->node, request->method);
	return route ? route : ret_course->open;
}

int router_find(struct request *request)
{
	struct course course;
	const char *allow;

	request->route = look_up(request, &course);
	if (request->route)
		return decode_params(request, &course);
	allow = course.whole ? allowed(request, course.node) : NULL;
	return allow ? refuse_method(request, allow)
		     : refuse_path(request, course.node);
}

size_t router_body_max(struct request *request)
{
	const struct route *route;
	struct course course;

	if (request->method != METHOD_POST && request->method != METHOD_OTHER)
		return 0;
	route = look_up(request, &course);
	if (route && route->access == ACCESS_ADMIN)
		return route->body == BODY_NONE ? 0
		       : route->body_max	? route->body_max
						: BODY_MAX;
	return route && route->body != BODY_NONE ? OPEN_BODY_MAX : 0;
}

/* ---- for the log ---- */

static bool is_id(struct str text)
{
	int64_t id;

	for (int kind = 0; kind < ID_KINDS; kind++) {
		if (id_parse((enum id_kind)kind, text, &id))
			return true;
	}
	return false;
}

const char *router_shown_path(const struct request *request,
			      char out[SHOWN_PATH_SIZE])
{
	struct str pattern, segment;
	size_t len = 0, params = 0;
	bool more = true;

	if (!request->route)
		return "unknown";
	pattern = str_of(request->route->path);
	while (more && len < SHOWN_PATH_SIZE) {
		more = str_cut(pattern, '/', &segment, &pattern);
		if (str_starts_with(segment, "{")) {
			segment = request->segments[params++];
			segment = is_id(segment) ? segment : STR("?");
		}
		len +=
		    (size_t)snprintf(out + len, SHOWN_PATH_SIZE - len, "%.*s%s",
				     STR_ARG(segment), more ? "/" : "");
	}
	return out;
}
