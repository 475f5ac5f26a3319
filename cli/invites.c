/*
 * invites.c: invite list, get, delete and watch, and how an invite is shown.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "list.h"

#define STATUS_COLUMN	  3
#define WATCH_INTERVAL_MS 2000

const struct option list_options[] = {
	{ "status", 0, "STATUS", "pending accepted expired",
	  "only pending, accepted or expired ones" },
	LIST_OPTIONS,
	{ 0 },
};

const struct option id_options[] = {
	{ "invite-id", 0, "ID", NULL, "the same as ID" },
	{ 0 },
};

const struct option watch_options[] = {
	{ "invite-id", 0, "ID", NULL, "the same as ID" },
	{ "interval", 0, "DURATION", NULL, "between two looks; 2s" },
	{ "max-wait", 0, "DURATION", NULL, "give up after; never" },
	{ 0 },
};

/* ---- one invite ------------------------------------------------------- */

char *projects_text(const struct inv_invite *invite)
{
	char *text = copy_of("");

	for (size_t i = 0; i < invite->projects_len; i++) {
		const struct inv_invite_project *project = invite->projects[i];
		char *longer = print_to("%s%s%s (%s)", text, i > 0 ? ", " : "",
					project->id, project->role_text);

		free(text);
		text = longer;
	}
	return text;
}

void say_row(struct table *table, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	table_add(table, name);
	table_add(table, value);
}

static void say_times(struct table *table, const struct inv_invite *invite)
{
	char text[AGO_SIZE];

	say_row(table, "  created", ago(text, invite->created_at));
	if (invite->accepted_at)
		say_row(table, "  accepted", ago(text, invite->accepted_at));
	else if (invite->declined_at)
		say_row(table, "  declined", ago(text, invite->declined_at));
	else if (invite->expires_at)
		say_row(table, "  expires", ago(text, invite->expires_at));
}

static void say_delivery(struct table *table, const struct inv_invite *invite)
{
	if (!invite->delivery)
		return;
	say_row(table, "  mail", invite->delivery->status);
	say_row(table, "  mail error", invite->delivery->last_error);
}

void say_invite(const struct cli *cli, const struct inv_invite *invite)
{
	struct table table = { .columns = 2 };
	char *projects;

	if (cli->format != FORMAT_TABLE) {
		say_json(stdout, cli->format, inv_meta(invite)->json);
		return;
	}
	fputs(colour_bold(), stdout);
	say_text(stdout, invite->id);
	printf("%s\n", colour_off());
	projects = projects_text(invite);
	say_row(&table, "  email", invite->email);
	say_row(&table, "  role", invite->role_text);
	say_row(&table, "  status", invite->status_text);
	say_row(&table, "  projects", *projects ? projects : "none");
	say_times(&table, invite);
	say_delivery(&table, invite);
	say_row(&table, "  link", invite->accept_url);
	table_print(&table);
	free(projects);
}

const char *id_of(const struct cli *cli, const char *name)
{
	const char *id = args_text(cli->args, name);

	if (!id && cli->args->rest_count > 0)
		id = cli->args->rest[0];
	if (!id || (cli->args->rest_count > 0 && id != cli->args->rest[0])) {
		say_problem("one ID has to be given");
		return NULL;
	}
	return id;
}

enum status cmd_get(struct cli *cli)
{
	const char *id = id_of(cli, "invite-id");
	struct inv_invite *invite;
	struct inv_error err;

	if (!id)
		return STATUS_USAGE;
	if (inv_invites_retrieve(cli->client, id, NULL, &invite, &err))
		return say_error(error_format(cli), &err);
	say_invite(cli, invite);
	inv_free(invite);
	return STATUS_OK;
}

/* ---- lists ------------------------------------------------------------ */

static int next_invite(void *iter, struct row *row, struct inv_error *err)
{
	const struct inv_invite *invite;
	struct inv_invite_page *page = iter;

	if (inv_next(page, &invite, err))
		return -1;
	if (!invite)
		return 0;
	row->text = projects_text(invite);
	row->json = inv_meta(invite)->json;
	row->cells[0] = invite->id;
	row->cells[1] = invite->email;
	row->cells[2] = invite->role_text;
	row->cells[STATUS_COLUMN] = invite->status_text;
	row->cells[4] = ago(row->times[0], invite->created_at);
	row->cells[5] = ago(row->times[1], invite->expires_at);
	row->cells[6] = row->text;
	return 0;
}

/* The API has no filter for it, so that it is done here. */
static bool is_wanted(const struct cli *cli, const struct row *row)
{
	const char *status = args_text(cli->args, "status");

	return !status || strcmp(row->cells[STATUS_COLUMN], status) == 0;
}

static const struct list invites_list = {
	(const char *const[]){ "ID", "EMAIL", "ROLE", "STATUS", "CREATED",
			       "EXPIRES", "PROJECTS", NULL },
	"There are no such invites.",
	next_invite,
	is_wanted,
};

/* One request, one page, as it came. */
static enum status list_raw(struct cli *cli, const struct list_params *params)
{
	struct inv_invite_page *page;
	struct inv_error err;

	if (inv_invites_list(cli->client, LIST_PARAMS_OF(invite, *params), NULL,
			     &page, &err))
		return say_error(FORMAT_RAW, &err);
	say_json(stdout, FORMAT_RAW, inv_meta(page)->json);
	inv_free(page);
	return STATUS_OK;
}

enum status cmd_list(struct cli *cli)
{
	struct list_params params;
	struct inv_invite_page *iter;
	struct inv_error err;
	enum status status;
	long max_items;

	if (!args_word(cli->args, "status") ||
	    !list_read(cli, &params, &max_items))
		return STATUS_USAGE;
	if (cli->format == FORMAT_RAW)
		return list_raw(cli, &params);
	if (inv_invites_list(cli->client, LIST_PARAMS_OF(invite, params), NULL,
			     &iter, &err))
		return say_error(error_format(cli), &err);
	status = list_show(cli, &invites_list, iter, max_items);
	inv_free(iter);
	return status;
}

/* ---- delete ----------------------------------------------------------- */

static enum status delete_one(struct cli *cli, const char *id)
{
	struct inv_deleted *deleted;
	struct inv_error err;

	if (inv_invites_delete(cli->client, id, NULL, &deleted, &err)) {
		say_problem("could not delete %s:", id);
		return say_error(error_format(cli), &err);
	}
	if (cli->format == FORMAT_TABLE) {
		fputs("deleted ", stdout);
		say_text(stdout, deleted->id);
		putchar('\n');
	} else {
		say_json(stdout, cli->format, inv_meta(deleted)->json);
	}
	inv_free(deleted);
	return STATUS_OK;
}

/* Goes on after a failure; the first one decides the exit status. */
enum status cmd_delete(struct cli *cli)
{
	const char *by_option = args_text(cli->args, "invite-id");
	enum status first = STATUS_OK;

	if (!by_option && cli->args->rest_count == 0) {
		say_problem("at least one ID has to be given");
		return STATUS_USAGE;
	}
	if (by_option)
		first = delete_one(cli, by_option);
	for (size_t i = 0; i < cli->args->rest_count; i++) {
		enum status status = delete_one(cli, cli->args->rest[i]);

		if (first == STATUS_OK)
			first = status;
	}
	return first;
}

/* ---- watch ------------------------------------------------------------ */

static void wait_ms(long long milliseconds)
{
	struct timespec time = { .tv_sec = milliseconds / 1000,
				 .tv_nsec = milliseconds % 1000 * 1000000 };

	while (nanosleep(&time, &time) != 0)
		;
}

static long long mono_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Shows an invite that is settled; false while it is pending. */
static bool is_settled(const struct cli *cli, const struct inv_invite *invite,
		       enum status *ret_status)
{
	if (invite->status == INV_INVITE_STATUS_PENDING)
		return false;
	say_invite(cli, invite);
	*ret_status = invite->status == INV_INVITE_STATUS_ACCEPTED
			  ? STATUS_OK
			  : STATUS_EXPIRED;
	return true;
}

/* One look: whether that was the last, and then with which status. */
static bool look(struct cli *cli, const char *id, enum status *ret_status)
{
	struct inv_invite *invite;
	struct inv_error err;
	bool done;

	if (inv_invites_retrieve(cli->client, id, NULL, &invite, &err)) {
		if (err.temporary) /* a watcher outlives a restart */
			return false;
		*ret_status = say_error(error_format(cli), &err);
		return true;
	}
	done = is_settled(cli, invite, ret_status);
	inv_free(invite);
	return done;
}

enum status cmd_watch(struct cli *cli)
{
	const char *id = id_of(cli, "invite-id");
	long long interval, max_wait, start = mono_ms();
	enum status status;

	if (!id ||
	    !args_duration(cli->args, "interval", WATCH_INTERVAL_MS,
			   &interval) ||
	    !args_duration(cli->args, "max-wait", -1, &max_wait))
		return STATUS_USAGE;
	while (!look(cli, id, &status)) {
		if (max_wait >= 0 && mono_ms() - start >= max_wait) {
			say_problem("%s is still pending", id);
			return STATUS_TRY_AGAIN;
		}
		wait_ms(interval);
	}
	return status;
}
