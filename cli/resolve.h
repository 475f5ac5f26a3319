/*
 * resolve.h: what people write, as the ids that the API takes: addresses of
 * invites and members, names of projects.
 */
#ifndef CLI_RESOLVE_H
#define CLI_RESOLVE_H

#include "cli.h"

/*
 * The id, to be freed: `word` itself where it is one, and else what is found
 * at the server. NULL after saying why not, with the exit status.
 */
char *invite_id(struct cli *cli, const char *word, enum status *ret_status);
char *user_id(struct cli *cli, const char *word, enum status *ret_status);
char *project_id(struct cli *cli, const char *word, enum status *ret_status);

/* Whether it has the form of a project's id, and so is not looked up. */
bool is_project_id(const char *word);

/* All projects, archived ones too; asked for once. Not 0 after saying why. */
enum status directory_load(struct cli *cli);
void directory_free(struct directory *directory);

/*
 * The active project of this id or name. What is wrong, to be freed, else
 * NULL and the id, which lives as long as the directory; it has to be loaded.
 */
char *directory_find(const struct directory *directory, const char *word,
		     const char **ret_id);

#endif
