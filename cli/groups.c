/*
 * groups.c: invite groups: which there are, and who is in them.
 */
#include "each.h"
#include "list.h"
#include "resolve.h"

#include <stdlib.h>

#include "text.h"

const struct option group_create_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the group" },
	{ 0 },
};

/* ---- groups ----------------------------------------------------------- */

/* Such a group is changed where it comes from, and nowhere else. */
static char *scim_cell(const void *item)
{
	const struct inv_group *group = item;

	return group->is_scim_managed ? copy_of("SCIM") : NULL;
}

static const struct column group_columns[] = {
	{ .name = "id", COLUMN(struct inv_group, id) },
	{ .name = "name", COLUMN(struct inv_group, name) },
	{ .name = "created", COLUMN(struct inv_group, created_at) },
	{ .name = "type",
	  COLUMN(struct inv_group, group_type),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "managed by", .make = scim_cell, .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view group_view = {
	.columns = group_columns,
	.empty = "There are no groups.",
};

LIST_FETCH(fetch_groups, group, inv_groups_list, cli->client);

enum status cmd_groups_list(struct cli *cli)
{
	static const struct list list = { .view = &group_view,
					  .fetch = fetch_groups };

	return list_run(cli, &list, NULL, NULL);
}

enum status cmd_groups_get(struct cli *cli)
{
	enum status status;
	char *id = group_id(cli, cli->args->rest[0], &status);
	struct inv_group *group = NULL;
	struct inv_error err;
	int rc;

	if (!id)
		return status;
	rc = inv_groups_retrieve(cli->client, id, NULL, &group, &err);
	free(id);
	return print_result(cli, &group_view, rc, group, &err);
}

enum status cmd_groups_create(struct cli *cli)
{
	const struct inv_group_params params = {
		.name = args_text(cli->args, "name"),
	};
	struct inv_group *group = NULL;
	struct inv_error err;
	int rc = inv_groups_create(cli->client, &params, NULL, &group, &err);

	return print_result(cli, &group_view, rc, group, &err);
}

enum status cmd_groups_rename(struct cli *cli)
{
	const struct inv_group_params params = { .name = cli->args->rest[1] };
	enum status status;
	char *id = group_id(cli, cli->args->rest[0], &status);
	struct inv_group *group = NULL;
	struct inv_error err;
	int rc;

	if (!id)
		return status;
	rc = inv_groups_update(cli->client, id, &params, NULL, &group, &err);
	free(id);
	return print_result(cli, &group_view, rc, group, &err);
}

static enum status delete_group(struct cli *cli, const char *word,
				const void *arg)
{
	struct inv_deleted *deleted;
	struct inv_error err;
	enum status status;
	char *id = group_id(cli, word, &status);
	int rc;

	(void)arg;
	if (!id)
		return status;
	rc = inv_groups_delete(cli->client, id, NULL, &deleted, &err);
	free(id);
	if (rc) {
		print_problem("could not delete %s:", word);
		return fail(cli, &err);
	}
	print_done(cli, deleted, "deleted", word, deleted->id);
	inv_free(deleted);
	return STATUS_OK;
}

enum status cmd_groups_delete(struct cli *cli)
{
	return each_word(cli, 0, delete_group, NULL);
}

/* ---- who is in a group ------------------------------------------------ */

static const struct column group_user_columns[] = {
	{ .name = "id", COLUMN(struct inv_group_user, id) },
	{ .name = "email", COLUMN(struct inv_group_user, email) },
	{ .name = "name", COLUMN(struct inv_group_user, name) },
	{ 0 },
};

static const struct view group_user_view = {
	.columns = group_user_columns,
	.empty = "Nobody is in this group.",
};

LIST_FETCH_BY(fetch_group_users, group_user, group, inv_groups_users_list,
	      cli->client, id);

enum status cmd_groups_users(struct cli *cli)
{
	static const struct list list = { .view = &group_user_view,
					  .fetch = fetch_group_users };
	enum status status;
	char *id = group_id(cli, cli->args->rest[0], &status);

	if (id)
		status = list_run(cli, &list, id, NULL);
	free(id);
	return status;
}

/* What happens to each of the users that a command names. */
struct membership_change {
	const char *group;
	const char *verb, *did; /* "add", "added" */
	int (*call)(struct cli *cli, const char *group, const char *user,
		    struct inv_group_membership **ret_membership,
		    struct inv_error *err);
};

static enum status change_membership(struct cli *cli, const char *word,
				     const void *arg)
{
	const struct membership_change *change = arg;
	struct inv_group_membership *membership;
	enum status status = STATUS_OK;
	char *user = user_id(cli, word, &status);
	struct inv_error err;

	if (!user)
		return status;
	if (change->call(cli, change->group, user, &membership, &err)) {
		print_problem("could not %s %s:", change->verb, word);
		status = fail(cli, &err);
	} else {
		print_done(cli, membership, change->did, word, user);
		inv_free(membership);
	}
	free(user);
	return status;
}

static enum status change_memberships(struct cli *cli,
				      struct membership_change *change)
{
	enum status status;
	char *group = group_id(cli, cli->args->rest[0], &status);

	if (!group)
		return status;
	change->group = group;
	status = each_word(cli, 1, change_membership, change);
	free(group);
	return status;
}

static int add(struct cli *cli, const char *group, const char *user,
	       struct inv_group_membership **ret_membership,
	       struct inv_error *err)
{
	const struct inv_group_user_params params = { .user_id = user };

	return inv_groups_users_create(cli->client, group, &params, NULL,
				       ret_membership, err);
}

static int take_out(struct cli *cli, const char *group, const char *user,
		    struct inv_group_membership **ret_membership,
		    struct inv_error *err)
{
	return inv_groups_users_delete(cli->client, group, user, NULL,
				       ret_membership, err);
}

enum status cmd_groups_add(struct cli *cli)
{
	struct membership_change change = { .verb = "add",
					    .did = "added",
					    .call = add };

	return change_memberships(cli, &change);
}

enum status cmd_groups_remove(struct cli *cli)
{
	struct membership_change change = { .verb = "remove",
					    .did = "removed",
					    .call = take_out };

	return change_memberships(cli, &change);
}
