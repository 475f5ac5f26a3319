/*
 * t_role.c: which roles are predefined, and what they are called.
 */
#include "base/base.h"
#include "unit.h"

#include "core/grants.h"
#include "core/invite.h"
#include "core/role.h"

#define ORGANIZATION 17
#define PROJECT	     18
#define ORG_TEXT     "org-000000000000H"
#define PROJECT_TEXT "proj_000000000000J"

static const struct {
	int64_t role, project;
	const char *text, *alias;
} roles_known[] = {
	{ PREDEFINED_READER, 0,
	  "role-api-organization-reader__api-organization__" ORG_TEXT,
	  "role-api-organization-reader" },
	{ PREDEFINED_OWNER, 0,
	  "role-api-organization-owner__api-organization__" ORG_TEXT,
	  "role-api-organization-owner" },
	{ PREDEFINED_PROJECT_VIEWER, PROJECT,
	  "role-api-project-viewer__api-project__" PROJECT_TEXT,
	  "role-api-project-viewer" },
	{ PREDEFINED_PROJECT_MEMBER, PROJECT,
	  "role-api-project-member__api-project__" PROJECT_TEXT,
	  "role-api-project-member" },
	{ PREDEFINED_PROJECT_OWNER, PROJECT,
	  "role-api-project-owner__api-project__" PROJECT_TEXT,
	  "role-api-project-owner" },
};

START_TEST(test_predefined)
{
	int64_t number = roles_known[_i].role;
	int64_t project = roles_known[_i].project, first, last;
	struct assignable_role role =
	    role_predefined(number, ORGANIZATION, project);
	char text[ROLE_TEXT_SIZE];

	ck_assert(role_is_predefined(number));
	roles_predefined(project, &first, &last);
	ck_assert(number >= first && number <= last);
	ck_assert_str_eq(role_format(&role, text), roles_known[_i].text);
	ck_assert_int_eq(role_parse(str_of(text), ORGANIZATION, project),
			 number);
	ck_assert_int_eq(
	    role_parse(str_of(roles_known[_i].alias), ORGANIZATION, project),
	    number);
	/* another's, and one of what has no such role */
	ck_assert_int_eq(role_parse(str_of(text), 5, project ? 5 : 0), 0);
	ck_assert_int_eq(role_parse(str_of(roles_known[_i].alias), ORGANIZATION,
				    project ? 0 : PROJECT),
			 0);
	ck_assert_int_eq(role_of_stored(project != 0, role_stored(number)),
			 number);
	ck_assert(role_name_is_taken(str_of(role.name), project));
}
END_TEST

START_TEST(test_own)
{
	struct assignable_role role = { .id = 99, .project = PROJECT };
	char text[ROLE_TEXT_SIZE];

	ck_assert_str_eq(role_format(&role, text), "role_0000000000033");
	ck_assert_int_eq(role_parse(str_of(text), ORGANIZATION, PROJECT), 99);
	ck_assert_int_eq(role_parse(str_of(text), ORGANIZATION, 0), 99);
	ck_assert(!role_is_predefined(99));
	ck_assert(!role_is_predefined(0));
	ck_assert(!role_is_predefined(-1));
}
END_TEST

static const char *const no_roles[] = {
	"",
	"owner",
	"role_0000000000001", /* a predefined one's number */
	"role_0000000000000",
	"role_000000000003",
	"role-api-organization-",
	"role-api-organization-owner_",
	"role-api-organization-owner__",
	"role-api-organization-owner__api-organization__",
	"role-api-organization-owner__api-organization__org-000000000000I",
	"role-api-organization-owner__api-project__" PROJECT_TEXT,
	"role-api-organization-owner__api-organization__" ORG_TEXT "x",
	"role-api-organization-member",
	"role-api-organization-owner ",
	"Role-api-organization-owner",
	"role-api-project-owner",
};

START_TEST(test_what_is_no_role)
{
	ck_assert_int_eq(role_parse(str_of(no_roles[_i]), ORGANIZATION, 0), 0);
}
END_TEST

/* The numbers in the database. */
START_TEST(test_numbers_stay)
{
	ck_assert_int_eq(ORGANIZATION_ROLE_READER, 1);
	ck_assert_int_eq(ORGANIZATION_ROLE_OWNER, 2);
	ck_assert_int_eq(PRINCIPAL_USER, 0);
	ck_assert_int_eq(PRINCIPAL_GROUP, 1);
	ck_assert_int_eq(PROJECT_VIEWER, 2);
	ck_assert_int_eq(role_of_stored(false, ROLE_OWNER), PREDEFINED_OWNER);
	ck_assert_int_eq(role_of_stored(true, 99), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_predefined, 0, COUNT_OF(roles_known));
	tcase_add_test(tests, test_own);
	tcase_add_loop_test(tests, test_what_is_no_role, 0, COUNT_OF(no_roles));
	tcase_add_test(tests, test_numbers_stay);
}

int main(void)
{
	return unit_run("role", add);
}
