/*
 * accept LINK NAME: what the invited person does; no key is needed.
 */
#include <inv.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_invitation *invitation;
	struct inv_error err;
	size_t i;

	if (argc != 3) {
		fprintf(stderr, "usage: accept LINK NAME\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    inv_invitations_accept(client,
				   &(struct inv_invitation_params){
				       .link = argv[1],
				       .name = argv[2],
				   },
				   NULL, &invitation, &err)) {
		fprintf(stderr, "%s\n", err.message);
		inv_free(client);
		return 1;
	}
	printf("You are in, as a %s.\n", invitation->role_text);
	for (i = 0; i < invitation->projects_len; i++)
		printf("Project: %s\n", invitation->projects[i]->name);
	inv_free(invitation);
	inv_free(client);
	return 0;
}
