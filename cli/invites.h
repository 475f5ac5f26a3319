/*
 * invites.h: how an invite is shown, and how its mail stands.
 */
#ifndef CLI_INVITES_H
#define CLI_INVITES_H

#include "list.h"

extern const struct view invite_view;

/* In which role somebody is invited; `help_` as in the command's help. */
#define OPTION_ROLE(help_)                                      \
	{                                                       \
		.name = "role", .letter = 'r', .value = "ROLE", \
		.words = "reader owner", .help = (help_)        \
	}
#define ROLE_HELP "role in the organization: reader or owner"

struct grants;

/* Names of projects become ids, before anything is done with them. */
enum status grants_to_ids(struct cli *cli, struct grants *grants);

/* queued, sent, deferred, failed or none; "" where the server does not say. */
const char *delivery_of(const struct inv_invite *invite);

/* Whether it waits for a mail that will not come. */
bool has_failed_mail(const struct inv_invite *invite);

/* Whether a create found it there, instead of making it. */
bool was_there(const struct inv_invite *invite);

/*
 * The id of the one invite that the command line names, as a word or as an
 * option, by id or by address; to be freed. NULL after saying why not, with
 * the exit status.
 */
char *asked_invite(struct cli *cli, enum status *ret_status);

#endif
