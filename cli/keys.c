/*
 * keys.c: invite keys and admin-keys: the keys of a project, and those that may
 * call the Admin API.
 */
#include "action.h"

#include <stdlib.h>

#include "key_terms.h"
#include "text.h"

/* ---- the keys of a project -------------------------------------------- */

/* Its name, and who it is where that does not say it: "ci", "Ada <a@b.c>". */
static char *owner_text(const struct inv_key_owner *owner)
{
	const char *name = owner->name ? owner->name : owner->id;

	return owner->email ? text_of("%s <%s>", name, owner->email)
			    : copy_of(name);
}

static char *owner_cell(const void *item)
{
	const struct inv_project_api_key *key = item;

	if (key->owner && key->owner->user)
		return owner_text(key->owner->user);
	if (key->owner && key->owner->service_account)
		return owner_text(key->owner->service_account);
	return NULL;
}

/* What it may do; a key without any may do everything. */
static char *scopes_cell(const void *item)
{
	const struct inv_project_api_key *key = item;

	return text_list(key->scopes, key->scopes_len);
}

static char *models_cell(const void *item)
{
	const struct inv_project_api_key *key = item;

	return text_list(key->models, key->models_len);
}

static const char *secret_of(const void *item)
{
	const struct inv_project_api_key *key = item;

	return key->value;
}

/* The whole of a new one, and what may be shown of another. */
static char *shown_of(const char *value, const char *redacted)
{
	const char *shown = value ? value : redacted;

	return shown ? copy_of(shown) : NULL;
}

static char *value_cell(const void *item)
{
	const struct inv_project_api_key *key = item;

	return shown_of(key->value, key->redacted_value);
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_project_api_key, id) },
	{ .name = "name", COLUMN(struct inv_project_api_key, name) },
	{ .name = "key", .make = value_cell },
	{ .name = "owner", .make = owner_cell },
	{ .name = "access",
	  COLUMN(struct inv_project_api_key, owner_project_access_text) },
	{ .name = "created", COLUMN(struct inv_project_api_key, created_at) },
	{ .name = "used", COLUMN(struct inv_project_api_key, last_used_at) },
	{ .name = "expires", COLUMN(struct inv_project_api_key, expires_at) },
	{ .name = "scopes", .make = scopes_cell, .place = COLUMN_IN_DETAIL },
	{ .name = "models", .make = models_cell, .place = COLUMN_IN_DETAIL },
	{ .name = "replaced by",
	  COLUMN(struct inv_project_api_key, replaced_by),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no such keys in this project.",
	.secret = secret_of,
};

LIST_FETCH(fetch, project_api_key, inv_projects_api_keys_list, cli->client,
	   id[0]);

static bool query_of(struct cli *cli, char **ret_query)
{
	const char *access = args_text(cli->args, "access");

	if (!args_word(cli->args, "access"))
		return false;
	if (access)
		*ret_query = text_of("owner_project_access=%s", access);
	return true;
}

static const struct list list = { .view = &view,
				  .fetch = fetch,
				  .words = { WORD_PROJECT },
				  .query = query_of };

ACTION_CALL(call_get, project_api_key, inv_projects_api_keys_retrieve, id[0],
	    id[1]);

static const struct action get = { .words = { WORD_PROJECT, WORD_KEY },
				   .call = call_get,
				   .view = &view };

/* What commands that make or change a key do with what was asked for. */
static int ended(int rc, struct inv_project_api_key *key, void **ret)
{
	if (rc == 0)
		*ret = key;
	return rc;
}

static int call_create(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_project_api_key *key = NULL;
	struct key_terms terms;
	int rc = ACTION_SAID;

	if (key_terms_read(cli, &terms))
		rc = inv_projects_api_keys_create(
		    cli->client, id[0],
		    &(struct inv_project_api_key_create_params){
			.user_id = id[1],
			.name = args_text(cli->args, "name"),
			.scopes = terms.scopes,
			.models = terms.models,
			.expires_in_seconds = terms.expires_in_seconds },
		    NULL, &key, err);
	key_terms_release(&terms);
	return ended(rc, key, ret);
}

static const struct action create = { .words = { WORD_PROJECT, WORD_USER },
				      .call = call_create,
				      .view = &view };

static int call_update(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_project_api_key *key = NULL;
	struct key_terms terms;
	int rc = ACTION_SAID;

	if (key_terms_read(cli, &terms))
		rc = inv_projects_api_keys_update(
		    cli->client, id[0], id[1],
		    &(struct inv_project_api_key_update_params){
			.scopes = terms.scopes,
			.models = terms.models,
			.expires_in_seconds = terms.expires_in_seconds },
		    NULL, &key, err);
	key_terms_release(&terms);
	return ended(rc, key, ret);
}

static const struct action update = { .words = { WORD_PROJECT, WORD_KEY },
				      .call = call_update,
				      .view = &view };

static int call_rotate(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_project_api_key_rotate_params params = { 0 };
	struct inv_project_api_key *key = NULL;
	int rc;

	if (!args_grace(cli->args, &params.grace_seconds))
		return ACTION_SAID;
	rc = inv_projects_api_keys_rotate(cli->client, id[0], id[1], &params,
					  NULL, &key, err);
	return ended(rc, key, ret);
}

static const struct action rotate = { .words = { WORD_PROJECT, WORD_KEY },
				      .call = call_rotate,
				      .view = &view };

ACTION_CALL(call_delete, deleted, inv_projects_api_keys_delete, id[0], id[1]);

static const struct action delete_it = { .words = { WORD_PROJECT, WORD_KEY },
					 .call = call_delete,
					 .verb = "delete",
					 .did = "deleted",
					 .warning = ", for good" };

/* ---- admin keys ------------------------------------------------------- */

static char *admin_owner_cell(const void *item)
{
	const struct inv_admin_api_key *key = item;

	return key->owner ? owner_text(key->owner) : NULL;
}

static const char *admin_secret_of(const void *item)
{
	const struct inv_admin_api_key *key = item;

	return key->value;
}

static char *admin_value_cell(const void *item)
{
	const struct inv_admin_api_key *key = item;

	return shown_of(key->value, key->redacted_value);
}

static const struct column admin_columns[] = {
	{ .name = "id", COLUMN(struct inv_admin_api_key, id) },
	{ .name = "name", COLUMN(struct inv_admin_api_key, name) },
	{ .name = "key", .make = admin_value_cell },
	{ .name = "owner", .make = admin_owner_cell },
	{ .name = "created", COLUMN(struct inv_admin_api_key, created_at) },
	{ .name = "used", COLUMN(struct inv_admin_api_key, last_used_at) },
	{ .name = "expires", COLUMN(struct inv_admin_api_key, expires_at) },
	{ 0 },
};

static const struct view admin_view = {
	.columns = admin_columns,
	.empty = "There are no admin keys.",
	.secret = admin_secret_of,
};

LIST_FETCH_PLAIN(fetch_admin, admin_api_key, inv_admin_api_keys_list,
		 cli->client);

static const struct list admin_list = { .view = &admin_view,
					.fetch = fetch_admin };

ACTION_CALL(call_admin_get, admin_api_key, inv_admin_api_keys_retrieve, id[0]);

static const struct action admin_get = { .words = { WORD_ADMIN_KEY },
					 .call = call_admin_get,
					 .view = &admin_view };

static enum status run_admin_create(struct cli *cli)
{
	struct inv_admin_api_key_create_params params = {
		.name = cli->args->rest[0]
	};
	enum status status = STATUS_OK;
	struct inv_admin_api_key *key = NULL;
	struct inv_error err;
	char *user = NULL;
	int rc;

	if (!args_seconds(cli->args, "expires-in", &params.expires_in_seconds))
		return STATUS_USAGE;
	if (!option_id(cli, "user", WORD_USER, &user, &status))
		return status;
	params.user_id = user;
	rc = inv_admin_api_keys_create(cli->client, &params, NULL, &key, &err);
	free(user);
	return print_result(cli, &admin_view, rc, key, &err);
}

ACTION_CALL(call_admin_delete, deleted, inv_admin_api_keys_delete, id[0]);

static const struct action admin_delete = { .words = { WORD_ADMIN_KEY },
					    .call = call_admin_delete,
					    .verb = "delete",
					    .did = "deleted",
					    .warning = ", for good" };

/* ---- the commands ----------------------------------------------------- */

static const struct option list_keys_options[] = {
	{ .name = "access",
	  .value = "ACCESS",
	  .words = "active inactive any",
	  .help = "by their owner's access to the project; active by default" },
	LIST_OPTIONS,
	{ 0 },
};

static const struct option create_key_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the key" },
	KEY_TERMS_OPTIONS,
	{ 0 },
};

static const struct option rotate_options[] = {
	{ .name = "grace",
	  .value = "DURATION",
	  .help = "how long the old key goes on, up to 7d; 1d by default" },
	{ 0 },
};

static const struct option update_options[] = {
	{ .name = "scope",
	  .value = "SCOPE",
	  .help = "what it may do from now on; can be repeated" },
	{ .name = "all-scopes", .help = "it may do everything" },
	{ .name = "model",
	  .value = "MODEL",
	  .help = "for which model it is from now on; can be repeated" },
	{ .name = "all-models", .help = "it is for every model" },
	EXPIRES_OPTION("how long it works from now on, such as 90d"),
	{ 0 },
};

static const struct option create_admin_key_options[] = {
	{ .name = "user",
	  .value = "USER",
	  .help = "the owner whose key it is, by id or address" },
	EXPIRES_OPTION("how long it works, such as 90d; for ever by default"),
	{ 0 },
};

const struct command key_commands[] = {
	{ .name = "keys list",
	  .alias = "keys",
	  .rest = "PROJECT",
	  .help = "list the keys of a project",
	  .examples = "invite keys list Engine --access any",
	  .options = list_keys_options,
	  .list = &list,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "keys get",
	  .alias = "keys retrieve",
	  .rest = "PROJECT KEY",
	  .help = "show a key of a project",
	  .examples = "invite keys get Engine deploy",
	  .action = &get,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "keys create",
	  .rest = "PROJECT USER",
	  .help =
	      "create a key for a member of a project; it is shown this once",
	  .examples = "invite keys create Engine ada@example.com --model qwen",
	  .options = create_key_options,
	  .action = &create,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "keys rotate",
	  .rest = "PROJECT KEY",
	  .help = "create a key that takes the place of another",
	  .examples = "KEY=$(invite keys rotate Engine deploy --grace 1h -q)",
	  .options = rotate_options,
	  .action = &rotate,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "keys update",
	  .is_change = true,
	  .rest = "PROJECT KEY",
	  .help = "change what a key may do, or for how long",
	  .examples = "invite keys update Engine deploy --expires-in 30d",
	  .options = update_options,
	  .action = &update,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "keys delete",
	  .rest = "PROJECT KEY...",
	  .help = "delete keys of a project; they open nothing any more",
	  .examples = "invite keys delete Engine deploy",
	  .options = yes_options,
	  .action = &delete_it,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ .name = "admin-keys list",
	  .alias = "admin-keys",
	  .help = "list the admin keys",
	  .examples = "invite admin-keys list",
	  .options = page_options,
	  .list = &admin_list },
	{ .name = "admin-keys get",
	  .alias = "admin-keys retrieve",
	  .rest = "KEY",
	  .help = "show an admin key",
	  .examples = "invite admin-keys get terraform",
	  .action = &admin_get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "admin-keys create",
	  .rest = "NAME",
	  .help = "create an admin key, which is shown once",
	  .examples = "invite admin-keys create terraform --expires-in 365d",
	  .options = create_admin_key_options,
	  .run = run_admin_create,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "admin-keys delete",
	  .rest = "KEY...",
	  .help = "delete admin keys; they open nothing any more",
	  .examples = "invite admin-keys delete terraform",
	  .options = yes_options,
	  .action = &admin_delete,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
