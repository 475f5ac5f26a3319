/*
 * users.h: the verbs of users. None creates one: people join by accepting an
 * invite. Removed users do not exist for any of them.
 *
 *	user_get	id_in; USER_NOT_FOUND
 *	user_list	of struct user
 *	user_update	USER_NOT_FOUND, LAST_OWNER, OWNER_OF_LAST_KEY
 *	user_delete	id_in; out of the organization, for good;
 *			USER_NOT_FOUND, LAST_OWNER, OWNER_OF_LAST_KEY
 *	user_erase	removes them, and empties all that holds an address or a
 *			name of theirs; once more is no mistake
 *			USER_NOT_FOUND, LAST_OWNER, OWNER_OF_LAST_KEY
 */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "core/organization.h"
#include "store/verb.h"

struct user_out { /* of user_get and user_update */
	struct user user;
};

struct user_list_in {
	struct list_in page;
	const char **email_keys; /* any of these... */
	size_t email_count;	 /* ...or everybody when 0 */
};

struct user_update_in {
	int64_t id;
	bool has_role; /* else it stays as it is */
	enum role role;
	bool has_own_role; /* a custom role to assign as well: ROLE_NOT_FOUND */
	int64_t own_role;
	const char *role_text; /* for who fills in either */
	/* NULL: stays as it is; "": none from now on */
	const char *technical_level, *developer_persona, *metadata;
};

struct user_erase_in {
	const char *email_key; /* everybody who has or had this address... */
	int64_t id;	       /* ...or, where it is NULL, that of this user */
};

struct user_erase_out {
	size_t users, invites; /* how many were emptied */
};

#endif
