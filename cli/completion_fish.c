/*
 * completion_fish.c: completion for fish: a line for each option and word,
 * each with the command that it belongs to.
 */
#include "completion.h"

#include <string.h>

static void print_text(const char *text)
{
	putchar('\'');
	for (; *text; text++)
		printf("%s%c", strchr("'\\", *text) ? "\\" : "", *text);
	putchar('\'');
}

/* `test` is __invite_at or __invite_is; NULL: everywhere. */
static void print_option(const struct option *option, const char *test,
			 const char *name)
{
	printf("complete -c invite");
	if (test)
		printf(" -n '%s \"%s\"'", test, name);
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->value)
		fputs(option->is_file ? " -r -F" : " -x", stdout);
	if (option->words) {
		fputs(" -a ", stdout);
		print_text(option->words);
	}
	fputs(" -d ", stdout);
	print_text(option->help);
	putchar('\n');
}

static void print_word(const char *path, const char *word, size_t len,
		       const char *help)
{
	printf("complete -c invite -n '__invite_is \"%s\"' -a %.*s -d ", path,
	       (int)len, word);
	print_text(help);
	putchar('\n');
}

static void print_names(const struct command *command)
{
	const char *second = strchr(command->name, ' ');
	size_t len;
	char first[32];

	if (command_is_first(command, &len)) {
		const char *help = second ? "more commands" : command->help;

		print_word("", command->name, len, help);
		print_word("help", command->name, len, help);
	}
	if (!second)
		return;
	snprintf(first, sizeof(first), "%.*s", (int)len, command->name);
	print_word(first, second + 1, strlen(second + 1), command->help);
	snprintf(first, sizeof(first), "help %.*s", (int)len, command->name);
	print_word(first, second + 1, strlen(second + 1), command->help);
}

static void print_command(const struct command *command)
{
	bool is_by_group = command->alias && !strchr(command->alias, ' ') &&
			   strchr(command->name, ' ');

	print_names(command);
	for (const struct option *o = command->options; o && o->name; o++) {
		print_option(o, "__invite_at", command->name);
		if (command->alias)
			print_option(
			    o, is_by_group ? "__invite_is" : "__invite_at",
			    command->alias);
	}
	if (command->rest_words)
		printf("complete -c invite -n '__invite_at \"%s\"' -a '%s'\n",
		       command->name, command->rest_words);
	if (command->rest_is_file)
		printf("complete -c invite -n '__invite_is \"%s\"' -F\n",
		       command->name);
}

void completion_fish(void)
{
	fputs("# fish completion for invite(1); made by itself\n"
	      "function __invite_path\n"
	      "\tset -l path\n"
	      "\tset -l skip 0\n"
	      "\tset -l takes",
	      stdout);
	completion_print_takers();
	puts("\n\tset -l tokens (commandline -opc)\n"
	     "\tset -e tokens[1]\n"
	     "\tfor token in $tokens\n"
	     "\t\tif test $skip = 1\n"
	     "\t\t\tset skip 0\n"
	     "\t\telse if contains -- $token $takes\n"
	     "\t\t\tset skip 1\n"
	     "\t\telse if not string match -q -- '-*' $token\n"
	     "\t\t\tset -a path $token\n"
	     "\t\tend\n"
	     "\tend\n"
	     "\techo \"$path\"\n"
	     "end\n"
	     "function __invite_is\n"
	     "\tset -l path (__invite_path)\n"
	     "\ttest \"$path\" = \"$argv[1]\"\n"
	     "end\n"
	     "function __invite_at\n"
	     "\tset -l path (__invite_path)\n"
	     "\tstring match -q -- \"$argv[1] *\" \"$path \"\n"
	     "end\n"
	     "complete -c invite -f");
	FOR_EACH_COMMAND(c)
	print_command(c);
	for (const struct option *o = global_options; o->name; o++)
		print_option(o, NULL, NULL);
	for (const struct option *o = leading_options; o->name; o++)
		print_option(o, "__invite_is", "");
}
