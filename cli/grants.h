/*
 * grants.h: which projects an invite is to grant, as written on the command
 * line or in a file.
 */
#ifndef CLI_GRANTS_H
#define CLI_GRANTS_H

#include <inv.h>

#include "args.h"

struct grants {
	struct inv_grant *list;
	size_t count;
	bool none; /* said to be none, not just unsaid */
};

/*
 * Adds what `text` says: "ID", "ID:ROLE", "{id: ID, role: ROLE}" (YAML or
 * JSON), "[...]" of those with commas, "[]" for none. Without a role it is
 * member. False, with nothing said, where it cannot be read.
 */
bool grants_add(struct grants *grants, const char *text);

/*
 * From --project, --project.id with --project.role, and --no-projects. False
 * after saying what is wrong.
 */
bool grants_read(struct grants *grants, const struct args *args);

void grants_release(struct grants *grants);

/* Puts them where they belong. */
void grants_into(struct grants *grants,
		 struct inv_invite_create_params *params);

#endif
