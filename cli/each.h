/*
 * each.h: commands that do the same with each of several words.
 */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include "cli.h"

/* With one of them; `arg` is what each_word() was given. */
typedef enum status each_action(struct cli *cli, const char *word,
				const void *arg);

/*
 * With each word of the command from number `first` on. Goes on after a
 * failure; the first one decides the exit status. In JSON several results are
 * one array.
 */
enum status each_word(struct cli *cli, size_t first, each_action *action,
		      const void *arg);

/*
 * That it was done: for people "DID NAME", for programs `id` or the JSON of
 * `result`.
 */
void print_done(struct cli *cli, const void *result, const char *did,
		const char *name, const char *id);

#endif
