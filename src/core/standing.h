/*
 * standing.h: what a person may do in a project, all roles together.
 *
 * An owner of the organization is owner of each of its projects. Besides, there
 * are the person's own role in the project, and those of the groups that the
 * person is in; the strongest counts. Custom roles add nothing: what they
 * permit is kept for those who ask, see role.h. Whether the project is archived
 * is another question.
 */
#ifndef CORE_STANDING_H
#define CORE_STANDING_H

#include "core/grants.h"
#include "core/role.h"
#include "core/vocabulary.h"

/* The stronger, the greater. */
enum standing {
	STANDING_NONE,
	STANDING_VIEWER,
	STANDING_MEMBER,
	STANDING_OWNER
};

/* What the API calls them. */
extern const struct vocabulary standings;

struct standing_facts {
	/* The person's own role; none: nobody who is in the organization. */
	enum organization_role organization;
	/* The strongest that any of the person's groups has. */
	enum organization_role organization_by_group;
	enum standing project, project_by_group; /* likewise */
};

enum standing standing_in_project(const struct standing_facts *facts);

/* What one role in a project comes to, for whoever has no other. */
enum standing standing_of(enum project_role role);

#endif
