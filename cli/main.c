/*
 * main.c: invite, people's and scripts' way to libinv: the table of commands,
 * the options that all of them have, and the client that they share.
 */
#include "cli.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANY_NUMBER 100000

static enum status cmd_help(struct cli *cli);

const struct option leading_options[] = {
	{ "project", 0, "ID", NULL, "the project the requests are made in" },
	{ 0 },
};

const struct option global_options[] = {
	{ "format", 0, "FORMAT", "auto table json jsonl pretty raw",
	  "auto, table, json, jsonl, pretty or raw" },
	{ "json", 0, NULL, NULL, "the same as --format json" },
	{ "admin-api-key", 0, "KEY", NULL, "instead of OPENAI_ADMIN_KEY" },
	{ "base-url", 0, "URL", NULL, "instead of OPENAI_BASE_URL" },
	{ "organization", 0, "ID", NULL, "instead of OPENAI_ORG_ID" },
	{ "timeout", 0, "DURATION", NULL, "of one attempt; 10m" },
	{ "max-retries", 0, "N", NULL, "attempts after the first; 2" },
	{ "ca-file", 0, "FILE", NULL, "certificates to trust, PEM" },
	{ "proxy", 0, "URL", NULL, "instead of https_proxy and the like" },
	{ "debug", 0, NULL, NULL, "tell what is sent and received" },
	{ "help", 'h', NULL, NULL, "this" },
	{ "version", 'v', NULL, NULL, "which version this is" },
	{ 0 },
};

static const struct option no_options[] = { { 0 } };

const struct command commands[] = {
	{ "create", NULL, "[ADDRESS]", "invite somebody", create_options,
	  cmd_create, 0, 0, "email" },
	{ "list", NULL, "", "list invites, the newest first", list_options,
	  cmd_list, 0, 0 },
	{ "get", "retrieve", "ID", "show an invite", id_options, cmd_get, 0,
	  1 },
	{ "delete", NULL, "ID...", "withdraw invites", id_options, cmd_delete,
	  0, ANY_NUMBER },
	{ "watch", NULL, "ID", "wait until an invite is accepted or expired",
	  watch_options, cmd_watch, 0, 1 },
	{ "bulk", NULL, "FILE.csv|-", "invite everybody in a file",
	  bulk_options, cmd_bulk, 1, 1 },
	{ "lookup", NULL, "[URL]", "show what a link invites to", link_options,
	  cmd_lookup, 0, 0, "link" },
	{ "accept", NULL, "[URL]", "accept an invitation", accept_options,
	  cmd_accept, 0, 0, "link" },
	{ "decline", NULL, "[URL]", "decline an invitation", link_options,
	  cmd_decline, 0, 0, "link" },
	{ "users list", NULL, "", "list the organization's members",
	  page_options, cmd_users_list, 0, 0 },
	{ "users get", "users retrieve", "ID", "show a member", no_options,
	  cmd_users_get, 1, 1 },
	{ "projects list", NULL, "", "list projects", projects_options,
	  cmd_projects_list, 0, 0 },
	{ "projects get", "projects retrieve", "ID", "show a project",
	  no_options, cmd_projects_get, 1, 1 },
	{ "projects create", NULL, "[NAME]", "make a project",
	  project_create_options, cmd_projects_create, 0, 0, "name" },
	{ "projects users", "projects users list", "PROJECT",
	  "list who is in a project", page_options, cmd_projects_users, 1, 1 },
	{ "completion", NULL, "bash|zsh|fish", "print a completion script",
	  no_options, cmd_completion, 1, 1 },
	{ "help", NULL, "[COMMAND]", "show how a command is used", no_options,
	  cmd_help, 0, 3 },
	{ 0 },
};

/* ---- help ------------------------------------------------------------- */

static void print_options(const char *title, const struct option *options)
{
	if (!options || !options->name)
		return;
	printf("\n%s:\n", title);
	for (; options->name; options++) {
		char name[64];

		snprintf(name, sizeof(name), "--%s%s%s", options->name,
			 options->value ? " " : "",
			 options->value ? options->value : "");
		printf("  %c%c%s %-24s %s\n", options->letter ? '-' : ' ',
		       options->letter ? options->letter : ' ',
		       options->letter ? "," : " ", name, options->help);
	}
}

static void print_usage(void)
{
	puts("invite: invites people to an organization.\n\n"
	     "Usage: invite [OPTION...] COMMAND [OPTION...]\n\n"
	     "Commands:");
	for (const struct command *c = commands; c->name; c++)
		printf("  %-16s %s\n", c->name, c->help);
	print_options("Options", global_options);
	puts("\nThe key and the address come from OPENAI_ADMIN_KEY and "
	     "OPENAI_BASE_URL.\n\"invite help COMMAND\" tells more, "
	     "invite(1) everything.");
}

static void print_command(const struct command *command)
{
	printf("invite %s: %s.\n\nUsage: invite %s [OPTION...]%s%s\n",
	       command->name, command->help, command->name,
	       *command->rest ? " " : "", command->rest);
	print_options("Options", command->options);
	print_options("Options of every command", global_options);
}

/* ---- finding the command ---------------------------------------------- */

/* How many of `words` make up `name`; 0 where they are others. */
static size_t match(const char *name, const char *const *words)
{
	size_t count = 0;

	while (name && *words) {
		size_t len = strcspn(name, " ");

		if (strlen(*words) != len || strncmp(*words, name, len) != 0)
			return 0;
		count++;
		if (!name[len])
			return count;
		name += len + 1;
		words++;
	}
	return 0;
}

/* The longest that fits: "projects users list" before "projects users". */
static const struct command *find(const char *const *words, size_t *ret_count)
{
	const struct command *found = NULL;

	*ret_count = 0;
	for (const struct command *c = commands; c->name; c++) {
		size_t by_name = match(c->name, words);
		size_t by_alias = match(c->alias, words);
		size_t count = by_alias > by_name ? by_alias : by_name;

		if (count > *ret_count) {
			*ret_count = count;
			found = c;
		}
	}
	return found;
}

/* "users" alone: say what there is. */
static void say_unknown(const char *const *words)
{
	say_problem("there is no command \"%s%s%s\"; invite --help lists them",
		    words[0], words[1] ? " " : "", words[1] ? words[1] : "");
}

static enum status cmd_help(struct cli *cli)
{
	const char *words[4] = { 0 };
	const struct command *command;
	size_t count;

	memcpy(words, cli->args->rest,
	       cli->args->rest_count * sizeof(words[0]));
	if (!words[0]) {
		print_usage();
		return STATUS_OK;
	}
	command = find(words, &count);
	if (!command) {
		say_unknown(words);
		return STATUS_USAGE;
	}
	print_command(command);
	return STATUS_OK;
}

/* ---- running it ------------------------------------------------------- */

static void debug(void *arg, const char *line)
{
	(void)arg;
	say_text(stderr, line);
	fputc('\n', stderr);
}

/* Behind the command wins over in front of it. */
static const char *global(const struct args *leading, const struct args *args,
			  const char *name)
{
	const char *text = args_text(args, name);

	return text ? text : args_text(leading, name);
}

static const struct args *holder(const struct args *leading,
				 const struct args *args, const char *name)
{
	return args_has(args, name) ? args : leading;
}

static bool read_options(const struct args *leading, const struct args *args,
			 struct inv_options *options)
{
	long long timeout;
	long retries;

	if (!args_duration(holder(leading, args, "timeout"), "timeout", 0,
			   &timeout) ||
	    !args_number(holder(leading, args, "max-retries"), "max-retries", 0,
			 1000, 2, &retries))
		return false;
	options->timeout_ms = timeout;
	options->max_retries = retries > 0 ? (int)retries : INV_NO_RETRIES;
	options->admin_api_key = global(leading, args, "admin-api-key");
	options->base_url = global(leading, args, "base-url");
	options->organization = global(leading, args, "organization");
	options->project = args_text(leading, "project");
	options->ca_file = global(leading, args, "ca-file");
	options->proxy = global(leading, args, "proxy");
	if (global(leading, args, "debug"))
		options->debug = debug;
	return true;
}

static bool read_format(const struct args *leading, const struct args *args,
			struct cli *cli)
{
	const char *text = global(leading, args, "format");

	cli->format = FORMAT_AUTO;
	if (text && !format_read(text, &cli->format))
		return false;
	if (global(leading, args, "json"))
		cli->format = FORMAT_JSON;
	cli->format_asked = cli->format != FORMAT_AUTO;
	if (cli->format == FORMAT_AUTO)
		cli->format =
		    isatty(STDOUT_FILENO) ? FORMAT_TABLE : FORMAT_JSON;
	return true;
}

static enum status run(const struct command *command,
		       const struct args *leading, const struct args *args)
{
	struct cli cli = { .args = args };
	struct inv_options options = { 0 };
	struct inv_error err;
	enum status status;

	if (!read_format(leading, args, &cli) ||
	    !read_options(leading, args, &options))
		return STATUS_USAGE;
	cli.is_base_asked = options.base_url != NULL;
	if (inv_client_new(&options, &cli.client, &err))
		return say_error(FORMAT_TABLE, &err);
	status = command->run(&cli);
	inv_free(cli.client);
	if (fflush(stdout) || ferror(stdout)) {
		say_problem("could not write to standard output");
		return STATUS_TRY_AGAIN;
	}
	return status;
}

static bool check_rest(const struct command *command, struct args *args)
{
	if (command->bare)
		args_name_rest(args, command->options, command->bare);
	if (args->rest_count >= command->rest_min &&
	    args->rest_count <= command->rest_max)
		return true;
	say_problem("usage: invite %s [OPTION...] %s", command->name,
		    command->rest);
	return false;
}

static enum status run_command(const struct args *leading)
{
	const struct command *command;
	struct args args;
	size_t count;
	enum status status = STATUS_USAGE;

	command = find(leading->rest, &count);
	if (!command) {
		say_unknown(leading->rest);
		return STATUS_USAGE;
	}
	if (args_read(&args, (char **)leading->rest + count, command->options,
		      global_options, false)) {
		if (args_has(&args, "help")) {
			print_command(command);
			status = STATUS_OK;
		} else if (check_rest(command, &args)) {
			status = run(command, leading, &args);
		}
	}
	args_release(&args);
	return status;
}

int main(int argc, char **argv)
{
	struct args leading;
	enum status status = STATUS_USAGE;

	(void)argc;
	setlocale(LC_CTYPE, "");
	if (args_read(&leading, argv + 1, leading_options, global_options,
		      true)) {
		/* find() looks for a NULL behind the last word. */
		leading.rest = grown(leading.rest, leading.rest_count,
				     sizeof(*leading.rest));
		leading.rest[leading.rest_count] = NULL;
		if (args_has(&leading, "version")) {
			printf("invite %s\n", inv_version());
			status = STATUS_OK;
		} else if (args_has(&leading, "help")) {
			print_usage();
			status = STATUS_OK;
		} else if (leading.rest_count == 0) {
			print_usage();
		} else {
			status = run_command(&leading);
		}
	}
	args_release(&leading);
	return status;
}
