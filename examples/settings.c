/*
 * settings: sets where answers to the mails go.
 */
#include <inv.h>
#include <stdio.h>

static int set(struct inv_client *client, const char *address,
	       struct inv_error *err)
{
	const struct inv_settings_update_params params = {
		.reply_to = INV_TEXT(address),
	};
	struct inv_settings *settings;

	if (inv_settings_update(client, &params, NULL, &settings, err))
		return -1;
	printf("%s\n", settings->reply_to);
	inv_free(settings);
	return 0;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: settings ADDRESS\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) || set(client, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
