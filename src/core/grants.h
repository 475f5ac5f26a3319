/*
 * grants.h: the memberships of projects that an invite brings.
 */
#ifndef CORE_GRANTS_H
#define CORE_GRANTS_H

#include "base/arena.h"
#include "base/base.h"
#include "base/str.h"
#include "core/vocabulary.h"

/* Stored as numbers: never renumber. */
enum project_role {
	PROJECT_MEMBER = 0,
	PROJECT_OWNER = 1,
	PROJECT_VIEWER = 2 /* less than a member; no invite brings it */
};

/* Those that an invite can bring, and those that somebody can have. */
extern const struct vocabulary project_roles, member_roles;

struct grant {
	int64_t project;
	enum project_role role;
};

/* In the order in which they were asked for, each project once. */
struct grants {
	struct grant *at;
	size_t count;
};

#define GRANTS_MAX 100 /* projects that one invite may name */

/* The grant of this project among them, or NULL. */
const struct grant *grants_find(struct grants grants,
				int64_t project) MUST_CHECK;

/* Whether both bring the same memberships, in whatever order. */
bool grants_equal(struct grants a, struct grants b);

/* Whether they are in the order of their projects' numbers. */
bool grants_are_sorted(struct grants grants);

/* The same in that order. -1 when out of memory. */
int grants_sort(struct arena *arena, struct grants grants,
		struct grants *ret_sorted) MUST_CHECK;

/*
 * Grants as they lie in the database: "[[<project number>,<role>],...]"; the
 * empty list is "[]". NULL when out of memory.
 */
const char *grants_format(struct arena *arena, struct grants grants) MUST_CHECK;

/* -1 when out of memory, where the text is not of that form, or where it names
 * a project twice. */
int grants_parse(struct arena *arena, struct str text,
		 struct grants *ret_grants) MUST_CHECK;

#endif
