/*
 * role.h: roles that can be assigned, to users and to groups, in the
 * organization or in one of its projects.
 *
 * Some are predefined. They are stored in the row of the user, project user or
 * group that has them, so that there are two views of one fact. Others are an
 * organization's own: they have a name and a list of permissions, which are
 * stored and shown; nothing here acts on them.
 *
 * A role is a number: below ROLE_IDS one of the predefined ones, else the id of
 * an own one.
 */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include "base/base.h"
#include "base/str.h"
#include "core/vocabulary.h"

/* A role in the organization, for somebody who may have none. Stored as
 * numbers: never renumber. */
enum organization_role {
	ORGANIZATION_ROLE_NONE = 0,
	ORGANIZATION_ROLE_READER = 1,
	ORGANIZATION_ROLE_OWNER = 2
};

extern const struct vocabulary organization_roles;

/* In the order in which lists have them. */
enum predefined_role {
	PREDEFINED_READER = 1, /* of the organization */
	PREDEFINED_OWNER,
	PREDEFINED_PROJECT_VIEWER,
	PREDEFINED_PROJECT_MEMBER,
	PREDEFINED_PROJECT_OWNER,
	ROLE_IDS
};

/* To whom one can be assigned. Stored as numbers: never renumber. */
enum principal_type { PRINCIPAL_USER = 0, PRINCIPAL_GROUP = 1 };

extern const struct vocabulary principal_types;

#define ROLE_NAME_MAX	     256 /* octets */
#define ROLE_DESCRIPTION_MAX 1024
#define ROLE_PERMISSIONS_MAX 256 /* of a role */

/* One that can be assigned, whether predefined or not. */
struct assignable_role {
	int64_t id, organization;
	int64_t project; /* whose role it is; 0: the organization's */
	const char *name;
	const char *description; /* or NULL */
	const char *permissions; /* in the order of their being sent, each
				  * on a line of its own */
	int64_t created_at, updated_at; /* Unix seconds; 0 = predefined */
};

bool role_is_predefined(int64_t role);

/* The predefined ones of an organization (0) or of a project are those from
 * `*ret_first` to `*ret_last`. */
void roles_predefined(int64_t project, int64_t *ret_first, int64_t *ret_last);

/* Whether a predefined one is among those. */
bool role_is_of(int64_t role, int64_t project);

/* The description of a predefined one, as a role of the organization or project
 * given. */
struct assignable_role role_predefined(int64_t role, int64_t organization,
				       int64_t project);

/* The predefined role of the number that a row has for it (enum role of a user,
 * enum project_role in a project), and back. */
int64_t role_of_stored(bool of_project, int64_t stored);
int64_t role_stored(int64_t role);

/* Whether a predefined role of the organization or of this project, 0, has
 * this name, so that no other can. */
bool role_name_is_taken(struct str name, int64_t project);

#define ROLE_TEXT_SIZE 96 /* enough for any role's id and its NUL */

/*
 * The text of a role's id. Predefined ones are called
 * "role-api-organization-owner__api-organization__org-..." and
 * "role-api-project-member__api-project__proj_...".
 */
const char *role_format(const struct assignable_role *role,
			char out[ROLE_TEXT_SIZE]);

/*
 * The number behind it, which may be an own one's; 0 where it is no role of
 * this organization (project 0) or project. The suffix of a predefined one may
 * be left out: "role-api-project-member".
 */
int64_t role_parse(struct str text, int64_t organization, int64_t project);

#endif
