/* hook.c: has events sent to an address, and sends it one to try that. */
#include <inv.h>
#include <stdio.h>

static int hook(struct inv_client *client, const char *url,
		struct inv_error *err)
{
	const char *events[] = { "invite.accepted", "user.*" };
	const struct inv_webhook_create_params params = {
		.url = url,
		.events = INV_TEXTS(events, 2),
	};
	struct inv_webhook *webhook = NULL;
	int rc = inv_webhooks_create(client, &params, NULL, &webhook, err);

	if (!rc) {
		puts(webhook->secret);
		rc = inv_webhooks_test(client, webhook->id, NULL, NULL, err);
	}
	inv_free(webhook);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: hook URL\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    hook(client, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
