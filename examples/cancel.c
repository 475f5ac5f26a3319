/*
 * cancel ID: asks for an invite, for half a minute at most and until Ctrl-C.
 */
#include <inv.h>
#include <signal.h>
#include <stdio.h>

static struct inv_canceller *cancel;

static void interrupted(int signal_number)
{
	(void)signal_number;
	inv_cancel(cancel);
}

int main(int argc, char **argv)
{
	struct inv_call call = { .deadline_ms = 30000 };
	struct inv_client *client = NULL;
	struct inv_invite *invite = NULL;
	struct inv_error err;

	if (argc != 2) {
		fprintf(stderr, "usage: cancel ID\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    inv_canceller_new(&cancel, &err)) {
		fprintf(stderr, "%s\n", err.message);
		inv_free(client);
		return 1;
	}
	signal(SIGINT, interrupted);
	call.cancel = cancel;
	if (inv_invites_retrieve(client, argv[1], &call, &invite, &err))
		fprintf(stderr, "%s\n", err.message);
	else
		printf("%s is %s\n", invite->email, invite->status_text);
	signal(SIGINT, SIG_DFL);
	inv_free(cancel);
	inv_free(client);
	inv_free(invite);
	return invite ? 0 : 1;
}
