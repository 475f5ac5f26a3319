/*
 * organization.h: the things around an invite. Everything belongs to one
 * organization, and nothing outside of it is ever looked at.
 */
#ifndef CORE_ORGANIZATION_H
#define CORE_ORGANIZATION_H

#include "base/base.h"
#include "core/invite.h"
#include "core/residency.h"

#define NAME_MAX_OCTETS 256 /* of an organization, project, key or person */

struct organization {
	int64_t id;
	const char *name;
	int64_t created_at;	 /* Unix seconds */
	int64_t default_project; /* where invites without `projects` lead */
};

struct project {
	int64_t id, organization;
	const char *name;
	int64_t created_at, archived_at; /* Unix seconds; 0 = active */
	/* As the caller set them; nothing here acts on them. */
	enum residency residency;
	enum geography geography;
	const char *external_key_id; /* or NULL */
	/* The longest lifetime of its new keys, in seconds; 0: no limit. In an
	 * update, the bool says whether to set it. */
	int64_t max_key_lifetime;
	bool sets_max_key_lifetime;
};

/* A person in an organization: there since they accepted. Those who have left
 * stay on record, but are not shown anywhere. */
struct user {
	int64_t id, organization;
	const char *email, *name; /* name may be "" */
	enum role role;
	int64_t added_at, removed_at; /* Unix seconds; 0 = is a member */
	/* As the API calls it and as it was given; or NULL. */
	const char *technical_level, *developer_persona;
	/* At first those of the invite that they accepted; or NULL. */
	const char *metadata, *external_id;
};

/*
 * The last owner: an organization that has had an owner keeps one, a member
 * whose own role it is. What comes through a group does not count.
 *
 * The last key: an admin key that does not expire opens nothing any more when
 * its person is no owner. An organization that has such keys keeps one.
 *
 * RESULT_OK if `user` may cease to be an owner, however: by another role, by
 * leaving or by being removed; or RESULT_LAST_OWNER, or OWNER_OF_LAST_KEY.
 * `another_owner` is whether there is one besides, `has_last_key` whether all
 * those keys are theirs. Whoever asks holds the organization's rights row, so
 * that the other one does not go at the same time.
 */
enum result user_on_step_down(const struct user *user, bool another_owner,
			      bool has_last_key);

/* A person in a project. */
struct project_user {
	int64_t id; /* the user's */
	const char *email, *name;
	enum project_role role;
	int64_t added_at; /* Unix seconds */
};

struct admin_key {
	int64_t id, organization;
	const char *name, *redacted;
	int64_t created_at;   /* Unix seconds */
	int64_t last_used_at; /* to the minute; 0 = never */
	int64_t revoked_at;   /* 0 = it was not */
	int64_t expires_at;   /* 0 = never */
	int64_t user;	      /* whose it is; 0 = no person's */
	bool owned;	      /* `user` is an owner now */
	/* The name and address of `user`, or of the organization if it is no
	 * person's; only filled in where it will be shown. */
	const char *owner_name;
	int64_t owner_since; /* Unix seconds */
};

/*
 * Not revoked, not expired, and whoever it was made for is still an owner. The
 * one rule, with its wording in SQL (KEY_IN_FORCE in store/sql.h).
 */
bool admin_key_in_force(const struct admin_key *key, int64_t now_seconds);

/*
 * Whether a use of the key now should be recorded: at most once a minute, so
 * that a busy key costs nothing. A last use far in the future was recorded by a
 * wrong clock.
 */
#define KEY_USE_SECONDS	      60
#define KEY_USE_AHEAD_SECONDS 3600
bool key_use_is_news(int64_t last_used_at, int64_t now_seconds);

#endif
