/*
 * assignments.c: who has which role: .../users/{user_id}/roles and
 * .../groups/{group_id}/roles, in the organization and in projects. Four
 * families of routes, which differ in where they are.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "http/router.h"
#include "store/members/assignments.h"

/* ---- what comes out ---- */

static void write_user(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct assignment_out *out = item;

	shape_write(jw, &organization_user_shape, &out->user, now_seconds);
}

/* One more shape of a group, which is shown nowhere else. */
static const struct member group_members[] = {
	SHOW_ID("id", struct group, id, ID_GROUP),
	SHOW_TEXT("name", struct group, name),
	SHOW_TIME("created_at", struct group, created_at),
	SHOW_FALSE("scim_managed"),
	{ 0 },
};

static const struct shape group_shape = {
	SHAPE_OF(struct group, ID_GROUP),
	.object = "group",
	.members = group_members,
};

static void write_group(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct assignment_out *out = item;

	shape_write(jw, &group_shape, &out->group, now_seconds);
}

static void write_role(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct assignment_out *out = item;

	shape_write(jw, &role_shape, &out->role, now_seconds);
}

#define ASSIGNED(type)                                                  \
	.kind = ID_ROLE, .size = sizeof(struct assignment_out),         \
	.object = type ".role",                                         \
	.removed = OFFSET_OF(struct assignment_out, removed, bool) + 1, \
	.deleted_without_id = true

static const struct member user_role_members[] = {
	SHOW_BY("user", write_user),
	SHOW_BY("role", write_role),
	{ 0 },
};

static const struct member group_role_members[] = {
	SHOW_BY("group", write_group),
	SHOW_BY("role", write_role),
	{ 0 },
};

static const struct shape user_role_shape = { ASSIGNED("user"),
					      .members = user_role_members };
static const struct shape group_role_shape = { ASSIGNED("group"),
					       .members = group_role_members };

/* ---- what goes in ---- */

static const struct field fields[] = {
	{ .name = "role_id",
	  .type = FIELD_STRING,
	  .required = true,
	  .min = 1,
	  .max = BODY_MAX,
	  .input =
	      OFFSET_OF(struct assignment_in, role_text, const char *) + 1 },
};

/* The role is the body's, or the path's behind the ids of where it is. */
static int prepare(struct request *request, struct assignment_in *in,
		   enum assignment_family family)
{
	bool of_project = family >= PROJECT_USER_ROLES;
	const char *text =
	    in->role_text ? in->role_text : request->params[1 + of_project];

	in->family = family;
	in->role = read_role(request, text, of_project);
	return 0;
}

#define PREPARE(name, family)                                 \
	static int name(struct request *request, void *input) \
	{                                                     \
		return prepare(request, input, family);       \
	}
PREPARE(of_user, USER_ROLES)
PREPARE(of_group, GROUP_ROLES)
PREPARE(of_project_user, PROJECT_USER_ROLES)
PREPARE(of_project_group, PROJECT_GROUP_ROLES)

static const struct list_query role_list = {
	.kind = ID_ROLE,
	.limit = 100,
	.limit_max = 1000,
	.limit_zero = true,
	.order = ORDER_ASC,
	.envelope = LIST_BY_NEXT,
};

/* ---- routes ---- */

#define PROJECT	  INPUT(struct assignment_in, project)
#define PRINCIPAL INPUT(struct assignment_in, principal)
#define ROLE	  INPUT(struct assignment_in, role)

#define ROUTES_AT(path_, prepare_, shape_, ...)                                \
	{ .method = METHOD_POST,                                               \
	  .path = path_ "/roles",                                              \
	  .body = BODY_JSON,                                                   \
	  .verb = &verb_assignment_create,                                     \
	  .again = true,                                                       \
	  .ids = { __VA_ARGS__ },                                              \
	  FIELDS(fields),                                                      \
	  .prepare = (prepare_),                                               \
	  .shape = &(shape_) },                                                \
	    { .method = METHOD_GET,                                            \
	      .path = path_ "/roles",                                          \
	      .verb = &verb_assignment_list,                                   \
	      .ids = { __VA_ARGS__ },                                          \
	      .list = &role_list,                                              \
	      .prepare = (prepare_),                                           \
	      .shape = &assigned_role_shape },                                 \
	    { .method = METHOD_GET,                                            \
	      .path = path_ "/roles/{role_id}",                                \
	      .verb = &verb_assignment_get,                                    \
	      .ids = { __VA_ARGS__, ROLE },                                    \
	      .prepare = (prepare_),                                           \
	      .shape = &assigned_role_shape },                                 \
	{                                                                      \
		.method = METHOD_DELETE, .path = path_ "/roles/{role_id}",     \
		.verb = &verb_assignment_delete, .ids = { __VA_ARGS__, ROLE }, \
		.prepare = (prepare_), .shape = &(shape_)                      \
	}

static const struct route routes[] = {
	ROUTES_AT("/organization/users/{user_id}", of_user, user_role_shape,
		  PRINCIPAL),
	ROUTES_AT("/organization/groups/{group_id}", of_group, group_role_shape,
		  PRINCIPAL),
	ROUTES_AT("/projects/{project_id}/users/{user_id}", of_project_user,
		  user_role_shape, PROJECT, PRINCIPAL),
	ROUTES_AT("/projects/{project_id}/groups/{group_id}", of_project_group,
		  group_role_shape, PROJECT, PRINCIPAL),
};

const struct route_table assignments_api = ROUTES(routes);
