/*
 * invites.c: what an invite is, as sent and as received.
 */
#include "base/base.h"
#include "resources.h"

static const struct field project_fields[] = {
	FIELD(struct inv_invite_project, id, FIELD_ID),
	FIELD_OF_WORDS(struct inv_invite_project, role, project_role_words),
	{ 0 },
};

static const struct shape invite_project_shape = {
	sizeof(struct inv_invite_project), project_fields
};

static const struct field delivery_fields[] = {
	FIELD(struct inv_delivery, status, FIELD_TEXT),
	FIELD(struct inv_delivery, attempts, FIELD_INTEGER),
	FIELD(struct inv_delivery, last_error, FIELD_TEXT_OR),
	FIELD(struct inv_delivery, updated_at, FIELD_INTEGER),
	{ 0 },
};

static const struct shape delivery_shape = { sizeof(struct inv_delivery),
					     delivery_fields };

static const struct field inviter_fields[] = {
	FIELD(struct inv_inviter, name, FIELD_TEXT_OR),
	FIELD(struct inv_inviter, email, FIELD_TEXT_OR),
	{ 0 },
};

const struct shape inviter_shape = { sizeof(struct inv_inviter),
				     inviter_fields };

static const struct field invite_fields[] = {
	FIELD(struct inv_invite, id, FIELD_ID),
	FIELD(struct inv_invite, object, FIELD_TEXT),
	FIELD(struct inv_invite, email, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invite, role, role_words),
	FIELD_OF_WORDS(struct inv_invite, status, invite_status_words),
	FIELD(struct inv_invite, created_at, FIELD_INTEGER),
	FIELD(struct inv_invite, expires_at, FIELD_INTEGER),
	FIELD(struct inv_invite, accepted_at, FIELD_INTEGER),
	FIELD(struct inv_invite, declined_at, FIELD_INTEGER),
	FIELD_OF_OBJECTS(struct inv_invite, projects, invite_project_shape),
	FIELD_OF_OBJECT(struct inv_invite, delivery, delivery_shape),
	FIELD(struct inv_invite, accept_url, FIELD_TEXT_OR),
	FIELD_OF_OBJECT(struct inv_invite, inviter, inviter_shape),
	FIELD(struct inv_invite, metadata, FIELD_OBJECT_TEXT),
	FIELD(struct inv_invite, locale, FIELD_TEXT_OR),
	FIELD(struct inv_invite, external_id, FIELD_TEXT_OR),
	FIELD(struct inv_invite, opted_out_at, FIELD_INTEGER),
	FIELD(struct inv_invite, resend_requested_at, FIELD_INTEGER),
	FIELD(struct inv_invite, remind, FIELD_BOOL),
	FIELD(struct inv_invite, reminded_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape invite_shape = { sizeof(struct inv_invite), invite_fields };

static const struct field refusal_fields[] = {
	FIELD(struct inv_refusal, message, FIELD_TEXT),
	FIELD(struct inv_refusal, type, FIELD_TEXT),
	FIELD(struct inv_refusal, param, FIELD_TEXT_OR),
	FIELD(struct inv_refusal, code, FIELD_TEXT),
	{ 0 },
};

static const struct shape refusal_shape = { sizeof(struct inv_refusal),
					    refusal_fields };

static const struct field line_fields[] = {
	FIELD(struct inv_invite_line, index, FIELD_INTEGER),
	FIELD(struct inv_invite_line, status, FIELD_INTEGER),
	FIELD(struct inv_invite_line, existing, FIELD_BOOL),
	FIELD_OF_OBJECT(struct inv_invite_line, invite, invite_shape),
	FIELD_OF_OBJECT(struct inv_invite_line, error, refusal_shape),
	{ 0 },
};

static const struct shape invite_line_shape = { sizeof(struct inv_invite_line),
						line_fields };

static const struct field bulk_fields[] = {
	FIELD(struct inv_invite_bulk, object, FIELD_TEXT),
	FIELD_OF_OBJECTS(struct inv_invite_bulk, data, invite_line_shape),
	FIELD(struct inv_invite_bulk, created, FIELD_INTEGER),
	FIELD(struct inv_invite_bulk, existing, FIELD_INTEGER),
	FIELD(struct inv_invite_bulk, refused, FIELD_INTEGER),
	{ 0 },
};

const struct shape invite_bulk_shape = { sizeof(struct inv_invite_bulk),
					 bulk_fields };

static const struct field deleted_fields[] = {
	FIELD(struct inv_deleted, id, FIELD_ID),
	FIELD(struct inv_deleted, object, FIELD_TEXT),
	FIELD(struct inv_deleted, deleted, FIELD_BOOL),
	{ 0 },
};

const struct shape deleted_shape = { sizeof(struct inv_deleted),
				     deleted_fields };

static const struct field removed_fields[] = {
	FIELD(struct inv_removed, object, FIELD_TEXT),
	FIELD(struct inv_removed, deleted, FIELD_BOOL),
	{ 0 },
};

const struct shape removed_shape = { sizeof(struct inv_removed),
				     removed_fields };

const struct param invite_create_params[] = {
	PARAM_REQUIRED(struct inv_invite_create_params, email, PARAM_TEXT),
	PARAM_OF_WORDS(struct inv_invite_create_params, role, role_words),
	PARAM(struct inv_invite_create_params, projects, PARAM_SAID_GRANTS),
	PARAM(struct inv_invite_create_params, inviter, PARAM_INVITER),
	PARAM(struct inv_invite_create_params, locale, PARAM_TEXT),
	PARAM(struct inv_invite_create_params, external_id, PARAM_TEXT),
	PARAM(struct inv_invite_create_params, metadata, PARAM_OBJECT_TEXT),
	PARAM(struct inv_invite_create_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param invite_bulk_params[] = {
	PARAM_OF_OBJECTS(struct inv_invite_bulk_params, invites,
			 invite_create_params),
	PARAM(struct inv_invite_bulk_params, atomic, PARAM_FLAG),
	PARAM(struct inv_invite_bulk_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param invite_list_params[] = {
	PARAMS_OF_LIST(struct inv_invite_list_params),
	PARAM(struct inv_invite_list_params, status, PARAM_SAID_TEXTS),
	PARAM(struct inv_invite_list_params, email, PARAM_TEXT),
	PARAM(struct inv_invite_list_params, external_id, PARAM_TEXT),
	PARAM(struct inv_invite_list_params, query, PARAM_TEXT),
	PARAM(struct inv_invite_list_params, project_id, PARAM_TEXT),
	PARAM(struct inv_invite_list_params, delivery, PARAM_TEXT),
	PARAM_NAMED("created_at[gte]", struct inv_invite_list_params,
		    created_at_gte, PARAM_INTEGER),
	PARAM_NAMED("created_at[lt]", struct inv_invite_list_params,
		    created_at_lt, PARAM_INTEGER),
	{ 0 },
};

const struct param invite_update_params[] = {
	PARAM_OF_WORDS_OR(struct inv_invite_update_params, role, role_words),
	PARAM(struct inv_invite_update_params, projects, PARAM_SAID_GRANTS),
	PARAM(struct inv_invite_update_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_invite_update_params, external_id, PARAM_TEXT),
	PARAM(struct inv_invite_update_params, metadata, PARAM_OBJECT_TEXT),
	PARAM(struct inv_invite_update_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};

const struct param invite_resend_params[] = {
	PARAM(struct inv_invite_resend_params, expires_in_seconds,
	      PARAM_INTEGER),
	PARAM(struct inv_invite_resend_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};
