/*
 * project_groups.h: the verbs of which groups are in a project, each with a
 * predefined role there. It is the same as that role's being assigned to the
 * group (assignments.h): one row, two views, and the same events.
 *
 *	project_group_add	which is in it with this role already stays;
 *				GROUP_IN_PROJECT where it is another one;
 *				ROLE_NOT_FOUND, ROLE_NEEDS_PROJECT
 *	project_group_get	PROJECT_GROUP_NOT_FOUND
 *	project_group_list	in either order; of struct project_group
 *	project_group_drop	its own roles of the project go, too;
 *				PROJECT_GROUP_NOT_FOUND
 *
 * and each: PROJECT_NOT_FOUND; writes GROUP_NOT_FOUND and PROJECT_ARCHIVED.
 */
#ifndef STORE_PROJECT_GROUPS_H
#define STORE_PROJECT_GROUPS_H

#include "core/grants.h"
#include "store/verb.h"

struct project_group {
	int64_t group, project;
	const char *name; /* the group's */
	enum project_role role;
	int64_t added_at; /* Unix seconds */
};

struct project_group_in {
	struct list_in page; /* of project_group_list */
	int64_t project, group;
	int64_t role;	       /* of project_group_add; see role.h */
	const char *role_text; /* for who fills that in */
	int tenants; /* of project_group_get: one of those, which there are
		      * none of */
};

#endif
