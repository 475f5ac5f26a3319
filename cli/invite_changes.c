/*
 * invite_changes.c: invite resend, link and update.
 */
#include "invites.h"

#include <stdlib.h>

#include "action.h"
#include "each.h"
#include "grants.h"
#include "metadata.h"
#include "resolve.h"
#include "text.h"

#define EXPIRES_OPTION                                     \
	{                                                  \
		.name = "expires-in", .value = "DURATION", \
		.help = "lifetime from now on, such as 7d" \
	}

/* ---- resend ------------------------------------------------------------ */

const struct option resend_options[] = {
	EXPIRES_OPTION,
	{ .name = "no-email", .help = "send no mail, show the new link" },
	{ 0 },
};

static enum status resend_one(struct cli *cli, const char *word,
			      const void *arg)
{
	const struct inv_invite_resend_params *params = arg;
	struct inv_invite *invite;
	struct inv_error err;
	enum status status;
	char *id = invite_id(cli, word, &status);
	int rc;

	if (!id)
		return status;
	rc = inv_invites_resend(cli->client, id, params, NULL, &invite, &err);
	free(id);
	if (rc) {
		print_problem("could not send %s again:", word);
		return fail(cli, &err);
	}
	print_item(cli, &invite_view, invite);
	inv_free(invite);
	return STATUS_OK;
}

enum status cmd_resend(struct cli *cli)
{
	struct inv_invite_resend_params params = { 0 };

	if (!args_seconds(cli->args, "expires-in", &params.expires_in_seconds))
		return STATUS_USAGE;
	if (args_has(cli->args, "no-email"))
		params.extra_body = "{\"send_email\":false}";
	cli->series.is_array = cli->args->rest_count > 1;
	return each_word(cli, 0, resend_one, &params);
}

/* ---- link -------------------------------------------------------------- */

enum status cmd_link(struct cli *cli)
{
	struct inv_invite *invite = NULL;
	struct inv_error err;
	enum status status;
	char *id = invite_id(cli, cli->args->rest[0], &status);
	int rc;

	if (!id)
		return status;
	rc = inv_invites_link(cli->client, id, NULL, &invite, &err);
	free(id);
	return print_result(cli, &invite_view, rc, invite, &err);
}

/* ---- update ------------------------------------------------------------ */

const struct option change_options[] = {
	OPTION_ROLE(ROLE_HELP),
	{ .name = "project",
	  .letter = 'p',
	  .value = "PROJECT[:ROLE]",
	  .help = "project to join, by id or name, instead of those that "
		  "there are; repeatable" },
	{ .name = "no-projects", .help = "grant no project" },
	{ .name = "external-id",
	  .value = "ID",
	  .help = "your own id of the person; empty: none" },
	{ .name = "metadata",
	  .value = "KEY=VALUE",
	  .help = "a pair, instead of those that there are; repeatable; "
		  "empty: none" },
	EXPIRES_OPTION,
	{ 0 },
};

static enum status update(struct cli *cli, struct grants *grants,
			  struct inv_invite_update_params *params)
{
	struct inv_invite_create_params asked = { 0 };
	enum status status = grants_to_ids(cli, grants);
	struct inv_invite *invite = NULL;
	struct inv_error err;
	char *id;
	int rc;

	if (status != STATUS_OK)
		return status;
	id = invite_id(cli, cli->args->rest[0], &status);
	if (!id)
		return status;
	grants_into(grants, &asked);
	params->projects = asked.projects;
	rc = inv_invites_update(cli->client, id, params, NULL, &invite, &err);
	free(id);
	return print_result(cli, &invite_view, rc, invite, &err);
}

enum status cmd_update(struct cli *cli)
{
	const char *role = args_text(cli->args, "role");
	struct inv_invite_update_params params = {
		.role_text = role,
		.external_id = args_text(cli->args, "external-id"),
	};
	enum status status = STATUS_USAGE;
	struct grants grants;
	char *metadata = NULL;

	if (grants_read(&grants, cli->args) && args_word(cli->args, "role") &&
	    args_seconds(cli->args, "expires-in", &params.expires_in_seconds) &&
	    metadata_read(cli->args, &metadata)) {
		params.metadata = metadata;
		status = update(cli, &grants, &params);
	}
	grants_release(&grants);
	free(metadata);
	return status;
}
