/*
 * audit_logs.c: who did what, and when.
 */
#include "base/base.h"
#include "resources.h"

static const struct field thing_fields[] = {
	FIELD(struct inv_audit_log_thing, id, FIELD_TEXT_OR),
	FIELD(struct inv_audit_log_thing, email, FIELD_TEXT_OR),
	FIELD(struct inv_audit_log_thing, name, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape thing_shape = { sizeof(struct inv_audit_log_thing),
					  thing_fields };

static const struct field session_fields[] = {
	FIELD_OF_OBJECT(struct inv_audit_log_session, user, thing_shape),
	FIELD(struct inv_audit_log_session, ip_address, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape session_shape = {
	sizeof(struct inv_audit_log_session), session_fields
};

static const struct field api_key_fields[] = {
	FIELD(struct inv_audit_log_api_key, id, FIELD_TEXT_OR),
	FIELD(struct inv_audit_log_api_key, type, FIELD_TEXT_OR),
	FIELD_OF_OBJECT(struct inv_audit_log_api_key, user, thing_shape),
	FIELD_OF_OBJECT(struct inv_audit_log_api_key, service_account,
			thing_shape),
	{ 0 },
};

static const struct shape api_key_shape = {
	sizeof(struct inv_audit_log_api_key), api_key_fields
};

static const struct field actor_fields[] = {
	FIELD(struct inv_audit_log_actor, type, FIELD_TEXT),
	FIELD_OF_OBJECT(struct inv_audit_log_actor, session, session_shape),
	FIELD_OF_OBJECT(struct inv_audit_log_actor, api_key, api_key_shape),
	{ 0 },
};

static const struct shape actor_shape = { sizeof(struct inv_audit_log_actor),
					  actor_fields };

static const struct field log_fields[] = {
	FIELD(struct inv_audit_log, id, FIELD_ID),
	FIELD(struct inv_audit_log, type, FIELD_TEXT),
	FIELD(struct inv_audit_log, effective_at, FIELD_INTEGER),
	FIELD_OF_OBJECT(struct inv_audit_log, project, thing_shape),
	FIELD_OF_OBJECT(struct inv_audit_log, actor, actor_shape),
	FIELD_NAMED("type", struct inv_audit_log, details, FIELD_CALLED_LIKE),
	{ 0 },
};

const struct shape audit_log_shape = { sizeof(struct inv_audit_log),
				       log_fields };

#define LIST_PARAMS struct inv_audit_log_list_params

const struct param audit_log_list_params[] = {
	PARAMS_OF_LIST(LIST_PARAMS),
	PARAM(LIST_PARAMS, before, PARAM_TEXT),
	PARAM_NAMED("effective_at[gt]", LIST_PARAMS, effective_at_gt,
		    PARAM_INTEGER),
	PARAM_NAMED("effective_at[gte]", LIST_PARAMS, effective_at_gte,
		    PARAM_INTEGER),
	PARAM_NAMED("effective_at[lt]", LIST_PARAMS, effective_at_lt,
		    PARAM_INTEGER),
	PARAM_NAMED("effective_at[lte]", LIST_PARAMS, effective_at_lte,
		    PARAM_INTEGER),
	PARAM(LIST_PARAMS, project_ids, PARAM_SAID_TEXTS),
	PARAM(LIST_PARAMS, event_types, PARAM_SAID_TEXTS),
	PARAM(LIST_PARAMS, actor_ids, PARAM_SAID_TEXTS),
	PARAM(LIST_PARAMS, actor_emails, PARAM_SAID_TEXTS),
	PARAM(LIST_PARAMS, resource_ids, PARAM_SAID_TEXTS),
	PARAM(LIST_PARAMS, tenant_only, PARAM_FLAG),
	{ 0 },
};
