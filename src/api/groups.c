/*
 * groups.c: /organization/groups and the people in them. The contract has more
 * than one shape of a group, and of a person in one.
 */
#include "base/base.h"

#include "http/router.h"
#include "store/members/groups.h"

#define GROUP_MEMBERS                                          \
	SHOW_ID("id", struct group, id, ID_GROUP),             \
	    SHOW_TEXT("name", struct group, name),             \
	    SHOW_TIME("created_at", struct group, created_at), \
	    SHOW_FALSE("is_scim_managed")

static const struct member group_members[] = {
	GROUP_MEMBERS,
	SHOW_FIXED("group_type", "group"),
	{ 0 },
};

static const struct member updated_members[] = { GROUP_MEMBERS, { 0 } };

static const struct shape group_shape = {
	SHAPE_OF(struct group, ID_GROUP),
	.object = "group",
	.members = group_members,
};

static const struct shape updated_shape = {
	SHAPE_OF(struct group, ID_GROUP),
	.object = "group",
	.members = updated_members,
};

static const struct field group_fields[] = {
	TAKE_TEXT("name", REQUIRED, struct group, name, GROUP_NAME_MAX),
};

static const struct list_query group_list = {
	.kind = ID_GROUP,
	.limit = 100,
	.limit_max = 1000,
	.limit_zero = true,
	.order = ORDER_ASC,
	.envelope = LIST_BY_NEXT,
};

/* ---- who is in one ---- */

#define USER_MEMBERS                                    \
	SHOW_ID("id", struct group_user, id, ID_USER),  \
	    SHOW_TEXT("name", struct group_user, name), \
	    SHOW_TEXT("email", struct group_user, email)

static const struct member listed_members[] = { USER_MEMBERS, { 0 } };

static const struct member user_members[] = {
	USER_MEMBERS,
	SHOW_NULL("picture"),
	SHOW_FALSE("is_service_account"),
	SHOW_FIXED("user_type", "user"),
	{ 0 },
};

static const struct shape listed_shape = {
	SHAPE_OF(struct group_user, ID_USER),
	.members = listed_members,
};

static const struct shape user_shape = {
	SHAPE_OF(struct group_user, ID_USER),
	.members = user_members,
};

/* What says that somebody is in it, or no longer. */
static const struct member added_members[] = {
	SHOW_ID("user_id", struct group_user_out, user.id, ID_USER),
	SHOW_ID("group_id", struct group_user_out, group, ID_GROUP),
	{ 0 },
};

static const struct shape added_shape = {
	.kind = ID_USER,
	.size = sizeof(struct group_user_out),
	.object = "group.user",
	.members = added_members,
	.deleted_without_id = true,
};

static const struct field user_fields[] = {
	TAKE_ID("user_id", REQUIRED, struct group_user_in, user, ID_USER),
};

static const struct list_query user_list = {
	.kind = ID_USER,
	.limit = 100,
	.limit_max = 1000,
	.limit_zero = true,
	.order = ORDER_DESC,
	.envelope = LIST_BY_NEXT,
};

/* ---- routes ---- */

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/groups",
	  .body = BODY_JSON,
	  .verb = &verb_group_create,
	  FIELDS(group_fields),
	  .shape = &group_shape,
	  .if_uncertain = "Look whether the group is there before you make it "
			  "again." },
	{ .method = METHOD_GET,
	  .path = "/organization/groups",
	  .verb = &verb_group_list,
	  .list = &group_list,
	  .shape = &group_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/groups/{group_id}",
	  .verb = &verb_group_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &group_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/groups/{group_id}",
	  .body = BODY_JSON,
	  .verb = &verb_group_update,
	  .ids = { INPUT(struct group, id) },
	  FIELDS(group_fields),
	  .shape = &updated_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/groups/{group_id}",
	  .verb = &verb_group_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &group_shape },

	{ .method = METHOD_POST,
	  .path = "/organization/groups/{group_id}/users",
	  .body = BODY_JSON,
	  .verb = &verb_group_user_add,
	  .again = true,
	  .ids = { INPUT(struct group_user_in, group) },
	  FIELDS(user_fields),
	  .shape = &added_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/groups/{group_id}/users",
	  .verb = &verb_group_user_list,
	  .ids = { INPUT(struct group_user_list_in, group) },
	  .list = &user_list,
	  .shape = &listed_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/groups/{group_id}/users/{user_id}",
	  .verb = &verb_group_user_get,
	  .ids = { INPUT(struct group_user_in, group),
		   INPUT(struct group_user_in, user) },
	  .shape = &user_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/groups/{group_id}/users/{user_id}",
	  .verb = &verb_group_user_remove,
	  .ids = { INPUT(struct group_user_in, group),
		   INPUT(struct group_user_in, user) },
	  .shape = &added_shape },
};

const struct route_table groups_api = ROUTES(routes);
