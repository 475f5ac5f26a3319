/*
 * t_standing.c: what somebody may do in a project, by the rows that say so: an
 * owner of the organization, a role of one's own, roles through groups.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/members/standing.h"

#define GROUP 5000 /* the first of two */

static int64_t ada, project;

static enum standing standing_now(int64_t user, int64_t in)
{
	struct store_op op = op_of(&verb_standing_get);

	*in_of(&op, standing_get_in) = (struct standing_get_in){ user, in };
	assert_granted(&op);
	return out_of(&op, standing_out)->standing;
}

/* Ada, a reader in no project but the default one, and in two groups. */
static void start(void)
{
	ada = member("ada@example.com");
	project = add_project("Apollo");
	for (int number = 0; number < 2; number++) {
		sql("INSERT INTO \"group\"(id, organization, name, created_at)"
		    " VALUES(%d, %lld, 'Group', 1)",
		    GROUP + number, (long long)f.organization);
		sql("INSERT INTO group_user(organization, \"group\", \"user\","
		    " added_at) VALUES(%lld, %d, %lld, 1)",
		    (long long)f.organization, GROUP + number, (long long)ada);
	}
}

static void put_into_project(int64_t user, enum project_role role)
{
	sql("INSERT INTO project_user(organization, project, \"user\", role,"
	    " added_at) VALUES(%lld, %lld, %lld, %d, 1)",
	    (long long)f.organization, (long long)project, (long long)user,
	    (int)role);
}

static void put_group_into_project(int number, enum project_role role)
{
	sql("INSERT INTO project_group(organization, project, \"group\", role,"
	    " added_at) VALUES(%lld, %lld, %d, %d, 1)",
	    (long long)f.organization, (long long)project, GROUP + number,
	    (int)role);
}

START_TEST(test_by_a_role_of_ones_own)
{
	start();
	ck_assert_int_eq(standing_now(ada, project), STANDING_NONE);
	ck_assert_int_eq(standing_now(ada, f.project), STANDING_MEMBER);
	put_into_project(ada, (enum project_role)_i);
	ck_assert_int_eq(standing_now(ada, project),
			 standing_of((enum project_role)_i));
}
END_TEST

START_TEST(test_by_groups)
{
	start();
	put_group_into_project(0, PROJECT_VIEWER);
	ck_assert_int_eq(standing_now(ada, project), STANDING_VIEWER);
	put_group_into_project(1, PROJECT_MEMBER);
	ck_assert_int_eq(standing_now(ada, project), STANDING_MEMBER);
	put_into_project(ada, PROJECT_OWNER);
	ck_assert_int_eq(standing_now(ada, project), STANDING_OWNER);
	ck_assert_int_eq(standing_now(member("bob@example.com"), project),
			 STANDING_NONE);
}
END_TEST

START_TEST(test_by_owning_the_organization)
{
	start();
	put_into_project(ada, PROJECT_VIEWER);
	sql("UPDATE \"group\" SET role = 1 WHERE id = %d", GROUP);
	ck_assert_int_eq(standing_now(ada, project), STANDING_VIEWER);
	sql(_i == 0 ? "UPDATE \"group\" SET role = 2 WHERE name = 'Group'"
		    : "UPDATE \"user\" SET role = 1");
	ck_assert_int_eq(standing_now(ada, project), STANDING_OWNER);
}
END_TEST

/* What is left of somebody counts for nothing. */
START_TEST(test_of_nobody)
{
	start();
	put_into_project(77, PROJECT_OWNER);
	ck_assert_int_eq(standing_now(77, project), STANDING_NONE);
	ck_assert_int_eq(standing_now(ada, 77), STANDING_NONE);
	sql("DELETE FROM project_user WHERE \"user\" = 77");
}
END_TEST

/* An invite does not take what somebody has. */
START_TEST(test_the_stronger_role_stays)
{
	static const enum project_role had[] = { PROJECT_VIEWER, PROJECT_MEMBER,
						 PROJECT_OWNER };
	const struct grant grant = { f.project, PROJECT_MEMBER };
	struct store_op op = invite_op("ada@example.com"), accept;
	int64_t user;

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(1, &grant);
	assert_granted(&op);
	user = member("bob@example.com");
	sql("UPDATE \"user\" SET email_key = 'ada@example.com'");
	sql("UPDATE project_user SET role = %d", (int)had[_i]);
	accept = answer_op(&verb_invitation_accept, token_of(&op));
	assert_granted(&accept);
	ck_assert_int_eq(standing_now(user, f.project), had[_i] == PROJECT_OWNER
							    ? STANDING_OWNER
							    : STANDING_MEMBER);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_by_a_role_of_ones_own, PROJECT_MEMBER,
			    PROJECT_VIEWER + 1);
	tcase_add_test(tests, test_by_groups);
	tcase_add_loop_test(tests, test_by_owning_the_organization, 0, 2);
	tcase_add_test(tests, test_of_nobody);
	tcase_add_loop_test(tests, test_the_stronger_role_stays, 0, 3);
}

int main(int argc, char **argv)
{
	return store_tests("standing", argc, argv, add);
}
