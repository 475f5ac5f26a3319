/*
 * resolve.h: what people write, as the ids that the API takes: addresses of
 * invites and members, names of projects and groups.
 */
#ifndef CLI_RESOLVE_H
#define CLI_RESOLVE_H

#include "cli.h"

/*
 * The id, to be freed: `word` itself where it is one, and else what is found
 * at the server. NULL after saying why not, with the exit status.
 */
char *invite_id(struct cli *cli, const char *word, enum status *ret_status);

/* What a word of the command line stands for. */
enum word {
	WORD_NONE, /* there is no further one */
	WORD_TEXT, /* nothing but itself */
	WORD_USER,
	WORD_PROJECT,
	WORD_GROUP,
	WORD_ROLE,
	WORD_ACCOUNT,
	WORD_KEY,
	WORD_ADMIN_KEY,
	WORD_WEBHOOK, /* by its URL */
	WORD_BLOCKED  /* an address that opted out */
};

#define WORDS_MAX 4 /* with the WORD_NONE at the end */

/* The same by what it stands for; `within` as for directory_load(). */
char *word_id(struct cli *cli, enum word what, const char *word,
	      const char *within, enum status *ret_status);

/*
 * The same of what the option `name` says, into `*ret_id`, which is left alone
 * where the option was not given. False after saying why not.
 */
bool option_id(struct cli *cli, const char *name, enum word what, char **ret_id,
	       enum status *ret_status);

/*
 * The ids of the first words of the command, as many as `words` has or the
 * command line; each to be freed, also where it fails after saying why.
 */
enum status words_read(struct cli *cli, const enum word *words,
		       char *ret_ids[WORDS_MAX]);
void words_free(char *ids[WORDS_MAX]);
size_t words_count(const enum word *words);

#endif
