/*
 * roles.c: roles, and who has one. A role and a role that is assigned are one
 * struct: the second has a few members more.
 */
#include "base/base.h"
#include "resources.h"

static const struct field source_fields[] = {
	FIELD(struct inv_assignment_source, principal_id, FIELD_TEXT),
	FIELD(struct inv_assignment_source, principal_type, FIELD_TEXT),
	{ 0 },
};

static const struct shape source_shape = { sizeof(struct inv_assignment_source),
					   source_fields };

static const struct field role_fields[] = {
	FIELD(struct inv_role_details, id, FIELD_ID),
	FIELD(struct inv_role_details, object, FIELD_TEXT),
	FIELD(struct inv_role_details, name, FIELD_TEXT_OR),
	FIELD(struct inv_role_details, description, FIELD_TEXT_OR),
	FIELD_OF_TEXTS(struct inv_role_details, permissions),
	FIELD(struct inv_role_details, resource_type, FIELD_TEXT),
	FIELD(struct inv_role_details, predefined_role, FIELD_BOOL),
	FIELD(struct inv_role_details, created_at, FIELD_INTEGER),
	FIELD(struct inv_role_details, updated_at, FIELD_INTEGER),
	FIELD(struct inv_role_details, created_by, FIELD_TEXT_OR),
	FIELD_OF_OBJECTS(struct inv_role_details, assignment_sources,
			 source_shape),
	{ 0 },
};

const struct shape role_details_shape = { sizeof(struct inv_role_details),
					  role_fields };

/* As it stands beside a role, where one word of it is another. */
static const struct field assigned_group_fields[] = {
	FIELD(struct inv_group, id, FIELD_ID),
	FIELD(struct inv_group, object, FIELD_TEXT),
	FIELD(struct inv_group, name, FIELD_TEXT_OR),
	FIELD(struct inv_group, created_at, FIELD_INTEGER),
	FIELD_NAMED("scim_managed", struct inv_group, is_scim_managed,
		    FIELD_BOOL),
	FIELD(struct inv_group, group_type, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape assigned_group_shape = { sizeof(struct inv_group),
						   assigned_group_fields };

static const struct field assignment_fields[] = {
	FIELD(struct inv_role_assignment, object, FIELD_TEXT),
	FIELD_OF_OBJECT(struct inv_role_assignment, user, user_shape),
	FIELD_OF_OBJECT(struct inv_role_assignment, group,
			assigned_group_shape),
	FIELD_OF_OBJECT(struct inv_role_assignment, role, role_details_shape),
	{ 0 },
};

const struct shape role_assignment_shape = { sizeof(struct inv_role_assignment),
					     assignment_fields };

const struct param role_create_params[] = {
	PARAM_REQUIRED(struct inv_role_params, role_name, PARAM_TEXT),
	PARAM_REQUIRED(struct inv_role_params, permissions, PARAM_SAID_TEXTS),
	PARAM(struct inv_role_params, description, PARAM_SAID_TEXT),
	PARAM(struct inv_role_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param role_params[] = {
	PARAM(struct inv_role_params, role_name, PARAM_TEXT),
	PARAM(struct inv_role_params, permissions, PARAM_SAID_TEXTS),
	PARAM(struct inv_role_params, description, PARAM_SAID_TEXT),
	PARAM(struct inv_role_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param role_assignment_params[] = {
	PARAM_REQUIRED(struct inv_role_assignment_params, role_id, PARAM_TEXT),
	{ 0 },
};

/* Of every list that can be asked for nothing else. */
const struct param list_params[] = {
	PARAMS_OF_LIST(struct inv_list_params),
	PARAM(struct inv_list_params, order, PARAM_TEXT),
	{ 0 },
};
