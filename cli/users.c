/*
 * users.c: invite users: who is in the organization.
 */
#include "action.h"

#include <stdlib.h>

#include "metadata.h"

/* ---- how they are shown ----------------------------------------------- */

static char *metadata_cell(const void *item)
{
	return metadata_cell_of(((const struct inv_user *)item)->metadata);
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_user, id) },
	{ .name = "email", COLUMN(struct inv_user, email) },
	{ .name = "name", COLUMN(struct inv_user, name) },
	{ .name = "role", COLUMN(struct inv_user, role_text) },
	{ .name = "added", COLUMN(struct inv_user, added_at) },
	{ .name = "level",
	  COLUMN(struct inv_user, technical_level),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "persona",
	  COLUMN(struct inv_user, developer_persona),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "external id",
	  COLUMN(struct inv_user, external_id),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "metadata",
	  .make = metadata_cell,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "key used",
	  COLUMN(struct inv_user, api_key_last_used_at),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no members.",
};

/* ---- the calls -------------------------------------------------------- */

LIST_FETCH(fetch, user, inv_users_list, cli->client);

static const struct list list = { .view = &view, .fetch = fetch };

ACTION_CALL(call_get, user, inv_users_retrieve, id[0]);

static const struct action get = { .words = { WORD_USER },
				   .call = call_get,
				   .view = &view };

ACTION_CALL(call_role, user, inv_users_update, id[0],
	    &(struct inv_user_update_params){ .role_text = id[1] });

static const struct action role = { .words = { WORD_USER, WORD_TEXT },
				    .call = call_role,
				    .view = &view };

static int call_update(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_user_update_params params = {
		.role_text = args_text(cli->args, "role"),
		.technical_level = args_said(cli->args, "technical-level"),
		.developer_persona = args_said(cli->args, "developer-persona"),
	};
	struct inv_user *user;
	char *metadata;
	int rc;

	if (!metadata_read(cli->args, &metadata))
		return ACTION_SAID;
	params.metadata = metadata;
	rc = inv_users_update(cli->client, id[0], &params, NULL, &user, err);
	free(metadata);
	if (rc)
		return -1;
	*ret = user;
	return 0;
}

static const struct action update = { .words = { WORD_USER },
				      .call = call_update,
				      .view = &view };

ACTION_CALL(call_remove, deleted, inv_users_delete, id[0]);

static const struct action take_out = {
	.words = { WORD_USER },
	.call = call_remove,
	.verb = "remove",
	.did = "removed",
	.warning = " from the organization, with their memberships and keys",
};

/* ---- the commands ----------------------------------------------------- */

static const struct option update_options[] = {
	{ .name = "role",
	  .letter = 'r',
	  .value = "ROLE",
	  .words = "reader owner",
	  .help = "reader or owner" },
	{ .name = "technical-level",
	  .value = "TEXT",
	  .help = "how technical they are; empty: not said" },
	{ .name = "developer-persona",
	  .value = "TEXT",
	  .help = "what they develop; empty: not said" },
	{ .name = "metadata",
	  .value = "KEY=VALUE",
	  .help = "a pair, instead of those that there are; repeatable; "
		  "empty: none (invited only)" },
	{ 0 },
};

const struct option page_options[] = { LIST_OPTIONS, { 0 } };
const struct option yes_options[] = { YES_OPTION, { 0 } };

const struct command user_commands[] = {
	{ .name = "users list",
	  .alias = "users",
	  .help = "list the organization's members",
	  .examples = "invite users list --format jsonl | jq -r .email",
	  .options = page_options,
	  .list = &list },
	{ .name = "users get",
	  .alias = "users retrieve",
	  .rest = "ID|ADDRESS",
	  .help = "show a member",
	  .examples = "invite users get ada@example.com",
	  .action = &get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "users role",
	  .rest = "USER ROLE",
	  .help = "give a member another role",
	  .examples = "invite users role ada@example.com owner",
	  .action = &role,
	  .rest_min = 2,
	  .rest_max = 2,
	  .rest_words = "reader owner" },
	{ .name = "users update",
	  .is_change = true,
	  .rest = "USER",
	  .help = "change what is known of a member",
	  .examples = "invite users update ada@example.com "
		      "--technical-level expert",
	  .options = update_options,
	  .action = &update,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "users remove",
	  .alias = "users delete",
	  .rest = "USER...",
	  .help = "take members out of the organization",
	  .examples = "invite users remove ada@example.com",
	  .options = yes_options,
	  .action = &take_out,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
