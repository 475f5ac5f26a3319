/*
 * completion.h: completion scripts, made from the same tables as the parser,
 * so that they know what it knows.
 */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli.h"

void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);

/* Calls `each` for every option that there is, once for each of its tables. */
void completion_options(void (*each)(const struct option *option));

/* " --role -r --project ...": all that take a value. */
void completion_print_takers(void);

/* A first word that leads to several commands: its length, else 0. */
size_t completion_group(const struct command *command);

#endif
