/*
 * inv/projects.h: projects, and who is in them.
 */
#ifndef INV_H_PROJECTS
#define INV_H_PROJECTS

#include "call.h"
#include "list.h"
#include "value.h"
#include "word.h"

INV_BEGIN_DECLS

/* ---- projects --------------------------------------------------------- */

struct inv_project_create_params {
	const char *name;
	struct inv_text external_key_id INV_OPT;
	const char *residency INV_OPT;	/* "EU_STORAGE_PROCESSING" */
	const char *extra_body INV_OPT; /* as for an invite */
	struct inv_number max_key_lifetime_seconds INV_OPT; /* invited(8) */
	int64_t reserved[14] INV_OPT;
};

struct inv_project_update_params {
	const char *name INV_OPT;
	struct inv_text external_key_id INV_OPT;
	const char *residency INV_OPT;
	const char *extra_body INV_OPT; /* as for an invite */
	struct inv_number max_key_lifetime_seconds INV_OPT; /* invited(8) */
	int64_t reserved[14] INV_OPT;
};

struct inv_project_list_params {
	INV_LIST_PARAMS;
	bool include_archived INV_OPT;
	int64_t reserved[16] INV_OPT;
};

struct inv_project {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	int64_t created_at;
	int64_t archived_at;
	enum inv_project_status status;
	const char *status_text;     /* never NULL */
	const char *external_key_id; /* or NULL */
	const char *residency;	     /* or NULL */
	int64_t max_key_lifetime_seconds;
};

INV_PAGE_OF(project);

/* POST /organization/projects */
INV_API int inv_projects_create(
    struct inv_client *client, const struct inv_project_create_params *params,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);
/* GET /organization/projects/{project_id} */
INV_API int inv_projects_retrieve(
    struct inv_client *client, const char *project_id,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);
/* GET /organization/projects */
INV_API int inv_projects_list(
    struct inv_client *client, const struct inv_project_list_params *params,
    const struct inv_call *call, struct inv_project_page **ret_page,
    struct inv_error *err);
/* POST /organization/projects/{project_id} */
INV_API int inv_projects_update(
    struct inv_client *client, const char *project_id,
    const struct inv_project_update_params *params, const struct inv_call *call,
    struct inv_project **ret_project, struct inv_error *err);
/* POST /organization/projects/{project_id}/archive: for good. */
INV_API int inv_projects_archive(
    struct inv_client *client, const char *project_id,
    const struct inv_call *call, struct inv_project **ret_project,
    struct inv_error *err);

/* ---- who is in a project ---------------------------------------------- */

struct inv_project_user_params {
	const char *user_id INV_OPT; /* to create: the id or the address */
	const char *email INV_OPT;
	enum inv_project_role role INV_OPT;
	const char *role_text INV_OPT;	/* instead: a word not listed here */
	const char *extra_body INV_OPT; /* as for an invite */
	int64_t reserved[16] INV_OPT;
};

struct inv_project_user_list_params {
	INV_LIST_PARAMS;
	int64_t reserved[16] INV_OPT;
};

struct inv_project_user {
	const char *id;	    /* never NULL, never empty */
	const char *object; /* never NULL */
	const char *name;   /* or NULL */
	const char *email;  /* or NULL */
	enum inv_project_role role;
	const char *role_text; /* never NULL */
	int64_t added_at;
};

INV_PAGE_OF(project_user);

/* GET /organization/projects/{project_id}/users */
INV_API int inv_projects_users_list(
    struct inv_client *client, const char *project_id,
    const struct inv_project_user_list_params *params,
    const struct inv_call *call, struct inv_project_user_page **ret_page,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/users */
INV_API int inv_projects_users_create(
    struct inv_client *client, const char *project_id,
    const struct inv_project_user_params *params, const struct inv_call *call,
    struct inv_project_user **ret_user, struct inv_error *err);
/* GET /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_retrieve(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_call *call, struct inv_project_user **ret_user,
    struct inv_error *err);
/* POST /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_update(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_project_user_params *params, const struct inv_call *call,
    struct inv_project_user **ret_user, struct inv_error *err);
/* DELETE /organization/projects/{project_id}/users/{user_id} */
INV_API int inv_projects_users_delete(
    struct inv_client *client, const char *project_id, const char *user_id,
    const struct inv_call *call, struct inv_deleted **ret_deleted,
    struct inv_error *err);

INV_END_DECLS

#endif
