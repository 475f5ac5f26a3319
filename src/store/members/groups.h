/*
 * groups.h: the verbs of groups, and of who is in them.
 *
 *	group_create, _get, _list, _update, _delete
 *				see resource.h; of struct group; an update sets
 *				the name; GROUP_NOT_FOUND
 *	group_user_add		does nothing if the user is in it already;
 *				GROUP_NOT_FOUND, USER_NOT_FOUND
 *	group_user_get		GROUP_NOT_FOUND, GROUP_USER_NOT_FOUND
 *	group_user_list		in either order; of struct group_user
 *				GROUP_NOT_FOUND
 *	group_user_remove	GROUP_NOT_FOUND, GROUP_USER_NOT_FOUND
 */
#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H

#include "core/role.h"
#include "store/verb.h"

#define GROUP_NAME_MAX 255 /* octets */

struct group {
	int64_t id, organization;
	const char *name;
	enum organization_role role; /* what it makes of who is in it */
	int64_t created_at;	     /* Unix seconds */
};

/* A person in a group. */
struct group_user {
	int64_t id; /* the user's */
	const char *email, *name;
};

struct group_user_in {
	int64_t group, user;
};

struct group_user_out { /* of group_user_add and group_user_get */
	struct group_user user;
	int64_t group;
};

struct group_user_list_in {
	struct list_in page;
	int64_t group;
};

/* ---- private to store/ ---- */

struct sql;
struct work;

extern const struct sql sql_group_get, sql_group_take;

/* The group, by one of these statements, of which the second locks it, to
 * change it or its members: RESULT_OK or RESULT_GROUP_NOT_FOUND. */
enum result find_group(const struct work *work, const struct sql *sql,
		       int64_t id, struct group *ret_group) MUST_CHECK;

#endif
