/*
 * projects.c: invite projects: which there are, and what happens to them. Who
 * is in one: members.c.
 */
#include "action.h"

#include "members.h"
#include "text.h"

/* ---- how they are shown ----------------------------------------------- */

static char *lifetime_cell(const void *item)
{
	const struct inv_project *project = item;

	return days_of(project->max_key_lifetime_seconds);
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_project, id) },
	{ .name = "name", COLUMN(struct inv_project, name) },
	{ .name = "status", COLUMN(struct inv_project, status_text) },
	{ .name = "created", COLUMN(struct inv_project, created_at) },
	{ .name = "archived",
	  COLUMN(struct inv_project, archived_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "external key",
	  COLUMN(struct inv_project, external_key_id),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "residency",
	  COLUMN(struct inv_project, residency),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "keys live at most",
	  .make = lifetime_cell,
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no projects.",
};

/* ---- the calls -------------------------------------------------------- */

LIST_FETCH(fetch, project, inv_projects_list, cli->client);

static bool query_of(struct cli *cli, char **ret_query)
{
	if (args_has(cli->args, "include-archived"))
		*ret_query = copy_of("include_archived=true");
	return true;
}

static const struct list list = { .view = &view,
				  .fetch = fetch,
				  .query = query_of };

ACTION_CALL(call_get, project, inv_projects_retrieve, id[0]);

static const struct action get = { .words = { WORD_PROJECT },
				   .call = call_get,
				   .view = &view };

static int call_create(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	const char *key = args_text(cli->args, "external-key-id");
	struct inv_project_create_params params = {
		.name = args_text(cli->args, "name"),
		.residency = args_text(cli->args, "residency"),
	};
	struct inv_project *project;

	(void)id;
	if (key)
		params.external_key_id = INV_TEXT(key);
	if (inv_projects_create(cli->client, &params, NULL, &project, err))
		return -1;
	*ret = project;
	return 0;
}

static const struct action create = { .call = call_create, .view = &view };

ACTION_CALL(call_rename, project, inv_projects_update, id[0],
	    &(struct inv_project_update_params){ .name = id[1] });

static const struct action rename_it = { .words = { WORD_PROJECT, WORD_TEXT },
					 .call = call_rename,
					 .view = &view };

static int call_update(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_project_update_params params = {
		.name = args_text(cli->args, "name"),
		.external_key_id = args_said(cli->args, "external-key-id"),
		.residency = args_text(cli->args, "residency"),
	};
	struct inv_project *project;

	if (!args_said_seconds(cli->args, "max-key-lifetime",
			       &params.max_key_lifetime_seconds))
		return ACTION_SAID;
	if (inv_projects_update(cli->client, id[0], &params, NULL, &project,
				err))
		return -1;
	*ret = project;
	return 0;
}

static const struct action update = { .words = { WORD_PROJECT },
				      .call = call_update,
				      .view = &view };

ACTION_CALL(call_archive, project, inv_projects_archive, id[0]);

static const struct action archive = { .words = { WORD_PROJECT },
				       .call = call_archive,
				       .verb = "archive",
				       .did = "archived",
				       .warning = ", for good" };

/* ---- the commands ----------------------------------------------------- */

static const struct option list_all_options[] = {
	{ .name = "include-archived", .help = "include archived projects" },
	LIST_OPTIONS,
	{ 0 },
};

static const struct option create_project_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the project" },
	{ .name = "external-key-id",
	  .value = "ID",
	  .help = "id of a key that is kept elsewhere" },
	{ .name = "residency",
	  .value = "WORD",
	  .help = "where its data stays, such as GB_STORAGE" },
	{ 0 },
};

static const struct option update_options[] = {
	{ .name = "name", .value = "NAME", .help = "another name" },
	{ .name = "external-key-id",
	  .value = "ID",
	  .help = "id of a key that is kept elsewhere; empty: none" },
	MAX_KEY_LIFETIME_OPTION,
	{ .name = "residency",
	  .value = "WORD",
	  .help = "where its data stays, such as GB_STORAGE" },
	{ 0 },
};

const struct command project_commands[] = {
	{ .name = "projects list",
	  .alias = "projects",
	  .help = "list projects",
	  .examples = "invite projects list --include-archived",
	  .options = list_all_options,
	  .list = &list },
	{ .name = "projects get",
	  .alias = "projects retrieve",
	  .rest = "PROJECT",
	  .help = "show a project",
	  .examples = "invite projects get Engine",
	  .action = &get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "projects create",
	  .rest = "[NAME]",
	  .help = "create a project",
	  .examples = "invite projects create Engine",
	  .options = create_project_options,
	  .action = &create,
	  .bare = "name" },
	{ .name = "projects rename",
	  .rest = "PROJECT NAME",
	  .help = "give a project another name",
	  .examples = "invite projects rename Engine \"Steam engine\"",
	  .action = &rename_it,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "projects update",
	  .is_change = true,
	  .rest = "PROJECT",
	  .help = "change what is known of a project",
	  .examples = "invite projects update Engine --external-key-id hr-7",
	  .options = update_options,
	  .action = &update,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "projects archive",
	  .rest = "PROJECT...",
	  .help = "archive projects; there is no way back",
	  .examples = "invite projects archive Engine",
	  .options = yes_options,
	  .action = &archive,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ .name = "projects users",
	  .alias = "projects users list",
	  .rest = "PROJECT [USER]",
	  .help = "list the members of a project, or show one",
	  .examples = "invite projects users Engine",
	  .options = page_options,
	  .list = &project_users,
	  .action = &project_user_get,
	  .rest_min = 1,
	  .rest_max = 2 },
	{ .name = "projects add",
	  .rest = "PROJECT USER...",
	  .help = "put members of the organization into a project",
	  .examples = "invite projects add Engine ada@example.com -r owner",
	  .options = project_role_options,
	  .action = &project_user_add,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ .name = "projects role",
	  .rest = "PROJECT USER ROLE",
	  .help = "give a member of a project another role",
	  .examples = "invite projects role Engine ada@example.com owner",
	  .action = &project_user_role,
	  .rest_min = 3,
	  .rest_max = 3,
	  .rest_words = "member owner" },
	{ .name = "projects remove",
	  .rest = "PROJECT USER...",
	  .help = "take members out of a project",
	  .examples = "invite projects remove Engine ada@example.com",
	  .action = &project_user_remove,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ .name = "projects groups",
	  .alias = "projects groups list",
	  .rest = "PROJECT [GROUP]",
	  .help = "list the groups in a project, or show one",
	  .examples = "invite projects groups Engine",
	  .options = page_options,
	  .list = &project_groups,
	  .action = &project_group_get,
	  .rest_min = 1,
	  .rest_max = 2 },
	{ .name = "projects add-group",
	  .rest = "PROJECT GROUP...",
	  .help = "give everybody in a group a role in a project",
	  .examples = "invite projects add-group Engine Crew --role member",
	  .options = project_group_options,
	  .action = &project_group_add,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ .name = "projects remove-group",
	  .rest = "PROJECT GROUP...",
	  .help = "take groups out of a project",
	  .examples = "invite projects remove-group Engine Crew",
	  .action = &project_group_remove,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
