/*
 * organizations.h: the verbs of organizations.
 *
 *	organization_create	also makes its default project
 *				ORGANIZATION_EXISTS
 *	organization_rename	ORGANIZATION_EXISTS, ORGANIZATION_NOT_FOUND
 *	organization_get	takes nothing; ORGANIZATION_NOT_FOUND
 *	organization_list	list_in; of struct organization
 *	bootstrap		the first organization and its first key, where
 *				there is no organization yet
 *	organization_look	takes nothing; whether organization_tidy would
 *			find something
 *	organization_tidy	takes away some of what is kept for a day only,
 *			and is older; what is written takes a few away, too
 */
#ifndef STORE_ORGANIZATIONS_H
#define STORE_ORGANIZATIONS_H

#include "core/organization.h"
#include "store/keys/admin_keys.h"
#include "store/verb.h"

struct organization_name_in { /* of organization_create and _rename */
	const char *name;     /* unique, as typed */
};

struct organization_out { /* of these and of organization_get */
	struct organization organization;
};

struct bootstrap_in {
	const char *organization_name;
	struct key_create_in key;
};

struct bootstrap_out {
	bool created; /* false: there was one already */
	bool named;   /* and one has this name, perhaps among others */
	struct organization organization; /* if it was */
	struct key_create_out key;	  /* if it was */
};

struct organization_look_out {
	bool untidy;
};

struct organization_tidy_out {
	size_t count; /* 0: none is left */
};

#endif
