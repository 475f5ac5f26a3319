/*
 * assignments.h: the verbs of who has which role: users and groups, in the
 * organization and in projects.
 *
 *	assignment_create	does nothing if it is assigned already
 *				ROLE_NOT_FOUND, ROLE_NEEDS_PROJECT
 *	assignment_get		ROLE_NOT_ASSIGNED
 *	assignment_list		in either order; of struct assignable_role
 *	assignment_delete	`removed` is false where a user is a reader of
 *				the organization: that is the least there is
 *				ROLE_NOT_ASSIGNED
 *
 * Each may end in USER_NOT_FOUND or GROUP_NOT_FOUND; in a project also in
 * PROJECT_NOT_FOUND, and writes in PROJECT_ARCHIVED.
 *
 * Of the predefined roles somebody has one at most: to assign another takes its
 * place. It is what the rows of users, groups, and of who is in a project say;
 * so it brings a user, or a group, into a project, and without it nobody is
 * there: own roles of a project are for those, and go with it.
 */
#ifndef STORE_ASSIGNMENTS_H
#define STORE_ASSIGNMENTS_H

#include "core/organization.h"
#include "core/role.h"
#include "store/members/groups.h"
#include "store/verb.h"

/* To whom, and in what. */
enum assignment_family {
	USER_ROLES,
	GROUP_ROLES,
	PROJECT_USER_ROLES,
	PROJECT_GROUP_ROLES
};

struct assignment_in {
	struct list_in page; /* of assignment_list */
	enum assignment_family family;
	int64_t project;       /* of the two that are in one */
	int64_t principal;     /* the user or the group */
	int64_t role;	       /* see role.h; in all but assignment_list */
	const char *role_text; /* for who fills in the role */
};

struct assignment_out {
	struct assignable_role role;
	struct user user; /* whichever it is about, as it is from now on */
	struct group group;
	bool removed;
	bool again; /* it was so already */
};

/* ---- private to store/ ---- */

struct sql;
struct work;

/* Take an own role from all who have it, or all own roles from a user or a
 * group that goes. Their parameters are those of work_run_for(). */
extern const struct sql sql_assignments_of_role_delete,
    sql_assignments_of_user_delete, sql_assignments_of_group_delete;

/* Takes a project's own roles from a user or a group that is out of it. */
void drop_project_assignments(const struct work *work, enum principal_type type,
			      int64_t principal, int64_t project);

#endif
