/*
 * audit.c: invite audit: who did what, and when.
 */
#include "list.h"
#include "query.h"

#include <stdlib.h>
#include <time.h>

#include "json.h"
#include "text.h"

/* ---- how it is shown -------------------------------------------------- */

static char *thing_text(const struct inv_audit_log_thing *thing)
{
	if (!thing)
		return NULL;
	if (thing->email || thing->name)
		return copy_of(thing->email ? thing->email : thing->name);
	return thing->id ? copy_of(thing->id) : NULL;
}

/* The person where there is one, else the account, else the key. */
static char *actor_cell(const void *item)
{
	const struct inv_audit_log *event = item;
	const struct inv_audit_log_api_key *key;

	if (event->actor && event->actor->session)
		return thing_text(event->actor->session->user);
	key = event->actor ? event->actor->api_key : NULL;
	if (!key)
		return NULL;
	if (key->user || key->service_account)
		return thing_text(key->user ? key->user : key->service_account);
	return key->id ? copy_of(key->id) : NULL;
}

static char *project_cell(const void *item)
{
	const struct inv_audit_log *event = item;

	return thing_text(event->project);
}

/* What it happened to. */
static char *target_cell(const void *item)
{
	const struct inv_audit_log *event = item;

	return event->details ? json_member(event->details, "id") : NULL;
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_audit_log, id) },
	{ .name = "when", COLUMN(struct inv_audit_log, effective_at) },
	{ .name = "event", COLUMN(struct inv_audit_log, type) },
	{ .name = "by", .make = actor_cell },
	{ .name = "of", .make = target_cell },
	{ .name = "project", .make = project_cell },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
	.empty = "There are no such events.",
};

/* ---- what is asked for ------------------------------------------------ */

static const struct {
	const char *option, *name;
	enum word what;
} filters[] = {
	{ "project", "project_ids%5B%5D", WORD_PROJECT },
	{ "event-type", "event_types%5B%5D", WORD_TEXT },
	{ "actor-id", "actor_ids%5B%5D", WORD_TEXT },
	{ "actor-email", "actor_emails%5B%5D", WORD_TEXT },
	{ "resource-id", "resource_ids%5B%5D", WORD_TEXT },
	{ "before", "before", WORD_TEXT },
};

static bool add_filters(struct cli *cli, size_t filter, char **query)
{
	size_t count;
	const char **values =
	    args_all(cli->args, filters[filter].option, &count);
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = query_add_id(cli, filters[filter].what,
				  filters[filter].name, values[i], query);
	free(values);
	return ok;
}

static bool query_of(struct cli *cli, char **ret_query)
{
	if (!query_add_time(cli, "since", "effective_at%5Bgte%5D", ret_query) ||
	    !query_add_time(cli, "until", "effective_at%5Blt%5D", ret_query))
		return false;
	for (size_t i = 0; i < sizeof(filters) / sizeof(filters[0]); i++)
		if (!add_filters(cli, i, ret_query))
			return false;
	return true;
}

LIST_FETCH(fetch, audit_log, inv_audit_logs_list, cli->client);

static const struct list list = { .view = &view,
				  .fetch = fetch,
				  .query = query_of };

/* ---- the command ------------------------------------------------------ */

static const struct option options[] = {
	{ .name = "since",
	  .value = "DURATION",
	  .help = "only of this last time, such as 7d" },
	{ .name = "until",
	  .value = "DURATION",
	  .help = "only from before this last time" },
	{ .name = "event-type",
	  .value = "TYPE",
	  .help = "only of this type, such as invite.sent; can be repeated" },
	{ .name = "project",
	  .letter = 'p',
	  .value = "PROJECT",
	  .help = "only in this project, by id or name; can be repeated" },
	{ .name = "actor-id",
	  .value = "ID",
	  .help = "only by this user, account or key; can be repeated" },
	{ .name = "actor-email",
	  .value = "ADDRESS",
	  .help = "only by whoever has this address; can be repeated" },
	{ .name = "resource-id",
	  .value = "ID",
	  .help = "only what happened to this; can be repeated" },
	{ .name = "before", .value = "ID", .help = "end in front of this id" },
	LIST_OPTIONS,
	{ 0 },
};

const struct command audit_commands[] = {
	{ .name = "audit",
	  .alias = "audit-logs",
	  .help = "show what happened in the organization, newest first",
	  .examples = "invite audit --since 7d --event-type invite.sent\n"
		      "invite audit --actor-email ada@example.com --json",
	  .options = options,
	  .list = &list },
	{ 0 },
};
