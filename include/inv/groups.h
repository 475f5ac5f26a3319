/*
 * inv/groups.h: groups, who is in them, and which projects they are in.
 */
#ifndef INV_H_GROUPS
#define INV_H_GROUPS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

/* ---- groups ----------------------------------------------------------- */

struct inv_group_params {
	const char *name;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_group_list_params { /* of groups, and of who is in one */
	INV_LIST_PARAMS;
	const char *order INV_OPT; /* "asc", "desc" */
	int64_t reserved[16] INV_OPT;
};

struct inv_group {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	int64_t created_at;
	bool is_scim_managed;
	const char *group_type; /* or NULL */
};

INV_PAGE_OF(group);

/* POST /organization/groups */
INV_API int inv_groups_create(
    struct inv_client *client, const struct inv_group_params *params,
    const struct inv_call *call, struct inv_group **ret_group,
    struct inv_error *err);
/* GET /organization/groups/{group_id} */
INV_API int inv_groups_retrieve(
    struct inv_client *client, const char *group_id,
    const struct inv_call *call, struct inv_group **ret_group,
    struct inv_error *err);
/* POST /organization/groups/{group_id} */
INV_API int inv_groups_update(
    struct inv_client *client, const char *group_id,
    const struct inv_group_params *params, const struct inv_call *call,
    struct inv_group **ret_group, struct inv_error *err);
/* GET /organization/groups */
INV_API int inv_groups_list(
    struct inv_client *client, const struct inv_group_list_params *params,
    const struct inv_call *call, struct inv_group_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/groups/{group_id} */
INV_API int inv_groups_delete(
    struct inv_client *client, const char *group_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- who is in a group ------------------------------------------------ */

struct inv_group_user_params {
	const char *user_id;
	int64_t reserved[16] INV_OPT;
};

struct inv_group_user {
	const char *id;	     /* never NULL, never empty */
	const char *name;    /* or NULL */
	const char *email;   /* or NULL */
	const char *picture; /* or NULL; this and the rest: one alone */
	bool is_service_account;
	const char *user_type; /* or NULL */
};

INV_PAGE_OF(group_user);

/* That somebody is in a group, or not any more. */
struct inv_group_membership {
	const char *object;   /* never NULL */
	const char *user_id;  /* or NULL: the server need not say it */
	const char *group_id; /* likewise */
	bool deleted;
};

/* POST /organization/groups/{group_id}/users */
INV_API int inv_groups_users_create(
    struct inv_client *client, const char *group_id,
    const struct inv_group_user_params *params, const struct inv_call *call,
    struct inv_group_membership **ret_membership, struct inv_error *err);
/* GET /organization/groups/{group_id}/users/{user_id} */
INV_API int inv_groups_users_retrieve(
    struct inv_client *client, const char *group_id, const char *user_id,
    const struct inv_call *call, struct inv_group_user **ret_user,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/users */
INV_API int inv_groups_users_list(
    struct inv_client *client, const char *group_id,
    const struct inv_group_list_params *params, const struct inv_call *call,
    struct inv_group_user_page **ret_page, struct inv_error *err);
/* DELETE /organization/groups/{group_id}/users/{user_id} */
INV_API int inv_groups_users_delete(
    struct inv_client *client, const char *group_id, const char *user_id,
    const struct inv_call *call, struct inv_group_membership **ret_membership,
    struct inv_error *err);

/* ---- the groups that are in a project --------------------------------- */

struct inv_project_group_params {
	const char *group_id;
	const char *role;		/* the id of a role in projects */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_group_retrieve_params {
	const char *group_type INV_OPT; /* "group", "tenant_group" */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_group {
	const char *group_id;	/* never NULL, never empty */
	const char *object;	/* never NULL */
	const char *project_id; /* or NULL */
	const char *group_name; /* or NULL */
	const char *group_type; /* or NULL */
	int64_t created_at;
};

INV_PAGE_OF(project_group);

/* POST /organization/projects/{project_id}/groups */
INV_API int inv_projects_groups_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_group_params *params, const struct inv_call *call,
    struct inv_project_group **ret_group, struct inv_error *err);
/* GET /organization/projects/{project_id}/groups/{group_id} */
INV_API int inv_projects_groups_retrieve(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_project_group_retrieve_params *params,
    const struct inv_call *call, struct inv_project_group **ret_group,
    struct inv_error *err);
/* GET /organization/projects/{project_id}/groups */
INV_API int inv_projects_groups_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_project_group_page **ret_page, struct inv_error *err);
/* DELETE /organization/projects/{project_id}/groups/{group_id} */
INV_API int inv_projects_groups_delete(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);

INV_END_DECLS

#endif
