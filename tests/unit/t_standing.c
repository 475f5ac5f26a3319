/*
 * t_standing.c: what all roles of a person come to in a project, for every
 * combination of them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/standing.h"

enum { ROLES = ORGANIZATION_ROLE_OWNER + 1, STANDINGS = STANDING_OWNER + 1 };

static enum standing greater(enum standing a, enum standing b)
{
	return a > b ? a : b;
}

/* The `number`th combination. */
static struct standing_facts facts_of(int number)
{
	struct standing_facts facts;

	facts.organization = (enum organization_role)(number % ROLES);
	number /= ROLES;
	facts.organization_by_group = (enum organization_role)(number % ROLES);
	number /= ROLES;
	facts.project = (enum standing)(number % STANDINGS);
	facts.project_by_group = (enum standing)(number / STANDINGS);
	return facts;
}

START_TEST(test_the_strongest_counts)
{
	struct standing_facts facts = facts_of(_i);
	enum standing wanted = greater(facts.project, facts.project_by_group);

	if (facts.organization == ORGANIZATION_ROLE_OWNER ||
	    facts.organization_by_group == ORGANIZATION_ROLE_OWNER)
		wanted = STANDING_OWNER;
	if (facts.organization == ORGANIZATION_ROLE_NONE)
		wanted = STANDING_NONE; /* rows that were left behind */
	ck_assert_int_eq(standing_in_project(&facts), wanted);
}
END_TEST

START_TEST(test_each_role_in_a_project)
{
	ck_assert_int_lt(STANDING_NONE, standing_of(PROJECT_VIEWER));
	ck_assert_int_lt(standing_of(PROJECT_VIEWER),
			 standing_of(PROJECT_MEMBER));
	ck_assert_int_lt(standing_of(PROJECT_MEMBER),
			 standing_of(PROJECT_OWNER));
	ck_assert_int_eq(standing_of((enum project_role)7), STANDING_NONE);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_the_strongest_counts, 0,
			    ROLES * ROLES * STANDINGS * STANDINGS);
	tcase_add_test(tests, test_each_role_in_a_project);
}

int main(void)
{
	return unit_run("standing", add);
}
