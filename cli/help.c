/*
 * help.c: what --help prints, from the tables of commands and options.
 */
#include "cli.h"

#include <string.h>

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
		printf("  %c%c%s %-26s %s\n", options->letter ? '-' : ' ',
		       options->letter ? options->letter : ' ',
		       options->letter ? "," : " ", name, options->help);
	}
}

static void print_examples(const char *examples)
{
	if (!examples)
		return;
	puts("\nExamples:");
	while (*examples) {
		int len = (int)strcspn(examples, "\n");

		printf("  %.*s\n", len, examples);
		examples += len + (examples[len] == '\n');
	}
}

#define NAME_WIDTH  24
#define LINE_WIDTH  78
#define GROUP_WIDTH 18 /* of the first word of several commands */

static void print_group_commands(const char *first, size_t len)
{
	FOR_EACH_COMMAND(c)
	{
		if (strncmp(c->name, first, len) == 0 && c->name[len] == ' ')
			printf("  %-*s %s\n", NAME_WIDTH, c->name, c->help);
	}
}

/* "projects          list, get, create, ...", in as many lines as it takes. */
static void print_group_line(const char *first, size_t len)
{
	int column = printf("  %-*.*s", GROUP_WIDTH, (int)len, first);
	bool is_first = true;

	FOR_EACH_COMMAND(c)
	{
		const char *verb = c->name + len + 1;

		if (strncmp(c->name, first, len) != 0 || c->name[len] != ' ')
			continue;
		if (!is_first)
			column += printf(",");
		if (column + 1 + (int)strlen(verb) > LINE_WIDTH)
			column = printf("\n  %-*s", GROUP_WIDTH, "") - 1;
		column += printf(" %s", verb);
		is_first = false;
	}
	putchar('\n');
}

static void print_commands(void)
{
	size_t len;

	FOR_EACH_COMMAND(c)
	{
		if (!command_is_first(c, &len))
			continue;
		if (c->name[len])
			print_group_line(c->name, len);
		else
			printf("  %-*s %s\n", GROUP_WIDTH, c->name, c->help);
	}
}

void help_print_all(void)
{
	puts("invite: invites people to an organization.\n\n"
	     "Usage: invite [OPTION...] COMMAND [OPTION...]\n\n"
	     "Commands:");
	print_commands();
	print_options("Options", global_options);
	puts("\nAddress and key come from OPENAI_BASE_URL and "
	     "OPENAI_ADMIN_KEY, or from\n\"invite login\". \"invite help "
	     "COMMAND\" tells more, invite(1) everything.");
	print_examples("invite login http://127.0.0.1:8080\n"
		       "invite create ada@example.com --role reader\n"
		       "invite list");
}

void help_print_group(const char *first)
{
	const char *const words[] = { first, NULL };
	size_t count;
	const struct command *list = command_find(words, &count);

	printf("Usage: invite %s COMMAND [OPTION...]\n\nCommands:\n", first);
	print_group_commands(first, strlen(first));
	if (list && list->rest_min == 0)
		printf("\n\"invite %s\" alone is \"invite %s\".", first,
		       list->name);
	printf("\n\"invite help %s COMMAND\" tells more.\n", first);
}

void help_print(const struct command *command)
{
	const char *rest = command->rest ? command->rest : "";

	printf("invite %s: %s.\n\nUsage: invite %s [OPTION...]%s%s\n",
	       command->name, command->help, command->name, *rest ? " " : "",
	       rest);
	print_options("Options", command->options);
	print_options("Options of every command", global_options);
	print_examples(command->examples);
}

enum status cmd_help(struct cli *cli)
{
	const char *words[4] = { 0 };
	const struct command *command;
	size_t count;

	memcpy(words, cli->args->rest,
	       cli->args->rest_count * sizeof(words[0]));
	command = words[0] ? command_find(words, &count) : NULL;
	if (!words[0]) {
		help_print_all();
	} else if (!command || (words[count] && strchr(command->name, ' '))) {
		command_print_unknown(words);
		return STATUS_USAGE;
	} else if (count == 1 && strchr(command->name, ' ')) {
		help_print_group(words[0]);
	} else {
		help_print(command);
	}
	return STATUS_OK;
}
