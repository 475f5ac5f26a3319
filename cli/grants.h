/*
 * grants.h: which projects an invite is to grant, as written on the command
 * line or in a file.
 */
#ifndef CLI_GRANTS_H
#define CLI_GRANTS_H

#include <inv.h>

#include "args.h"

struct directory;

struct grants {
	struct inv_grant *list;
	size_t count;
	bool none; /* said to be none, not just unsaid */
};

/*
 * Adds what `text` says: "ID", "ID:ROLE", "{id: ID, role: ROLE}" (YAML or
 * JSON), "[...]" of those with commas, "[]" for none. The id may be a name.
 * Without a role it is member. False, with nothing said, where it cannot be
 * read.
 */
bool grants_add(struct grants *grants, const char *text);

/*
 * From --project, --project.id with --project.role, and --no-projects. False
 * after saying what is wrong.
 */
bool grants_read(struct grants *grants, const struct args *args);

void grants_release(struct grants *grants);

/* Whether a project is named by something else than its id. */
bool grants_have_names(const struct grants *grants);

/*
 * Puts ids for names; with `check_ids`, sees to it that ids are those of
 * active projects too. What is wrong, to be freed, or NULL.
 */
char *grants_resolve(struct grants *grants, const struct directory *directory,
		     bool check_ids);

/* Puts them where they belong. */
void grants_into(struct grants *grants,
		 struct inv_invite_create_params *params);

#endif
