/*
 * service_accounts.h: the verbs of service accounts.
 *
 *	account_create		with a key, unless it is to have none
 *	account_get		SERVICE_ACCOUNT_NOT_FOUND
 *	account_list		of struct service_account
 *	account_update		sets what it is given
 *				SERVICE_ACCOUNT_NOT_FOUND
 *	account_delete		its keys are revoked
 *				SERVICE_ACCOUNT_NOT_FOUND
 *	account_key_create	one more key; SERVICE_ACCOUNT_NOT_FOUND
 *
 * and each: PROJECT_NOT_FOUND, PROJECT_ARCHIVED.
 */
#ifndef STORE_SERVICE_ACCOUNTS_H
#define STORE_SERVICE_ACCOUNTS_H

#include "core/access.h"
#include "store/keys/project_keys.h"
#include "store/verb.h"

/* A key that was made just now. */
struct made_key {
	struct project_key key; /* its id is 0: there is none */
	char text[KEY_TEXT_SIZE];
};

struct service_account_create_in {
	struct new_key made; /* the name is the account's */
	int64_t project;
	bool without_key; /* and without a role */
};

struct service_account_out { /* of _create, _get and _update */
	struct service_account account;
	struct made_key made; /* of _create */
};

struct service_account_in { /* of _get and _delete */
	int64_t project, id;
};

struct service_account_list_in {
	struct list_in page;
	int64_t project;
};

struct service_account_update_in {
	int64_t project, id;
	const char *name;	/* NULL: it stays */
	enum account_role role; /* ACCOUNT_NONE: it stays */
};

struct service_account_key_in {
	struct new_key made;
	int64_t project, id;
};

struct service_account_key_out {
	struct made_key made;
};

#endif
