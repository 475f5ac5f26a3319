/*
 * directory.h: what has an id and a name, such as projects, and finding one by
 * either. No server searches by name, so all of a kind are fetched, once.
 */
#ifndef CLI_DIRECTORY_H
#define CLI_DIRECTORY_H

#include "cli.h"

/* Whether it has the form of an id of this kind, and so is not looked up. */
bool is_id_of(enum named kind, const char *word);

/*
 * Fetches all of a kind into cli->directories, archived ones too, unless they
 * are there. `within`: the id of the project that they are in; NULL for what
 * is in none. Not 0 after saying why.
 */
enum status directory_load(struct cli *cli, enum named kind,
			   const char *within);
void directory_free(struct directory *directory);

/*
 * The active one of this id or name. What is wrong, to be freed, else NULL and
 * the id, which lives as long as the directory.
 */
char *directory_find(const struct directory *directory, const char *word,
		     const char **ret_id);

/*
 * The id, to be freed: `word` itself where it is one, and else what is found;
 * archived ones may be looked at. NULL after saying why not, with the exit
 * status.
 */
char *directory_id(struct cli *cli, enum named kind, const char *word,
		   const char *within, enum status *ret_status);

#endif
