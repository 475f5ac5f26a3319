/*
 * inv/roles.h: roles, and who has them.
 */
#ifndef INV_H_ROLES
#define INV_H_ROLES

#include "groups.h"
#include "users.h"

INV_BEGIN_DECLS

/* ---- roles ------------------------------------------------------------ */

struct inv_role_params {
	const char *role_name INV_OPT;	      /* has to be given to create */
	struct inv_texts permissions INV_OPT; /* likewise */
	struct inv_text description INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

/* Who somebody has a role through. */
struct inv_assignment_source {
	const char *principal_id;   /* never NULL */
	const char *principal_type; /* never NULL */
};

/* A role, predefined or your own. */
struct inv_role_details {
	const char *id;		 /* never NULL, never empty */
	const char *object;	 /* never NULL */
	const char *name;	 /* or NULL */
	const char *description; /* or NULL */
	const char *const *permissions;
	size_t permissions_len;
	const char *resource_type; /* "api.organization", "api.project" */
	bool predefined_role;

	/* Only of one that is assigned. */
	int64_t created_at, updated_at;
	const char *created_by; /* or NULL */
	const struct inv_assignment_source *const *assignment_sources;
	size_t assignment_sources_len;
};

INV_PAGE_OF(role_details);

/* POST /organization/roles */
INV_API int inv_roles_create(
    struct inv_client *client, const struct inv_role_params *params,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/roles/{role_id} */
INV_API int inv_roles_retrieve(
    struct inv_client *client, const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* POST /organization/roles/{role_id} */
INV_API int inv_roles_update(
    struct inv_client *client, const char *role_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /organization/roles */
INV_API int inv_roles_list(
    struct inv_client *client, const struct inv_list_params *params,
    const struct inv_call *call, struct inv_role_details_page **ret_page,
    struct inv_error *err);
/* DELETE /organization/roles/{role_id} */
INV_API int inv_roles_delete(
    struct inv_client *client, const char *role_id, const struct inv_call *call,
    struct inv_deleted **ret_deleted, struct inv_error *err);
/* POST /projects/{project_id}/roles */
INV_API int inv_projects_roles_create(
    struct inv_client *client, const char *project_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* POST /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_update(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_role_params *params, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/roles */
INV_API int inv_projects_roles_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/roles/{role_id} */
INV_API int inv_projects_roles_delete(
    struct inv_client *client, const char *project_id, const char *role_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

/* ---- who has a role --------------------------------------------------- */

struct inv_role_assignment_params {
	const char *role_id;
	int64_t reserved[16] INV_OPT;
};

struct inv_role_assignment {
	const char *object;		     /* never NULL */
	const struct inv_user *user;	     /* who has it; or NULL */
	const struct inv_group *group;	     /* or a group; or NULL */
	const struct inv_role_details *role; /* or NULL */
};

/* POST /organization/users/{user_id}/roles */
INV_API int inv_users_roles_create(
    struct inv_client *client, const char *user_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /organization/users/{user_id}/roles/{role_id} */
INV_API int inv_users_roles_retrieve(
    struct inv_client *client, const char *user_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/users/{user_id}/roles */
INV_API int inv_users_roles_list(
    struct inv_client *client, const char *user_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /organization/users/{user_id}/roles/{role_id} */
INV_API int inv_users_roles_delete(
    struct inv_client *client, const char *user_id, const char *role_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);
/* POST /organization/groups/{group_id}/roles */
INV_API int inv_groups_roles_create(
    struct inv_client *client, const char *group_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/roles/{role_id} */
INV_API int inv_groups_roles_retrieve(
    struct inv_client *client, const char *group_id, const char *role_id,
    const struct inv_call *call, struct inv_role_details **ret_role,
    struct inv_error *err);
/* GET /organization/groups/{group_id}/roles */
INV_API int inv_groups_roles_list(
    struct inv_client *client, const char *group_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /organization/groups/{group_id}/roles/{role_id} */
INV_API int inv_groups_roles_delete(
    struct inv_client *client, const char *group_id, const char *role_id,
    const struct inv_call *call, struct inv_removed **ret_removed,
    struct inv_error *err);
/* POST /projects/{project_id}/users/{user_id}/roles */
INV_API int inv_projects_users_roles_create(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /projects/{project_id}/users/{user_id}/roles/{role_id} */
INV_API int inv_projects_users_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *user_id,
    const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/users/{user_id}/roles */
INV_API int inv_projects_users_roles_list(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/users/{user_id}/roles/{role_id} */
INV_API int inv_projects_users_roles_delete(
    struct inv_client *client, const char *project_id, const char *user_id,
    const char *role_id, const struct inv_call *call,
    struct inv_removed **ret_removed, struct inv_error *err);
/* POST /projects/{project_id}/groups/{group_id}/roles */
INV_API int inv_projects_groups_roles_create(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_role_assignment_params *params,
    const struct inv_call *call, struct inv_role_assignment **ret_assignment,
    struct inv_error *err);
/* GET /projects/{project_id}/groups/{group_id}/roles/{role_id} */
INV_API int inv_projects_groups_roles_retrieve(
    struct inv_client *client, const char *project_id, const char *group_id,
    const char *role_id, const struct inv_call *call,
    struct inv_role_details **ret_role, struct inv_error *err);
/* GET /projects/{project_id}/groups/{group_id}/roles */
INV_API int inv_projects_groups_roles_list(
    struct inv_client *client, const char *project_id, const char *group_id,
    const struct inv_list_params *params, const struct inv_call *call,
    struct inv_role_details_page **ret_page, struct inv_error *err);
/* DELETE /projects/{project_id}/groups/{group_id}/roles/{role_id} */
INV_API int inv_projects_groups_roles_delete(
    struct inv_client *client, const char *project_id, const char *group_id,
    const char *role_id, const struct inv_call *call,
    struct inv_removed **ret_removed, struct inv_error *err);

INV_END_DECLS

#endif
