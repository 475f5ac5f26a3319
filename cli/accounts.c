/*
 * accounts.c: invite service-accounts: members of a project that are programs,
 * and keys for them.
 */
#include "action.h"

#include "key_terms.h"
#include "text.h"

/* ---- how they are shown ----------------------------------------------- */

static const char *secret_of(const void *item)
{
	const struct inv_service_account *account = item;

	return account->api_key ? account->api_key->value : NULL;
}

static char *key_cell(const void *item)
{
	return secret_of(item) ? copy_of(secret_of(item)) : NULL;
}

static char *key_id_cell(const void *item)
{
	const struct inv_service_account *account = item;

	return account->api_key ? copy_of(account->api_key->id) : NULL;
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_service_account, id) },
	{ .name = "name", COLUMN(struct inv_service_account, name) },
	{ .name = "role", COLUMN(struct inv_service_account, role_text) },
	{ .name = "created", COLUMN(struct inv_service_account, created_at) },
	{ .name = "key id", .make = key_id_cell, .place = COLUMN_IN_DETAIL },
	{ .name = "key", .make = key_cell, .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no service accounts in this project.",
	.secret = secret_of,
};

static const char *value_of(const void *item)
{
	const struct inv_service_account_api_key *key = item;

	return key->value;
}

static const struct column key_columns[] = {
	{ .name = "id", COLUMN(struct inv_service_account_api_key, id) },
	{ .name = "name", COLUMN(struct inv_service_account_api_key, name) },
	{ .name = "created",
	  COLUMN(struct inv_service_account_api_key, created_at) },
	{ .name = "expires",
	  COLUMN(struct inv_service_account_api_key, expires_at) },
	{ .name = "key", COLUMN(struct inv_service_account_api_key, value) },
	{ 0 },
};

static const struct view key_view = { .columns = key_columns,
				      .secret = value_of };

/* ---- the calls -------------------------------------------------------- */

LIST_FETCH_PLAIN(fetch, service_account, inv_projects_service_accounts_list,
		 cli->client, id[0]);

static const struct list list = { .view = &view,
				  .fetch = fetch,
				  .words = { WORD_PROJECT } };

ACTION_CALL(call_get, service_account, inv_projects_service_accounts_retrieve,
	    id[0], id[1]);

static const struct action get = { .words = { WORD_PROJECT, WORD_ACCOUNT },
				   .call = call_get,
				   .view = &view };

static int call_create(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_service_account_create_params params = {
		.name = id[1],
		.create_service_account_only = args_has(cli->args, "no-key"),
	};
	struct inv_service_account *account;

	if (!args_seconds(cli->args, "expires-in", &params.expires_in_seconds))
		return ACTION_SAID;
	if (inv_projects_service_accounts_create(cli->client, id[0], &params,
						 NULL, &account, err))
		return -1;
	*ret = account;
	return 0;
}

static const struct action create = { .words = { WORD_PROJECT, WORD_TEXT },
				      .call = call_create,
				      .view = &view };

ACTION_CALL(call_update, service_account, inv_projects_service_accounts_update,
	    id[0], id[1],
	    &(struct inv_service_account_update_params){
		.name = args_text(cli->args, "name"),
		.role_text = args_text(cli->args, "role") });

static const struct action update = { .words = { WORD_PROJECT, WORD_ACCOUNT },
				      .call = call_update,
				      .view = &view };

static int call_key(struct cli *cli, const char *const *id, void **ret,
		    struct inv_error *err)
{
	struct inv_service_account_api_key *key;
	struct key_terms terms;
	int rc = ACTION_SAID;

	if (key_terms_read(cli, &terms))
		rc = inv_projects_service_accounts_api_keys_create(
		    cli->client, id[0], id[1],
		    &(struct inv_service_account_api_key_params){
			.name = args_text(cli->args, "name"),
			.scopes = terms.scopes,
			.models = terms.models,
			.expires_in_seconds = terms.expires_in_seconds },
		    NULL, &key, err);
	key_terms_release(&terms);
	if (rc == 0)
		*ret = key;
	return rc;
}

static const struct action make_key = {
	.words = { WORD_PROJECT, WORD_ACCOUNT },
	.call = call_key,
	.view = &key_view,
};

ACTION_CALL(call_delete, deleted, inv_projects_service_accounts_delete, id[0],
	    id[1]);

static const struct action delete_it = {
	.words = { WORD_PROJECT, WORD_ACCOUNT },
	.call = call_delete,
	.verb = "delete",
	.did = "deleted",
	.warning = ", with all keys",
};

/* ---- the commands ----------------------------------------------------- */

static const struct option create_account_options[] = {
	{ .name = "no-key", .help = "without a key" },
	EXPIRES_OPTION("how long the key works, such as 90d; for ever by "
		       "default"),
	{ 0 },
};

static const struct option update_options[] = {
	{ .name = "name", .value = "NAME", .help = "another name" },
	{ .name = "role",
	  .letter = 'r',
	  .value = "ROLE",
	  .words = "member owner",
	  .help = "another role in the project" },
	{ 0 },
};

static const struct option key_options[] = {
	{ .name = "name", .value = "NAME", .help = "name of the key" },
	KEY_TERMS_OPTIONS,
	{ 0 },
};

const struct command account_commands[] = {
	{ .name = "service-accounts list",
	  .alias = "service-accounts",
	  .rest = "PROJECT",
	  .help = "list the service accounts of a project",
	  .examples = "invite service-accounts list Engine",
	  .options = page_options,
	  .list = &list,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "service-accounts get",
	  .alias = "service-accounts retrieve",
	  .rest = "PROJECT ACCOUNT",
	  .help = "show a service account",
	  .examples = "invite service-accounts get Engine ci",
	  .action = &get,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "service-accounts create",
	  .rest = "PROJECT NAME",
	  .help = "create a service account, and a key that is shown once",
	  .examples = "invite service-accounts create Engine ci "
		      "--expires-in 90d\n"
		      "KEY=$(invite service-accounts create Engine ci -q)",
	  .options = create_account_options,
	  .action = &create,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "service-accounts update",
	  .is_change = true,
	  .rest = "PROJECT ACCOUNT",
	  .help = "change the name or role of a service account",
	  .examples = "invite service-accounts update Engine ci --role owner",
	  .options = update_options,
	  .action = &update,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "service-accounts key",
	  .alias = "service-accounts api-keys create",
	  .rest = "PROJECT ACCOUNT",
	  .help = "create another key for it, which is shown once",
	  .examples = "invite service-accounts key Engine ci --name deploy",
	  .options = key_options,
	  .action = &make_key,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "service-accounts delete",
	  .rest = "PROJECT ACCOUNT...",
	  .help = "delete service accounts with their keys",
	  .examples = "invite service-accounts delete Engine ci",
	  .options = yes_options,
	  .action = &delete_it,
	  .rest_min = 2,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
