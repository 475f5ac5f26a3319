/*
 * service_account: makes a service account in a project, with a key that ends
 * after thirty days, and prints the key.
 */
#include <inv.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct inv_service_account_create_params params = {
		.expires_in_seconds = 30 * 86400,
	};
	struct inv_client *client = NULL;
	struct inv_service_account *account = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 3) {
		fprintf(stderr, "usage: service_account PROJECT_ID NAME\n");
		return 2;
	}
	params.name = argv[2];
	if (inv_client_new(NULL, &client, &err) ||
	    inv_projects_service_accounts_create(client, argv[1], &params, NULL,
						 &account, &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	} else if (account->api_key) {
		/* No other answer will show it. */
		printf("%s %s\n", account->id, account->api_key->value);
	}
	inv_free(account);
	inv_free(client);
	return status;
}
