/*
 * members.c: see members.h.
 */
#include "members.h"

#include <stdlib.h>

/* ---- users ------------------------------------------------------------ */

static const struct column user_columns[] = {
	{ .name = "id", COLUMN(struct inv_project_user, id) },
	{ .name = "email", COLUMN(struct inv_project_user, email) },
	{ .name = "name", COLUMN(struct inv_project_user, name) },
	{ .name = "role", COLUMN(struct inv_project_user, role_text) },
	{ .name = "added", COLUMN(struct inv_project_user, added_at) },
	{ 0 },
};

static const struct view user_view = {
	.columns = user_columns,
	.empty = "Nobody is in this project.",
};

LIST_FETCH(fetch_users, project_user, inv_projects_users_list, cli->client,
	   id[0]);

const struct list project_users = { .view = &user_view,
				    .fetch = fetch_users,
				    .words = { WORD_PROJECT } };

ACTION_CALL(get_user, project_user, inv_projects_users_retrieve, id[0], id[1]);

const struct action project_user_get = { .words = { WORD_PROJECT, WORD_USER },
					 .call = get_user,
					 .view = &user_view };

/* What --role says, or else a member. */
static const char *role_of(const struct cli *cli)
{
	const char *role = args_text(cli->args, "role");

	return role ? role : inv_project_role_text(INV_PROJECT_ROLE_MEMBER);
}

ACTION_CALL(add_user, project_user, inv_projects_users_create, id[0],
	    &(struct inv_project_user_params){ .user_id = id[1],
					       .role_text = role_of(cli) });

const struct action project_user_add = { .words = { WORD_PROJECT, WORD_USER },
					 .call = add_user,
					 .verb = "add",
					 .did = "added" };

ACTION_CALL(change_role, project_user, inv_projects_users_update, id[0], id[1],
	    &(struct inv_project_user_params){ .role_text = id[2] });

const struct action project_user_role = {
	.words = { WORD_PROJECT, WORD_USER, WORD_TEXT },
	.call = change_role,
	.view = &user_view,
};

ACTION_CALL(remove_user, deleted, inv_projects_users_delete, id[0], id[1]);

const struct action project_user_remove = {
	.words = { WORD_PROJECT, WORD_USER },
	.call = remove_user,
	.verb = "remove",
	.did = "removed",
};

const struct option project_role_options[] = {
	{ .name = "role",
	  .letter = 'r',
	  .value = "ROLE",
	  .words = "member owner",
	  .help = "role in the project; member by default" },
	{ 0 },
};

/* ---- groups ----------------------------------------------------------- */

static const struct column group_columns[] = {
	{ .name = "id", COLUMN(struct inv_project_group, group_id) },
	{ .name = "name", COLUMN(struct inv_project_group, group_name) },
	{ .name = "added", COLUMN(struct inv_project_group, created_at) },
	{ .name = "type",
	  COLUMN(struct inv_project_group, group_type),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view group_view = {
	.columns = group_columns,
	.empty = "There are no groups in this project.",
};

LIST_FETCH_PLAIN(fetch_groups, project_group, inv_projects_groups_list,
		 cli->client, id[0]);

const struct list project_groups = { .view = &group_view,
				     .fetch = fetch_groups,
				     .words = { WORD_PROJECT } };

ACTION_CALL(get_group, project_group, inv_projects_groups_retrieve, id[0],
	    id[1], NULL);

const struct action project_group_get = {
	.words = { WORD_PROJECT, WORD_GROUP },
	.call = get_group,
	.view = &group_view,
};

/* A role in projects by its id or name. */
static int add_group(struct cli *cli, const char *const *id, void **ret,
		     struct inv_error *err)
{
	struct inv_project_group_params params = { .group_id = id[1] };
	struct inv_project_group *group;
	enum status status;
	char *role = word_id(cli, WORD_ROLE, role_of(cli), id[0], &status);
	int rc;

	if (!role)
		return ACTION_SAID;
	params.role = role;
	rc = inv_projects_groups_create(cli->client, id[0], &params, NULL,
					&group, err);
	free(role);
	if (rc == 0)
		*ret = group;
	return rc;
}

const struct action project_group_add = {
	.words = { WORD_PROJECT, WORD_GROUP },
	.call = add_group,
	.verb = "add",
	.did = "added",
};

ACTION_CALL(remove_group, removed, inv_projects_groups_delete, id[0], id[1]);

const struct action project_group_remove = {
	.words = { WORD_PROJECT, WORD_GROUP },
	.call = remove_group,
	.verb = "remove",
	.did = "removed",
};

const struct option project_group_options[] = {
	{ .name = "role",
	  .letter = 'r',
	  .value = "ROLE",
	  .words = "member owner viewer",
	  .help = "role in the project, by name or id; member by default" },
	{ 0 },
};
