/*
 * admin_keys.h: the verbs of admin keys.
 *
 *	key_create	ORGANIZATION_NOT_FOUND, KEY_EXISTS, USER_NOT_FOUND,
 *			USER_NOT_OWNER
 *	key_revoke	id_in; KEY_NOT_FOUND
 *	key_delete	the same, but for the last one in force, and the last
 *			that does not expire: LAST_KEY
 *	key_touch	id_in; remembers when a key was used
 *	key_find	whose key is this? KEY_UNKNOWN
 *	key_get		id_in; KEY_NOT_FOUND
 *	key_list	of struct admin_key; in either order
 *
 * A key that was revoked is only listed where it is asked for.
 */
#ifndef STORE_ADMIN_KEYS_H
#define STORE_ADMIN_KEYS_H

#include "base/str.h"
#include "core/key.h"
#include "core/organization.h"
#include "store/verb.h"

struct key_create_in {
	const char *name;
	struct str chosen; /* its text; empty: made of this: */
	uint8_t secret[SECRET_SIZE];
	bool has_user;	  /* else it is for the owner of the asking key */
	int64_t user;	  /* for whom */
	int64_t lifetime; /* seconds; 0: for ever */
};

struct key_create_out {
	struct admin_key key;
	char text[KEY_TEXT_SIZE]; /* if it was made; to be wiped */
};

struct key_out {
	struct admin_key key;
};

struct key_list_in {
	struct list_in page;
	bool revoked_too;
};

struct key_find_in {
	uint8_t hash[SHA256_SIZE]; /* of the key's text */
};

struct key_find_out {
	struct admin_key key;
};

#endif
