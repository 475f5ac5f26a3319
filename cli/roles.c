/*
 * roles.c: invite roles: what there is to be had, in the organization or in a
 * project (--project), and who has it (--user, --group). What the options say
 * chooses the call of libinv, by a table.
 */
#include "action.h"

#include <stdlib.h>

#include "each.h"
#include "text.h"

/* ---- how they are shown ----------------------------------------------- */

static char *permissions_cell(const void *item)
{
	const struct inv_role_details *role = item;
	char *text = copy_of("");

	for (size_t i = 0; i < role->permissions_len; i++)
		text = text_joined(text, ", ", role->permissions[i]);
	return text;
}

static char *kind_cell(const void *item)
{
	const struct inv_role_details *role = item;

	return copy_of(role->predefined_role ? "predefined" : "custom");
}

/* "group Crew": through whom somebody has it. */
static char *sources_cell(const void *item)
{
	const struct inv_role_details *role = item;
	char *text = NULL;

	for (size_t i = 0; i < role->assignment_sources_len; i++) {
		const struct inv_assignment_source *source =
		    role->assignment_sources[i];

		text = text_joined(text, ", ", source->principal_type);
		text = text_joined(text, " ", source->principal_id);
	}
	return text;
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_role_details, id) },
	{ .name = "name", COLUMN(struct inv_role_details, name) },
	{ .name = "kind", .make = kind_cell },
	{ .name = "description", COLUMN(struct inv_role_details, description) },
	{ .name = "permissions",
	  .make = permissions_cell,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "through", .make = sources_cell, .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no such roles.",
};

/* ---- the calls -------------------------------------------------------- */

/* id[0] is the project, id[1] the user or group, id[2] the role. */

LIST_FETCH_PLAIN(list_all, role_details, inv_roles_list, cli->client);
LIST_FETCH_PLAIN(list_user, role_details, inv_users_roles_list, cli->client,
		 id[1]);
LIST_FETCH_PLAIN(list_group, role_details, inv_groups_roles_list, cli->client,
		 id[1]);
LIST_FETCH_PLAIN(list_project, role_details, inv_projects_roles_list,
		 cli->client, id[0]);
LIST_FETCH_PLAIN(list_project_user, role_details, inv_projects_users_roles_list,
		 cli->client, id[0], id[1]);
LIST_FETCH_PLAIN(list_project_group, role_details,
		 inv_projects_groups_roles_list, cli->client, id[0], id[1]);

ACTION_CALL(get_any, role_details, inv_roles_retrieve, id[2]);
ACTION_CALL(get_user, role_details, inv_users_roles_retrieve, id[1], id[2]);
ACTION_CALL(get_group, role_details, inv_groups_roles_retrieve, id[1], id[2]);
ACTION_CALL(get_project, role_details, inv_projects_roles_retrieve, id[0],
	    id[2]);
ACTION_CALL(get_project_user, role_details, inv_projects_users_roles_retrieve,
	    id[0], id[1], id[2]);
ACTION_CALL(get_project_group, role_details, inv_projects_groups_roles_retrieve,
	    id[0], id[1], id[2]);

#define ASSIGNED                             \
	&(struct inv_role_assignment_params) \
	{                                    \
		.role_id = id[2]             \
	}

ACTION_CALL(assign_user, role_assignment, inv_users_roles_create, id[1],
	    ASSIGNED);
ACTION_CALL(assign_group, role_assignment, inv_groups_roles_create, id[1],
	    ASSIGNED);
ACTION_CALL(assign_project_user, role_assignment,
	    inv_projects_users_roles_create, id[0], id[1], ASSIGNED);
ACTION_CALL(assign_project_group, role_assignment,
	    inv_projects_groups_roles_create, id[0], id[1], ASSIGNED);

ACTION_CALL(unassign_user, removed, inv_users_roles_delete, id[1], id[2]);
ACTION_CALL(unassign_group, removed, inv_groups_roles_delete, id[1], id[2]);
ACTION_CALL(unassign_project_user, removed, inv_projects_users_roles_delete,
	    id[0], id[1], id[2]);
ACTION_CALL(unassign_project_group, removed, inv_projects_groups_roles_delete,
	    id[0], id[1], id[2]);

ACTION_CALL(delete_any, deleted, inv_roles_delete, id[2]);
ACTION_CALL(delete_project, deleted, inv_projects_roles_delete, id[0], id[2]);

/* What --permission and --description say; whoever asks frees the array. */
static const char **said(const struct cli *cli, struct inv_role_params *params)
{
	size_t count;
	const char **permissions = args_all(cli->args, "permission", &count);

	if (count > 0)
		params->permissions = INV_TEXTS(permissions, count);
	params->description = args_said(cli->args, "description");
	return permissions;
}

static int create_it(struct cli *cli, const char *const *id, void **ret,
		     struct inv_error *err)
{
	struct inv_role_params params = { .role_name = cli->args->rest[0] };
	const char **permissions = said(cli, &params);
	struct inv_role_details *role;
	int rc = id[0]
		     ? inv_projects_roles_create(cli->client, id[0], &params,
						 NULL, &role, err)
		     : inv_roles_create(cli->client, &params, NULL, &role, err);

	free(permissions);
	if (rc == 0)
		*ret = role;
	return rc;
}

static int update_it(struct cli *cli, const char *const *id, void **ret,
		     struct inv_error *err)
{
	struct inv_role_params params = {
		.role_name = args_text(cli->args, "name"),
	};
	const char **permissions = said(cli, &params);
	struct inv_role_details *role;
	int rc = id[0] ? inv_projects_roles_update(cli->client, id[0], id[2],
						   &params, NULL, &role, err)
		       : inv_roles_update(cli->client, id[2], &params, NULL,
					  &role, err);

	free(permissions);
	if (rc == 0)
		*ret = role;
	return rc;
}

/* ---- which of them ---------------------------------------------------- */

enum whose { NOBODYS, USERS, GROUPS, WHOSE_COUNT };

/* [0]: of the organization, [1]: of a project. */
static list_fetch *const lists[2][WHOSE_COUNT] = {
	{ list_all, list_user, list_group },
	{ list_project, list_project_user, list_project_group },
};
static action_call *const gets[2][WHOSE_COUNT] = {
	{ get_any, get_user, get_group },
	{ get_project, get_project_user, get_project_group },
};
static action_call *const assigns[2][WHOSE_COUNT] = {
	{ NULL, assign_user, assign_group },
	{ NULL, assign_project_user, assign_project_group },
};
static action_call *const unassigns[2][WHOSE_COUNT] = {
	{ NULL, unassign_user, unassign_group },
	{ NULL, unassign_project_user, unassign_project_group },
};
static action_call *const deletes[2][WHOSE_COUNT] = {
	{ delete_any },
	{ delete_project },
};

/* What the options name. */
struct scope {
	char *ids[WORDS_MAX]; /* the project and the user or group; or NULL */
	enum whose whose;
};

static enum status scope_read(struct cli *cli, struct scope *scope)
{
	bool is_user = args_has(cli->args, "user");
	bool is_group = args_has(cli->args, "group");
	enum status status = STATUS_OK;

	*scope = (struct scope){ .whose = is_user    ? USERS
					  : is_group ? GROUPS
						     : NOBODYS };
	if (is_user && is_group) {
		print_problem("give either --user or --group, not both");
		return STATUS_USAGE;
	}
	if (option_id(cli, "project", WORD_PROJECT, &scope->ids[0], &status) &&
	    option_id(cli, "user", WORD_USER, &scope->ids[1], &status))
		option_id(cli, "group", WORD_GROUP, &scope->ids[1], &status);
	return status;
}

/* ---- what the commands do --------------------------------------------- */

static enum status run_list(struct cli *cli)
{
	struct list list = { .view = &view };
	struct scope scope;
	enum status status = scope_read(cli, &scope);

	if (status == STATUS_OK) {
		list.fetch = lists[scope.ids[0] != NULL][scope.whose];
		status =
		    list_run_of(cli, &list, (const char *const *)scope.ids);
	}
	words_free(scope.ids);
	return status;
}

/* `has_role`: the first word is one, else the name of a new one. */
static enum status run_one(struct cli *cli, struct scope *scope,
			   action_call *call, bool has_role)
{
	enum status status = STATUS_OK;
	struct inv_error err;
	void *role = NULL;
	int rc;

	if (has_role) {
		scope->ids[2] = word_id(cli, WORD_ROLE, cli->args->rest[0],
					scope->ids[0], &status);
		if (!scope->ids[2])
			return status;
	}
	rc = call(cli, (const char *const *)scope->ids, &role, &err);
	return print_result(cli, &view, rc, role, &err);
}

/* `call` is NULL where the options choose among those that show one. */
static enum status run_shown(struct cli *cli, action_call *call, bool has_role)
{
	struct scope scope;
	enum status status = scope_read(cli, &scope);

	if (status == STATUS_OK && !call)
		call = gets[scope.ids[0] != NULL][scope.whose];
	if (status == STATUS_OK)
		status = run_one(cli, &scope, call, has_role);
	words_free(scope.ids);
	return status;
}

static enum status run_get(struct cli *cli)
{
	return run_shown(cli, NULL, true);
}

static enum status run_create(struct cli *cli)
{
	if (!args_has(cli->args, "permission")) {
		print_problem("say what it permits with --permission");
		return STATUS_USAGE;
	}
	return run_shown(cli, create_it, false);
}

static enum status run_update(struct cli *cli)
{
	return run_shown(cli, update_it, true);
}

static enum status run_each(struct cli *cli, struct action action,
			    action_call *const calls[2][WHOSE_COUNT])
{
	struct scope scope;
	enum status status = scope_read(cli, &scope);

	if (status == STATUS_OK) {
		action.call = calls[scope.ids[0] != NULL][scope.whose];
		if (action.call) {
			status = action_on_each(cli, &action, scope.ids, 2, 0);
		} else {
			print_problem("say who with --user or --group");
			status = STATUS_USAGE;
		}
	}
	words_free(scope.ids);
	return status;
}

#define EACH_ROLE .words = { WORD_PROJECT, WORD_USER, WORD_ROLE }

static enum status run_delete(struct cli *cli)
{
	return run_each(cli,
			(struct action){ EACH_ROLE, .verb = "delete",
					 .did = "deleted",
					 .warning = ", from all who have it" },
			deletes);
}

static enum status run_assign(struct cli *cli)
{
	return run_each(
	    cli,
	    (struct action){ EACH_ROLE, .verb = "assign", .did = "assigned" },
	    assigns);
}

static enum status run_unassign(struct cli *cli)
{
	return run_each(cli,
			(struct action){ EACH_ROLE, .verb = "unassign",
					 .did = "unassigned" },
			unassigns);
}

/* ---- the commands ----------------------------------------------------- */

#define PROJECT_OPTION                                                \
	{                                                             \
		.name = "project", .letter = 'p', .value = "PROJECT", \
		.help = "in this project, by id or name"              \
	}
#define WHOSE_OPTIONS                                  \
	{ .name = "user",                              \
	  .value = "USER",                             \
	  .help = "of this user, by id or address" },  \
	{                                              \
		.name = "group", .value = "GROUP",     \
		.help = "of this group, by id or name" \
	}
#define ROLE_OPTIONS                                             \
	{ .name = "permission",                                  \
	  .value = "WORD",                                       \
	  .help = "what it permits, of all; can be repeated" },  \
	{                                                        \
		.name = "description", .value = "TEXT",          \
		.help = "what it is for; empty: nothing is said" \
	}

static const struct option list_roles_options[] = {
	PROJECT_OPTION, WHOSE_OPTIONS, LIST_OPTIONS, { 0 }
};
static const struct option whose_options[] = { PROJECT_OPTION,
					       WHOSE_OPTIONS,
					       { 0 } };
static const struct option create_role_options[] = { PROJECT_OPTION,
						     ROLE_OPTIONS,
						     { 0 } };
static const struct option update_role_options[] = {
	PROJECT_OPTION,
	{ .name = "name", .value = "NAME", .help = "another name" },
	ROLE_OPTIONS,
	{ 0 }
};
static const struct option delete_role_options[] = { PROJECT_OPTION,
						     YES_OPTION,
						     { 0 } };

const struct command role_commands[] = {
	{ .name = "roles list",
	  .alias = "roles",
	  .help = "list the roles that there are, or that somebody has",
	  .examples = "invite roles list -p Engine\n"
		      "invite roles list --user ada@example.com",
	  .options = list_roles_options,
	  .run = run_list },
	{ .name = "roles get",
	  .alias = "roles retrieve",
	  .rest = "ROLE",
	  .help = "show a role, or how somebody has it",
	  .examples = "invite roles get Auditor\n"
		      "invite roles get Auditor --user ada@example.com",
	  .options = whose_options,
	  .run = run_get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "roles create",
	  .rest = "NAME",
	  .help = "create a role",
	  .examples = "invite roles create Auditor --permission "
		      "api.management.read",
	  .options = create_role_options,
	  .run = run_create,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "roles update",
	  .is_change = true,
	  .rest = "ROLE",
	  .help = "change a role",
	  .examples = "invite roles update Auditor --description \"Looks, "
		      "and touches nothing\"",
	  .options = update_role_options,
	  .run = run_update,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "roles delete",
	  .rest = "ROLE...",
	  .help = "delete roles, and take them from all who have them",
	  .examples = "invite roles delete Auditor",
	  .options = delete_role_options,
	  .run = run_delete,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ .name = "roles assign",
	  .rest = "ROLE...",
	  .help = "give roles to a user or a group",
	  .examples = "invite roles assign Auditor --user ada@example.com\n"
		      "invite roles assign viewer -p Engine --group Crew",
	  .options = whose_options,
	  .run = run_assign,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ .name = "roles unassign",
	  .rest = "ROLE...",
	  .help = "take roles away from a user or a group",
	  .examples = "invite roles unassign Auditor --user ada@example.com",
	  .options = whose_options,
	  .run = run_unassign,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
