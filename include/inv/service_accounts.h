/*
 * inv/service_accounts.h: users that are programs.
 */
#ifndef INV_H_SERVICE_ACCOUNTS
#define INV_H_SERVICE_ACCOUNTS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

struct inv_service_account_create_params {
	const char *name;
	bool create_service_account_only INV_OPT; /* without a key */
	int64_t expires_in_seconds INV_OPT;	  /* the key; 0: never */
	const char *extra_body INV_OPT;		  /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_service_account_update_params {
	const char *name INV_OPT;
	enum inv_project_role role INV_OPT;
	const char *role_text INV_OPT;	/* instead: a word not listed here */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_service_account_api_key_params {
	const char *name INV_OPT;
	struct inv_texts scopes INV_OPT;    /* none: all permissions */
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	struct inv_texts models INV_OPT;    /* none: all; invited(8) */
	int64_t reserved[13] INV_OPT;
};

/* A key as it is shown once, to whoever has it made. */
struct inv_service_account_api_key {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *value;  /* the secret; never NULL, never empty */
	const char *name;   /* or NULL */
	int64_t created_at;
	int64_t expires_at;
};

struct inv_service_account {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
	int64_t created_at;
	const struct inv_service_account_api_key *api_key; /* a new one's */
};

INV_PAGE_OF(service_account);

/* POST /organization/projects/{project_id}/service_accounts */
INV_API int inv_projects_service_accounts_create(
    struct inv_client *client, const char *project_id,
    const struct inv_service_account_create_params *params,
    const struct inv_call *call, struct inv_service_account **ret_account,
    struct inv_error *err);

/* GET /organization/projects/{project_id}/service_accounts/{service_account_id}
 */
INV_API int inv_projects_service_accounts_retrieve(
    struct inv_client *client, const char *project_id,
    const char *service_account_id, const struct inv_call *call,
    struct inv_service_account **ret_account, struct inv_error *err);

/* POST
 * /organization/projects/{project_id}/service_accounts/{service_account_id} */
INV_API int inv_projects_service_accounts_update(
    struct inv_client *client, const char *project_id,
    const char *service_account_id,
    const struct inv_service_account_update_params *params,
    const struct inv_call *call, struct inv_service_account **ret_account,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/service_accounts */
INV_API int inv_projects_service_accounts_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_service_account_page **ret_page, struct inv_error *err);

/* DELETE
 * /organization/projects/{project_id}/service_accounts/{service_account_id} */
INV_API int inv_projects_service_accounts_delete(
    struct inv_client *client, const char *project_id,
    const char *service_account_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

/*
 * POST
 * /organization/projects/{project_id}/service_accounts/{service_account_id}/api_keys
 */
INV_API int inv_projects_service_accounts_api_keys_create(
    struct inv_client *client, const char *project_id,
    const char *service_account_id,
    const struct inv_service_account_api_key_params *params,
    const struct inv_call *call, struct inv_service_account_api_key **ret_key,
    struct inv_error *err);

INV_END_DECLS

#endif
