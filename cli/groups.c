/*
 * groups.c: invite groups: which there are, and who is in them.
 */
#include "action.h"

#include "text.h"

/* ---- groups ----------------------------------------------------------- */

/* Such a group is changed where it comes from, and nowhere else. */
static char *scim_cell(const void *item)
{
	const struct inv_group *group = item;

	return group->is_scim_managed ? copy_of("SCIM") : NULL;
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_group, id) },
	{ .name = "name", COLUMN(struct inv_group, name) },
	{ .name = "created", COLUMN(struct inv_group, created_at) },
	{ .name = "type",
	  COLUMN(struct inv_group, group_type),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "managed by", .make = scim_cell, .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no groups.",
};

LIST_FETCH(fetch, group, inv_groups_list, cli->client);

static const struct list list = { .view = &view, .fetch = fetch };

ACTION_CALL(call_get, group, inv_groups_retrieve, id[0]);

static const struct action get = { .words = { WORD_GROUP },
				   .call = call_get,
				   .view = &view };

static int call_create(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	const struct inv_group_params params = {
		.name = args_text(cli->args, "name"),
	};
	struct inv_group *group;

	(void)id;
	if (inv_groups_create(cli->client, &params, NULL, &group, err))
		return -1;
	*ret = group;
	return 0;
}

static const struct action create = { .call = call_create, .view = &view };

ACTION_CALL(call_rename, group, inv_groups_update, id[0],
	    &(struct inv_group_params){ .name = id[1] });

static const struct action rename_it = { .words = { WORD_GROUP, WORD_TEXT },
					 .call = call_rename,
					 .view = &view };

ACTION_CALL(call_delete, deleted, inv_groups_delete, id[0]);

static const struct action delete_it = { .words = { WORD_GROUP },
					 .call = call_delete,
					 .verb = "delete",
					 .did = "deleted",
					 .warning = ", with the access that "
						    "it gives" };

/* ---- who is in a group ------------------------------------------------ */

static const struct column user_columns[] = {
	{ .name = "id", COLUMN(struct inv_group_user, id) },
	{ .name = "email", COLUMN(struct inv_group_user, email) },
	{ .name = "name", COLUMN(struct inv_group_user, name) },
	{ 0 },
};

static const struct view user_view = {
	.columns = user_columns,
	.empty = "Nobody is in this group.",
};

LIST_FETCH_BY(fetch_users, group_user, group, inv_groups_users_list,
	      cli->client, id[0]);

static const struct list users = { .view = &user_view,
				   .fetch = fetch_users,
				   .words = { WORD_GROUP } };

ACTION_CALL(call_user, group_user, inv_groups_users_retrieve, id[0], id[1]);

static const struct action user = { .words = { WORD_GROUP, WORD_USER },
				    .call = call_user,
				    .view = &user_view };

ACTION_CALL(call_add, group_membership, inv_groups_users_create, id[0],
	    &(struct inv_group_user_params){ .user_id = id[1] });

static const struct action add = { .words = { WORD_GROUP, WORD_USER },
				   .call = call_add,
				   .verb = "add",
				   .did = "added" };

ACTION_CALL(call_remove, group_membership, inv_groups_users_delete, id[0],
	    id[1]);

static const struct action take_out = { .words = { WORD_GROUP, WORD_USER },
					.call = call_remove,
					.verb = "remove",
					.did = "removed" };

/* ---- the commands ----------------------------------------------------- */

static const struct option create_group_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the group" },
	{ 0 },
};

static const struct option delete_options[] = { YES_OPTION, { 0 } };

const struct command group_commands[] = {
	{ .name = "groups list",
	  .alias = "groups",
	  .help = "list groups",
	  .examples = "invite groups list",
	  .options = page_options,
	  .list = &list },
	{ .name = "groups get",
	  .alias = "groups retrieve",
	  .rest = "GROUP",
	  .help = "show a group",
	  .examples = "invite groups get Crew",
	  .action = &get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "groups create",
	  .rest = "[NAME]",
	  .help = "create a group",
	  .examples = "invite groups create Crew",
	  .options = create_group_options,
	  .action = &create,
	  .bare = "name" },
	{ .name = "groups rename",
	  .alias = "groups update",
	  .rest = "GROUP NAME",
	  .help = "give a group another name",
	  .examples = "invite groups rename Crew \"Night crew\"",
	  .action = &rename_it,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "groups delete",
	  .rest = "GROUP...",
	  .help = "delete groups; their members stay in the organization",
	  .examples = "invite groups delete Crew",
	  .options = delete_options,
	  .action = &delete_it,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ .name = "groups users",
	  .alias = "groups users list",
	  .rest = "GROUP [USER]",
	  .help = "list the members of a group, or show one",
	  .examples = "invite groups users Crew",
	  .options = page_options,
	  .list = &users,
	  .action = &user,
	  .rest_min = 1,
	  .rest_max = 2 },
	{ .name = "groups add",
	  .rest = "GROUP USER...",
	  .help = "put members of the organization into a group",
	  .examples = "invite groups add Crew ada@example.com bob@example.com\n"
		      "invite projects users Engine -q | "
		      "xargs -r invite groups add Crew",
	  .action = &add,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ .name = "groups remove",
	  .rest = "GROUP USER...",
	  .help = "take members out of a group",
	  .examples = "invite groups remove Crew ada@example.com",
	  .action = &take_out,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
