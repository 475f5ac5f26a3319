/*
 * people.c: invite users and projects: who is in, and where. How each looks is
 * a table of columns.
 */
#include "list.h"
#include "resolve.h"

#include <stdlib.h>

const struct option page_options[] = { LIST_OPTIONS, { 0 } };

const struct option projects_options[] = {
	{ .name = "include-archived", .help = "include archived projects" },
	LIST_OPTIONS,
	{ 0 },
};

const struct option project_create_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the project" },
	{ .name = "external-key-id",
	  .value = "ID",
	  .help = "id of a key that is kept elsewhere" },
	{ 0 },
};

/* ---- users ------------------------------------------------------------ */

static const struct column user_columns[] = {
	{ .name = "id", COLUMN(struct inv_user, id) },
	{ .name = "email", COLUMN(struct inv_user, email) },
	{ .name = "name", COLUMN(struct inv_user, name) },
	{ .name = "role", COLUMN(struct inv_user, role_text) },
	{ .name = "added", COLUMN(struct inv_user, added_at) },
	{ 0 },
};

static const struct view user_view = {
	.columns = user_columns,
	.empty = "There are no members.",
};

LIST_FETCH(fetch_users, user, inv_users_list, cli->client);

enum status cmd_users_list(struct cli *cli)
{
	static const struct list list = { .view = &user_view,
					  .fetch = fetch_users };

	return list_run(cli, &list, NULL, NULL);
}

enum status cmd_users_get(struct cli *cli)
{
	enum status status;
	char *id = user_id(cli, cli->args->rest[0], &status);
	struct inv_user *user = NULL;
	struct inv_error err;
	int rc;

	if (!id)
		return status;
	rc = inv_users_retrieve(cli->client, id, NULL, &user, &err);
	free(id);
	return print_result(cli, &user_view, rc, user, &err);
}

/* ---- projects --------------------------------------------------------- */

static const struct column project_columns[] = {
	{ .name = "id", COLUMN(struct inv_project, id) },
	{ .name = "name", COLUMN(struct inv_project, name) },
	{ .name = "status", COLUMN(struct inv_project, status_text) },
	{ .name = "created", COLUMN(struct inv_project, created_at) },
	{ .name = "archived",
	  COLUMN(struct inv_project, archived_at),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view project_view = {
	.columns = project_columns,
	.empty = "There are no projects.",
};

LIST_FETCH(fetch_projects, project, inv_projects_list, cli->client);

enum status cmd_projects_list(struct cli *cli)
{
	static const struct list list = { .view = &project_view,
					  .fetch = fetch_projects };

	return list_run(cli, &list, NULL,
			args_has(cli->args, "include-archived")
			    ? "include_archived=true"
			    : NULL);
}

enum status cmd_projects_get(struct cli *cli)
{
	enum status status;
	char *id = project_id(cli, cli->args->rest[0], &status);
	struct inv_project *project = NULL;
	struct inv_error err;
	int rc;

	if (!id)
		return status;
	rc = inv_projects_retrieve(cli->client, id, NULL, &project, &err);
	free(id);
	return print_result(cli, &project_view, rc, project, &err);
}

enum status cmd_projects_create(struct cli *cli)
{
	struct inv_project_create_params params = {
		.name = args_text(cli->args, "name"),
	};
	const char *key = args_text(cli->args, "external-key-id");
	struct inv_project *project = NULL;
	struct inv_error err;
	int rc;

	if (key)
		params.external_key_id = INV_TEXT(key);
	rc = inv_projects_create(cli->client, &params, NULL, &project, &err);
	return print_result(cli, &project_view, rc, project, &err);
}

/* ---- who is in a project ---------------------------------------------- */

static const struct column project_user_columns[] = {
	{ .name = "id", COLUMN(struct inv_project_user, id) },
	{ .name = "email", COLUMN(struct inv_project_user, email) },
	{ .name = "name", COLUMN(struct inv_project_user, name) },
	{ .name = "role", COLUMN(struct inv_project_user, role_text) },
	{ .name = "added", COLUMN(struct inv_project_user, added_at) },
	{ 0 },
};

static const struct view project_user_view = {
	.columns = project_user_columns,
	.empty = "Nobody is in this project.",
};

LIST_FETCH(fetch_project_users, project_user, inv_projects_users_list,
	   cli->client, id);

enum status cmd_projects_users(struct cli *cli)
{
	static const struct list list = { .view = &project_user_view,
					  .fetch = fetch_project_users };
	enum status status;
	char *id = project_id(cli, cli->args->rest[0], &status);

	if (id)
		status = list_run(cli, &list, id, NULL);
	free(id);
	return status;
}
