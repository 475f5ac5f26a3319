/*
 * uses.c: compiled only, in C and in C++: what a program writes with inv.h is
 * not warned of, whatever is left out.
 */
#include <inv.h>

#if !defined(__cplusplus) || __cplusplus >= 202002L
#define BY_NAME
#endif

int uses(struct inv_client *client, struct inv_error *err);

#ifdef BY_NAME
/* Members by name, the others left out. */
static int by_name(struct inv_client *client, struct inv_error *err)
{
	struct inv_grant grants[] = {
		{ .id = "proj_1", .role = INV_PROJECT_ROLE_OWNER },
		{ .id = "proj_2", .role_text = "auditor" },
	};
	struct inv_options options = { .base_url = "http://localhost" };
	struct inv_call call = { .deadline_ms = 1000, .max_retries = 1 };
	struct inv_invite_create_params params = {
		.email = "ada@example.com",
		.role = INV_ROLE_READER,
		.projects = INV_GRANTS(grants, 2),
	};
	struct inv_project_create_params project = { .name = "Engine",
						     .external_key_id =
							 INV_TEXT("hr-7") };
	struct inv_http_answer answer = { .status = 200 };

	return inv_client_new(&options, &client, err) ||
	       inv_invites_create(client, &params, &call, NULL, err) ||
	       inv_projects_create(client, &project, NULL, NULL, err) ||
	       inv_parse(NULL, &answer, NULL, err);
}
#endif

int uses(struct inv_client *client, struct inv_error *err)
{
	const struct inv_user *user = NULL;
	struct inv_user_page *page = NULL;
	int rc = inv_users_list(client, NULL, NULL, &page, err);

	while (!rc && !(rc = inv_next(page, &user, err)) && user)
		rc = inv_meta(user)->status;
	inv_free(page);
#ifdef BY_NAME
	rc |= by_name(client, err);
#endif
	return rc;
}
