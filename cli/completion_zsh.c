/*
 * completion_zsh.c: completion for zsh, by its _arguments: a function for the
 * first word, and one for each word that leads to several commands.
 */
#include "completion.h"

#include <string.h>

/* Inside single quotes, where [ ] and : mean something to zsh. */
static void print_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\''", stdout);
		else if (strchr("[]:\\", *text))
			printf("\\%c", *text);
		else
			putchar(*text);
	}
}

/* What stands behind the option's name. */
static void print_spec(const struct option *option)
{
	putchar('[');
	print_text(option->help);
	putchar(']');
	if (option->value) {
		putchar(':');
		print_text(option->value);
		putchar(':');
		if (option->words)
			printf("(%s)", option->words);
		else
			fputs(option->is_file ? "_files" : " ", stdout);
	}
	putchar('\'');
}

static void print_options(const struct option *options)
{
	for (; options && options->name; options++) {
		printf(" \\\n\t\t'*--%s%s", options->name,
		       options->value ? "=" : "");
		print_spec(options);
		if (!options->letter)
			continue;
		printf(" \\\n\t\t'*-%c%s", options->letter,
		       options->value ? "+" : "");
		print_spec(options);
	}
}

static void print_rest(const struct command *command)
{
	if (command->rest_max == 0 && !command->bare)
		return;
	fputs(" \\\n\t\t'*:", stdout);
	print_text(command->rest ? command->rest : " ");
	putchar(':');
	if (command->rest_words)
		printf("(%s)", command->rest_words);
	else
		fputs(command->rest_is_file ? "_files" : " ", stdout);
	putchar('\'');
}

static void print_case(const char *name, const struct command *command)
{
	printf("\t%s) _arguments -s -S \"$globals[@]\"", name);
	print_options(command->options);
	print_rest(command);
	puts(" ;;");
}

static void print_choice(const char *name, size_t len, const char *help)
{
	printf("\t\t'%.*s:", (int)len, name);
	print_text(help);
	puts("'");
}

static void print_group(const struct command *group, size_t len)
{
	printf("_invite_%.*s() {\n"
	       "\tlocal curcontext=$curcontext state state_descr line\n"
	       "\tlocal -A opt_args\n"
	       "\tlocal -a choices=(\n",
	       (int)len, group->name);
	FOR_EACH_COMMAND(c)
	if (strncmp(c->name, group->name, len + 1) == 0)
		print_choice(c->name + len + 1, strlen(c->name + len + 1),
			     c->help);
	fputs("\t)\n\t_arguments -C -s -S \"$globals[@]\"", stdout);
	print_options(group->options);
	puts(" \\\n\t\t'1: :->second' '*:: :->rest' && return\n"
	     "\tcase $state in\n"
	     "\tsecond) _describe -t commands command choices; return ;;\n"
	     "\tesac\n"
	     "\tcase $words[1] in");
	FOR_EACH_COMMAND(c)
	if (strncmp(c->name, group->name, len + 1) == 0)
		print_case(c->name + len + 1, c);
	puts("\tesac\n}\n");
}

static void print_choices(void)
{
	size_t len;

	puts("\tlocal -a choices=(");
	FOR_EACH_COMMAND(c)
	if (command_is_first(c, &len))
		print_choice(c->name, len,
			     c->name[len] ? "more commands" : c->help);
	puts("\t)");
}

static void print_cases(void)
{
	size_t len;

	FOR_EACH_COMMAND(c)
	{
		if (completion_group(c) > 0) {
			len = completion_group(c);
			printf("\t%.*s) _invite_%.*s ;;\n", (int)len, c->name,
			       (int)len, c->name);
		} else if (strcmp(c->name, "help") == 0) {
			puts("\thelp) _describe -t commands command choices "
			     ";;");
		} else if (!strchr(c->name, ' ')) {
			print_case(c->name, c);
			if (c->alias)
				print_case(c->alias, c);
		}
	}
}

void completion_zsh(void)
{
	puts("#compdef invite\n"
	     "# zsh completion for invite(1); made by itself\n");
	FOR_EACH_COMMAND(c)
	if (completion_group(c) > 0)
		print_group(c, completion_group(c));
	puts("_invite() {\n"
	     "\tlocal curcontext=$curcontext state state_descr line\n"
	     "\tlocal -A opt_args");
	print_choices();
	fputs("\tlocal -a globals=(", stdout);
	print_options(global_options);
	puts("\n\t)");
	fputs("\t_arguments -C -s -S \"$globals[@]\"", stdout);
	print_options(leading_options);
	puts(" \\\n\t\t'1: :->first' '*:: :->rest' && return\n"
	     "\tcase $state in\n"
	     "\tfirst) _describe -t commands command choices; return ;;\n"
	     "\tesac\n"
	     "\tcase $words[1] in");
	print_cases();
	puts("\tesac\n}\n\n"
	     "compdef _invite invite 2>/dev/null\n"
	     "[[ $funcstack[1] == _invite ]] && _invite \"$@\"");
}
