/*
 * webhooks.c: invite webhooks: where the organization has its events sent, and
 * what came of the last ones.
 */
#include "action.h"

#include <stdlib.h>

#include "text.h"

static char *events_cell(const void *item)
{
	const struct inv_webhook *webhook = item;

	return text_list(webhook->events, webhook->events_len);
}

/* With why, where somebody may want to know: "disabled, failed". */
static char *status_cell(const void *item)
{
	const struct inv_webhook *webhook = item;

	return webhook->disabled_reason ? text_of("%s, %s", webhook->status,
						  webhook->disabled_reason)
					: copy_of(webhook->status);
}

static const char *secret_of(const void *item)
{
	const struct inv_webhook *webhook = item;

	return webhook->secret;
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_webhook, id) },
	{ .name = "url", COLUMN(struct inv_webhook, url) },
	{ .name = "events", .make = events_cell },
	{ .name = "status", .make = status_cell },
	{ .name = "failing since", COLUMN(struct inv_webhook, failing_since) },
	{ .name = "disabled",
	  COLUMN(struct inv_webhook, disabled_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "created", COLUMN(struct inv_webhook, created_at) },
	{ .name = "secret",
	  COLUMN(struct inv_webhook, secret),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no webhooks.",
	.secret = secret_of,
};

LIST_FETCH_PLAIN(fetch, webhook, inv_webhooks_list, cli->client);

static const struct list list = { .view = &view, .fetch = fetch };

ACTION_CALL(call_get, webhook, inv_webhooks_retrieve, id[0]);

static const struct action get = { .words = { WORD_WEBHOOK },
				   .call = call_get,
				   .view = &view };

/* What commands that make or change one do with what was asked for. */
static int ended(int rc, struct inv_webhook *webhook, void **ret)
{
	if (rc == 0)
		*ret = webhook;
	return rc;
}

static int call_create(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	const struct inv_webhook_create_params params = {
		.url = id[0],
		.events = args_said_texts(cli->args, "event", NULL),
	};
	struct inv_webhook *webhook = NULL;
	int rc = inv_webhooks_create(cli->client, &params, NULL, &webhook, err);

	free((void *)params.events.items);
	return ended(rc, webhook, ret);
}

static const struct action create = { .words = { WORD_TEXT },
				      .call = call_create,
				      .view = &view };

static int call_update(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	const struct inv_webhook_update_params params = {
		.url = args_text(cli->args, "url"),
		.events = args_said_texts(cli->args, "event", NULL),
		.status = args_text(cli->args, "status"),
	};
	struct inv_webhook *webhook = NULL;
	int rc = ACTION_SAID;

	if (args_word(cli->args, "status"))
		rc = inv_webhooks_update(cli->client, id[0], &params, NULL,
					 &webhook, err);
	free((void *)params.events.items);
	return ended(rc, webhook, ret);
}

static const struct action update = { .words = { WORD_WEBHOOK },
				      .call = call_update,
				      .view = &view };

static int call_rotate(struct cli *cli, const char *const *id, void **ret,
		       struct inv_error *err)
{
	struct inv_webhook_rotate_params params = { 0 };
	struct inv_webhook *webhook = NULL;
	int rc;

	if (!args_grace(cli->args, &params.grace_seconds))
		return ACTION_SAID;
	rc = inv_webhooks_rotate(cli->client, id[0], &params, NULL, &webhook,
				 err);
	return ended(rc, webhook, ret);
}

static const struct action rotate = { .words = { WORD_WEBHOOK },
				      .call = call_rotate,
				      .view = &view };

ACTION_CALL(call_delete, deleted, inv_webhooks_delete, id[0]);

static const struct action delete_it = { .words = { WORD_WEBHOOK },
					 .call = call_delete,
					 .verb = "delete",
					 .did = "deleted",
					 .warning =
					     ", with what waits for them" };

/* ---- what is sent ----------------------------------------------------- */

static const struct column event_columns[] = {
	{ .name = "id", COLUMN(struct inv_queued_event, id) },
	{ .name = "type", COLUMN(struct inv_queued_event, type) },
	{ .name = "webhook", COLUMN(struct inv_queued_event, webhook_id) },
	{ .name = "created", COLUMN(struct inv_queued_event, created_at) },
	{ 0 },
};

static const struct view event_view = { .columns = event_columns };

ACTION_CALL(call_test, queued_event, inv_webhooks_test, id[0]);

static const struct action test = { .words = { WORD_WEBHOOK },
				    .call = call_test,
				    .view = &event_view };

ACTION_CALL(call_redeliver, queued_event, inv_webhooks_redeliver, id[0],
	    &(struct inv_webhook_redeliver_params){ .event_id = id[1] });

static const struct action redeliver = { .words = { WORD_WEBHOOK, WORD_TEXT },
					 .call = call_redeliver,
					 .view = &event_view };

/* Of the answer, where there was one: "503 in 12 ms". */
static char *answer_cell(const void *item)
{
	const struct inv_webhook_attempt *attempt = item;

	return attempt->status
		   ? text_of("%lld in %lld ms", (long long)attempt->status,
			     (long long)attempt->duration_ms)
		   : NULL;
}

static const struct column attempt_columns[] = {
	{ .name = "id", COLUMN(struct inv_webhook_attempt, id) },
	{ .name = "event", COLUMN(struct inv_webhook_attempt, event_id) },
	{ .name = "type", COLUMN(struct inv_webhook_attempt, type) },
	{ .name = "attempted",
	  COLUMN(struct inv_webhook_attempt, attempted_at) },
	{ .name = "outcome", COLUMN(struct inv_webhook_attempt, outcome) },
	{ .name = "answer", .make = answer_cell },
	{ .name = "error", COLUMN(struct inv_webhook_attempt, error) },
	{ 0 },
};

static const struct view attempt_view = {
	.columns = attempt_columns,
	.empty = "Nothing was sent to this webhook lately.",
};

LIST_FETCH_PLAIN(fetch_attempts, webhook_attempt, inv_webhooks_attempts_list,
		 cli->client, id[0]);

static const struct list attempts = { .view = &attempt_view,
				      .fetch = fetch_attempts,
				      .words = { WORD_WEBHOOK } };

/* ---- the commands ----------------------------------------------------- */

static const struct option create_webhook_options[] = {
	{ .name = "event",
	  .value = "EVENT",
	  .help = "such as invite.accepted or user.*; can be repeated; all of "
		  "them by default" },
	{ 0 },
};

static const struct option update_webhook_options[] = {
	{ .name = "url", .value = "URL", .help = "where they go from now on" },
	{ .name = "event",
	  .value = "EVENT",
	  .help = "which they are from now on; can be repeated; '*': all" },
	{ .name = "status",
	  .value = "STATUS",
	  .words = "enabled disabled",
	  .help = "whether they are sent" },
	{ 0 },
};

static const struct option rotate_webhook_options[] = {
	{ .name = "grace",
	  .value = "DURATION",
	  .help = "how long the old secret goes on, up to 7d; 1d by default" },
	{ 0 },
};

const struct command webhook_commands[] = {
	{ .name = "webhooks list",
	  .alias = "webhooks",
	  .help = "list where events are sent",
	  .examples = "invite webhooks list",
	  .options = page_options,
	  .list = &list },
	{ .name = "webhooks get",
	  .alias = "webhooks retrieve",
	  .rest = "WEBHOOK",
	  .help = "show a webhook",
	  .examples = "invite webhooks get https://example.com/hook",
	  .action = &get,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks create",
	  .rest = "URL",
	  .help = "have events sent to a URL; the secret is shown this once",
	  .examples = "invite webhooks create https://example.com/hook\n"
		      "invite webhooks create https://example.com/hook "
		      "--event 'user.*'",
	  .options = create_webhook_options,
	  .action = &create,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks update",
	  .is_change = true,
	  .rest = "WEBHOOK",
	  .help = "change which events are sent, where, and whether",
	  .examples = "invite webhooks update https://example.com/hook "
		      "--status disabled",
	  .options = update_webhook_options,
	  .action = &update,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks rotate",
	  .rest = "WEBHOOK",
	  .help = "give a webhook a new secret",
	  .examples = "SECRET=$(invite webhooks rotate "
		      "https://example.com/hook -q)",
	  .options = rotate_webhook_options,
	  .action = &rotate,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks test",
	  .rest = "WEBHOOK",
	  .help = "send a webhook an event to try it",
	  .examples = "invite webhooks test https://example.com/hook",
	  .action = &test,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks attempts",
	  .rest = "WEBHOOK",
	  .help = "list what was sent last, and what came of it",
	  .examples = "invite webhooks attempts https://example.com/hook",
	  .options = page_options,
	  .list = &attempts,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "webhooks redeliver",
	  .rest = "WEBHOOK EVENT",
	  .help = "send an event of the last attempts once more",
	  .examples = "invite webhooks redeliver https://example.com/hook "
		      "evt_01KAPV6Q2W8ZR",
	  .action = &redeliver,
	  .rest_min = 2,
	  .rest_max = 2 },
	{ .name = "webhooks delete",
	  .rest = "WEBHOOK...",
	  .help = "delete webhooks, with what waits for them",
	  .examples = "invite webhooks delete https://example.com/hook",
	  .options = yes_options,
	  .action = &delete_it,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ 0 },
};
