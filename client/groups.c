/*
 * groups.c: groups, who is in them, and which projects they are in.
 */
#include "base/base.h"
#include "resources.h"

static const struct field group_fields[] = {
	FIELD(struct inv_group, id, FIELD_ID),
	FIELD(struct inv_group, object, FIELD_TEXT),
	FIELD(struct inv_group, name, FIELD_TEXT_OR),
	FIELD(struct inv_group, created_at, FIELD_INTEGER),
	FIELD(struct inv_group, is_scim_managed, FIELD_BOOL),
	FIELD(struct inv_group, group_type, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape group_shape = { sizeof(struct inv_group), group_fields };

static const struct field group_user_fields[] = {
	FIELD(struct inv_group_user, id, FIELD_ID),
	FIELD(struct inv_group_user, name, FIELD_TEXT_OR),
	FIELD(struct inv_group_user, email, FIELD_TEXT_OR),
	FIELD(struct inv_group_user, picture, FIELD_TEXT_OR),
	FIELD(struct inv_group_user, is_service_account, FIELD_BOOL),
	FIELD(struct inv_group_user, user_type, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape group_user_shape = { sizeof(struct inv_group_user),
					group_user_fields };

static const struct field group_membership_fields[] = {
	FIELD(struct inv_group_membership, object, FIELD_TEXT),
	FIELD(struct inv_group_membership, user_id, FIELD_TEXT_OR),
	FIELD(struct inv_group_membership, group_id, FIELD_TEXT_OR),
	FIELD(struct inv_group_membership, deleted, FIELD_BOOL),
	{ 0 },
};

const struct shape group_membership_shape = {
	sizeof(struct inv_group_membership), group_membership_fields
};

/* The id comes first: see cursor_of() in page.c. */
static const struct field project_group_fields[] = {
	FIELD(struct inv_project_group, group_id, FIELD_ID),
	FIELD(struct inv_project_group, object, FIELD_TEXT),
	FIELD(struct inv_project_group, project_id, FIELD_TEXT_OR),
	FIELD(struct inv_project_group, group_name, FIELD_TEXT_OR),
	FIELD(struct inv_project_group, group_type, FIELD_TEXT_OR),
	FIELD(struct inv_project_group, created_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape project_group_shape = { sizeof(struct inv_project_group),
					   project_group_fields };

const struct param group_params[] = {
	PARAM_REQUIRED(struct inv_group_params, name, PARAM_TEXT),
	PARAM(struct inv_group_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param group_list_params[] = {
	PARAMS_OF_LIST(struct inv_group_list_params),
	PARAM(struct inv_group_list_params, order, PARAM_TEXT),
	{ 0 },
};

const struct param group_user_params[] = {
	PARAM_REQUIRED(struct inv_group_user_params, user_id, PARAM_TEXT),
	{ 0 },
};

const struct param project_group_params[] = {
	PARAM_REQUIRED(struct inv_project_group_params, group_id, PARAM_TEXT),
	PARAM_REQUIRED(struct inv_project_group_params, role, PARAM_TEXT),
	PARAM(struct inv_project_group_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param project_group_retrieve_params[] = {
	PARAM(struct inv_project_group_retrieve_params, group_type, PARAM_TEXT),
	{ 0 },
};
