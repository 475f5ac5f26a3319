/*
 * blocked_addresses.c: addresses that may not be invited.
 */
#include "base/base.h"
#include "resources.h"

static const struct field blocked_address_fields[] = {
	FIELD(struct inv_blocked_address, id, FIELD_ID),
	FIELD(struct inv_blocked_address, object, FIELD_TEXT),
	FIELD(struct inv_blocked_address, created_at, FIELD_INTEGER),
	{ 0 },
};

const struct shape blocked_address_shape = { sizeof(struct inv_blocked_address),
					     blocked_address_fields };

const struct param blocked_address_list_params[] = {
	PARAMS_OF_LIST(struct inv_blocked_address_list_params),
	PARAM(struct inv_blocked_address_list_params, email, PARAM_TEXT),
	{ 0 },
};
