/*
 * roles: gives a user a role of the organization, which it finds by its name.
 */
#include <inv.h>
#include <stdio.h>
#include <string.h>

static int give(struct inv_client *client, const char *user, const char *name,
		struct inv_error *err)
{
	struct inv_role_assignment_params params = { .role_id = NULL };
	const struct inv_role_details *role;
	struct inv_role_details_page *page;
	int rc;

	if (inv_roles_list(client, NULL, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &role, err)) && role)
		if (role->name && strcmp(role->name, name) == 0)
			break;
	if (!rc && role) {
		params.role_id = role->id;
		rc = inv_users_roles_create(client, user, &params, NULL, NULL,
					    err);
	}
	if (!rc)
		printf("%s\n", role ? role->id : "There is no such role.");
	inv_free(page);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: roles USER_ID NAME\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    give(client, argv[1], argv[2], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
