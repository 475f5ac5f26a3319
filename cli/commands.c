/*
 * commands.c: the commands, and finding one of them. Parser, help and
 * completions are made from their tables, of which each subject has one.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "guess.h"
#include "text.h"

const struct option leading_options[] = {
	{ .name = "project",
	  .value = "ID",
	  .help = "overrides OPENAI_PROJECT_ID" },
	{ 0 },
};

const struct option global_options[] = {
	{ .name = "format",
	  .value = "FORMAT",
	  .words = "auto table csv json jsonl pretty raw id",
	  .help = "table, csv, json, pretty, jsonl, raw, id or auto" },
	{ .name = "json", .help = "the same as --format json" },
	{ .name = "quiet", .letter = 'q', .help = "the same as --format id" },
	{ .name = "admin-api-key",
	  .value = "KEY",
	  .help = "overrides OPENAI_ADMIN_KEY" },
	{ .name = "base-url",
	  .value = "URL",
	  .help = "overrides OPENAI_BASE_URL" },
	{ .name = "organization",
	  .value = "ID",
	  .help = "overrides OPENAI_ORG_ID" },
	{ .name = "timeout",
	  .value = "DURATION",
	  .help = "time limit for one attempt; 10m by default" },
	{ .name = "max-retries",
	  .value = "N",
	  .help = "retries of a failed request; 2 by default" },
	{ .name = "ca-file",
	  .value = "FILE",
	  .is_file = true,
	  .help = "trusted certificates, in PEM" },
	{ .name = "idempotency-key",
	  .value = "KEY",
	  .help =
	      "a change repeated with this key is made once (invited only)" },
	{ .name = "proxy",
	  .value = "URL",
	  .help = "overrides https_proxy and the like" },
	{ .name = "debug",
	  .help = "log requests and responses to standard error" },
	{ .name = "help", .letter = 'h', .help = "show help" },
	{ .name = "version", .letter = 'v', .help = "show the version" },
	{ 0 },
};

static const struct command invite_commands[] = {
	{ .name = "create",
	  .rest = "[ADDRESS...]",
	  .help = "invite one or more people",
	  .examples = "invite create ada@example.com -r reader\n"
		      "invite create ada@example.com bob@example.com -r reader "
		      "-p Engine:owner\n"
		      "invite create ada@example.com -r owner --no-email",
	  .options = create_options,
	  .run = cmd_create,
	  .rest_max = ANY_NUMBER },
	{ .name = "list",
	  .help = "list invites, newest first",
	  .examples = "invite list --status pending\n"
		      "invite list --delivery failed -q",
	  .options = list_options,
	  .list = &invite_list },
	{ .name = "get",
	  .alias = "retrieve",
	  .rest = "ID|ADDRESS",
	  .help = "show an invite",
	  .examples = "invite get ada@example.com",
	  .options = id_options,
	  .run = cmd_get,
	  .rest_max = 1 },
	{ .name = "delete",
	  .rest = "ID|ADDRESS...",
	  .help = "withdraw invites",
	  .examples = "invite delete ada@example.com bob@example.com",
	  .options = id_options,
	  .run = cmd_delete,
	  .rest_max = ANY_NUMBER },
	{ .name = "resend",
	  .rest = "ID|ADDRESS...",
	  .help = "send invites again, each with a new link",
	  .examples = "invite resend ada@example.com\n"
		      "invite list --delivery failed -q | xargs -r invite "
		      "resend",
	  .options = resend_options,
	  .run = cmd_resend,
	  .rest_min = 1,
	  .rest_max = ANY_NUMBER },
	{ .name = "link",
	  .rest = "ID|ADDRESS",
	  .help = "get another link to an invite; the one in the mail keeps "
		  "working",
	  .examples = "invite link ada@example.com",
	  .run = cmd_link,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "update",
	  .is_change = true,
	  .rest = "ID|ADDRESS",
	  .help = "change what an invite grants; its link stays",
	  .examples = "invite update ada@example.com -r owner -p Engine:owner",
	  .options = change_options,
	  .run = cmd_update,
	  .rest_min = 1,
	  .rest_max = 1 },
	{ .name = "watch",
	  .rest = "ID|ADDRESS",
	  .help = "wait until an invite is accepted or has failed",
	  .examples = "invite watch ada@example.com && echo Ada is in",
	  .options = watch_options,
	  .run = cmd_watch,
	  .rest_max = 1 },
	{ .name = "bulk",
	  .rest = "FILE.csv|-",
	  .help = "invite everybody listed in a file",
	  .examples = "invite bulk --dry-run people.csv\n"
		      "invite bulk people.csv --role reader",
	  .options = bulk_options,
	  .run = cmd_bulk,
	  .rest_min = 1,
	  .rest_max = 1,
	  .rest_is_file = true },
	{ .name = "lookup",
	  .rest = "[URL]",
	  .help = "show what a link is an invitation to",
	  .examples = "invite lookup 'https://HOST/accept#CODE'",
	  .options = link_options,
	  .run = cmd_lookup,
	  .bare = "link" },
	{ .name = "accept",
	  .rest = "[URL]",
	  .help = "accept an invitation",
	  .examples = "invite accept 'https://HOST/accept#CODE' --name Ada",
	  .options = accept_options,
	  .run = cmd_accept,
	  .bare = "link" },
	{ .name = "decline",
	  .rest = "[URL]",
	  .help = "decline an invitation",
	  .examples = "invite decline 'https://HOST/accept#CODE'",
	  .options = decline_options,
	  .run = cmd_decline,
	  .bare = "link" },
	{ .name = "opt-out",
	  .rest = "[URL]",
	  .help = "say that an invitation was not meant for you",
	  .examples = "invite opt-out 'https://HOST/accept#CODE'",
	  .options = decline_options,
	  .run = cmd_opt_out,
	  .bare = "link" },
	{ .name = "request-resend",
	  .rest = "[URL]",
	  .help = "ask for a new invitation in place of an expired one",
	  .examples = "invite request-resend 'https://HOST/accept#CODE'",
	  .options = link_options,
	  .run = cmd_request_resend,
	  .bare = "link" },
	{ 0 },
};

static const struct command other_commands[] = {
	{ .name = "login",
	  .rest = "[URL]",
	  .help = "save the server's address and the admin key",
	  .examples = "invite login https://invited.example.com\n"
		      "invite login https://invited.example.com < key-file",
	  .run = cmd_login,
	  .rest_max = 1,
	  .is_offline = true },
	{ .name = "logout",
	  .help = "delete the saved address and key",
	  .examples = "invite logout",
	  .run = cmd_logout,
	  .is_offline = true },
	{ .name = "whoami",
	  .help = "show the organization that the key belongs to",
	  .examples = "invite whoami",
	  .run = cmd_whoami },
	{ .name = "completion",
	  .rest = "bash|zsh|fish",
	  .help = "print a completion script",
	  .examples = "source <(invite completion bash)",
	  .run = cmd_completion,
	  .rest_min = 1,
	  .rest_max = 1,
	  .rest_words = "bash zsh fish",
	  .is_offline = true },
	{ .name = "help",
	  .rest = "[COMMAND]",
	  .help = "show how to use a command",
	  .examples = "invite help create",
	  .run = cmd_help,
	  .rest_max = 3,
	  .is_offline = true },
	{ 0 },
};

static const struct command *const subjects[] = {
	invite_commands,  user_commands,	 project_commands,
	group_commands,	  account_commands,	 key_commands,
	role_commands,	  organization_commands, gate_commands,
	blocked_commands, webhook_commands,	 audit_commands,
	other_commands,
};

const struct command *command_next(const struct command *command)
{
	bool is_next = !command;

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		for (const struct command *c = subjects[i]; c->name; c++) {
			if (is_next)
				return c;
			is_next = c == command;
		}
	}
	return NULL;
}

bool command_is_first(const struct command *command, size_t *ret_len)
{
	size_t len = strcspn(command->name, " ");

	*ret_len = len;
	FOR_EACH_COMMAND(c)
	{
		if (c == command)
			break;
		if (strcspn(c->name, " ") == len &&
		    strncmp(c->name, command->name, len) == 0)
			return false;
	}
	return true;
}

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

/* "projects users list" before "projects users" before "projects". */
const struct command *command_find(const char *const *words, size_t *ret_count)
{
	const struct command *found = NULL;

	*ret_count = 0;
	FOR_EACH_COMMAND(c)
	{
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

/* By first words, or, where that is known, by the second ones behind it. */
static void guess_command(struct guess *guess, const struct command *command,
			  const char *first)
{
	size_t len;

	if (!first) {
		if (command_is_first(command, &len))
			guess_try(guess, command->name, len);
		return;
	}
	len = strlen(first);
	if (strncmp(command->name, first, len) == 0 &&
	    command->name[len] == ' ')
		guess_try(guess, command->name + len + 1,
			  strlen(command->name + len + 1));
}

/* A link in the place of a command is not repeated: it holds a secret. */
void command_print_unknown(const char *const *words)
{
	struct guess guess = { 0 };
	const char *first = NULL;
	char *prefix;
	size_t count;

	if (strpbrk(words[0], "#/")) {
		print_problem(
		    "the command is missing; to accept an invitation: "
		    "invite accept LINK");
		return;
	}
	if (words[1] &&
	    command_find((const char *const[]){ words[0], NULL }, &count))
		first = words[0];
	guess.word = first ? words[1] : words[0];
	FOR_EACH_COMMAND(c)
	guess_command(&guess, c, first);
	prefix = text_of("invite %s%s", first ? first : "", first ? " " : "");
	print_problem("there is no command \"%s%s%s\"%s", first ? first : "",
		      first ? " " : "", guess.word,
		      guess.best ? guess_text(&guess, prefix)
				 : "; invite --help lists them");
	free(prefix);
}
