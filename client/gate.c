/*
 * gate.c: whether a key is good, asked by who has to know.
 */
#include "base/base.h"
#include "resources.h"

static const struct field key_fields[] = {
	FIELD(struct inv_gate_key, id, FIELD_ID),
	FIELD(struct inv_gate_key, name, FIELD_TEXT_OR),
	FIELD(struct inv_gate_key, expires_at, FIELD_INTEGER),
	FIELD_OF_TEXTS(struct inv_gate_key, models),
	{ 0 },
};

static const struct shape key_shape = { sizeof(struct inv_gate_key),
					key_fields };

static const struct field owner_fields[] = {
	FIELD(struct inv_gate_owner, type, FIELD_TEXT),
	FIELD(struct inv_gate_owner, id, FIELD_ID),
	FIELD(struct inv_gate_owner, name, FIELD_TEXT_OR),
	FIELD(struct inv_gate_owner, email, FIELD_TEXT_OR),
	FIELD(struct inv_gate_owner, role, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape decision_owner_shape = {
	sizeof(struct inv_gate_owner), owner_fields
};

static const struct field project_fields[] = {
	FIELD(struct inv_gate_project, id, FIELD_ID),
	FIELD(struct inv_gate_project, name, FIELD_TEXT_OR),
	{ 0 },
};

static const struct shape opened_shape = { sizeof(struct inv_gate_project),
					   project_fields };

static const struct field decision_fields[] = {
	FIELD(struct inv_gate_decision, object, FIELD_TEXT),
	FIELD(struct inv_gate_decision, allowed, FIELD_BOOL),
	FIELD(struct inv_gate_decision, code, FIELD_TEXT),
	FIELD(struct inv_gate_decision, ttl, FIELD_INTEGER),
	FIELD_OF_OBJECT(struct inv_gate_decision, key, key_shape),
	FIELD_OF_OBJECT(struct inv_gate_decision, owner, decision_owner_shape),
	FIELD_OF_OBJECT(struct inv_gate_decision, project, opened_shape),
	{ 0 },
};

const struct shape gate_decision_shape = { sizeof(struct inv_gate_decision),
					   decision_fields };

const struct param gate_check_params[] = {
	PARAM_REQUIRED(struct inv_gate_check_params, key, PARAM_TEXT),
	PARAM(struct inv_gate_check_params, project_id, PARAM_TEXT),
	PARAM(struct inv_gate_check_params, permission, PARAM_TEXT),
	PARAM(struct inv_gate_check_params, model, PARAM_TEXT),
	PARAM(struct inv_gate_check_params, extra_body, PARAM_EXTRA_BODY),
	{ 0 },
};
