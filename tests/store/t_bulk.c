/*
 * t_bulk.c: many creates, all or none.
 */
#include "base/base.h"
#include "fixture.h"

static enum result result_of(const struct store_op *all, size_t line)
{
	return out_of(all, invite_create_all_out)->results[line];
}

static const struct invite_create_out *line_of(const struct store_op *all,
					       size_t line)
{
	return &out_of(all, invite_create_all_out)->lines[line];
}

static void assert_nothing_new(void)
{
	ck_assert_int_eq(rows("invite WHERE email LIKE 'new%'"), 0);
	ck_assert_int_eq(rows("outbox"), 1);
}

START_TEST(test_all_are_made)
{
	struct store_op lines[] = { invite_op("ada@example.com"),
				    invite_op("bob@example.com"),
				    invite_op("cy@example.com") };
	struct store_op all;

	in_of(&lines[2], invite_create_in)->queue_mail = false;
	all = invite_all_op(lines, COUNT_OF(lines));
	assert_granted(&all);
	ck_assert(all.mail_queued);
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		ck_assert_int_eq(result_of(&all, i), RESULT_OK);
		ck_assert(line_of(&all, i)->created);
		ck_assert_str_eq(
		    line_of(&all, i)->invite.email,
		    in_of(&lines[i], invite_create_in)->email.typed);
	}
	ck_assert(line_of(&all, 2)->link);
	ck_assert_int_eq(rows("outbox"), 2);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 3);
	assert_granted(&all);
	ck_assert(!line_of(&all, 0)->created);
	ck_assert_int_eq(rows("invite"), 3);
}
END_TEST

/* Each reason at once, and nothing is written. */
START_TEST(test_one_that_is_refused_refuses_all)
{
	struct store_op lines[] = {
		invite_op("new1@example.com"), invite_op("member@example.com"),
		invite_op("ada@example.com"),  invite_op("new2@example.com"),
		invite_op("new3@example.com"), invite_op("new3@example.com"),
	};
	static const enum result wanted[] = {
		RESULT_OK,
		RESULT_USER_EXISTS,
		RESULT_INVITE_EXISTS,
		RESULT_PROJECT_NOT_FOUND,
		RESULT_OK,
		RESULT_INVITE_EXISTS,
	};
	const struct grant nowhere = { 4711, PROJECT_MEMBER };
	struct store_op all, there = invited("ada@example.com");

	(void)member("member@example.com");
	in_of(&lines[2], invite_create_in)->role = ROLE_OWNER;
	in_of(&lines[3], invite_create_in)->default_project = false;
	in_of(&lines[3], invite_create_in)->grants = grants_of(1, &nowhere);
	in_of(&lines[5], invite_create_in)->role = ROLE_OWNER;
	all = invite_all_op(lines, COUNT_OF(lines));
	assert_ends(&all, RESULT_INVITES_REFUSED);
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		ck_assert_int_eq(result_of(&all, i), wanted[i]);
	ck_assert_int_eq(line_of(&all, 2)->invite.id,
			 out_of(&there, invite_create_out)->invite.id);
	assert_nothing_new();
}
END_TEST

START_TEST(test_one_refused_at_the_door_refuses_all)
{
	struct store_op lines[] = { invite_op("new1@example.com"),
				    invite_op("new2@example.com") };
	struct store_op all, there = invited("ada@example.com");

	(void)there;
	all = invite_all_op(lines, COUNT_OF(lines));
	in_of(&all, invite_create_all_in)->lines[1] = NULL;
	in_of(&all, invite_create_all_in)->refused = true;
	assert_ends(&all, RESULT_INVITES_REFUSED);
	ck_assert_int_eq(result_of(&all, 0), RESULT_OK);
	assert_nothing_new();
}
END_TEST

START_TEST(test_a_line_that_is_repeated)
{
	struct store_op lines[] = { invite_op("Ada@example.com"),
				    invite_op("bob@example.com"),
				    invite_op("ada@EXAMPLE.com") };
	struct store_op all = invite_all_op(lines, COUNT_OF(lines));

	assert_granted(&all);
	ck_assert(line_of(&all, 0)->created);
	ck_assert(!line_of(&all, 2)->created);
	ck_assert_int_eq(line_of(&all, 0)->invite.id,
			 line_of(&all, 2)->invite.id);
	ck_assert_str_eq(line_of(&all, 2)->invite.email, "Ada@example.com");
	ck_assert_int_eq(rows("invite"), 2);
	ck_assert_int_eq(rows("outbox"), 2);
}
END_TEST

START_TEST(test_a_repeated_line_may_replace_what_the_first_grants)
{
	struct store_op lines[] = { invite_op("ada@example.com"),
				    invite_op("ada@example.com") };
	struct store_op all;

	in_of(&lines[1], invite_create_in)->role = ROLE_OWNER;
	in_of(&lines[1], invite_create_in)->replace = true;
	all = invite_all_op(lines, COUNT_OF(lines));
	assert_granted(&all);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(invite_now(line_of(&all, 0)->invite.id).role,
			 ROLE_OWNER);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_all_are_made);
	tcase_add_test(tests, test_one_that_is_refused_refuses_all);
	tcase_add_test(tests, test_one_refused_at_the_door_refuses_all);
	tcase_add_test(tests, test_a_line_that_is_repeated);
	tcase_add_test(tests,
		       test_a_repeated_line_may_replace_what_the_first_grants);
}

int main(int argc, char **argv)
{
	return store_tests("bulk", argc, argv, add);
}
