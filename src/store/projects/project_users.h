/*
 * project_users.h: the verbs of who is in a project: of the people who were put
 * into it, each with the role that they were given there. That owners of the
 * organization are owners of each of its projects is not stored.
 *
 *	project_user_add	who is in it with this role already stays;
 *				USER_IN_PROJECT where it is another one;
 *				NO_MEMBER_WITH_ID, NO_MEMBER_WITH_ADDRESS
 *	project_user_get	PROJECT_USER_NOT_FOUND
 *	project_user_list	of struct project_user
 *	project_user_update	PROJECT_USER_NOT_FOUND
 *	project_user_remove	PROJECT_USER_NOT_FOUND
 *
 * and each: PROJECT_NOT_FOUND, PROJECT_ARCHIVED.
 */
#ifndef STORE_PROJECT_USERS_H
#define STORE_PROJECT_USERS_H

#include "core/organization.h"
#include "store/verb.h"

struct project_user_in { /* of project_user_get and project_user_remove */
	int64_t project, user;
};

struct project_user_role_in { /* of project_user_add and _update */
	int64_t project, user;
	bool has_user;	       /* who is to be added is known by id... */
	const char *email_key; /* ...or else by address */
	enum project_role role;
	bool has_role; /* of an update; else the role stays as it is */
};

struct project_user_out { /* of project_user_add, _get and _update */
	struct project_user user;
};

struct project_user_list_in {
	struct list_in page;
	int64_t project;
};

#endif
