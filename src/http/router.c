/*
 * router.c: the one table of paths.
 */
#include "base/base.h"

#include "http/router.h"

#include "base/encode.h"
#include "core/id.h"
#include "http/errors.h"
#include "http/handlers.h"

static const struct route routes[] = {
	{ METHOD_POST, "/organization/invites", ACCESS_ADMIN, BODY_JSON,
	  invites_create },
	{ METHOD_GET, "/organization/invites", ACCESS_ADMIN, BODY_NONE,
	  invites_list },
	{ METHOD_GET, "/organization/invites/{invite_id}", ACCESS_ADMIN,
	  BODY_NONE, invites_retrieve },
	{ METHOD_DELETE, "/organization/invites/{invite_id}", ACCESS_ADMIN,
	  BODY_NONE, invites_delete },

	{ METHOD_GET, "/organization/users", ACCESS_ADMIN, BODY_NONE,
	  users_list },
	{ METHOD_GET, "/organization/users/{user_id}", ACCESS_ADMIN, BODY_NONE,
	  users_retrieve },

	{ METHOD_POST, "/organization/projects", ACCESS_ADMIN, BODY_JSON,
	  projects_create },
	{ METHOD_GET, "/organization/projects", ACCESS_ADMIN, BODY_NONE,
	  projects_list },
	{ METHOD_GET, "/organization/projects/{project_id}", ACCESS_ADMIN,
	  BODY_NONE, projects_retrieve },
	{ METHOD_GET, "/organization/projects/{project_id}/users", ACCESS_ADMIN,
	  BODY_NONE, project_users_list },

	{ METHOD_POST, "/invitations/lookup", ACCESS_LINK, BODY_JSON,
	  invitations_lookup },
	{ METHOD_POST, "/invitations/accept", ACCESS_LINK, BODY_JSON,
	  invitations_accept },
	{ METHOD_POST, "/invitations/decline", ACCESS_LINK, BODY_JSON,
	  invitations_decline },

	{ METHOD_GET, "/", ACCESS_PAGE, BODY_NONE, page_home },
	{ METHOD_GET, "/accept", ACCESS_PAGE, BODY_NONE, page_open },
	{ METHOD_POST, "/accept", ACCESS_PAGE, BODY_FORM, page_submit },
	{ METHOD_GET, "/assets/{file}", ACCESS_PAGE, BODY_NONE, page_asset },

	{ METHOD_GET, "/healthz", ACCESS_OPEN, BODY_NONE, operations_alive },
	{ METHOD_GET, "/readyz", ACCESS_OPEN, BODY_NONE, operations_ready },
	{ METHOD_GET, "/metrics", ACCESS_OPEN, BODY_NONE, operations_metrics },
};

/* Segment by segment: a {name} takes any one that is not empty. */
static bool pattern_matches(const char *pattern, struct str path,
			    struct str params[PATH_PARAMS_MAX])
{
	struct str rest = str_of(pattern), want, have;
	size_t count = 0;
	bool more_wanted = true, more_there = true;

	while (more_wanted || more_there) {
		if (!more_wanted || !more_there)
			return false;
		more_wanted = str_cut(rest, '/', &want, &rest);
		more_there = str_cut(path, '/', &have, &path);
		if (!str_starts_with(want, "{")) {
			if (!str_eq(want, have))
				return false;
		} else if (have.len == 0 || count == PATH_PARAMS_MAX) {
			return false;
		} else {
			params[count++] = have;
		}
	}
	return true;
}

static int decode_params(struct request *request,
			 const struct str params[PATH_PARAMS_MAX])
{
	for (size_t i = 0; i < PATH_PARAMS_MAX; i++) {
		char *text;
		ptrdiff_t len;

		if (!params[i].data)
			continue;
		text = arena_alloc(&request->arena, params[i].len + 1);
		if (!text) {
			answer_unavailable(request);
			return -1;
		}
		len = percent_decode(params[i], false, text);
		if (len < 0 || memchr(text, '\0', (size_t)len))
			return answer_error(request, 400, "invalid_value", NULL,
					    "The path of the URL is not "
					    "properly percent-encoded.");
		request->params[i] = text;
	}
	return 0;
}

/* "http://host/path", as proxies are asked, is "/path" (RFC 9112, 3.2.2). */
static struct str cut_authority(struct str target)
{
	struct str scheme, rest, authority, path;

	if (str_starts_with(target, "/") ||
	    !str_cut(target, ':', &scheme, &rest) ||
	    !str_is_nocase(scheme, "http") || !str_starts_with(rest, "//"))
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

static const char *route_method(const struct route *route)
{
	switch (route->method) {
	case METHOD_POST:
		return "POST";
	case METHOD_DELETE:
		return "DELETE";
	default:
		return "GET, HEAD";
	}
}

static int refuse_method(struct request *request, const char *allow)
{
	answer_header(request, "Allow", allow);
	return answer_error(request, 405, "method_not_allowed", NULL,
			    "This URL does not take %s. Allowed: %s.",
			    quoted(request, str_of(request->method_name)),
			    allow);
}

static int refuse_path(struct request *request)
{
	if (request->method == METHOD_GET &&
	    str_starts_with(request->accept, "text/html")) {
		page_not_found(request);
		return -1;
	}
	return answer_error(request, 404, "unknown_url", NULL,
			    "Invalid URL (%s %s).",
			    quoted(request, str_of(request->method_name)),
			    quoted(request, request->path));
}

int router_find(struct request *request)
{
	enum http_method method =
	    request->method == METHOD_HEAD ? METHOD_GET : request->method;
	const char *allow = NULL;

	cut_target(request);
	for (size_t i = 0; i < COUNT_OF(routes); i++) {
		struct str params[PATH_PARAMS_MAX] = { { NULL, 0 } };

		if (!pattern_matches(routes[i].pattern, request->path, params))
			continue;
		if (routes[i].method == method) {
			request->route = &routes[i];
			return decode_params(request, params);
		}
		allow = allow ? arena_printf(&request->arena, "%s, %s", allow,
					     route_method(&routes[i]))
			      : route_method(&routes[i]);
	}
	return allow ? refuse_method(request, allow) : refuse_path(request);
}

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
	struct str pattern, path = request->path, want, have;
	size_t len = 0;
	bool more = true;

	if (!request->route)
		return "unknown";
	pattern = str_of(request->route->pattern);
	while (more && len < SHOWN_PATH_SIZE) {
		more = str_cut(pattern, '/', &want, &pattern);
		str_cut(path, '/', &have, &path);
		if (str_starts_with(want, "{"))
			want = is_id(have) ? have : STR("?");
		len +=
		    (size_t)snprintf(out + len, SHOWN_PATH_SIZE - len, "%.*s%s",
				     STR_ARG(want), more ? "/" : "");
	}
	return out;
}
