/*
 * inv/blocked_addresses.h: addresses that may not be invited, because whoever
 * has one said that an invite was not meant for them. Only with invited(8),
 * which stores a hash of each: no call tells which address it is.
 */
#ifndef INV_H_BLOCKED_ADDRESSES
#define INV_H_BLOCKED_ADDRESSES

#include "call.h"
#include "list.h"
#include "value.h"

INV_BEGIN_DECLS

struct inv_blocked_address_list_params {
	INV_LIST_PARAMS;
	const char *email INV_OPT; /* whether this one is among them */
	int64_t reserved[16] INV_OPT;
};

struct inv_blocked_address {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	int64_t created_at;
};

INV_PAGE_OF(blocked_address);

/* GET /organization/blocked_addresses */
INV_API int inv_blocked_addresses_list(
    struct inv_client *client,
    const struct inv_blocked_address_list_params *params,
    const struct inv_call *call, struct inv_blocked_address_page **ret_page,
    struct inv_error *err);
/* GET /organization/blocked_addresses/{blocked_address_id} */
INV_API int inv_blocked_addresses_retrieve(
    struct inv_client *client, const char *blocked_address_id,
    const struct inv_call *call,
    struct inv_blocked_address **ret_blocked_address, struct inv_error *err);
/* DELETE /organization/blocked_addresses/{blocked_address_id}: it may be
 * invited again. */
INV_API int inv_blocked_addresses_delete(
    struct inv_client *client, const char *blocked_address_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

INV_END_DECLS

#endif
