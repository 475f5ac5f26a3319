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
char *user_id(struct cli *cli, const char *word, enum status *ret_status);
char *project_id(struct cli *cli, const char *word, enum status *ret_status);
char *group_id(struct cli *cli, const char *word, enum status *ret_status);

#endif
