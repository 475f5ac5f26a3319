/*
 * organizations.h: the verbs of organizations.
 *
 *	organization_create	also makes its default project
 *				ORGANIZATION_EXISTS
 *	organization_list	list_in; of struct organization
 *	bootstrap		the first organization and its first key, where
 *				there is no organization yet
 */
#ifndef STORE_ORGANIZATIONS_H
#define STORE_ORGANIZATIONS_H

#include "core/organization.h"
#include "store/keys.h"
#include "store/verb.h"

struct organization_create_in {
	const char *name; /* unique, as typed */
};

struct organization_create_out {
	struct organization organization;
};

struct bootstrap_in {
	const char *organization_name;
	struct key_create_in key;
};

struct bootstrap_out {
	bool created;			  /* false: there was one already */
	struct organization organization; /* if it was */
	struct key_create_out key;	  /* if it was */
};

#endif
