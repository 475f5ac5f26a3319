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
	{ 0 },
};

const struct shape user_shape = { sizeof(struct inv_user), user_fields };

const struct param user_list_params[] = {
	PARAMS_OF_LIST(struct inv_user_list_params),
	PARAM(struct inv_user_list_params, emails, PARAM_SAID_TEXTS),
	{ 0 },
};
