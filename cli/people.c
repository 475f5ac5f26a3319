/*
 * people.c: invite users and invite projects: who is in, and where.
 */
#include "cli.h"

#include <string.h>

#include "list.h"

const struct option page_options[] = { LIST_OPTIONS, { 0 } };

const struct option projects_options[] = {
	{ "include-archived", 0, NULL, NULL, "archived ones too" },
	LIST_OPTIONS,
	{ 0 },
};

const struct option project_create_options[] = {
	{ "name", 0, "NAME", NULL, "what to call it" },
	{ "external-key-id", 0, "ID", NULL, "of a key kept elsewhere" },
	{ 0 },
};

/* ---- users ------------------------------------------------------------ */

static void say_user(const struct cli *cli, const struct inv_user *user)
{
	struct table table = { .columns = 2 };
	char text[AGO_SIZE];

	if (cli->format != FORMAT_TABLE) {
		say_json(stdout, cli->format, inv_meta(user)->json);
		return;
	}
	say_row(&table, "id", user->id);
	say_row(&table, "email", user->email);
	say_row(&table, "name", user->name);
	say_row(&table, "role", user->role_text);
	say_row(&table, "added", ago(text, user->added_at));
	table_print(&table);
}

static int next_user(void *iter, struct row *row, struct inv_error *err)
{
	const struct inv_user *user;
	struct inv_user_page *page = iter;

	if (inv_next(page, &user, err))
		return -1;
	if (!user)
		return 0;
	row->json = inv_meta(user)->json;
	row->cells[0] = user->id;
	row->cells[1] = user->email;
	row->cells[2] = user->name;
	row->cells[3] = user->role_text;
	row->cells[4] = ago(row->times[0], user->added_at);
	return 0;
}

static const struct list users_list = {
	(const char *const[]){ "ID", "EMAIL", "NAME", "ROLE", "ADDED", NULL },
	"There are no members.",
	next_user,
	NULL,
};

enum status cmd_users_list(struct cli *cli)
{
	struct list_params params;
	struct inv_user_page *iter;
	struct inv_user_page *page;
	struct inv_error err;
	enum status status;
	long max_items;

	if (!list_read(cli, &params, &max_items))
		return STATUS_USAGE;
	if (cli->format == FORMAT_RAW) {
		if (inv_users_list(cli->client, LIST_PARAMS_OF(user, params),
				   NULL, &page, &err))
			return say_error(FORMAT_RAW, &err);
		say_json(stdout, FORMAT_RAW, inv_meta(page)->json);
		inv_free(page);
		return STATUS_OK;
	}
	if (inv_users_list(cli->client, LIST_PARAMS_OF(user, params), NULL,
			   &iter, &err))
		return say_error(error_format(cli), &err);
	status = list_show(cli, &users_list, iter, max_items);
	inv_free(iter);
	return status;
}

enum status cmd_users_get(struct cli *cli)
{
	struct inv_user *user;
	struct inv_error err;

	if (inv_users_retrieve(cli->client, cli->args->rest[0], NULL, &user,
			       &err))
		return say_error(error_format(cli), &err);
	say_user(cli, user);
	inv_free(user);
	return STATUS_OK;
}

/* ---- projects --------------------------------------------------------- */

static void say_project(const struct cli *cli,
			const struct inv_project *project)
{
	struct table table = { .columns = 2 };
	char text[AGO_SIZE];

	if (cli->format != FORMAT_TABLE) {
		say_json(stdout, cli->format, inv_meta(project)->json);
		return;
	}
	say_row(&table, "id", project->id);
	say_row(&table, "name", project->name);
	say_row(&table, "status", project->status_text);
	say_row(&table, "created", ago(text, project->created_at));
	if (project->archived_at)
		say_row(&table, "archived", ago(text, project->archived_at));
	table_print(&table);
}

static int next_project(void *iter, struct row *row, struct inv_error *err)
{
	const struct inv_project *project;
	struct inv_project_page *page = iter;

	if (inv_next(page, &project, err))
		return -1;
	if (!project)
		return 0;
	row->json = inv_meta(project)->json;
	row->cells[0] = project->id;
	row->cells[1] = project->name;
	row->cells[2] = project->status_text;
	row->cells[3] = ago(row->times[0], project->created_at);
	return 0;
}

static const struct list projects_list = {
	(const char *const[]){ "ID", "NAME", "STATUS", "CREATED", NULL },
	"There are no projects.",
	next_project,
	NULL,
};

enum status cmd_projects_list(struct cli *cli)
{
	struct list_params params;
	struct inv_project_page *iter;
	struct inv_project_page *page;
	struct inv_error err;
	enum status status;
	long max_items;

	if (!list_read(cli, &params, &max_items))
		return STATUS_USAGE;
	if (args_has(cli->args, "include-archived"))
		params.extra_query = "include_archived=true";
	if (cli->format == FORMAT_RAW) {
		if (inv_projects_list(cli->client,
				      LIST_PARAMS_OF(project, params), NULL,
				      &page, &err))
			return say_error(FORMAT_RAW, &err);
		say_json(stdout, FORMAT_RAW, inv_meta(page)->json);
		inv_free(page);
		return STATUS_OK;
	}
	if (inv_projects_list(cli->client, LIST_PARAMS_OF(project, params),
			      NULL, &iter, &err))
		return say_error(error_format(cli), &err);
	status = list_show(cli, &projects_list, iter, max_items);
	inv_free(iter);
	return status;
}

enum status cmd_projects_get(struct cli *cli)
{
	struct inv_project *project;
	struct inv_error err;

	if (inv_projects_retrieve(cli->client, cli->args->rest[0], NULL,
				  &project, &err))
		return say_error(error_format(cli), &err);
	say_project(cli, project);
	inv_free(project);
	return STATUS_OK;
}

enum status cmd_projects_create(struct cli *cli)
{
	struct inv_project_create_params params = {
		.name = args_text(cli->args, "name"),
	};
	const char *key = args_text(cli->args, "external-key-id");
	struct inv_project *project;
	struct inv_error err;

	if (key)
		params.external_key_id = INV_TEXT(key);
	if (inv_projects_create(cli->client, &params, NULL, &project, &err))
		return say_error(error_format(cli), &err);
	say_project(cli, project);
	inv_free(project);
	return STATUS_OK;
}

/* ---- who is in a project ---------------------------------------------- */

static int next_project_user(void *iter, struct row *row, struct inv_error *err)
{
	const struct inv_project_user *user;
	struct inv_project_user_page *page = iter;

	if (inv_next(page, &user, err))
		return -1;
	if (!user)
		return 0;
	row->json = inv_meta(user)->json;
	row->cells[0] = user->id;
	row->cells[1] = user->email;
	row->cells[2] = user->name;
	row->cells[3] = user->role_text;
	row->cells[4] = ago(row->times[0], user->added_at);
	return 0;
}

static const struct list project_users_list = {
	(const char *const[]){ "ID", "EMAIL", "NAME", "ROLE", "ADDED", NULL },
	"Nobody is in this project.",
	next_project_user,
	NULL,
};

enum status cmd_projects_users(struct cli *cli)
{
	const char *project = cli->args->rest[0];
	struct list_params params;
	struct inv_project_user_page *iter;
	struct inv_project_user_page *page;
	struct inv_error err;
	enum status status;
	long max_items;

	if (!list_read(cli, &params, &max_items))
		return STATUS_USAGE;
	if (cli->format == FORMAT_RAW) {
		if (inv_projects_users_list(
			cli->client, project,
			LIST_PARAMS_OF(project_user, params), NULL, &page,
			&err))
			return say_error(FORMAT_RAW, &err);
		say_json(stdout, FORMAT_RAW, inv_meta(page)->json);
		inv_free(page);
		return STATUS_OK;
	}
	if (inv_projects_users_list(cli->client, project,
				    LIST_PARAMS_OF(project_user, params), NULL,
				    &iter, &err))
		return say_error(error_format(cli), &err);
	status = list_show(cli, &project_users_list, iter, max_items);
	inv_free(iter);
	return status;
}
