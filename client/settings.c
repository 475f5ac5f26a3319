/*
 * settings.c: what an organization has set for all that is done in its name.
 */
#include "base/base.h"
#include "resources.h"

static const struct field settings_fields[] = {
	FIELD(struct inv_settings, object, FIELD_TEXT),
	FIELD(struct inv_settings, display_name, FIELD_TEXT_OR),
	FIELD(struct inv_settings, line, FIELD_TEXT_OR),
	FIELD(struct inv_settings, color, FIELD_TEXT_OR),
	FIELD(struct inv_settings, reply_to, FIELD_TEXT_OR),
	FIELD(struct inv_settings, sender_email, FIELD_TEXT_OR),
	FIELD(struct inv_settings, sender_name, FIELD_TEXT_OR),
	FIELD(struct inv_settings, locale, FIELD_TEXT_OR),
	FIELD_OF_TEXTS(struct inv_settings, allowed_domains),
	FIELD(struct inv_settings, max_seats, FIELD_INTEGER),
	FIELD(struct inv_settings, mails_per_day, FIELD_INTEGER),
	FIELD(struct inv_settings, invites_per_minute, FIELD_INTEGER),
	FIELD(struct inv_settings, reminder_hours_before, FIELD_INTEGER),
	FIELD(struct inv_settings, updated_at, FIELD_INTEGER),
	FIELD(struct inv_settings, max_key_lifetime_seconds, FIELD_INTEGER),
	{ 0 },
};

const struct shape settings_shape = { sizeof(struct inv_settings),
				      settings_fields };

const struct param settings_update_params[] = {
	PARAM(struct inv_settings_update_params, display_name, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, line, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, color, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, reply_to, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, sender_email, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, sender_name, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, locale, PARAM_SAID_TEXT),
	PARAM(struct inv_settings_update_params, max_key_lifetime_seconds,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_settings_update_params, allowed_domains,
	      PARAM_SAID_TEXTS),
	PARAM(struct inv_settings_update_params, max_seats, PARAM_SAID_NUMBER),
	PARAM(struct inv_settings_update_params, mails_per_day,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_settings_update_params, invites_per_minute,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_settings_update_params, reminder_hours_before,
	      PARAM_SAID_NUMBER),
	PARAM(struct inv_settings_update_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};
