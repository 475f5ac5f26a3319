/*
 * standing.h: what a person may do in a project, all roles together.
 *
 * An owner of the organization is owner of each of its projects. Otherwise the
 * strongest of the person's own role in the project and the roles of their
 * groups counts. Custom roles add nothing, see role.h. Whether the project is
 * archived does not matter here.
 */
#ifndef CORE_STANDING_H
#define CORE_STANDING_H

#include "core/grants.h"
#include "core/role.h"
#include "core/vocabulary.h"

/* In ascending order of strength. */
enum standing {
	STANDING_NONE,
	STANDING_VIEWER,
	STANDING_MEMBER,
	STANDING_OWNER
};

/* What the API calls them. */
extern const struct vocabulary standings;

struct standing_facts {
	/* The person's own role; none: not a member of the organization. */
	enum organization_role organization;
	/* The strongest that any of the person's groups has. */
	enum organization_role organization_by_group;
	enum standing project, project_by_group; /* likewise */
};

enum standing standing_in_project(const struct standing_facts *facts);

/* The standing that one role in a project gives, without any other. */
enum standing standing_of(enum project_role role);

#endif
