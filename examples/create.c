/*
 * create ADDRESS: invites somebody as a reader.
 *
 * The key comes from OPENAI_ADMIN_KEY, the server from OPENAI_BASE_URL.
 */
#include <inv.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_invite *invite;
	struct inv_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: create ADDRESS\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    inv_admin_organization_invites_create(
		client,
		&(struct inv_invite_create_params){
		    .email = argv[1],
		    .role = INV_ROLE_READER,
		},
		&invite, &err)) {
		fprintf(stderr, "%s\n", err.message);
		inv_client_free(client);
		return 1;
	}
	puts(invite->id);
	inv_invite_free(invite);
	inv_client_free(client);
	return 0;
}
