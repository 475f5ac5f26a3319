/*
 * groups: makes a group and puts a person into it.
 */
#include <inv.h>
#include <stdio.h>

static int join(struct inv_client *client, const char *name, const char *user,
		struct inv_error *err)
{
	const struct inv_group_params made = { .name = name };
	const struct inv_group_user_params joined = { .user_id = user };
	struct inv_group *group;
	int rc;

	if (inv_groups_create(client, &made, NULL, &group, err))
		return -1;
	rc = inv_groups_users_create(client, group->id, &joined, NULL, NULL,
				     err);
	if (rc == 0)
		printf("%s\n", group->id);
	inv_free(group);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: groups NAME USER_ID\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    join(client, argv[1], argv[2], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
