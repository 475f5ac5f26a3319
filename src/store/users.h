/*
 * users.h: the verbs of users. None makes one: people come by accepting.
 *
 *	user_get	id_in; USER_NOT_FOUND
 *	user_list	of struct user
 */
#ifndef STORE_USERS_H
#define STORE_USERS_H

#include "core/organization.h"
#include "store/verb.h"

struct user_out {
	struct user user;
};

struct user_list_in {
	struct list_in page;
	const char **email_keys; /* any of these... */
	size_t email_count;	 /* ...or everybody when 0 */
};

#endif
