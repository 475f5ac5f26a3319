/*
 * inv/api_keys.h: the keys of projects, and those of owners.
 */
#ifndef INV_H_API_KEYS
#define INV_H_API_KEYS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

/* ---- the keys of a project -------------------------------------------- */

struct inv_project_api_key_list_params {
	INV_LIST_PARAMS;
	const char *owner_project_access INV_OPT; /* active, inactive, any */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_api_key_update_params {
	struct inv_texts scopes INV_OPT; /* INV_TEXTS(NULL, 0): all */
	int64_t expires_in_seconds INV_OPT;
	const char *extra_body INV_OPT;	 /* as for an invite */
	struct inv_texts models INV_OPT; /* likewise; invited(8) */
	int64_t reserved[13] INV_OPT;
};

struct inv_project_api_key_create_params {
	const char *user_id;
	const char *name INV_OPT;
	struct inv_texts scopes INV_OPT;    /* none: all permissions */
	struct inv_texts models INV_OPT;    /* none: all */
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_api_key_rotate_params {
	struct inv_number grace_seconds INV_OPT; /* else a day */
	const char *extra_body INV_OPT;		 /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* Whose a key is. */
struct inv_key_owner {
	const char *id;	   /* never NULL */
	const char *name;  /* or NULL */
	const char *email; /* or NULL */
	int64_t created_at;
	const char *role;   /* or NULL */
	const char *type;   /* or NULL; this and `object`: of an admin key */
	const char *object; /* or NULL */
};

struct inv_project_api_key_owner { /* one of the two */
	const char *type;	   /* "user" or "service_account"; never NULL */
	const struct inv_key_owner *user;	     /* or NULL */
	const struct inv_key_owner *service_account; /* or NULL */
};

struct inv_project_api_key {
	const char *id;		    /* never NULL, never empty */
	const char *object;	    /* never NULL */
	const char *redacted_value; /* or NULL */
	const char *name;	    /* or NULL */
	int64_t created_at;
	int64_t last_used_at;
	int64_t expires_at;
	enum inv_access owner_project_access;
	const char *owner_project_access_text;	       /* never NULL */
	const struct inv_project_api_key_owner *owner; /* or NULL */
	const char *const *scopes; /* none: everything is allowed */
	size_t scopes_len;
	const char *const *models; /* none: all of them */
	size_t models_len;
	const char *value;	 /* the secret, of a new one; else NULL */
	const char *replaced_by; /* the key that it was rotated for, or NULL */
};

INV_PAGE_OF(project_api_key);

/* POST /organization/projects/{project_id}/api_keys, of invited(8) */
INV_API int inv_projects_api_keys_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_api_key_create_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/api_keys/{api_key_id}/rotate, of
 * invited(8) */
INV_API int inv_projects_api_keys_rotate(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_project_api_key_rotate_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);

/* GET /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_retrieve(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_update(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_project_api_key_update_params *params,
    const struct inv_call *call, struct inv_project_api_key **ret_key,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/api_keys */
INV_API int inv_projects_api_keys_list(
    struct inv_client *client, const char *project_id,
    const struct inv_project_api_key_list_params *params,
    const struct inv_call *call, struct inv_project_api_key_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/projects/{project_id}/api_keys/{api_key_id} */
INV_API int inv_projects_api_keys_delete(
    struct inv_client *client, const char *project_id, const char *api_key_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- admin keys ------------------------------------------------------- */

struct inv_admin_api_key_create_params {
	const char *name;
	int64_t expires_in_seconds INV_OPT; /* 0: never */
	const char *extra_body INV_OPT;	    /* as for an invite */
	const char *user_id INV_OPT;	    /* an owner, its holder (invited) */
	int64_t reserved[15] INV_OPT;
};

struct inv_admin_api_key {
	const char *id;		    /* never NULL, never empty */
	const char *object;	    /* never NULL */
	const char *name;	    /* or NULL */
	const char *redacted_value; /* or NULL */
	const char *value;	    /* the secret, of a new one; else NULL */
	int64_t created_at;
	int64_t expires_at;
	int64_t last_used_at;
	const struct inv_key_owner *owner; /* or NULL */
};

INV_PAGE_OF(admin_api_key);

/* POST /organization/admin_api_keys */
INV_API int inv_admin_api_keys_create(
    struct inv_client *client,
    const struct inv_admin_api_key_create_params *params,
    const struct inv_call *call, struct inv_admin_api_key **ret_key,
    struct inv_error *err);
/* GET /organization/admin_api_keys/{key_id} */
INV_API int inv_admin_api_keys_retrieve(
    struct inv_client *client, const char *key_id, const struct inv_call *call,
    struct inv_admin_api_key **ret_key, struct inv_error *err);
/* GET /organization/admin_api_keys */
INV_API int inv_admin_api_keys_list(
    struct inv_client *client, const struct inv_list_params *params,
    const struct inv_call *call, struct inv_admin_api_key_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/admin_api_keys/{key_id} */
INV_API int inv_admin_api_keys_delete(
    struct inv_client *client, const char *key_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);

INV_END_DECLS

#endif
