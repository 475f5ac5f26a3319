/*
 * access.h: whether a project's key opens the project.
 *
 * One function decides, for everybody who asks, from the present state: the
 * decision is not stored. So a key whose owner has left the project opens
 * nothing, and opens it again once the owner is back.
 */
#ifndef CORE_ACCESS_H
#define CORE_ACCESS_H

#include "base/base.h"
#include "base/str.h"
#include "core/standing.h"
#include "core/vocabulary.h"

/* Stored as numbers: never renumber. */
enum account_role { ACCOUNT_NONE = 0, ACCOUNT_MEMBER = 1, ACCOUNT_OWNER = 2 };

/* The second: those that can be assigned, and none. */
extern const struct vocabulary account_roles, given_account_roles;

/* A member of a project that is a program. */
struct service_account {
	int64_t id, organization, project;
	const char *name;
	enum account_role role;
	int64_t created_at; /* Unix seconds */
};

enum standing account_standing(enum account_role role);

#define SCOPES_MAX 4096 /* octets of all scopes of a key */

/*
 * The models that a key is restricted to: names as the model server has them.
 * They stand in a header of the gate's answer, so their number is limited, and
 * they hold no character that would end a header or an item of it.
 */
#define MODELS_MAX	 24
#define MODEL_MAX_OCTETS 96

/* NULL if `text` can be a model's name; else why not (static), to follow
 * "Invalid '...': ". */
const char *model_check(struct str name) MUST_CHECK;

struct project_key {
	int64_t id, organization, project;
	int64_t user, service_account; /* whose it is; one of them is 0 */
	const char *name, *redacted;
	const char *scopes;   /* what it is restricted to, each on a line; NULL:
			       * to nothing */
	const char *models;   /* likewise: the models */
	int64_t created_at;   /* Unix seconds */
	int64_t last_used_at; /* to the minute; 0 = never */
	int64_t revoked_at;   /* 0 = it was not */
	int64_t expires_at;   /* 0 = never */
	int64_t lifetime;     /* seconds, as it was given last; 0 = for ever */
	int64_t warn_at;      /* its owner is to be told of the end; 0 = no */
	int64_t warned;	      /* how many of the warnings were given */
	int64_t replaced_by;  /* the key that it was rotated for; 0 = it was not */
};

/*
 * The owner of a key is told of its end 14 days before, 3 days before, and on
 * the last day: each once, but no warning whose time is about the key's whole
 * lifetime. If several are due at once, only the last of them is given.
 */
struct key_warning {
	bool due;
	int64_t given;	 /* what `warned` is then */
	int64_t next_at; /* what `warn_at` is then */
};

struct key_warning key_warning_at(const struct project_key *key, int64_t now);

/* What a key can be used for. Scopes of other names are kept, and permit
 * nothing here. */
enum permission {
	PERMISSION_ANY,	    /* whatever it permits */
	PERMISSION_READ,    /* model.read, or api.all.read */
	PERMISSION_REQUEST, /* model.request */
	PERMISSION_MODEL,   /* both: the caller did not say which */
	PERMISSION_CHECK    /* gate.check, which is never implied */
};

enum access {
	ACCESS_ALLOWED,
	ACCESS_REVOKED,
	ACCESS_EXPIRED,
	ACCESS_WRONG_PROJECT,
	ACCESS_PROJECT_ARCHIVED,
	ACCESS_OWNER_INACTIVE, /* has no part in the project now */
	ACCESS_INSUFFICIENT_SCOPE,
	ACCESS_MODEL_NOT_ALLOWED
};

#define ACCESS_NO_PROJECT (-1) /* no key is of it */

struct access_question {
	const struct project_key *key;
	enum standing owner; /* of the key's owner, in the key's project */
	bool archived;	     /* the key's project is */
	int64_t project;     /* which is wanted; 0: the key's own */
	enum permission wanted;
	struct str model; /* which is wanted; empty: nobody knows, or none */
	int64_t now;	  /* Unix seconds */
};

enum access access_decide(const struct access_question *question);

/* The part that depends on the owner, not on the key: what
 * `owner_project_access` shows. */
enum access access_of_owner(enum standing owner, bool archived);

#endif
