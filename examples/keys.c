/*
 * keys: shows whose keys of a project were never used.
 */
#include <inv.h>
#include <stdio.h>

static const char *owner_of(const struct inv_project_api_key *key)
{
	if (key->owner && key->owner->user)
		return key->owner->user->id;
	if (key->owner && key->owner->service_account)
		return key->owner->service_account->id;
	return "-";
}

static int show(struct inv_client *client, const char *project,
		struct inv_error *err)
{
	const struct inv_project_api_key *key;
	struct inv_project_api_key_page *page;
	int rc;

	if (inv_projects_api_keys_list(client, project, NULL, NULL, &page, err))
		return -1;
	while (!(rc = inv_next(page, &key, err)) && key)
		if (key->last_used_at == 0)
			printf("%s %s %s\n", key->id, owner_of(key),
			       key->owner_project_access_text);
	inv_free(page);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: keys PROJECT_ID\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) ||
	    show(client, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
