/*
 * standing.c: all roles together.
 */
#include "base/base.h"

#include "core/standing.h"

static const char *const standing_words[] = {
	[STANDING_NONE] = "none",
	[STANDING_VIEWER] = "viewer",
	[STANDING_MEMBER] = "member",
	[STANDING_OWNER] = "owner",
};

const struct vocabulary standings = VOCABULARY(standing_words);

enum standing standing_of(enum project_role role)
{
	switch (role) {
	case PROJECT_VIEWER:
		return STANDING_VIEWER;
	case PROJECT_MEMBER:
		return STANDING_MEMBER;
	case PROJECT_OWNER:
		return STANDING_OWNER;
	}
	return STANDING_NONE;
}

enum standing standing_in_project(const struct standing_facts *facts)
{
	if (facts->organization == ORGANIZATION_ROLE_NONE)
		return STANDING_NONE;
	if (facts->organization == ORGANIZATION_ROLE_OWNER ||
	    facts->organization_by_group == ORGANIZATION_ROLE_OWNER)
		return STANDING_OWNER;
	return facts->project > facts->project_by_group
		   ? facts->project
		   : facts->project_by_group;
}
