/*
 * users: shows who is in the organization.
 */
#include <inv.h>
#include <stdio.h>

static int show(struct inv_client *client, struct inv_error *err)
{
	const struct inv_user *user;
	struct inv_user_page *page;
	int rc;

	if (inv_users_list(client, NULL, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &user, err)) && user)
		printf("%s %s %s\n", user->id, user->role_text,
		       user->email ? user->email : "-");
	inv_free(page);
	return rc;
}

int main(void)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (inv_client_new(NULL, &client, &err) || show(client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
