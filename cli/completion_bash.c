/*
 * completion_bash.c: completion for bash. It cuts a line at = too, so that
 * "--status=pen" comes as three words.
 */
#include "completion.h"

#include <string.h>

static void value_case(const struct option *option)
{
	if (!option->words && !option->is_file)
		return;
	printf("\t--%s", option->name);
	if (option->letter)
		printf(" | -%c", option->letter);
	if (option->words)
		printf(") words='%s' ;;\n", option->words);
	else
		puts(") files=1 ;;");
}

static size_t count_words(const char *name)
{
	size_t count = 1;

	for (; *name; name++)
		count += *name == ' ';
	return count;
}

static void command_case(const char *name, const struct command *command)
{
	printf("\t'%s '*) options='", name);
	for (const struct option *o = command->options; o && o->name; o++)
		printf(" --%s", o->name);
	putchar('\'');
	if (command->rest_words)
		printf(" words='%s'", command->rest_words);
	printf("%s ;;\n", command->rest_is_file ? " files=1" : "");
}

/* The longest names first: "users get" before the "users" that is a list. */
static void command_cases(void)
{
	for (size_t words = 3; words > 0; words--) {
		FOR_EACH_COMMAND(c)
		{
			if (count_words(c->name) == words)
				command_case(c->name, c);
			if (c->alias && count_words(c->alias) == words)
				command_case(c->alias, c);
		}
	}
}

static void second_words(const struct command *group, size_t len)
{
	printf("\t'%.*s') words+='", (int)len, group->name);
	FOR_EACH_COMMAND(c)
	if (strncmp(c->name, group->name, len + 1) == 0)
		printf(" %s", c->name + len + 1);
	puts("' ;;");
}

static void next_words(void)
{
	size_t len;

	fputs("\t'') words+='", stdout);
	FOR_EACH_COMMAND(c)
	if (command_is_first(c, &len))
		printf(" %.*s", (int)len, c->name);
	puts("' ;;");
	FOR_EACH_COMMAND(c)
	if ((len = completion_group(c)) > 0)
		second_words(c, len);
}

static void read_line(void)
{
	fputs("# bash completion for invite(1); made by itself\n"
	      "_invite() {\n"
	      "\tlocal IFS=$' \\t\\n' word=${COMP_WORDS[COMP_CWORD]} token i\n"
	      "\tlocal prefix='' option='' path=''\n"
	      "\tlocal options='' words='' files=''\n"
	      "\tlocal takes='",
	      stdout);
	completion_print_takers();
	puts(" '\n"
	     "\tCOMPREPLY=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\ttoken=${COMP_WORDS[i]}\n"
	     "\t\tif [[ $token == = ]]; then :\n"
	     "\t\telif [[ -n $option ]]; then option=''\n"
	     "\t\telif [[ $takes == *\" $token \"* ]]; then option=$token\n"
	     "\t\telif [[ $token != -* ]]; then "
	     "path+=\"${path:+ }$token\"\n"
	     "\t\tfi\n"
	     "\tdone\n"
	     "\tif [[ $word == = ]]; then word=''\n"
	     "\telif [[ -z $option && $word == --*=* ]]; then\n"
	     "\t\toption=${word%%=*} prefix=${word%%=*}= word=${word#*=}\n"
	     "\tfi");
}

void completion_bash(void)
{
	read_line();
	puts("\tif [[ $path == help* ]]; then path=${path#help} "
	     "path=${path# }; fi");
	puts("\tcase $option in\n\t'')\n\tcase \"$path \" in");
	command_cases();
	puts("\tesac\n\tcase $path in");
	next_words();
	fputs("\tesac\n\toptions+='", stdout);
	for (const struct option *o = global_options; o->name; o++)
		printf(" --%s", o->name);
	puts("'\n"
	     "\tif [[ $word == -* || -z $words$files ]]; then\n"
	     "\t\twords=$options files=''\n"
	     "\tfi ;;");
	completion_options(value_case);
	puts("\tesac\n"
	     "\tCOMPREPLY=($(compgen -P \"$prefix\" -W \"$words\" -- "
	     "\"$word\"))\n"
	     "\t[[ -n $files ]] || return 0\n"
	     "\tcompopt -o filenames 2>/dev/null\n"
	     "\tCOMPREPLY+=($(compgen -P \"$prefix\" -f -- \"$word\"))\n"
	     "}\n"
	     "complete -F _invite invite");
}
