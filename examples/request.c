/*
 * request PROJECT: archives a project, by a call that has no function.
 */
#include <inv.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_answer *answer;
	struct inv_error err;
	char path[256];

	if (argc != 2) {
		fprintf(stderr, "usage: request PROJECT\n");
		return 2;
	}
	snprintf(path, sizeof(path), "/organization/projects/%s/archive",
		 argv[1]);
	if (inv_client_new(NULL, &client, &err) ||
	    inv_request(client, "POST", path, NULL, NULL, &answer, &err)) {
		fprintf(stderr, "%s\n", err.message);
		inv_free(client);
		return 1;
	}
	puts(answer->json);
	inv_free(answer);
	inv_free(client);
	return 0;
}
