/*
 * users.c: the members of an organization. There is no create: users arrive
 * by accepting an invite.
 */
#include "base/base.h"
#include "resources.h"

static const struct field user_fields[] = {
	FIELD(struct inv_user, id, FIELD_ID),
	FIELD(struct inv_user, object, FIELD_TEXT),
	FIELD(struct inv_user, name, FIELD_TEXT_OR),
	FIELD(struct inv_user, email, FIELD_TEXT_OR),
	FIELD_OF_WORDS(struct inv_user, role, role_words),
	FIELD(struct inv_user, added_at, FIELD_INTEGER),
	FIELD(struct inv_user, technical_level, FIELD_TEXT_OR),
	FIELD(struct inv_user, developer_persona, FIELD_TEXT_OR),
	FIELD(struct inv_user, is_service_account, FIELD_BOOL),
	FIELD(struct inv_user, is_scim_managed, FIELD_BOOL),
	FIELD(struct inv_user, api_key_last_used_at, FIELD_INTEGER),
	FIELD(struct inv_user, metadata, FIELD_OBJECT_TEXT),
	FIELD(struct inv_user, external_id, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape user_shape = { sizeof(struct inv_user), user_fields };

const struct param user_list_params[] = {
	PARAMS_OF_LIST(struct inv_user_list_params),
	PARAM(struct inv_user_list_params, emails, PARAM_SAID_TEXTS),
	{ 0 },
};

const struct param user_update_params[] = {
	PARAM_OF_WORDS_OR(struct inv_user_update_params, role, role_words),
	PARAM(struct inv_user_update_params, role_id, PARAM_SAID_TEXT),
	PARAM(struct inv_user_update_params, technical_level, PARAM_SAID_TEXT),
	PARAM(struct inv_user_update_params, developer_persona,
	      PARAM_SAID_TEXT),
	PARAM(struct inv_user_update_params, metadata, PARAM_OBJECT_TEXT),
	PARAM(struct inv_user_update_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};
