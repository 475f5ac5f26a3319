/*
 * invitee.c: invite lookup, accept, decline, opt-out and request-resend: what
 * the invited person does with the link from the mail. No admin key is needed
 * or sent. A link is asked for at the server that it names, unless --base-url
 * names another.
 */
#include "list.h"

#include <stdlib.h>
#include <string.h>

#include "ask.h"
#include "settings.h"
#include "text.h"

const struct option link_options[] = {
	{ .name = "link",
	  .value = "URL",
	  .help = "link from the mail, or its code alone" },
	{ 0 },
};

const struct option accept_options[] = {
	{ .name = "link",
	  .value = "URL",
	  .help = "link from the mail, or its code alone" },
	{ .name = "name",
	  .value = "NAME",
	  .help = "your name, as others will see it" },
	YES_OPTION,
	{ 0 },
};

const struct option decline_options[] = {
	{ .name = "link",
	  .value = "URL",
	  .help = "link from the mail, or its code alone" },
	YES_OPTION,
	{ 0 },
};

typedef int invitation_call(struct inv_client *client,
			    const struct inv_invitation_params *params,
			    const struct inv_call *call,
			    struct inv_invitation **ret_invitation,
			    struct inv_error *err);

/* What stands behind the address in a link, however it was bent on the way;
 * the server finds the code in it. */
static const char *code_in(const char *link)
{
	const char *code = strchr(link, '#'), *last = link;

	if (code)
		return code + 1;
	while ((code = strstr(last, "accept")) != NULL)
		last = code + strlen("accept");
	return last;
}

/* What to ask with: the link, or, where --base-url says where, the code. */
static const char *link_of(const struct cli *cli)
{
	const char *link = args_text(cli->args, "link");
	bool is_asked = cli->settings->base_from == ORIGIN_OPTION;

	return is_asked && link ? code_in(link) : link;
}

/* ---- how it is shown -------------------------------------------------- */

static char *organization_cell(const void *item)
{
	const struct inv_invitation *invitation = item;

	return invitation->organization
		   ? copy_of(invitation->organization->name)
		   : NULL;
}

/* "One (member), Two (owner)" */
static char *projects_cell(const void *item)
{
	const struct inv_invitation *invitation = item;
	char *text = copy_of("");

	for (size_t i = 0; i < invitation->projects_len; i++) {
		const struct inv_invitation_project *project =
		    invitation->projects[i];
		char *one =
		    text_of("%s (%s)", project->name, project->role_text);

		text = text_joined(text, ", ", one);
		free(one);
	}
	return text;
}

static char *archived_cell(const void *item)
{
	const struct inv_invitation *invitation = item;
	char *text = copy_of("");

	for (size_t i = 0; i < invitation->skipped_projects_len; i++)
		text = text_joined(text, ", ", invitation->skipped_projects[i]);
	return text;
}

static char *expires_while_pending(const void *item)
{
	const struct inv_invitation *invitation = item;
	char text[RELATIVE_TIME_SIZE];

	if (strcmp(invitation->status, "pending") != 0 ||
	    !invitation->expires_at)
		return NULL;
	return copy_of(relative_time(text, invitation->expires_at));
}

static const struct column columns[] = {
	{ .name = "user", COLUMN(struct inv_invitation, user_id) },
	{ .name = "organization", .make = organization_cell },
	{ .name = "email", COLUMN(struct inv_invitation, email) },
	{ .name = "role", COLUMN(struct inv_invitation, role_text) },
	{ .name = "status", COLUMN(struct inv_invitation, status) },
	{ .name = "projects", .make = projects_cell },
	{ .name = "archived", .make = archived_cell },
	{ .name = "expires", .make = expires_while_pending },
	{ .name = "user", COLUMN(struct inv_invitation, user_id) },
	{ .name = "go on at", COLUMN(struct inv_invitation, welcome_url) },
	{ 0 },
};

static const struct view view = {
	.columns = columns,
};

static void print_invitation(struct cli *cli,
			     const struct inv_invitation *invitation)
{
	if (cli->format == FORMAT_TABLE)
		print_details(stdout, &view, invitation);
	else
		print_item(cli, &view, invitation);
}

/* ---- the calls -------------------------------------------------------- */

/* False after saying that there is none. */
static bool has_link(const struct cli *cli)
{
	const char *link = link_of(cli);

	if (link && *link)
		return true;
	print_problem("no link given");
	return false;
}

static enum status call(struct cli *cli, invitation_call *function,
			struct inv_invitation **ret_invitation)
{
	struct inv_invitation_params params = {
		.link = link_of(cli),
		.name = args_text(cli->args, "name"),
	};
	struct inv_error err;

	cli->is_invitee = true;
	if (!has_link(cli))
		return STATUS_USAGE;
	if (function(cli->client, &params, NULL, ret_invitation, &err))
		return fail(cli, &err);
	return STATUS_OK;
}

static enum status call_and_print(struct cli *cli, invitation_call *function)
{
	struct inv_invitation *invitation;
	enum status status = call(cli, function, &invitation);

	if (status != STATUS_OK)
		return status;
	print_invitation(cli, invitation);
	inv_free(invitation);
	return STATUS_OK;
}

enum status cmd_lookup(struct cli *cli)
{
	return call_and_print(cli, inv_invitations_lookup);
}

/* Shows what it is about, and asks; on standard error, since standard output
 * is for the result. */
static enum status ask(struct cli *cli, const char *question)
{
	struct inv_invitation *invitation;
	enum status status = call(cli, inv_invitations_lookup, &invitation);
	bool is_pending;

	if (status != STATUS_OK)
		return status;
	is_pending = strcmp(invitation->status, "pending") == 0;
	if (is_pending)
		print_details(stderr, &view, invitation);
	inv_free(invitation);
	if (!is_pending || ask_yes(question))
		return STATUS_OK;
	print_problem("nothing was done");
	return STATUS_REFUSED;
}

static enum status ask_and_call(struct cli *cli, const char *question,
				invitation_call *function)
{
	enum status status = STATUS_OK;

	if (!has_link(cli))
		return STATUS_USAGE;
	if (!args_has(cli->args, "yes")) {
		if (!can_ask())
			return STATUS_USAGE;
		status = ask(cli, question);
	}
	if (status != STATUS_OK)
		return status;
	return call_and_print(cli, function);
}

enum status cmd_accept(struct cli *cli)
{
	return ask_and_call(cli, "Accept?", inv_invitations_accept);
}

enum status cmd_decline(struct cli *cli)
{
	return ask_and_call(cli, "Decline, for good?", inv_invitations_decline);
}

enum status cmd_opt_out(struct cli *cli)
{
	return ask_and_call(cli,
			    "Withdraw it, as not meant for you, and not be "
			    "invited there any more?",
			    inv_invitations_opt_out);
}

static const struct column request_columns[] = {
	{ .name = "new invitation", COLUMN(struct inv_resend_request, status) },
	{ 0 },
};

static const struct view request_view = { .columns = request_columns };

enum status cmd_request_resend(struct cli *cli)
{
	const struct inv_invitation_params params = { .link = link_of(cli) };
	struct inv_resend_request *request;
	struct inv_error err;
	int rc;

	cli->is_invitee = true;
	if (!has_link(cli))
		return STATUS_USAGE;
	rc = inv_invitations_request_resend(cli->client, &params, NULL,
					    &request, &err);
	return print_result(cli, &request_view, rc, request, &err);
}
