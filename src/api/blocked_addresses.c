/*
 * blocked_addresses.c: /organization/blocked_addresses: whom the organization
 * may not invite, because they said that an invite was not meant for them. The
 * address itself is never shown: it is not known.
 */
#include "base/base.h"

#include "api/shapes.h"
#include "core/email.h"
#include "http/router.h"
#include "store/invites/blocked_addresses.h"

static const struct member blocked_members[] = {
	SHOW_ID("id", struct block, id, ID_BLOCKED_ADDRESS),
	SHOW_TIME("created_at", struct block, created_at),
	{ 0 },
};

static const struct shape blocked_shape = {
	SHAPE_OF(struct block, ID_BLOCKED_ADDRESS),
	.object = "organization.blocked_address",
	.members = blocked_members,
};

static int read_address(struct request *request, void *input, struct str value)
{
	struct block_list_in *in = input;
	struct email email;

	if (read_email(request, "email", value, &email) < 0)
		return -1;
	in->email_key = email.key;
	return 0;
}

static const struct query_param blocked_filters[] = {
	FILTER_BY("email", read_address),
	{ 0 },
};

static const struct list_query blocked_list = {
	.kind = ID_BLOCKED_ADDRESS,
	.filters = blocked_filters,
};

static const struct route routes[] = {
	{ .method = METHOD_GET,
	  .path = "/organization/blocked_addresses",
	  .verb = &verb_block_list,
	  .list = &blocked_list,
	  .shape = &blocked_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/blocked_addresses/{blocked_address_id}",
	  .verb = &verb_block_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &blocked_shape },
	{ .method = METHOD_DELETE,
	  .path = "/organization/blocked_addresses/{blocked_address_id}",
	  .verb = &verb_block_delete,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &blocked_shape },
};

const struct route_table blocked_addresses_api = ROUTES(routes);
