/*
 * project_groups.c: /organization/projects/{project_id}/groups: which groups
 * are in a project.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "http/router.h"
#include "store/projects/project_groups.h"

static const struct member group_members[] = {
	SHOW_ID("project_id", struct project_group, project, ID_PROJECT),
	SHOW_ID("group_id", struct project_group, group, ID_GROUP),
	SHOW_TEXT("group_name", struct project_group, name),
	SHOW_FIXED("group_type", "group"),
	SHOW_TIME("created_at", struct project_group, added_at),
	{ 0 },
};

static const struct shape group_shape = {
	.kind = ID_GROUP,
	.size = sizeof(struct project_group),
	.id = OFFSET_OF(struct project_group, group, int64_t),
	.object = "project.group",
	.members = group_members,
	.deleted_without_id = true,
};

static const struct field group_fields[] = {
	TAKE_ID("group_id", REQUIRED, struct project_group_in, group, ID_GROUP),
	{ .name = "role",
	  .type = FIELD_STRING,
	  .required = REQUIRED,
	  .min = 1,
	  .max = BODY_MAX,
	  .input =
	      OFFSET_OF(struct project_group_in, role_text, const char *) + 1 },
};

static int take_role(struct request *request, void *input)
{
	struct project_group_in *in = input;

	in->role = read_role(request, in->role_text, true);
	return 0;
}

static const struct list_query group_list = {
	.kind = ID_GROUP,
	.limit_zero = true,
	.order = ORDER_ASC,
	.envelope = LIST_BY_NEXT,
};

/* Of tenants there are none. */
static const char *const type_words[] = { "group", "tenant_group" };
static const struct vocabulary types = VOCABULARY(type_words);

static const struct query_param type_params[] = {
	{ .name = "group_type",
	  .type = QUERY_WORD,
	  .offset = OFFSET_OF(struct project_group_in, tenants, int),
	  .words = &types },
	{ 0 },
};

static const struct list_query group_query = {
	.no_list = true,
	.filters = type_params,
};

#define PROJECT INPUT(struct project_group_in, project)
#define GROUP	INPUT(struct project_group_in, group)

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/groups",
	  .body = BODY_JSON,
	  .verb = &verb_project_group_add,
	  .again = true,
	  .ids = { PROJECT },
	  FIELDS(group_fields),
	  .prepare = take_role,
	  .shape = &group_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/groups",
	  .verb = &verb_project_group_list,
	  .ids = { PROJECT },
	  .list = &group_list,
	  .shape = &group_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}/groups/{group_id}",
	  .verb = &verb_project_group_get,
	  .ids = { PROJECT, GROUP },
	  .query = &group_query,
	  .shape = &group_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/projects/{project_id}/groups/{group_id}",
	  .verb = &verb_project_group_drop,
	  .ids = { PROJECT, GROUP },
	  .shape = &group_shape },
};

const struct route_table project_groups_api = ROUTES(routes);
