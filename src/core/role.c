/*
 * role.c: the predefined roles, and what roles are called.
 */
#include "base/base.h"

#include "core/role.h"

#include "core/grants.h"
#include "core/id.h"
#include "core/invite.h"

static const char *const organization_role_words[] = {
	[ORGANIZATION_ROLE_READER] = "reader",
	[ORGANIZATION_ROLE_OWNER] = "owner",
};

static const char *const principal_words[] = {
	[PRINCIPAL_USER] = "user",
	[PRINCIPAL_GROUP] = "group",
};

const struct vocabulary organization_roles =
    OPTIONAL_VOCABULARY(organization_role_words);
const struct vocabulary principal_types = VOCABULARY(principal_words);

static const struct predefined {
	const char *name, *description, *permissions;
	int64_t stored; /* as rows have it */
} predefined[ROLE_IDS] = {
	[PREDEFINED_READER] = { "reader", "Is in the organization.", "",
				ROLE_READER },
	[PREDEFINED_OWNER] = { "owner",
			       "Manages the organization, and is an owner of "
			       "each of its projects.",
			       "api.management.read\napi.management.write",
			       ROLE_OWNER },
	[PREDEFINED_PROJECT_VIEWER] = { "viewer", "Looks at the project.", "",
					PROJECT_VIEWER },
	[PREDEFINED_PROJECT_MEMBER] = { "member", "Works in the project.", "",
					PROJECT_MEMBER },
	[PREDEFINED_PROJECT_OWNER] = { "owner", "Manages the project.", "",
				       PROJECT_OWNER },
};

bool role_is_predefined(int64_t role)
{
	return role > 0 && role < ROLE_IDS;
}

void roles_predefined(int64_t project, int64_t *ret_first, int64_t *ret_last)
{
	*ret_first = project ? PREDEFINED_PROJECT_VIEWER : PREDEFINED_READER;
	*ret_last = project ? PREDEFINED_PROJECT_OWNER : PREDEFINED_OWNER;
}

bool role_is_of(int64_t role, int64_t project)
{
	int64_t first, last;

	roles_predefined(project, &first, &last);
	return role >= first && role <= last;
}

struct assignable_role role_predefined(int64_t role, int64_t organization,
				       int64_t project)
{
	const struct predefined *known =
	    &predefined[role_is_predefined(role) ? role : 0];

	return (struct assignable_role){
		.id = role,
		.organization = organization,
		.project = project,
		.name = known->name,
		.description = known->description,
		.permissions = known->permissions,
	};
}

int64_t role_of_stored(bool of_project, int64_t stored)
{
	int64_t first, last;

	roles_predefined(of_project, &first, &last);
	for (int64_t role = first; role <= last; role++) {
		if (predefined[role].stored == stored)
			return role;
	}
	return 0;
}

int64_t role_stored(int64_t role)
{
	return predefined[role_is_predefined(role) ? role : 0].stored;
}

/* The predefined one of this name; 0 where there is none. */
static int64_t find_predefined(struct str name, int64_t project)
{
	int64_t first, last;

	roles_predefined(project, &first, &last);
	for (int64_t role = first; role <= last; role++) {
		if (str_is(name, predefined[role].name))
			return role;
	}
	return 0;
}

bool role_name_is_taken(struct str name, int64_t project)
{
	return find_predefined(name, project) != 0;
}

/* ---- ids as text ---- */

#define RESOURCE_OF(project) ((project) ? "project" : "organization")

const char *role_format(const struct assignable_role *role,
			char out[ROLE_TEXT_SIZE])
{
	const char *of = RESOURCE_OF(role->project);
	char id[ID_TEXT_SIZE];

	if (!role_is_predefined(role->id)) {
		snprintf(out, ROLE_TEXT_SIZE, "%s",
			 id_format(ID_ROLE, role->id, id));
		return out;
	}
	id_format(role->project ? ID_PROJECT : ID_ORGANIZATION,
		  role->project ? role->project : role->organization, id);
	snprintf(out, ROLE_TEXT_SIZE, "role-api-%s-%s__api-%s__%s", of,
		 role->name, of, id);
	return out;
}

/* Takes `prefix` off the front; false where it is not there. */
static bool cut_prefix(struct str *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (!str_starts_with(*text, prefix))
		return false;
	*text = (struct str){ text->data + len, text->len - len };
	return true;
}

/* Whether the suffix of a predefined role's id names this project, or the
 * organization. */
static bool is_of(struct str text, int64_t organization, int64_t project)
{
	int64_t id;

	return cut_prefix(&text,
			  project ? "_api-project__" : "_api-organization__") &&
	       id_parse(project ? ID_PROJECT : ID_ORGANIZATION, text, &id) &&
	       id == (project ? project : organization);
}

int64_t role_parse(struct str text, int64_t organization, int64_t project)
{
	struct str name, of;
	int64_t id;

	if (id_parse(ID_ROLE, text, &id))
		return role_is_predefined(id) ? 0 : id;
	if (!cut_prefix(&text, project ? "role-api-project-"
				       : "role-api-organization-"))
		return 0;
	if (str_cut(text, '_', &name, &of) && !is_of(of, organization, project))
		return 0;
	return find_predefined(name, project);
}
