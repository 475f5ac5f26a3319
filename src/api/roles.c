/*
 * roles.c: /organization/roles and /projects/{project_id}/roles, which differ
 * in no more than whose roles they are.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/members/roles.h"

/* ---- what comes out ---- */

static void write_role_id(struct jw *jw, const void *item, int64_t now_seconds)
{
	char text[ROLE_TEXT_SIZE];

	(void)now_seconds;
	jw_text(jw, role_format(item, text));
}

static void write_resource(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct assignable_role *role = item;

	(void)now_seconds;
	jw_text(jw, role->project ? "api.project" : "api.organization");
}

static void write_predefined(struct jw *jw, const void *item,
			     int64_t now_seconds)
{
	const struct assignable_role *role = item;

	(void)now_seconds;
	jw_bool(jw, role_is_predefined(role->id));
}

#define ROLE_MEMBERS                                                          \
	SHOW_BY("id", write_role_id),                                         \
	    SHOW_TEXT("name", struct assignable_role, name),                  \
	    SHOW_TEXT("description", struct assignable_role, description),    \
	    SHOW_STRINGS("permissions", struct assignable_role, permissions), \
	    SHOW_BY("resource_type", write_resource),                         \
	    SHOW_BY("predefined_role", write_predefined)

static const struct member role_members[] = { ROLE_MEMBERS, { 0 } };

/* Nothing is inherited, and nobody is named as who made it. */
static const struct member assigned_members[] = {
	ROLE_MEMBERS,
	SHOW_TIME("created_at", struct assignable_role, created_at),
	SHOW_TIME("updated_at", struct assignable_role, updated_at),
	SHOW_NULL("created_by"),
	SHOW_NULL("created_by_user_obj"),
	SHOW_NULL("metadata"),
	SHOW_NULL("assignment_sources"),
	{ 0 },
};

const struct shape role_shape = {
	SHAPE_OF(struct assignable_role, ID_ROLE),
	.object = "role",
	.members = role_members,
};

const struct shape assigned_role_shape = {
	SHAPE_OF(struct assignable_role, ID_ROLE),
	.members = assigned_members,
};

/* ---- what goes in ---- */

#define DESCRIPTION                                                          \
	{                                                                    \
		.name = "description", .type = FIELD_STRING,                 \
		.max = ROLE_DESCRIPTION_MAX,                                 \
		.input =                                                     \
		    OFFSET_OF(struct role_in, description, const char *) + 1 \
	}

#define ROLE_FIELDS(need)                                                  \
	TAKE_TEXT("role_name", need, struct role_in, name, ROLE_NAME_MAX), \
	    TAKE_STRINGS("permissions", need, struct role_in, permissions, \
			 ROLE_PERMISSIONS_MAX),                            \
	    DESCRIPTION

static const struct field create_fields[] = { ROLE_FIELDS(REQUIRED) };
static const struct field update_fields[] = { ROLE_FIELDS(OPTIONAL) };

int64_t read_role(const struct request *request, const char *text,
		  bool of_project)
{
	int64_t project = of_project ? request->ids[0] : 0;

	if (!text || (of_project && !project))
		return 0;
	return role_parse(str_of(text), request->organization, project);
}

/* A description may be empty, but not blank. */
static int prepare(struct request *request, struct role_in *in)
{
	in->role =
	    read_role(request, request->params[in->of_project], in->of_project);
	if (in->description && *in->description)
		return body_check_text(request, "description",
				       str_of(in->description));
	return 0;
}

static int for_organization(struct request *request, void *in)
{
	return prepare(request, in);
}

static int for_project(struct request *request, void *in)
{
	((struct role_in *)in)->of_project = true;
	return prepare(request, in);
}

static const struct list_query role_list = {
	.kind = ID_ROLE,
	.limit = 1000,
	.limit_max = 1000,
	.limit_zero = true,
	.order = ORDER_ASC,
	.envelope = LIST_BY_NEXT,
};

/* ---- routes ---- */

#define ROUTES_AT(path_, prepare_, ...)                              \
	{ .method = METHOD_POST,                                     \
	  .path = path_,                                             \
	  .body = BODY_JSON,                                         \
	  .verb = &verb_role_create,                                 \
	  .ids = { __VA_ARGS__ 0 },                                  \
	  FIELDS(create_fields),                                     \
	  .prepare = (prepare_),                                     \
	  .shape = &role_shape },                                    \
	    { .method = METHOD_GET,                                  \
	      .path = path_,                                         \
	      .verb = &verb_role_list,                               \
	      .ids = { __VA_ARGS__ 0 },                              \
	      .list = &role_list,                                    \
	      .prepare = (prepare_),                                 \
	      .shape = &role_shape },                                \
	    { .method = METHOD_GET,                                  \
	      .path = path_ "/{role_id}",                            \
	      .verb = &verb_role_get,                                \
	      .ids = { __VA_ARGS__ INPUT(struct role_in, role) },    \
	      .prepare = (prepare_),                                 \
	      .shape = &role_shape },                                \
	    { .method = METHOD_POST,                                 \
	      .path = path_ "/{role_id}",                            \
	      .body = BODY_JSON,                                     \
	      .verb = &verb_role_update,                             \
	      .ids = { __VA_ARGS__ INPUT(struct role_in, role) },    \
	      FIELDS(update_fields),                                 \
	      .prepare = (prepare_),                                 \
	      .shape = &role_shape },                                \
	{                                                            \
		.method = METHOD_DELETE, .path = path_ "/{role_id}", \
		.verb = &verb_role_delete,                           \
		.ids = { __VA_ARGS__ INPUT(struct role_in, role) },  \
		.prepare = (prepare_), .shape = &role_shape          \
	}

static const struct route routes[] = {
	ROUTES_AT("/organization/roles", for_organization, ),
	ROUTES_AT("/projects/{project_id}/roles", for_project,
		  INPUT(struct role_in, project), ),
};

const struct route_table roles_api = ROUTES(routes);
