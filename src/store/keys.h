/*
 * keys.h: the verbs of admin keys.
 *
 *	key_create	ORGANIZATION_NOT_FOUND, KEY_EXISTS
 *	key_revoke	id_in; KEY_NOT_FOUND
 *	key_touch	id_in; remembers when a key was used
 *	key_find	whose key is this? KEY_UNKNOWN
 *	key_list	list_in; of struct admin_key
 */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "base/str.h"
#include "core/organization.h"
#include "store/verb.h"

struct key_create_in {
	const char *name;
	struct str secret; /* the key's text */
};

struct key_find_in {
	struct str secret; /* the key's text */
};

struct key_out { /* of key_create and key_find */
	struct admin_key key;
};

#endif
