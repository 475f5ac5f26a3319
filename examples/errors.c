/*
 * errors ID: withdraws an invite, and says what to do where that fails.
 */
#include <inv.h>
#include <stdio.h>

static int explain(const struct inv_error *err)
{
	switch (err->kind) {
	case INV_ERROR_NOT_FOUND:
		puts("It is gone already.");
		return 0;
	case INV_ERROR_AUTHENTICATION:
	case INV_ERROR_PERMISSION:
		puts("The key in OPENAI_ADMIN_KEY is not good for this.");
		break;
	case INV_ERROR_RATE_LIMIT:
		printf("Too fast; try again in %.1f seconds.\n",
		       (double)err->retry_after_ms / 1000);
		break;
	default:
		printf("%s%s\n", err->message,
		       err->temporary ? " (Try again later.)" : "");
	}
	if (err->request_id[0])
		printf("The server calls this request %s.\n", err->request_id);
	return 1;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: errors ID\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    inv_invites_delete(client, argv[1], NULL, NULL, &err))
		status = explain(&err);
	inv_free(client);
	return status;
}
