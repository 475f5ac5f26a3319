/*
 * inv/users.h: who is in the organization.
 */
#ifndef INV_H_USERS
#define INV_H_USERS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

struct inv_user_list_params {
	INV_LIST_PARAMS;
	struct inv_texts emails INV_OPT; /* only those with these addresses */
	int64_t reserved[16] INV_OPT;
};

struct inv_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
	const char *technical_level;   /* or NULL */
	const char *developer_persona; /* or NULL */
	bool is_service_account;
	bool is_scim_managed;
	int64_t api_key_last_used_at;
	const char *metadata;	 /* a JSON object of texts, or NULL */
	const char *external_id; /* or NULL */
};

INV_PAGE_OF(user);

struct inv_user_update_params { /* null takes away what there is */
	enum inv_role role INV_OPT;
	const char *role_text INV_OPT;	 /* instead: a word not listed here */
	struct inv_text role_id INV_OPT; /* instead: of a predefined role */
	struct inv_text technical_level INV_OPT;
	struct inv_text developer_persona INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	const char *metadata INV_OPT;	/* a JSON object, instead of what is */
	int64_t reserved[15] INV_OPT;
};

/* GET /organization/users/{user_id} */
INV_API int inv_users_retrieve(
    struct inv_client *client, const char *user_id, const struct inv_call *call,
    struct inv_user **ret_user, struct inv_error *err);
/* GET /organization/users */
INV_API int inv_users_list(
    struct inv_client *client, const struct inv_user_list_params *params,
    const struct inv_call *call, struct inv_user_page **ret_page,
    struct inv_error *err);
/* POST /organization/users/{user_id} */
INV_API int inv_users_update(
    struct inv_client *client, const char *user_id,
    const struct inv_user_update_params *params, const struct inv_call *call,
    struct inv_user **ret_user, struct inv_error *err);
/* DELETE /organization/users/{user_id}: they and all that was theirs go. */
INV_API int inv_users_delete(
    struct inv_client *client, const char *user_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

INV_END_DECLS

#endif
