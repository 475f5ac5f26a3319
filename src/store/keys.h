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
#include "core/admin_key.h"
#include "core/organization.h"
#include "store/verb.h"

struct key_create_in {
	const char *name;
	struct str chosen; /* the key's text; empty: one is made, ... */
	uint8_t secret[SECRET_SIZE]; /* ... of this */
};

struct key_create_out {
	struct admin_key key;
	char text[ADMIN_KEY_TEXT_SIZE]; /* if it was made; to be wiped */
};

struct key_find_in {
	struct str secret; /* the key's text */
};

struct key_find_out {
	struct admin_key key;
};

#endif
