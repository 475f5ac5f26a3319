/*
 * create ADDRESS: invites somebody as a reader.
 *
 * The key comes from OPENAI_ADMIN_KEY, the server from OPENAI_BASE_URL.
 */
#include <inv.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct inv_invite_create_params params = { .role = INV_ROLE_READER };
	struct inv_client *client = NULL;
	struct inv_invite *invite = NULL;
	struct inv_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: create ADDRESS\n");
		return 2;
	}
	params.email = argv[1];
	if (inv_client_new(NULL, &client, &err) ||
	    inv_invites_create(client, &params, NULL, &invite, &err))
		fprintf(stderr, "%s\n", err.message);
	else
		puts(invite->id);
	inv_free(client);
	inv_free(invite);
	return invite ? 0 : 1;
}
