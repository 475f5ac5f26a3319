/*
 * create.c: invite create.
 *
 * The body may come as JSON from a file or standard input; options win over
 * it. Standard input is only read when asked for, or when nothing says who is
 * invited: a program in a loop must not eat the loop's input.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "grants.h"

#define BODY_MAX ((size_t)1 << 20)

const struct option create_options[] = {
	{ "email", 0, "ADDRESS", NULL, "whom to invite" },
	{ "role", 0, "ROLE", "reader owner", "reader or owner" },
	{ "project", 0, "ID[:ROLE]", NULL,
	  "a project to join; role member or owner; repeatable" },
	{ "project.id", 0, "ID", NULL, "the same in two options" },
	{ "project.role", 0, "ROLE", "member owner", "" },
	{ "no-projects", 0, NULL, NULL,
	  "no project, not even the default one" },
	{ "body", 0, "FILE", NULL, "JSON to begin with; - is standard input" },
	{ "expires-in", 0, "DURATION", NULL, "such as 7d (invited only)" },
	{ "no-email", 0, NULL, NULL,
	  "send no mail, show the link (invited only)" },
	{ 0 },
};

static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\r\n")];
}

/* The file's text, or NULL where none was asked for; false after saying what
 * is wrong. */
static bool read_body(const struct args *args, char **ret_body)
{
	const char *path = args_text(args, "body");

	*ret_body = NULL;
	if (!path && !args_has(args, "email") && !isatty(STDIN_FILENO))
		path = "-";
	if (path) {
		*ret_body = file_read(path, BODY_MAX, NULL);
		if (!*ret_body)
			return false;
	}
	if (args_has(args, "email") || !is_blank(*ret_body))
		return true;
	say_problem("whom to invite has to be given");
	return false;
}

/* `body` (taken, may be NULL) with one more member before its last brace. */
static char *with_member(char *body, const char *member)
{
	char *end = body ? strrchr(body, '}') : NULL;
	const char *start = body ? body + strspn(body, " \t\r\n") : "";
	bool is_empty = !end || !start[1 + strspn(start + 1, " \t\r\n")] ||
			start + 1 + strspn(start + 1, " \t\r\n") == end;
	char *longer;

	if (body && (!end || *start != '{'))
		return body; /* no object: libinv will say so */
	longer = print_to("%.*s%s%s}", body ? (int)(end - body) : 1,
			  body ? body : "{", is_empty ? "" : ",", member);
	free(body);
	return longer;
}

static bool add_extensions(const struct args *args, char **body)
{
	long long expires;
	char member[64];

	if (!args_duration(args, "expires-in", 0, &expires))
		return false;
	if (args_has(args, "expires-in")) {
		snprintf(member, sizeof(member), "\"expires_in_seconds\":%lld",
			 expires / 1000);
		*body = with_member(*body, member);
	}
	if (args_has(args, "no-email"))
		*body = with_member(*body, "\"send_email\":false");
	return true;
}

static void set_role(const struct args *args,
		     struct inv_invite_create_params *params)
{
	const char *role = args_text(args, "role");

	params->role = inv_role_of(role);
	if (params->role == INV_ROLE_UNKNOWN)
		params->role_text = role;
}

static enum status create(struct cli *cli, struct grants *grants,
			  const char *body)
{
	struct inv_invite_create_params params = {
		.email = args_text(cli->args, "email"),
		.extra_body = body,
	};
	struct inv_invite *invite;
	struct inv_error err;

	set_role(cli->args, &params);
	grants_into(grants, &params);
	if (inv_invites_create(cli->client, &params, NULL, &invite, &err))
		return say_error(cli->format_asked ? cli->format : FORMAT_TABLE,
				 &err);
	say_invite(cli, invite);
	inv_free(invite);
	return STATUS_OK;
}

enum status cmd_create(struct cli *cli)
{
	enum status status = STATUS_USAGE;
	struct grants grants;
	char *body = NULL;

	if (grants_read(&grants, cli->args) && read_body(cli->args, &body) &&
	    add_extensions(cli->args, &body))
		status = create(cli, &grants, body);
	grants_release(&grants);
	free(body);
	return status;
}
