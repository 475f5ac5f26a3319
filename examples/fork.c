/*
 * fork ID: asks for an invite, in the parent and in a child that goes on with
 * the parent's client.
 */
#include <inv.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static int show(struct inv_client *client, const char *who, const char *id)
{
	struct inv_invite *invite;
	struct inv_error err;

	if (inv_invites_retrieve(client, id, NULL, &invite, &err)) {
		fprintf(stderr, "%s: %s\n", who, err.message);
		return 1;
	}
	printf("%s: %s\n", who, invite->status_text);
	fflush(stdout);
	inv_free(invite);
	return 0;
}

int main(int argc, char **argv)
{
	struct inv_client *client;
	struct inv_error err;
	int failed, status = 1;
	pid_t child;

	if (argc != 2) {
		fprintf(stderr, "usage: fork ID\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err)) {
		fprintf(stderr, "%s\n", err.message);
		return 1;
	}
	failed = show(client, "before", argv[1]);
	child = fork();
	if (child == 0) {
		failed |= show(client, "child", argv[1]);
		inv_free(client);
		_exit(failed);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		failed = 1;
	failed |= show(client, "after", argv[1]);
	inv_free(client);
	return failed;
}
