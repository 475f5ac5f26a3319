/*
 * invitee.c: invite lookup, accept and decline: what the invited person does
 * with the link from the mail. No admin key is needed or sent. A link is asked
 * for at the server that it names, unless --base-url names another.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const struct option link_options[] = {
	{ "link", 0, "URL", NULL, "from the mail; or the code alone" },
	{ 0 },
};

const struct option accept_options[] = {
	{ "link", 0, "URL", NULL, "from the mail; or the code alone" },
	{ "name", 0, "NAME", NULL, "your name, as others shall see it" },
	{ "yes", 'y', NULL, NULL, "do not ask" },
	{ 0 },
};

typedef int invitation_call(struct inv_client *client,
			    const struct inv_invitation_params *params,
			    const struct inv_call *call,
			    struct inv_invitation **ret_invitation,
			    struct inv_error *err);

/* What to ask with: the link, or no more than the code at its end. */
static const char *link_of(const struct cli *cli)
{
	const char *link = args_text(cli->args, "link");
	const char *code = link ? strchr(link, '#') : NULL;

	return cli->is_base_asked && code ? code + 1 : link;
}

static void say_projects(struct table *table,
			 const struct inv_invitation *invitation)
{
	for (size_t i = 0; i < invitation->projects_len; i++) {
		const struct inv_invitation_project *project =
		    invitation->projects[i];
		char *text =
		    print_to("%s (%s)", project->name, project->role_text);

		table_add(table, i == 0 ? "  projects" : " ");
		table_add(table, text);
		free(text);
	}
	for (size_t i = 0; i < invitation->skipped_projects_len; i++)
		say_row(table, "  archived", invitation->skipped_projects[i]);
}

static void say_invitation(const struct cli *cli,
			   const struct inv_invitation *invitation)
{
	struct table table = { .columns = 2 };
	char text[AGO_SIZE];

	if (cli->format != FORMAT_TABLE) {
		say_json(stdout, cli->format, inv_meta(invitation)->json);
		return;
	}
	if (invitation->organization)
		say_row(&table, "  organization",
			invitation->organization->name);
	say_row(&table, "  email", invitation->email);
	say_row(&table, "  role", invitation->role_text);
	say_row(&table, "  status", invitation->status);
	say_projects(&table, invitation);
	if (invitation->expires_at && !invitation->accepted_at)
		say_row(&table, "  expires", ago(text, invitation->expires_at));
	say_row(&table, "  user", invitation->user_id);
	say_row(&table, "  go on at", invitation->welcome_url);
	table_print(&table);
}

static enum status call(struct cli *cli, invitation_call *function)
{
	struct inv_invitation_params params = {
		.link = link_of(cli),
		.name = args_text(cli->args, "name"),
	};
	struct inv_invitation *invitation;
	struct inv_error err;

	if (!params.link || !*params.link) {
		say_problem("the link from the mail has to be given");
		return STATUS_USAGE;
	}
	if (function(cli->client, &params, NULL, &invitation, &err))
		return say_error(cli->format_asked ? cli->format : FORMAT_TABLE,
				 &err);
	say_invitation(cli, invitation);
	inv_free(invitation);
	return STATUS_OK;
}

enum status cmd_lookup(struct cli *cli)
{
	return call(cli, inv_invitations_lookup);
}

enum status cmd_decline(struct cli *cli)
{
	return call(cli, inv_invitations_decline);
}

static bool is_agreed(void)
{
	char answer[16];

	fputs("Accept? [y/N] ", stdout);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) &&
	       (answer[0] == 'y' || answer[0] == 'Y');
}

/* At a terminal, what is accepted is shown first. */
enum status cmd_accept(struct cli *cli)
{
	if (cli->format == FORMAT_TABLE && isatty(STDIN_FILENO) &&
	    !args_has(cli->args, "yes")) {
		enum status status = call(cli, inv_invitations_lookup);

		if (status != STATUS_OK)
			return status;
		if (!is_agreed()) {
			say_problem("not accepted");
			return STATUS_REFUSED;
		}
	}
	return call(cli, inv_invitations_accept);
}
