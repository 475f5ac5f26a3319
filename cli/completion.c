/*
 * completion.c: invite completion, and what the shells have in common.
 */
#include "completion.h"

#include <string.h>

void completion_options(void (*each)(const struct option *option))
{
	FOR_EACH_COMMAND(c)
	for (const struct option *o = c->options; o && o->name; o++)
		each(o);
	for (const struct option *o = global_options; o->name; o++)
		each(o);
	for (const struct option *o = leading_options; o->name; o++)
		each(o);
}

static void print_taker(const struct option *option)
{
	if (!option->value)
		return;
	printf(" --%s", option->name);
	if (option->letter)
		printf(" -%c", option->letter);
}

void completion_print_takers(void)
{
	completion_options(print_taker);
}

size_t completion_group(const struct command *command)
{
	size_t len;

	if (!command_is_first(command, &len) || !command->name[len])
		return 0;
	return len;
}

enum status cmd_completion(struct cli *cli)
{
	static const struct {
		const char *name;
		void (*print)(void);
	} shells[] = {
		{ "bash", completion_bash },
		{ "zsh", completion_zsh },
		{ "fish", completion_fish },
	};

	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, cli->args->rest[0]) == 0) {
			shells[i].print();
			return STATUS_OK;
		}
	}
	print_problem("the shell is bash, zsh or fish");
	return STATUS_USAGE;
}
