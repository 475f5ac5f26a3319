/*
 * main.c: invite, people's and scripts' way to libinv: reads the command line,
 * makes the client, and runs the command.
 */
#include "cli.h"

#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "action.h"
#include "commit.h"
#include "directory.h"
#include "settings.h"
#include "text.h"

static void debug(void *arg, const char *line)
{
	(void)arg;
	print_note("%s", line);
}

/* Behind the command wins over in front of it. */
static const struct args *holder(const struct args *leading,
				 const struct args *args, const char *name)
{
	return args_has(args, name) ? args : leading;
}

static const char *global(const struct args *leading, const struct args *args,
			  const char *name)
{
	return args_text(holder(leading, args, name), name);
}

/* Of all requests that the command makes; those that change nothing ignore it.
 */
static const char *key_header(const struct args *leading,
			      const struct args *args)
{
	static char line[300];
	const char *key = global(leading, args, "idempotency-key");

	if (!key)
		return NULL;
	snprintf(line, sizeof(line), "Idempotency-Key: %s", key);
	return line;
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
	options->headers = key_header(leading, args);
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
	if (global(leading, args, "quiet"))
		cli->format = FORMAT_ID;
	cli->format_asked = cli->format != FORMAT_AUTO;
	if (cli->format == FORMAT_AUTO)
		cli->format =
		    isatty(STDOUT_FILENO) ? FORMAT_TABLE : FORMAT_JSON;
	cli->series.format = cli->format;
	return true;
}

/* What it is made of: a list, one of it where one word more is given, an
 * action, or a function. */
static enum status run_kind(const struct command *command, struct cli *cli)
{
	const struct list *list = command->list;

	if (command->run)
		return command->run(cli);
	if (list && (!command->action ||
		     cli->args->rest_count <= words_count(list->words)))
		return list_run(cli, list);
	return action_run(cli, command->action);
}

static enum status run_online(const struct command *command, struct cli *cli)
{
	struct inv_error err;
	enum status status;

	if (command->is_offline)
		return run_kind(command, cli);
	if (inv_client_new(&cli->settings->options, &cli->client, &err))
		return fail(cli, &err);
	status = run_kind(command, cli);
	for (int kind = 0; kind < NAMED_COUNT; kind++)
		directory_free(cli->directories[kind]);
	inv_free(cli->client);
	return status;
}

static enum status run(const struct command *command,
		       const struct args *leading, const struct args *args)
{
	struct inv_options options = { 0 };
	struct settings settings;
	struct cli cli = { .args = args, .settings = &settings };
	enum status status = STATUS_USAGE;

	if (!read_format(leading, args, &cli) ||
	    !read_options(leading, args, &options))
		return STATUS_USAGE;
	if (settings_read(&settings, &options) || command->is_offline)
		status = run_online(command, &cli);
	series_end(&cli.series);
	settings_release(&settings);
	return status;
}

/* `by_group`: it was found by the first word of two, so that a word behind
 * it was meant to be the second. */
static bool check_rest(const struct command *command, struct args *args,
		       bool by_group, const char *const *words)
{
	if (command->bare)
		args_name_rest(args, command->options, command->bare);
	if (args->rest_count >= command->rest_min &&
	    args->rest_count <= command->rest_max &&
	    (!by_group || args->rest_count == 0))
		return true;
	if (by_group && args->rest_count > 0)
		command_print_unknown(words);
	else
		print_problem("usage: invite %s [OPTION...]%s%s", command->name,
			      command->rest ? " " : "",
			      command->rest ? command->rest : "");
	return false;
}

static bool has_own_option(const struct command *command,
			   const struct args *args)
{
	for (const struct option *own = command->options; own->name; own++)
		if (args_has(args, own->name))
			return true;
	return false;
}

/* A change that changes nothing was hardly meant. */
static bool check_change(const struct command *command, const struct args *args)
{
	char *names = NULL;

	if (!command->is_change || has_own_option(command, args))
		return true;
	for (const struct option *own = command->options; own->name; own++) {
		names = text_joined(names, ", --", own->name);
	}
	print_problem("say what to change: --%s", names);
	free(names);
	return false;
}

static enum status run_command(const struct args *leading)
{
	const struct command *command;
	struct args args;
	size_t count;
	enum status status = STATUS_USAGE;
	bool by_group;

	command = command_find(leading->rest, &count);
	if (!command) {
		command_print_unknown(leading->rest);
		return STATUS_USAGE;
	}
	by_group = count == 1 && strchr(command->name, ' ');
	if (args_read(&args, (char **)leading->rest + count, command->options,
		      global_options, false)) {
		if (args_has(&args, "help")) {
			if (by_group)
				help_print_group(leading->rest[0]);
			else
				help_print(command);
			status = STATUS_OK;
		} else if (check_rest(command, &args, by_group,
				      leading->rest) &&
			   check_change(command, &args)) {
			status = run(command, leading, &args);
		}
	}
	args_release(&args);
	return status;
}

/* Texts are UTF-8 in and out whatever the locale says; the widths of their
 * characters then have to be those of UTF-8 too. */
static void use_utf8(void)
{
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		setlocale(LC_CTYPE, "");
}

/* A stream that is closed must not become a connection: it is opened the wrong
 * way round, so that whoever uses it is told still. */
static void occupy_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null",
			 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
			return;
}

int main(int argc, char **argv)
{
	struct args leading;
	enum status status = STATUS_USAGE;

	(void)argc;
	occupy_streams();
	use_utf8();
	if (args_read(&leading, argv + 1, leading_options, global_options,
		      true)) {
		/* command_find() looks for a NULL behind the last word. */
		leading.rest = grown(leading.rest, leading.rest_count,
				     sizeof(*leading.rest));
		leading.rest[leading.rest_count] = NULL;
		if (args_has(&leading, "version")) {
			printf("invite %s (commit %s)\n", inv_version(),
			       INVITED_COMMIT);
			status = STATUS_OK;
		} else if (args_has(&leading, "help")) {
			help_print_all();
			status = STATUS_OK;
		} else if (leading.rest_count == 0) {
			help_print_all();
		} else {
			status = run_command(&leading);
		}
	}
	args_release(&leading);
	if (fflush(stdout) || ferror(stdout)) {
		print_problem("could not write to standard output");
		return STATUS_TRY_AGAIN;
	}
	return status;
}
