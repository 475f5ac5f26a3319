/*
 * list: shows everybody whose invite is pending.
 */
#include <inv.h>
#include <stdio.h>

static int show(struct inv_client *client, struct inv_error *err)
{
	const struct inv_invite *invite;
	struct inv_invite_iter *iter;
	int rc;

	if (inv_admin_organization_invites_iterate(
		client, &(struct inv_list_params){ .limit = 100 }, &iter, err))
		return -1;
	while (!(rc = inv_invite_iter_next(iter, &invite, err)) && invite)
		if (invite->status == INV_INVITE_STATUS_PENDING)
			printf("%s %s\n", invite->id, invite->email);
	inv_invite_iter_free(iter);
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
	inv_client_free(client);
	return status;
}
