/*
 * completion.c: completion scripts for bash, zsh and fish, made from the same
 * tables as the parser, so that they know what it knows.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* ---- bash ------------------------------------------------------------- */

static void bash_words(const struct option *options)
{
	for (; options && options->name; options++)
		printf(" --%s", options->name);
}

static void bash_values(const struct option *options)
{
	for (; options && options->name; options++) {
		if (options->words)
			printf("\t--%s) COMPREPLY=($(compgen -W '%s' -- "
			       "\"$word\")); return ;;\n",
			       options->name, options->words);
		else if (strcmp(options->name, "body") == 0 ||
			 strcmp(options->name, "ca-file") == 0)
			printf("\t--%s) COMPREPLY=($(compgen -f -- "
			       "\"$word\")); return ;;\n",
			       options->name);
		else if (options->value)
			printf("\t--%s) return ;;\n", options->name);
	}
}

/* A command's first word, once. */
static bool is_first(const struct command *command)
{
	size_t len = strcspn(command->name, " ");

	for (const struct command *c = commands; c != command; c++)
		if (strcspn(c->name, " ") == len &&
		    strncmp(c->name, command->name, len) == 0)
			return false;
	return true;
}

static void bash_first_words(void)
{
	for (const struct command *c = commands; c->name; c++)
		if (is_first(c))
			printf(" %.*s", (int)strcspn(c->name, " "), c->name);
}

static void bash_second_words(void)
{
	for (const struct command *c = commands; c->name; c++)
		if (strchr(c->name, ' '))
			printf("\t'%.*s') words+=' %s' ;;&\n",
			       (int)strcspn(c->name, " "), c->name,
			       strchr(c->name, ' ') + 1);
	puts("\t'completion') words+=' bash zsh fish' ;;&\n"
	     "\t'bulk') COMPREPLY=($(compgen -f -- \"$word\")) ;;&");
}

static void bash(void)
{
	puts("# bash completion for invite(1); made by it\n"
	     "_invite() {\n"
	     "\tlocal word=${COMP_WORDS[COMP_CWORD]} before="
	     "${COMP_WORDS[COMP_CWORD-1]}\n"
	     "\tlocal command='' path='' words='' i\n"
	     "\tCOMPREPLY=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tcase ${COMP_WORDS[i]} in\n"
	     "\t\t-*) ;;\n"
	     "\t\t*) command=${command:-${COMP_WORDS[i]}}\n"
	     "\t\t\tpath+=\"${path:+ }${COMP_WORDS[i]}\" ;;\n"
	     "\t\tesac\n"
	     "\tdone\n"
	     "\tcase $before in");
	for (const struct command *c = commands; c->name; c++)
		bash_values(c->options);
	bash_values(global_options);
	puts("\tesac\n\tcase $path in");
	for (const struct command *c = commands; c->name; c++) {
		printf("\t'%s'*) words+='", c->name);
		bash_words(c->options);
		puts("' ;;&");
	}
	puts("\tesac\n\tcase $path in");
	bash_second_words();
	fputs("\t'') words+='", stdout);
	bash_first_words();
	fputs("' ;;&\n\tesac\n\twords+='", stdout);
	bash_words(global_options);
	puts("'\n"
	     "\tCOMPREPLY+=($(compgen -W \"$words\" -- \"$word\"))\n"
	     "}\n"
	     "complete -F _invite invite");
}

/* ---- zsh -------------------------------------------------------------- */

/* A help text inside single quotes and brackets. */
static void zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

static void zsh_options(const struct option *options)
{
	for (; options && options->name; options++) {
		printf(" \\\n\t\t'*--%s%s[", options->name,
		       options->value ? "=" : "");
		zsh_text(options->help);
		putchar(']');
		if (options->value) {
			putchar(':');
			zsh_text(options->value);
			printf(":%s%s%s", options->words ? "(" : "",
			       options->words ? options->words : "_files",
			       options->words ? ")" : "");
		}
		putchar('\'');
	}
}

static void zsh_commands(void)
{
	for (const struct command *c = commands; c->name; c++) {
		if (!is_first(c))
			continue;
		printf("\t\t'%.*s:", (int)strcspn(c->name, " "), c->name);
		zsh_text(strchr(c->name, ' ') ? "more commands" : c->help);
		puts("'");
	}
}

static void zsh_rest(const struct command *command)
{
	if (strcmp(command->name, "bulk") == 0)
		fputs(" '*:file:_files'", stdout);
	else if (strcmp(command->name, "completion") == 0)
		fputs(" '*:shell:(bash zsh fish)'", stdout);
}

static void zsh(void)
{
	puts("#compdef invite\n"
	     "# zsh completion for invite(1); made by it\n"
	     "_invite() {\n"
	     "\tlocal -a commands=(");
	zsh_commands();
	puts("\t)\n"
	     "\tlocal -a given=(${${words[2,CURRENT-1]}:#-*})\n"
	     "\tif (( $#given == 0 )); then\n"
	     "\t\t_describe command commands\n\t\treturn\n\tfi\n"
	     "\tcase \"$given\" in");
	for (const struct command *c = commands; c->name; c++) {
		printf("\t(%s|%s\\ *) _arguments -S", c->name, c->name);
		zsh_options(c->options);
		zsh_options(global_options);
		zsh_rest(c);
		puts(" ;;");
	}
	puts("\t(users) compadd list get ;;\n"
	     "\t(projects) compadd list get create users ;;\n"
	     "\tesac\n}\n"
	     "compdef _invite invite 2>/dev/null\n"
	     "[ \"$funcstack[1]\" = _invite ] && _invite");
}

/* ---- fish ------------------------------------------------------------- */

static void fish_text(const char *text)
{
	putchar('\'');
	for (; *text; text++)
		printf("%s%c", strchr("'\\", *text) ? "\\" : "", *text);
	putchar('\'');
}

static void fish_option(const struct option *option, const char *command)
{
	printf("complete -c invite");
	if (command)
		printf(" -n '__fish_seen_subcommand_from %.*s'",
		       (int)strcspn(command, " "), command);
	printf(" -l %s", option->name);
	if (option->letter)
		printf(" -s %c", option->letter);
	if (option->value)
		fputs(" -r", stdout);
	if (option->words) {
		fputs(" -f -a ", stdout);
		fish_text(option->words);
	}
	fputs(" -d ", stdout);
	fish_text(option->help);
	putchar('\n');
}

static void fish_command(const struct command *command)
{
	const char *second = strchr(command->name, ' ');
	int len = (int)strcspn(command->name, " ");

	if (second)
		printf("complete -c invite -f -n "
		       "'__fish_seen_subcommand_from %.*s' -a %s -d ",
		       len, command->name, second + 1);
	if (second) {
		fish_text(command->help);
		putchar('\n');
	}
	if (is_first(command)) {
		printf("complete -c invite -f -n __fish_use_subcommand -a %.*s "
		       "-d ",
		       len, command->name);
		fish_text(second ? "more commands" : command->help);
		putchar('\n');
	}
	for (const struct option *o = command->options; o && o->name; o++)
		fish_option(o, command->name);
}

static void fish(void)
{
	puts("# fish completion for invite(1); made by it");
	for (const struct command *c = commands; c->name; c++)
		fish_command(c);
	for (const struct option *o = global_options; o->name; o++)
		fish_option(o, NULL);
	puts("complete -c invite -f -n '__fish_seen_subcommand_from "
	     "completion' -a 'bash zsh fish'");
}

enum status cmd_completion(struct cli *cli)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = { { "bash", bash }, { "zsh", zsh }, { "fish", fish } };

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, cli->args->rest[0]) == 0) {
			shells[i].print();
			return STATUS_OK;
		}
	}
	say_problem("the shell is bash, zsh or fish");
	return STATUS_USAGE;
}
