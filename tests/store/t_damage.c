/*
 * t_damage.c: nothing in the database is believed: a row with a number that
 * stands for no word, or is out of bounds, is answered as damaged and left as
 * it is, the rows beside it as ever, and `invited check` names it.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/members/users.h"
#include "store/organizations/organizations.h"
#include "store/projects/projects.h"

static const char *const invite_damages[] = {
	"role = 2",
	"role = -1",
	"state = 4",
	"state = -1",
	"delivery = 5",
	"delivery = -7",
	"role = 1099511627776",
	"delivery_attempts = 4294967296",
	"created_at = -1",
	"projects = '[[1,9]]'",
	"projects = 'x'",
	"projects = '[[-5,0]]'",
	"skipped = '=abc'",
};

static void damage(const char *set, int64_t invite)
{
	sql("UPDATE invite SET %s WHERE id = %lld", set, (long long)invite);
}

/* Before the end of a test, which looks for damage. */
static void mend(void)
{
	sql("UPDATE invite SET role = 0, state = 0, delivery = 1,"
	    " delivery_attempts = 0, created_at = 1, projects = '[]',"
	    " skipped = NULL");
}

START_TEST(test_a_damaged_invite_is_answered_as_such)
{
	struct store_op one = invited("one@example.com");
	struct store_op two = invited("two@example.com"), op;
	struct token token = token_of(&one);
	int64_t id = token.invite;

	damage(invite_damages[_i], id);
	op = by_id(&verb_invite_get, id);
	assert_ends(&op, RESULT_DAMAGED);
	op = by_id(&verb_invite_delete, id);
	assert_ends(&op, RESULT_DAMAGED);
	op = answer_op(&verb_invitation_lookup, token);
	assert_ends(&op, RESULT_DAMAGED);
	op = answer_op(&verb_invitation_accept, token);
	assert_ends(&op, RESULT_DAMAGED);
	op = answer_op(&verb_invitation_decline, token);
	assert_ends(&op, RESULT_DAMAGED);
	op = invite_op("one@example.com");
	assert_ends(&op, RESULT_DAMAGED);
	ck_assert_int_eq(rows("\"user\""), 0);
	ck_assert_int_eq(rows("outbox"), 2);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 2);
	/* The others are as they were. */
	op = by_id(&verb_invite_get, token_of(&two).invite);
	assert_granted(&op);
	op = answer_op(&verb_invitation_accept, token_of(&two));
	assert_granted(&op);
	mend();
	sql("DELETE FROM invite");
	sql("DELETE FROM outbox");
}
END_TEST

static int64_t new_invite(int i)
{
	struct store_op op =
	    invited(arena_printf(&f.arena, "user%d@example.com", i));

	return token_of(&op).invite;
}

START_TEST(test_a_list_goes_on_past_a_damaged_invite)
{
	struct store_op op;
	int64_t ids[5];

	for (int i = 0; i < 5; i++)
		ids[i] = new_invite(i);
	damage("role = 9", ids[2]);
	op = list_op(&verb_invite_list, 0, 10);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 4);
	ck_assert(!out_of(&op, list_out)->has_more);
	ck_assert_int_eq(rows_of(&op, invite)[2].id, ids[1]);
	/* A page that it is on says that there is more. */
	op = list_op(&verb_invite_list, ids[4], 2);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	ck_assert_int_eq(rows_of(&op, invite)[1].id, ids[1]);
	ck_assert(out_of(&op, list_out)->has_more);
	/* One that holds nothing else must not look like the end. */
	damage("role = 9", ids[1]);
	op = list_op(&verb_invite_list, ids[3], 1);
	assert_ends(&op, RESULT_DAMAGED);
	mend();
}
END_TEST

START_TEST(test_a_damaged_invites_mail_waits)
{
	struct store_op one = invited("one@example.com"), op;

	(void)invited("two@example.com");
	damage("role = 9", token_of(&one).invite);
	op = claim_op(10, MINUTE_MS);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 1);
	ck_assert_int_eq(rows("outbox"), 2);
	op = claim_op(10, MINUTE_MS);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 0);
	mend();
}
END_TEST

/* Of three members, the newest is damaged: a page of one is not the last. */
START_TEST(test_a_list_of_people_goes_on_past_a_damaged_one)
{
	int64_t oldest = member("ada@example.com"), newest;
	struct store_op op;

	(void)member("bob@example.com");
	newest = member("carl@example.com");
	sql("UPDATE \"user\" SET role = 2 WHERE id = %lld", (long long)newest);
	op = list_op(&verb_user_list, 0, 2);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	ck_assert(out_of(&op, list_out)->has_more);
	ck_assert_int_eq(rows_of(&op, user)[1].id, oldest);
	sql("UPDATE \"user\" SET role = 0");
}
END_TEST

START_TEST(test_damaged_people_and_projects)
{
	int64_t user = member("ada@example.com");
	struct store_op op;

	sql("UPDATE \"user\" SET role = 2");
	op = by_id(&verb_user_get, user);
	assert_ends(&op, RESULT_DAMAGED);
	op = list_op(&verb_user_list, 0, 10);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	op = invite_op("ada@example.com");
	assert_ends(&op, RESULT_DAMAGED);
	sql("UPDATE \"user\" SET role = 0");
	sql("UPDATE project_user SET role = 3");
	op = list_op(&verb_project_user_list, 0, 10);
	in_of(&op, project_user_list_in)->project = f.project;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	sql("UPDATE project_user SET role = 0");
	sql("UPDATE project SET residency = 16");
	op = by_id(&verb_project_get, f.project);
	assert_ends(&op, RESULT_DAMAGED);
	sql("UPDATE project SET residency = 15");
	assert_granted(&op);
}
END_TEST

static int faults(char *text, size_t size)
{
	struct fail fail;
	FILE *out = fmemopen(text, size, "w");
	int count = store_check(f.store, out, &fail);

	fclose(out);
	return count;
}

START_TEST(test_check_names_row_and_column)
{
	struct store_op op = invited("one@example.com");
	char text[1024] = "", row[64];

	snprintf(row, sizeof(row), "invite %lld: its column role holds",
		 (long long)token_of(&op).invite);
	ck_assert_int_eq(faults(text, sizeof(text)), 0);
	damage("role = 9", token_of(&op).invite);
	ck_assert_int_eq(faults(text, sizeof(text)), 1);
	ck_assert_msg(strstr(text, row) != NULL, "%s", text);
	mend();
	sql("UPDATE project SET geography = 11");
	ck_assert_int_eq(faults(text, sizeof(text)), 1);
	ck_assert_ptr_nonnull(strstr(text, "its column geography holds"));
	sql("UPDATE project SET geography = 0");
}
END_TEST

/* SQLite alone keeps a text where a number belongs. */
START_TEST(test_a_text_is_not_a_number)
{
	static const char *const columns[] = { "state", "created_at" };
	struct store_op op = invited("one@example.com");
	char text[1024] = "", column[64];

	if (strcmp(f.engine->name, "sqlite") != 0)
		return;
	snprintf(column, sizeof(column), "%s = 'abc'", columns[_i]);
	damage(column, token_of(&op).invite);
	op = answer_op(&verb_invitation_accept, token_of(&op));
	assert_ends(&op, RESULT_DAMAGED);
	ck_assert_int_gt(faults(text, sizeof(text)), 0);
	snprintf(column, sizeof(column), "its column %s holds", columns[_i]);
	ck_assert_msg(strstr(text, column) != NULL, "%s", text);
	mend();
}
END_TEST

START_TEST(test_check_finds_who_is_in_a_group_and_is_not_there)
{
	int64_t user = member("ada@example.com");
	char text[1024] = "";

	sql("INSERT INTO \"group\"(id, organization, name, created_at)"
	    " VALUES(11, %lld, 'Group', 1)",
	    (long long)f.organization);
	sql("INSERT INTO group_user(organization, \"group\", \"user\","
	    " added_at) VALUES(%lld, 11, 12, 1)",
	    (long long)f.organization);
	sql("INSERT INTO group_user(organization, \"group\", \"user\","
	    " added_at) VALUES(%lld, 13, %lld, 1)",
	    (long long)f.organization, (long long)user);
	sql("INSERT INTO project_group(organization, project, \"group\", role,"
	    " added_at) VALUES(%lld, 14, 15, 0, 1)",
	    (long long)f.organization);
	ck_assert_int_eq(faults(text, sizeof(text)), 4);
	ck_assert_msg(
	    strstr(text, "group 11: user 12 does not exist\n") &&
		strstr(text, "group_user: group 13 does not exist\n") &&
		strstr(text, "project_group: project 14 does not exist\n") &&
		strstr(text, "project_group: group 15 does not exist\n"),
	    "%s", text);
	sql("DELETE FROM group_user");
	sql("DELETE FROM project_group");
}
END_TEST

/* What the verbs never leave behind: a role of nothing, and somebody with a
 * role who is not there, or not in its project. */
START_TEST(test_check_finds_roles_that_hang_on_nothing)
{
	static const char *const found[] = {
		"role: project 11 does not exist\n",
		"role_assignment: role 99 is not one of project 0",
		"role_assignment: role 21: principal 12 does not exist\n",
		"role_assignment: project 11: principal ",
	};
	long long organization = f.organization;
	long long user = member("ada@example.com");
	char text[2048] = "";

	sql("INSERT INTO role(id, organization, project, name, permissions,"
	    " created_at, updated_at) VALUES(21, %lld, 0, 'a', '', 1, 1)",
	    organization);
	sql("INSERT INTO role(id, organization, project, name, permissions,"
	    " created_at, updated_at) VALUES(22, %lld, 11, 'a', '', 1, 1)",
	    organization);
	sql("INSERT INTO role_assignment VALUES(%lld, 0, %lld, 0, 99, 1)",
	    organization, user);
	sql("INSERT INTO role_assignment VALUES(%lld, 1, 12, 0, 21, 1)",
	    organization);
	sql("INSERT INTO role_assignment VALUES(%lld, 0, %lld, 11, 22, 1)",
	    organization, user);
	ck_assert_int_eq(faults(text, sizeof(text)), COUNT_OF(found));
	for (size_t i = 0; i < COUNT_OF(found); i++)
		ck_assert_msg(strstr(text, found[i]) != NULL, "%s", text);
	sql("DELETE FROM role_assignment");
	sql("DELETE FROM role");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_a_damaged_invite_is_answered_as_such, 0,
			    COUNT_OF(invite_damages));
	tcase_add_test(tests, test_a_list_goes_on_past_a_damaged_invite);
	tcase_add_test(tests, test_a_damaged_invites_mail_waits);
	tcase_add_test(tests, test_a_list_of_people_goes_on_past_a_damaged_one);
	tcase_add_test(tests, test_damaged_people_and_projects);
	tcase_add_test(tests, test_check_names_row_and_column);
	tcase_add_loop_test(tests, test_a_text_is_not_a_number, 0, 2);
	tcase_add_test(tests,
		       test_check_finds_who_is_in_a_group_and_is_not_there);
	tcase_add_test(tests, test_check_finds_roles_that_hang_on_nothing);
}

int main(int argc, char **argv)
{
	return store_tests("damage", argc, argv, add);
}
