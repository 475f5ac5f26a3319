/*
 * projects.c: projects and who is in them.
 */
#include "base/base.h"
#include "resources.h"

static const struct field project_fields[] = {
	FIELD(struct inv_project, id, FIELD_ID),
	FIELD(struct inv_project, object, FIELD_TEXT),
	FIELD(struct inv_project, name, FIELD_TEXT_OR),
	FIELD(struct inv_project, created_at, FIELD_INTEGER),
	FIELD(struct inv_project, archived_at, FIELD_INTEGER),
	FIELD_OF_WORDS(struct inv_project, status, project_status_words),
	FIELD(struct inv_project, external_key_id, FIELD_TEXT_OR),
	FIELD(struct inv_project, residency, FIELD_TEXT_OR),
	FIELD(struct inv_project, max_key_lifetime_seconds, FIELD_INTEGER),
	{ 0 },
};

const struct shape project_shape = { sizeof(struct inv_project),
				     project_fields };

static const struct field project_user_fields[] = {
	FIELD(struct inv_project_user, id, FIELD_ID),
	FIELD(struct inv_project_user, object, FIELD_TEXT),
	FIELD(struct inv_project_user, name, FIELD_TEXT_OR),
	FIELD(struct inv_project_user, email, FIELD_TEXT_OR),
	FIELD_OF_WORDS(struct inv_project_user, role, project_role_words),
	FIELD(struct inv_project_user, added_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape project_user_shape = { sizeof(struct inv_project_user),
					  project_user_fields };

const struct param project_create_params[] = {
	PARAM_REQUIRED(struct inv_project_create_params, name, PARAM_TEXT),
	PARAM(struct inv_project_create_params, external_key_id,
	      PARAM_SAID_TEXT),
	PARAM(struct inv_project_create_params, residency, PARAM_TEXT),
	PARAM(struct inv_project_create_params, max_key_lifetime_seconds,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_project_create_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param project_list_params[] = {
	PARAMS_OF_LIST(struct inv_project_list_params),
	PARAM(struct inv_project_list_params, include_archived, PARAM_FLAG),
	{ 0 },
};

const struct param project_user_list_params[] = {
	PARAMS_OF_LIST(struct inv_project_user_list_params),
	{ 0 },
};

const struct param project_update_params[] = {
	PARAM(struct inv_project_update_params, name, PARAM_TEXT),
	PARAM(struct inv_project_update_params, external_key_id,
	      PARAM_SAID_TEXT),
	PARAM(struct inv_project_update_params, residency, PARAM_TEXT),
	PARAM(struct inv_project_update_params, max_key_lifetime_seconds,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_project_update_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param project_user_create_params[] = {
	PARAM(struct inv_project_user_params, user_id, PARAM_TEXT),
	PARAM(struct inv_project_user_params, email, PARAM_TEXT),
	PARAM_OF_WORDS(struct inv_project_user_params, role,
		       project_role_words),
	PARAM(struct inv_project_user_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

/* Who it is stands in the path. */
const struct param project_user_update_params[] = {
	PARAM_OF_WORDS_OR(struct inv_project_user_params, role,
			  project_role_words),
	PARAM(struct inv_project_user_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};
