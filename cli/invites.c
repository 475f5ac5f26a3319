/*
 * invites.c: invite list, get and delete, and how an invite is shown.
 */
#include "invites.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "each.h"
#include "metadata.h"
#include "query.h"
#include "resolve.h"
#include "text.h"

#define DECLINED "declined" /* which the API counts among the expired */

const struct option list_options[] = {
	{ .name = "status",
	  .value = "STATUS",
	  .words = "pending accepted expired declined",
	  .help = "only pending, accepted, expired or declined invites" },
	{ .name = "delivery",
	  .value = "DELIVERY",
	  .words = "queued sent deferred failed none",
	  .help = "only invites whose mail is in this state" },
	{ .name = "query",
	  .value = "TEXT",
	  .help = "only addresses that have this in them (invited only)" },
	{ .name = "external-id",
	  .value = "ID",
	  .help = "only invites that were made with it (invited only)" },
	{ .name = "project",
	  .letter = 'p',
	  .value = "PROJECT",
	  .help =
	      "only invites to this project, by id or name (invited only)" },
	{ .name = "since",
	  .value = "DURATION",
	  .help = "only those made since so long ago (invited only)" },
	{ .name = "until",
	  .value = "DURATION",
	  .help = "only those made before that (invited only)" },
	LIST_OPTIONS,
	{ 0 },
};

const struct option id_options[] = {
	{ .name = "invite-id", .value = "ID", .help = "the same as ID" },
	{ 0 },
};

/* ---- one invite ------------------------------------------------------- */

const char *delivery_of(const struct inv_invite *invite)
{
	return invite->delivery ? invite->delivery->status : "";
}

bool has_failed_mail(const struct inv_invite *invite)
{
	return invite->status == INV_INVITE_STATUS_PENDING &&
	       strcmp(delivery_of(invite), "failed") == 0;
}

/* Only invited(8) says so. After a retry of ours nobody knows: the attempt
 * that was lost may have made it. */
bool was_there(const struct inv_invite *invite)
{
	const struct inv_metadata *meta = inv_meta(invite);
	char *value = text_header(meta->headers, "x-invite-existing");
	bool was = meta->attempts == 1 && value && strcmp(value, "true") == 0;

	free(value);
	return was;
}

/* "proj_a (member), proj_b (owner)" */
static char *projects_cell(const void *item)
{
	const struct inv_invite *invite = item;
	char *text = copy_of("");

	for (size_t i = 0; i < invite->projects_len; i++) {
		const struct inv_invite_project *project = invite->projects[i];
		char *one = text_of("%s (%s)", project->id, project->role_text);

		text = text_joined(text, ", ", one);
		free(one);
	}
	return text;
}

static char *projects_or_none(const void *item)
{
	char *text = projects_cell(item);

	if (*text)
		return text;
	free(text);
	return copy_of("none");
}

static char *expires_unless_settled(const void *item)
{
	const struct inv_invite *invite = item;
	char text[RELATIVE_TIME_SIZE];

	if (invite->accepted_at || invite->declined_at || !invite->expires_at)
		return NULL;
	return copy_of(relative_time(text, invite->expires_at));
}

/* With what whoever was invited said, for which the API has no status. */
static char *status_cell(const void *item)
{
	const struct inv_invite *invite = item;

	if (invite->opted_out_at)
		return copy_of("opted-out");
	if (invite->declined_at)
		return copy_of(DECLINED);
	return invite->resend_requested_at
		   ? text_of("%s, asked", invite->status_text)
		   : copy_of(invite->status_text);
}

static char *mail_cell(const void *item)
{
	return copy_of(delivery_of(item));
}

static char *mail_error_cell(const void *item)
{
	const struct inv_invite *invite = item;

	if (!invite->delivery || !invite->delivery->last_error)
		return NULL;
	return copy_of(invite->delivery->last_error);
}

static char *metadata_cell(const void *item)
{
	return metadata_cell_of(((const struct inv_invite *)item)->metadata);
}

static char *inviter_cell(const void *item)
{
	const struct inv_invite *invite = item;
	const struct inv_inviter *by = invite->inviter;

	if (!by || !by->email)
		return NULL;
	return by->name ? text_of("%s <%s>", by->name, by->email)
			: copy_of(by->email);
}

static const struct column columns[] = {
	{ .name = "id", COLUMN(struct inv_invite, id) },
	{ .name = "email", COLUMN(struct inv_invite, email) },
	{ .name = "role", COLUMN(struct inv_invite, role_text) },
	{ .name = "status", .make = status_cell },
	{ .name = "mail", .make = mail_cell, .place = COLUMN_IN_LISTS },
	{ .name = "created",
	  COLUMN(struct inv_invite, created_at),
	  .place = COLUMN_IN_LISTS },
	{ .name = "expires",
	  COLUMN(struct inv_invite, expires_at),
	  .place = COLUMN_IN_LISTS },
	{ .name = "projects", .make = projects_cell, .place = COLUMN_IN_LISTS },
	{ .name = "projects",
	  .make = projects_or_none,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "created",
	  COLUMN(struct inv_invite, created_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "language",
	  COLUMN(struct inv_invite, locale),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "external id",
	  COLUMN(struct inv_invite, external_id),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "metadata",
	  .make = metadata_cell,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "invited by",
	  .make = inviter_cell,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "accepted",
	  COLUMN(struct inv_invite, accepted_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "declined",
	  COLUMN(struct inv_invite, declined_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "opted out",
	  COLUMN(struct inv_invite, opted_out_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "asked for a new one",
	  COLUMN(struct inv_invite, resend_requested_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "expires",
	  .make = expires_unless_settled,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "mail", .make = mail_cell, .place = COLUMN_IN_DETAIL },
	{ .name = "reminded",
	  COLUMN(struct inv_invite, reminded_at),
	  .place = COLUMN_IN_DETAIL },
	{ .name = "mail error",
	  .make = mail_error_cell,
	  .place = COLUMN_IN_DETAIL },
	{ .name = "link",
	  COLUMN(struct inv_invite, accept_url),
	  .place = COLUMN_IN_DETAIL },
	{ 0 },
};

const struct view invite_view = {
	.columns = columns,
	.empty = "There are no such invites.",
};

char *asked_invite(struct cli *cli, enum status *ret_status)
{
	const char *word = args_text(cli->args, "invite-id");

	*ret_status = STATUS_USAGE;
	if (!word && cli->args->rest_count > 0)
		word = cli->args->rest[0];
	if (!word ||
	    (cli->args->rest_count > 0 && word != cli->args->rest[0])) {
		print_problem("give exactly one ID or address");
		return NULL;
	}
	return invite_id(cli, word, ret_status);
}

enum status cmd_get(struct cli *cli)
{
	enum status status;
	char *id = asked_invite(cli, &status);
	struct inv_invite *invite = NULL;
	struct inv_error err;
	int rc;

	if (!id)
		return status;
	rc = inv_invites_retrieve(cli->client, id, NULL, &invite, &err);
	free(id);
	return print_result(cli, &invite_view, rc, invite, &err);
}

/* ---- list ------------------------------------------------------------- */

static bool has_status(const struct inv_invite *invite, const char *status)
{
	return strcmp(status, DECLINED) == 0
		   ? invite->declined_at != 0
		   : strcmp(invite->status_text, status) == 0;
}

/* What --project stands for, once that is known. */
static char wanted_project[64];

static bool names_project(const struct inv_invite *invite, const char *id)
{
	for (size_t i = 0; i < invite->projects_len; i++)
		if (strcmp(invite->projects[i]->id, id) == 0)
			return true;
	return false;
}

/* So long ago, in Unix seconds; it was read before. */
static long long time_of(const struct cli *cli, const char *option)
{
	long long ago_ms;

	return args_duration(cli->args, option, 0, &ago_ms)
		   ? (long long)time(NULL) - ago_ms / 1000
		   : 0;
}

static bool was_made_then(const struct cli *cli,
			  const struct inv_invite *invite)
{
	return (!args_has(cli->args, "since") ||
		invite->created_at >= time_of(cli, "since")) &&
	       (!args_has(cli->args, "until") ||
		invite->created_at < time_of(cli, "until"));
}

/* The published API has no filter for these, so it is done here; invited(8)
 * has. */
static bool is_wanted(const struct cli *cli, const void *item)
{
	const struct inv_invite *invite = item;
	const char *status = args_text(cli->args, "status");
	const char *delivery = args_text(cli->args, "delivery");
	const char *external_id = args_text(cli->args, "external-id");

	return (!external_id ||
		(invite->external_id &&
		 strcmp(invite->external_id, external_id) == 0)) &&
	       (!status || has_status(invite, status)) &&
	       (!delivery || strcmp(delivery_of(invite), delivery) == 0) &&
	       (!*wanted_project || names_project(invite, wanted_project)) &&
	       was_made_then(cli, invite);
}

LIST_FETCH(fetch_invites, invite, inv_invites_list, cli->client);

static bool add_project(struct cli *cli, char **ret_query)
{
	const char *word = args_text(cli->args, "project");
	enum status status;
	char *id;

	if (!word)
		return true;
	id = word_id(cli, WORD_PROJECT, word, NULL, &status);
	if (!id)
		return false;
	query_add(ret_query, "project_id", id);
	snprintf(wanted_project, sizeof(wanted_project), "%s", id);
	free(id);
	return true;
}

static bool query_of(struct cli *cli, char **ret_query)
{
	static const char *const words[] = { "status", "delivery", "query" };

	if (!args_word(cli->args, "status") ||
	    !args_word(cli->args, "delivery"))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *value = args_text(cli->args, words[i]);

		if (value)
			query_add(ret_query, words[i], value);
	}
	if (args_has(cli->args, "external-id"))
		query_add(ret_query, "external_id",
			  args_text(cli->args, "external-id"));
	return add_project(cli, ret_query) &&
	       query_add_time(cli, "since", "created_at%5Bgte%5D", ret_query) &&
	       query_add_time(cli, "until", "created_at%5Blt%5D", ret_query);
}

const struct list invite_list = { .view = &invite_view,
				  .fetch = fetch_invites,
				  .query = query_of,
				  .is_wanted = is_wanted };

/* ---- delete ----------------------------------------------------------- */

static enum status delete_one(struct cli *cli, const char *word,
			      const void *arg)
{
	struct inv_deleted *deleted;
	struct inv_error err;
	enum status status;
	char *id = invite_id(cli, word, &status);
	int rc;

	(void)arg;
	if (!id)
		return status;
	rc = inv_invites_delete(cli->client, id, NULL, &deleted, &err);
	free(id);
	if (rc) {
		print_problem("could not delete %s:", word);
		return fail(cli, &err);
	}
	print_done(cli, deleted, "deleted", deleted->id, deleted->id);
	inv_free(deleted);
	return STATUS_OK;
}

enum status cmd_delete(struct cli *cli)
{
	const char *by_option = args_text(cli->args, "invite-id");
	enum status first = STATUS_OK, rest;

	if (!by_option && cli->args->rest_count == 0) {
		print_problem("give at least one ID or address");
		return STATUS_USAGE;
	}
	cli->series.is_array = cli->args->rest_count + (by_option ? 1 : 0) > 1;
	if (by_option)
		first = delete_one(cli, by_option, NULL);
	rest = each_word(cli, 0, delete_one, NULL);
	return first == STATUS_OK ? rest : first;
}
