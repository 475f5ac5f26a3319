/*
 * project_keys.h: the verbs of projects' keys, of people and of service
 * accounts.
 *
 *	project_key_create	for a user; PROJECT_NOT_FOUND, PROJECT_ARCHIVED,
 *				PROJECT_USER_NOT_FOUND, KEY_LIFETIME_ABOVE_MAX
 *	project_key_get		API_KEY_NOT_FOUND
 *	project_key_list	of struct shown_key
 *	project_key_find	id_in; of whatever organization and whether in
 *				force or not; API_KEY_NOT_FOUND
 *	project_key_update	API_KEY_NOT_FOUND, API_KEY_EXPIRED,
 *				PROJECT_ARCHIVED, KEY_LIFETIME_ABOVE_MAX
 *	project_key_rotate	makes one more like it, and has it end soon;
 *				API_KEY_NOT_FOUND, API_KEY_EXPIRED,
 *				PROJECT_ARCHIVED, API_KEY_ROTATED while there is
 *				one that was made so
 *	project_key_delete	API_KEY_NOT_FOUND
 *
 * and each: PROJECT_NOT_FOUND. Of all projects of an organization:
 *
 *	project_keys_end	those that were made before a time, in batches
 *
 * A key that was revoked is not there any more.
 */
#ifndef STORE_PROJECT_KEYS_H
#define STORE_PROJECT_KEYS_H

#include "core/access.h"
#include "core/audit.h"
#include "core/key.h"
#include "store/verb.h"

#define PROJECT_KEY_NAME "Secret Key" /* unless it is given one */

/* With all that decides about it. */
struct shown_key {
	struct project_key key;
	enum standing standing; /* of its owner, in the project */
	bool archived;		/* the project is */
	const char *owner_name, *owner_email;
	int64_t owner_since; /* Unix seconds */
};

/* What a new key is made from. */
struct new_key {
	const char *name;   /* or NULL */
	const char *scopes; /* or NULL */
	const char *models; /* likewise */
	int64_t lifetime;   /* seconds; 0: for ever */
	uint8_t secret[SECRET_SIZE];
};

struct project_key_create_in {
	struct new_key made;
	int64_t project, user;
};

struct project_key_out { /* of project_key_get and _update */
	struct shown_key shown;
};

struct project_key_create_out { /* of project_key_rotate, too */
	struct shown_key shown;
	char text[KEY_TEXT_SIZE];
};

/* What a text has to be compared with, and until when it counts. */
struct found_key {
	struct shown_key shown;
	const char *project_name;
	uint8_t secret_hash[SHA256_SIZE]; /* of the key's text */
	int64_t generation; /* of the organization's rights: gate.h */
};

struct project_key_in { /* of project_key_get and _delete */
	int64_t project, id;
};

struct project_keys_end_in {
	int64_t made_before;	     /* Unix seconds */
	struct project_key_in after; /* the last that was looked at; 0 */
};

struct project_keys_end_out {
	size_t count; /* of those that were ended */
	struct project_key_in last;
	bool has_more;
};

struct project_key_update_in {
	int64_t project, id;
	const char *scopes; /* NULL: unchanged; "": none from now on */
	const char *models; /* likewise */
	int64_t lifetime;   /* from now on; 0: it stays */
};

struct project_key_rotate_in {
	uint8_t secret[SECRET_SIZE]; /* of the new one */
	int64_t project, id;
	/* Seconds for which the old one still works, if `has_grace`; else
	 * KEY_GRACE */
	int64_t grace;
	bool has_grace;
};

/* The words of the API's filter. */
enum owner_access { OWNER_ACTIVE, OWNER_INACTIVE, OWNER_ANY };
extern const struct vocabulary owner_accesses;

struct project_key_list_in {
	struct list_in page;
	int64_t project;
	/* Without it: only keys whose owner has access to the project now. */
	bool by_access;
	enum owner_access access;
};

/* ---- private to store/ ---- */

struct work;

/* RESULT_OK, PROJECT_NOT_FOUND or API_KEY_NOT_FOUND. */
enum result find_project_key(const struct work *work, int64_t project,
			     int64_t id,
			     struct shown_key *ret_shown) MUST_CHECK;

/* A key that may be changed or rotated: these results, DAMAGED,
 * PROJECT_ARCHIVED or API_KEY_EXPIRED. */
enum result find_changeable_key(const struct work *work, int64_t project,
				int64_t id,
				struct shown_key *ret_shown) MUST_CHECK;

/* Revokes the key, and writes the event. */
void revoke_project_key(const struct work *work, const struct project_key *key);

/* Writes what an update or a rotation changed in it. */
void write_project_key(const struct work *work, const struct project_key *key);

/* An event about the key; `detail` may be NULL. */
void remember_project_key(const struct work *work, enum audit_type type,
			  const struct project_key *key, const char *detail);

/* How long a new key of the project may live: seconds; 0: for ever. */
int64_t longest_key_life(const struct work *work, int64_t project);

/*
 * The longest lifetime of a new key is the lesser of the organization's and the
 * project's limits. A lifetime that is asked for has to be within it, and is
 * set to it if none is: RESULT_OK, or KEY_LIFETIME_ABOVE_MAX.
 */
enum result limit_lifetime(const struct work *work, int64_t project,
			   int64_t *lifetime) MUST_CHECK;

/* Creates the key, whose project and owner are filled in; writes its text. */
void insert_project_key(const struct work *work, const struct new_key *made,
			struct project_key *key, char text[KEY_TEXT_SIZE]);

#endif
