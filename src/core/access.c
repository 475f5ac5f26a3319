/*
 * access.c: whether a project's key opens the project.
 */
#include "base/base.h"

#include "core/access.h"

static const char *const account_role_words[] = {
	[ACCOUNT_NONE] = "none",
	[ACCOUNT_MEMBER] = "member",
	[ACCOUNT_OWNER] = "owner",
};

static const char *const given_words[] = {
	[ACCOUNT_MEMBER] = "member",
	[ACCOUNT_OWNER] = "owner",
};

const struct vocabulary account_roles = VOCABULARY(account_role_words);
const struct vocabulary given_account_roles = OPTIONAL_VOCABULARY(given_words);

enum standing account_standing(enum account_role role)
{
	switch (role) {
	case ACCOUNT_MEMBER:
		return STANDING_MEMBER;
	case ACCOUNT_OWNER:
		return STANDING_OWNER;
	case ACCOUNT_NONE:
		break;
	}
	return STANDING_NONE;
}

static const struct {
	const char *scope;
	enum permission permits;
} scopes[] = {
	{ "model.read", PERMISSION_READ },
	{ "api.all.read", PERMISSION_READ },
	{ "model.request", PERMISSION_REQUEST },
	{ "gate.check", PERMISSION_CHECK },
};

/* Whether one of the lines is `wanted`. */
static bool has_line(const char *lines, struct str wanted)
{
	struct str rest = str_of(lines), line;
	bool more = true;

	while (more) {
		more = str_cut(rest, '\n', &line, &rest);
		if (str_eq(line, wanted))
			return true;
	}
	return false;
}

static bool key_permits(const struct project_key *key, enum permission wanted)
{
	if (wanted == PERMISSION_ANY || !key->scopes)
		return wanted != PERMISSION_CHECK;
	if (wanted == PERMISSION_MODEL)
		return key_permits(key, PERMISSION_READ) &&
		       key_permits(key, PERMISSION_REQUEST);
	for (size_t i = 0; i < COUNT_OF(scopes); i++) {
		if (scopes[i].permits == wanted &&
		    has_line(key->scopes, str_of(scopes[i].scope)))
			return true;
	}
	return false;
}

const char *model_check(struct str name)
{
	if (name.len == 0 || name.len > MODEL_MAX_OCTETS)
		return "the name of a model has 1 to 96 characters";
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] <= ' ' || name.data[i] > '~' ||
		    name.data[i] == ',')
			return "the name of a model is of visible ASCII "
			       "characters, without a comma";
	}
	return NULL;
}

static bool key_has_model(const struct project_key *key, struct str model)
{
	return !key->models || model.len == 0 || has_line(key->models, model);
}

/* A viewer of a project cannot have models work for them there. */
static bool owner_permits(enum standing owner, enum permission wanted)
{
	return owner > STANDING_VIEWER || wanted == PERMISSION_ANY ||
	       wanted == PERMISSION_READ;
}

enum access access_of_owner(enum standing owner, bool archived)
{
	if (archived)
		return ACCESS_PROJECT_ARCHIVED;
	return owner == STANDING_NONE ? ACCESS_OWNER_INACTIVE : ACCESS_ALLOWED;
}

enum access access_decide(const struct access_question *question)
{
	const struct project_key *key = question->key;
	enum access of_owner =
	    access_of_owner(question->owner, question->archived);

	if (key->revoked_at)
		return ACCESS_REVOKED;
	if (key->expires_at && question->now >= key->expires_at)
		return ACCESS_EXPIRED;
	if (question->project && question->project != key->project)
		return ACCESS_WRONG_PROJECT;
	if (of_owner != ACCESS_ALLOWED)
		return of_owner;
	if (!key_permits(key, question->wanted) ||
	    !owner_permits(question->owner, question->wanted))
		return ACCESS_INSUFFICIENT_SCOPE;
	if (!key_has_model(key, question->model))
		return ACCESS_MODEL_NOT_ALLOWED;
	return ACCESS_ALLOWED;
}

/* ---- warnings ---- */

#define DAY (24 * 60 * 60)

static const int64_t warned_before[] = { 14 * DAY, 3 * DAY, DAY };

struct key_warning key_warning_at(const struct project_key *key, int64_t now)
{
	struct key_warning warning = { .given = key->warned };
	int64_t end = key->expires_at;

	for (int64_t i = key->warned;
	     end > now && i < (int64_t)COUNT_OF(warned_before); i++) {
		int64_t at = end - warned_before[i];

		if (key->lifetime <= warned_before[i])
			continue;
		if (at > now) {
			warning.next_at = at;
			break;
		}
		warning.due = true;
		warning.given = i + 1;
	}
	return warning;
}
