/*
 * calls.c: the functions of inv.h that are calls of the API, made from the
 * lines of calls.h.
 */
#include "base/base.h"
#include "resources.h"

#define UNPACK(...) __VA_ARGS__

/* Each is three parts: what stands in the prototype, what is passed, ... */
#define NO_ID	 (), NULL
#define ID(name) (const char *name, ), ((const char *[]){ name })
#define ID_2(a, b) \
	(const char *a, const char *b, ), ((const char *[]){ UNPACK(a, b) })
#define ID_3(a, b, c)                                    \
	(const char *a, const char *b, const char *c, ), \
	    ((const char *[]){ UNPACK(a, b, c) })

/* ... and the table. */
#define NO_PARAMS    (), NULL, NULL, 0
#define PARAMS(type) TABLE(type, type)
#define TABLE(type, table)                                  \
	(const struct inv_##type *params, ), params, table, \
	    sizeof(struct inv_##type)

#define CALL(...) FUNCTION(__VA_ARGS__, , false)
#define LIST(...) FUNCTION(__VA_ARGS__, _page, true)

/* Once more, so that what stands for several arguments becomes several. */
#define FUNCTION(...) FUNCTION_OF(__VA_ARGS__)
#define FUNCTION_OF(name, method, path, ids, given_ids, params, given, table, \
		    size, result, page, list)                                 \
	int inv_##name(struct inv_client *client,                             \
		       UNPACK ids UNPACK params const struct inv_call *call,  \
		       struct inv_##result##page **ret_result,                \
		       struct inv_error *err)                                 \
	{                                                                     \
		static const struct operation operation = {                   \
			#method, path, table, &result##_shape, list           \
		};                                                            \
		_Static_assert((size) <= PARAMS_MAX, "room for the params");  \
		return operation_run(client, &operation, given_ids, given,    \
				     call, ret_result, err);                  \
	}

#include "calls.h"

/* ---- the four that have a long name too -------------------------------- */

int inv_admin_organization_invites_create(
    struct inv_client *client, const struct inv_invite_create_params *params,
    struct inv_invite **ret_invite, struct inv_error *err)
{
	return inv_invites_create(client, params, NULL, ret_invite, err);
}

int inv_admin_organization_invites_retrieve(struct inv_client *client,
					    const char *invite_id,
					    struct inv_invite **ret_invite,
					    struct inv_error *err)
{
	return inv_invites_retrieve(client, invite_id, NULL, ret_invite, err);
}

int inv_admin_organization_invites_list(
    struct inv_client *client, const struct inv_invite_list_params *params,
    struct inv_invite_page **ret_page, struct inv_error *err)
{
	return inv_invites_list(client, params, NULL, ret_page, err);
}

int inv_admin_organization_invites_delete(struct inv_client *client,
					  const char *invite_id,
					  struct inv_deleted **ret_deleted,
					  struct inv_error *err)
{
	return inv_invites_delete(client, invite_id, NULL, ret_deleted, err);
}
