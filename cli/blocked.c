/*
 * blocked.c: invite blocked: which addresses opted out, and may be invited
 * again.
 */
#include "action.h"

#include <stdlib.h>

#include "text.h"

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_blocked_address, id) },
	{ .name = "since", COLUMN(struct inv_blocked_address, created_at) },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no such blocked addresses.",
};

static int fetch(struct cli *cli, const char *const *id,
		 const struct list_params *params, void **ret_page,
		 struct inv_error *err)
{
	const struct inv_blocked_address_list_params asked = {
		.after = params->after,
		.limit = params->limit,
		.extra_query = params->extra_query,
		.email = args_text(cli->args, "email"),
	};
	struct inv_blocked_address_page *page;

	(void)id;
	if (inv_blocked_addresses_list(cli->client, &asked, NULL, &page, err))
		return -1;
	*ret_page = page;
	return 0;
}

static const struct list list = { .view = &view, .fetch = fetch };

ACTION_CALL(call_get, blocked_address, inv_blocked_addresses_retrieve, id[0]);

static const struct action get = { .words = { WORD_BLOCKED },
				   .call = call_get,
				   .view = &view };

ACTION_CALL(call_delete, deleted, inv_blocked_addresses_delete, id[0]);

static const struct action delete_it = { .words = { WORD_BLOCKED },
					 .call = call_delete,
					 .verb = "lift",
					 .did = "lifted",
					 .warning = ", so that people who did "
						    "not want it can be "
						    "invited again" };

/* ---- the commands ----------------------------------------------------- */

static const struct option blocked_options[] = {
	{ .name = "email",
	  .value = "ADDRESS",
	  .help = "only this address, if it is blocked" },
	LIST_OPTIONS,
	{ 0 },
};

static const struct option delete_options[] = { YES_OPTION, { 0 } };

const struct command blocked_commands[] = {
	{ .name = "blocked list",
	  .alias = "blocked",
	  .help = "list the addresses that opted out, by id alone",
	  .examples = "invite blocked list\n"
		      "invite blocked list --email ada@example.com",
	  .options = blocked_options,
	  .list = &list },
	{ .name = "blocked get",
	  .alias = "blocked retrieve",
	  .rest = "BLOCKED",
	  .help = "show since when an address is blocked",
	  .examples = "invite blocked get ada@example.com",
	  .action = &get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "blocked delete",
	  .rest = "BLOCKED...",
	  .help = "let addresses be invited again",
	  .examples = "invite blocked delete ada@example.com",
	  .options = delete_options,
	  .action = &delete_it,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
