/*
 * create.c: invite create.
 *
 * The body may come as JSON from a file or standard input; options win over
 * it. Standard input is only read when asked for, or when nothing says who is
 * invited: a program in a loop must not eat the loop's input.
 */
#include "invites.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "directory.h"
#include "files.h"
#include "grants.h"
#include "metadata.h"
#include "text.h"

#define BODY_MAX ((size_t)1 << 20)

const struct option create_options[] = {
	{ .name = "email", .value = "ADDRESS", .help = "address to invite" },
	OPTION_ROLE(ROLE_HELP),
	{ .name = "project",
	  .letter = 'p',
	  .value = "PROJECT[:ROLE]",
	  .help = "project to join, by id or name; repeatable" },
	{ .name = "project.id",
	  .value = "ID",
	  .help = "a project, like --project, by id or name" },
	{ .name = "project.role",
	  .value = "ROLE",
	  .words = "member owner",
	  .help = "role in the project of --project.id: member or owner" },
	{ .name = "no-projects",
	  .help = "grant no project, not even the default one" },
	{ .name = "body",
	  .value = "FILE",
	  .is_file = true,
	  .help = "start from this JSON body; - is standard input" },
	{ .name = "expires-in",
	  .value = "DURATION",
	  .help = "lifetime, such as 7d (invited only)" },
	{ .name = "no-reminder",
	  .help = "send no reminder before the invite expires" },
	{ .name = "no-email",
	  .help = "send no mail, show the link (invited only)" },
	{ .name = "locale",
	  .value = "TAG",
	  .words = "en de fr es ja ar",
	  .help = "the language of the page and the mail (invited only)" },
	{ .name = "external-id",
	  .value = "ID",
	  .help = "your own id of the person (invited only)" },
	{ .name = "metadata",
	  .value = "KEY=VALUE",
	  .help =
	      "a pair that goes on to the user; repeatable (invited only)" },
	{ .name = "replace",
	  .help = "change a pending invite that grants something else "
		  "(invited only)" },
	{ .name = "inviter",
	  .value = "NAME <ADDRESS>",
	  .help = "who invites, as the mail says it (invited only)" },
	{ 0 },
};

/* Who is invited: as words, and by options. */
struct addresses {
	const char **list;
	size_t count;
};

static void add_address(struct addresses *addresses, const char *address)
{
	addresses->list =
	    grown(addresses->list, addresses->count, sizeof(*addresses->list));
	addresses->list[addresses->count++] = address;
}

static void read_addresses(const struct args *args, struct addresses *addresses)
{
	for (size_t i = 0; i < args->count; i++)
		if (strcmp(args->list[i].option->name, "email") == 0)
			add_address(addresses, args->list[i].value);
	for (size_t i = 0; i < args->rest_count; i++)
		add_address(addresses, args->rest[i]);
}

static bool is_blank(const char *text)
{
	return !text || !text[strspn(text, " \t\r\n")];
}

/* The file's text, or NULL where none was asked for; false after saying what
 * is wrong. */
static bool read_body(const struct args *args, bool is_anybody_named,
		      char **ret_body)
{
	const char *path = args_text(args, "body");

	*ret_body = NULL;
	if (!path && !is_anybody_named && !isatty(STDIN_FILENO))
		path = "-";
	if (path) {
		*ret_body = file_read(path, BODY_MAX, NULL);
		if (!*ret_body)
			return false;
	}
	if (is_anybody_named || !is_blank(*ret_body))
		return true;
	print_problem("no address given");
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
	longer = text_of("%.*s%s%s}", body ? (int)(end - body) : 1,
			 body ? body : "{", is_empty ? "" : ",", member);
	free(body);
	return longer;
}

/* A body may say it; whether it does is libinv's to see. */
static bool check_role(const struct args *args, const char *body)
{
	if (body || args_has(args, "role"))
		return true;
	print_problem("no role given: use --role reader or --role owner");
	return false;
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
	if (args_has(args, "no-reminder"))
		*body = with_member(*body, "\"remind\":false");
	if (args_has(args, "replace"))
		*body = with_member(*body, "\"replace\":true");
	return true;
}

/* "Ada <ada@example.com>", or the address alone; cut into its halves in
 * `text`, which is to be freed. */
static bool read_inviter(const struct args *args, char **ret_text,
			 struct inv_inviter *ret_inviter)
{
	const char *given = args_text(args, "inviter");
	char *text, *address, *end;

	*ret_text = NULL;
	if (!given)
		return true;
	*ret_text = text = copy_of(given);
	address = strrchr(text, '<');
	end = strrchr(text, '>');
	if (!address && !end && *text) {
		*ret_inviter = (struct inv_inviter){ .email = text };
		return true;
	}
	if (!address || !end || end < address || end[1]) {
		print_problem("--inviter: \"%s\" is not like \"Ada "
			      "<ada@example.com>\"",
			      given);
		return false;
	}
	*end = '\0';
	ret_inviter->email = address + 1;
	for (*address = '\0'; address > text && address[-1] == ' '; address--)
		address[-1] = '\0';
	ret_inviter->name = *text ? text : NULL;
	return true;
}

/* Two people cannot have the same. */
static bool check_external_id(const struct args *args, size_t people)
{
	if (people < 2 || !args_has(args, "external-id"))
		return true;
	print_problem("--external-id is for one person");
	return false;
}

static void set_role(const struct args *args,
		     struct inv_invite_create_params *params)
{
	const char *role = args_text(args, "role");

	params->role = inv_role_of(role);
	if (params->role == INV_ROLE_UNKNOWN)
		params->role_text = role;
}

static void note_existing(const struct args *args,
			  const struct inv_invite *invite)
{
	char text[RELATIVE_TIME_SIZE];

	if (was_there(invite))
		print_note("%s was already invited %s; %s.", invite->email,
			   relative_time(text, invite->created_at),
			   args_has(args, "replace")
			       ? "that invite now grants this"
			       : "this is that invite");
}

static enum status create_one(struct cli *cli,
			      struct inv_invite_create_params *params)
{
	struct inv_invite *invite;
	struct inv_error err;

	if (inv_invites_create(cli->client, params, NULL, &invite, &err)) {
		if (cli->series.is_array)
			print_problem("could not invite %s:", params->email);
		return fail(cli, &err);
	}
	print_item(cli, &invite_view, invite);
	note_existing(cli->args, invite);
	inv_free(invite);
	return STATUS_OK;
}

/* Goes on after a failure; the first one decides the exit status. */
static enum status create(struct cli *cli, const struct addresses *addresses,
			  struct inv_invite_create_params *params)
{
	enum status first = STATUS_OK;

	if (addresses->count == 0)
		return create_one(cli, params);
	cli->series.is_array = addresses->count > 1;
	for (size_t i = 0; i < addresses->count; i++) {
		enum status status;

		params->email = addresses->list[i];
		status = create_one(cli, params);
		if (first == STATUS_OK)
			first = status;
	}
	return first;
}

enum status grants_to_ids(struct cli *cli, struct grants *grants)
{
	enum status status = STATUS_OK;
	char *problem;

	if (!grants_have_names(grants))
		return STATUS_OK;
	status = directory_load(cli, NAMED_PROJECT, NULL);
	if (status != STATUS_OK)
		return status;
	problem =
	    grants_resolve(grants, cli->directories[NAMED_PROJECT], false);
	if (!problem)
		return STATUS_OK;
	print_problem("%s", problem);
	free(problem);
	return STATUS_NOT_FOUND;
}

enum status cmd_create(struct cli *cli)
{
	struct addresses addresses = { 0 };
	enum status status = STATUS_USAGE;
	struct inv_inviter inviter = { 0 };
	struct inv_invite_create_params params = { 0 };
	struct grants grants;
	char *body = NULL, *invited_by = NULL, *metadata = NULL;

	read_addresses(cli->args, &addresses);
	if (grants_read(&grants, cli->args) &&
	    read_body(cli->args, addresses.count > 0, &body) &&
	    check_role(cli->args, body) && add_extensions(cli->args, &body) &&
	    read_inviter(cli->args, &invited_by, &inviter) &&
	    check_external_id(cli->args, addresses.count) &&
	    metadata_read(cli->args, &metadata)) {
		params.extra_body = body;
		params.external_id = args_text(cli->args, "external-id");
		params.metadata = metadata;
		params.inviter = inviter.email ? &inviter : NULL;
		params.locale = args_text(cli->args, "locale");
		set_role(cli->args, &params);
		status = grants_to_ids(cli, &grants);
		grants_into(&grants, &params);
		if (status == STATUS_OK)
			status = create(cli, &addresses, &params);
	}
	grants_release(&grants);
	free(invited_by);
	free(metadata);
	free(addresses.list);
	free(body);
	return status;
}
