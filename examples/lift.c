/* lift.c: lets an address be invited again that opted out. */
#include <inv.h>
#include <stdio.h>

static int lift(struct inv_client *client, const char *email,
		struct inv_error *err)
{
	const struct inv_blocked_address_list_params params = {
		.email = email,
	};
	const struct inv_blocked_address *blocked = NULL;
	struct inv_blocked_address_page *page = NULL;
	int rc = inv_blocked_addresses_list(client, &params, NULL, &page, err);

	if (!rc)
		rc = inv_next(page, &blocked, err);
	if (!rc && blocked)
		rc = inv_blocked_addresses_delete(client, blocked->id, NULL,
						  NULL, err);
	if (!rc)
		puts(blocked ? "It may be invited again." : "It may be.");
	inv_free(page);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: lift ADDRESS\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    lift(client, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
