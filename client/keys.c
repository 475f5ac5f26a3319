/*
 * keys.c: service accounts and the keys that there are: those of projects and
 * the admin keys. A secret is only in the answer that made it.
 */
#include "base/base.h"
#include "resources.h"

/* ---- service accounts --------------------------------------------------- */

static const struct field account_key_fields[] = {
	FIELD(struct inv_service_account_api_key, id, FIELD_ID),
	FIELD(struct inv_service_account_api_key, object, FIELD_TEXT),
	FIELD(struct inv_service_account_api_key, value, FIELD_ID),
	FIELD(struct inv_service_account_api_key, name, FIELD_TEXT_OR),
	FIELD(struct inv_service_account_api_key, created_at, FIELD_INTEGER),
	FIELD(struct inv_service_account_api_key, expires_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape service_account_api_key_shape = {
	sizeof(struct inv_service_account_api_key), account_key_fields
};

static const struct field account_fields[] = {
	FIELD(struct inv_service_account, id, FIELD_ID),
	FIELD(struct inv_service_account, object, FIELD_TEXT),
	FIELD(struct inv_service_account, name, FIELD_TEXT_OR),
	FIELD_OF_WORDS(struct inv_service_account, role, project_role_words),
	FIELD(struct inv_service_account, created_at, FIELD_INTEGER),
	FIELD_OF_OBJECT(struct inv_service_account, api_key,
			service_account_api_key_shape),
	{ 0 },
};

const struct shape service_account_shape = { sizeof(struct inv_service_account),
					     account_fields };

const struct param service_account_create_params[] = {
	PARAM_REQUIRED(struct inv_service_account_create_params, name,
		       PARAM_TEXT),
	PARAM(struct inv_service_account_create_params,
	      create_service_account_only, PARAM_FLAG),
	PARAM(struct inv_service_account_create_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_service_account_create_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param service_account_update_params[] = {
	PARAM(struct inv_service_account_update_params, name, PARAM_TEXT),
	PARAM_OF_WORDS_OR(struct inv_service_account_update_params, role,
			  project_role_words),
	PARAM(struct inv_service_account_update_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param service_account_api_key_params[] = {
	PARAM(struct inv_service_account_api_key_params, name, PARAM_TEXT),
	PARAM(struct inv_service_account_api_key_params, scopes,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_service_account_api_key_params, models,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_service_account_api_key_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_service_account_api_key_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

/* ---- the keys of a project ---------------------------------------------- */

static const struct field owner_fields[] = {
	FIELD(struct inv_key_owner, id, FIELD_TEXT),
	FIELD(struct inv_key_owner, name, FIELD_TEXT_OR),
	FIELD(struct inv_key_owner, email, FIELD_TEXT_OR),
	FIELD(struct inv_key_owner, created_at, FIELD_INTEGER),
	FIELD(struct inv_key_owner, role, FIELD_TEXT_OR),
	FIELD(struct inv_key_owner, type, FIELD_TEXT_OR),
	FIELD(struct inv_key_owner, object, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape owner_shape = { sizeof(struct inv_key_owner),
					  owner_fields };

static const struct field project_owner_fields[] = {
	FIELD(struct inv_project_api_key_owner, type, FIELD_TEXT),
	FIELD_OF_OBJECT(struct inv_project_api_key_owner, user, owner_shape),
	FIELD_OF_OBJECT(struct inv_project_api_key_owner, service_account,
			owner_shape),
	{ 0 },
};

static const struct shape project_owner_shape = {
	sizeof(struct inv_project_api_key_owner), project_owner_fields
};

static const struct field project_key_fields[] = {
	FIELD(struct inv_project_api_key, id, FIELD_ID),
	FIELD(struct inv_project_api_key, object, FIELD_TEXT),
	FIELD(struct inv_project_api_key, redacted_value, FIELD_TEXT_OR),
	FIELD(struct inv_project_api_key, name, FIELD_TEXT_OR),
	FIELD(struct inv_project_api_key, created_at, FIELD_INTEGER),
	FIELD(struct inv_project_api_key, last_used_at, FIELD_INTEGER),
	FIELD(struct inv_project_api_key, expires_at, FIELD_INTEGER),
	FIELD_OF_WORDS(struct inv_project_api_key, owner_project_access,
		       access_words),
	FIELD_OF_OBJECT(struct inv_project_api_key, owner, project_owner_shape),
	FIELD_OF_TEXTS(struct inv_project_api_key, scopes),
	FIELD_OF_TEXTS(struct inv_project_api_key, models),
	FIELD(struct inv_project_api_key, value, FIELD_TEXT_OR),
	FIELD(struct inv_project_api_key, replaced_by, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape project_api_key_shape = { sizeof(struct inv_project_api_key),
					     project_key_fields };

const struct param project_api_key_list_params[] = {
	PARAMS_OF_LIST(struct inv_project_api_key_list_params),
	PARAM(struct inv_project_api_key_list_params, owner_project_access,
	      PARAM_TEXT),
	{ 0 },
};

const struct param project_api_key_create_params[] = {
	PARAM_REQUIRED(struct inv_project_api_key_create_params, user_id,
		       PARAM_TEXT),
	PARAM(struct inv_project_api_key_create_params, name, PARAM_TEXT),
	PARAM(struct inv_project_api_key_create_params, scopes,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_project_api_key_create_params, models,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_project_api_key_create_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_project_api_key_create_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param project_api_key_rotate_params[] = {
	PARAM(struct inv_project_api_key_rotate_params, grace_seconds,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_project_api_key_rotate_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param project_api_key_update_params[] = {
	PARAM(struct inv_project_api_key_update_params, scopes,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_project_api_key_update_params, models,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_project_api_key_update_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_project_api_key_update_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};

/* ---- admin keys ---------------------------------------------------------- */

static const struct field admin_key_fields[] = {
	FIELD(struct inv_admin_api_key, id, FIELD_ID),
	FIELD(struct inv_admin_api_key, object, FIELD_TEXT),
	FIELD(struct inv_admin_api_key, name, FIELD_TEXT_OR),
	FIELD(struct inv_admin_api_key, redacted_value, FIELD_TEXT_OR),
	FIELD(struct inv_admin_api_key, value, FIELD_TEXT_OR),
	FIELD(struct inv_admin_api_key, created_at, FIELD_INTEGER),
	FIELD(struct inv_admin_api_key, expires_at, FIELD_INTEGER),
	FIELD(struct inv_admin_api_key, last_used_at, FIELD_INTEGER),
	FIELD_OF_OBJECT(struct inv_admin_api_key, owner, owner_shape),
	{ 0 },
};

const struct shape admin_api_key_shape = { sizeof(struct inv_admin_api_key),
					   admin_key_fields };

const struct param admin_api_key_create_params[] = {
	PARAM_REQUIRED(struct inv_admin_api_key_create_params, name,
		       PARAM_TEXT),
	PARAM(struct inv_admin_api_key_create_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_admin_api_key_create_params, user_id, PARAM_TEXT),
	PARAM(struct inv_admin_api_key_create_params, extra_body,
	      PARAM_EXTRA_BODY),
	{ 0 },
};
