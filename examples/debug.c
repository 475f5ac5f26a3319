/*
 * debug ID: shows what is sent and received while an invite is looked up, and
 * a member that this version of the library does not know by name.
 */
#include <inv.h>
#include <stdio.h>
#include <string.h>

static void show(void *arg, const char *line)
{
	fprintf(arg, "%s\n", line);
}

int main(int argc, char **argv)
{
	struct inv_options options = {
		.timeout_ms = 10000,
		.max_retries = INV_NO_RETRIES,
		.debug = show,
		.debug_arg = stderr,
	};
	struct inv_client *client = NULL;
	struct inv_invite *invite;
	struct inv_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: debug ID\n");
		return 2;
	}
	if (inv_client_new(&options, &client, &err) ||
	    inv_invites_retrieve(client, argv[1], NULL, &invite, &err)) {
		fprintf(stderr, "%s\n", err.message);
		inv_free(client);
		return 1;
	}
	printf("%s is %s", invite->email, invite->status_text);
	if (invite->delivery)
		printf(", the mail %s", invite->delivery->status);
	printf("\n%s\n", strstr(inv_meta(invite)->json, "\"groups\"")
			     ? "The server speaks of groups."
			     : inv_meta(invite)->json);
	inv_free(invite);
	inv_free(client);
	return 0;
}
