/*
 * projects ADDRESS: makes a project and invites somebody to it as its owner.
 */
#include <inv.h>
#include <stdio.h>

static int invite_to(struct inv_client *client, const char *email,
		     const char *project_id, struct inv_error *err)
{
	struct inv_grant grants[] = {
		{ .id = project_id, .role = INV_PROJECT_ROLE_OWNER },
	};
	struct inv_invite *invite;

	if (inv_invites_create(client,
			       &(struct inv_invite_create_params){
				   .email = email,
				   .role = INV_ROLE_READER,
				   .projects = INV_GRANTS(grants, 1),
			       },
			       NULL, &invite, err))
		return -1;
	printf("%s was invited to %s\n", invite->email,
	       invite->projects_len > 0 ? invite->projects[0]->id : "nothing");
	inv_free(invite);
	return 0;
}

static int run(struct inv_client *client, const char *email,
	       struct inv_error *err)
{
	struct inv_project *project;
	int rc;

	if (inv_projects_create(
		client, &(struct inv_project_create_params){ .name = "Engine" },
		NULL, &project, err))
		return -1;
	rc = invite_to(client, email, project->id, err);
	inv_free(project);
	return rc;
}

int main(int argc, char **argv)
{
	struct inv_client *client = NULL;
	struct inv_error err;
	int status = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: projects ADDRESS\n");
		return 2;
	}
	if (inv_client_new(NULL, &client, &err) || run(client, argv[1], &err)) {
		fprintf(stderr, "%s\n", err.message);
		status = 1;
	}
	inv_free(client);
	return status;
}
