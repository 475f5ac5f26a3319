/*
 * roles.h: the verbs of roles that can be assigned: the predefined ones, and
 * an organization's own.
 *
 *	role_create	if there is the same role already, returns that;
 *			ROLE_EXISTS if one of this name differs
 *	role_get	ROLE_NOT_FOUND
 *	role_list	in either order; of struct assignable_role; the
 *			predefined ones are the oldest
 *	role_update	leaves alone what is NULL; ROLE_NOT_FOUND,
 *			ROLE_PREDEFINED, ROLE_EXISTS
 *	role_delete	takes it from all who have it, too; ROLE_NOT_FOUND,
 *			ROLE_PREDEFINED
 *
 * In a project each may end in PROJECT_NOT_FOUND, and writes in
 * PROJECT_ARCHIVED. A project's roles do not exist for other projects.
 */
#ifndef STORE_ROLES_H
#define STORE_ROLES_H

#include "core/role.h"
#include "store/verb.h"

struct role_in {
	struct list_in page; /* of role_list */
	bool of_project;     /* or else the organization's */
	int64_t project;
	int64_t role;				      /* see role.h */
	const char *name, *description, *permissions; /* likewise */
};

struct role_out {
	struct assignable_role role;
};

/* ---- private to store/ ---- */

struct statement;
struct work;

/* The columns of an own role in the table called `role`, for a SELECT. */
#define ROLE_TABLE(FIRST, MORE)                                            \
	FIRST(NUMBER, "id", struct assignable_role, id)                    \
	MORE(NUMBER, "organization", struct assignable_role, organization) \
	MORE(NUMBER, "project", struct assignable_role, project)           \
	MORE(TEXT, "name", struct assignable_role, name)                   \
	MORE(TEXT, "description", struct assignable_role, description)     \
	MORE(TEXT, "permissions", struct assignable_role, permissions)     \
	MORE(NUMBER, "created_at", struct assignable_role, created_at)     \
	MORE(NUMBER, "updated_at", struct assignable_role, updated_at)

/* The project, unless it is 0: RESULT_OK, PROJECT_NOT_FOUND, and
 * PROJECT_ARCHIVED for writes. */
enum result find_role_project(const struct work *work, bool of_project,
			      int64_t project) MUST_CHECK;

/* A role of the organization (project 0) or of a project; false if it is not
 * one of theirs. */
bool find_role(const struct work *work, int64_t role, int64_t project,
	       struct assignable_role *ret_role) MUST_CHECK;

/* Where a role is, as the contract's events say it: lines for a detail (work.h)
 * of a struct with a member `resource`. */
struct role_resource {
	const char *type;
	int64_t organization, project; /* one of them; 0: not of it */
};

#define ROLE_RESOURCE(MORE, type_)                                             \
	MORE(TEXT, "resource_type", type_, resource.type)                      \
	MORE(ID, "resource_id", type_, resource.organization, ID_ORGANIZATION) \
	MORE(ID, "resource_id", type_, resource.project, ID_PROJECT)

struct role_resource role_resource(const struct work *work, int64_t project);

/* Predefined roles, from the first to the last; none if these are 0. */
struct role_choice {
	int64_t organization, project; /* whose they are */
	int64_t first, last;
};

/*
 * A page of roles: the chosen predefined ones, and the own ones of `st`, which
 * is of work_list_by() and begins with the columns of ROLE_TABLE.
 */
struct list_out list_roles(const struct work *work, const struct list_in *page,
			   const struct role_choice *choice,
			   struct statement *st);

#endif
