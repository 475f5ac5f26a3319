/*
 * list: shows everybody whose invite is pending.
 */
#include <inv.h>
#include <stdio.h>

static int show(struct inv_client *client, struct inv_error *err)
{
	struct inv_invite_list_params params = { .limit = 100 };
	struct inv_invite_page *page;
	const struct inv_invite *invite;
	int rc;

	if (inv_invites_list(client, &params, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &invite, err)) && invite)
		if (invite->status == INV_INVITE_STATUS_PENDING)
			printf("%s %s\n", invite->id, invite->email);
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
