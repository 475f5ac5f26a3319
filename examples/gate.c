/*
 * gate: says whether the key on standard input is good for a model. The
 * program's own key is a service account's with the scope gate.check.
 */
#include <inv.h>
#include <stdio.h>
#include <string.h>

static int check(struct inv_client *client, const char *key, const char *model,
		 struct inv_error *err)
{
	const struct inv_gate_check_params params = {
		.key = key,
		.permission = "model.request",
		.model = model,
	};
	struct inv_gate_decision *decision;

	if (inv_gate_check(client, &params, NULL, &decision, err))
		return -1;
	printf("%s %s\n", decision->code,
	       decision->owner ? decision->owner->id : "-");
	inv_free(decision);
	return 0;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	char key[256] = "";
	int status = 0;

	if (argc != 2 || !fgets(key, sizeof(key), stdin)) {
		fprintf(stderr, "usage: gate MODEL < KEY\n");
		return 2;
	}
	key[strcspn(key, "\n")] = '\0';
	if (inv_client_new(NULL, &client, &err) ||
	    check(client, key, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
