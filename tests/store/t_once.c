/*
 * t_once.c: writes that are done once, however often they are asked for.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/organizations/organizations.h"
#include "base/clock.h"

static struct store_op project_op(struct once *once, const char *body)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = body;
	*once =
	    (struct once){ .id = OFFSET_OF(struct project, id, int64_t) + 1 };
	memset(once->key, 7, sizeof(once->key));
	sha256(str_of(body), once->body);
	op.once = once;
	return op;
}

START_TEST(test_a_repeat_is_told_the_id)
{
	struct once first, second;
	struct store_op one = project_op(&first, "Apollo");
	struct store_op two = project_op(&second, "Apollo");

	assert_granted(&one);
	ck_assert(!first.known);
	assert_granted(&two);
	ck_assert(second.known);
	ck_assert_int_eq(second.target, out_of(&one, project)->id);
	ck_assert_int_eq(rows("once"), 1);
	ck_assert_int_eq(rows("project WHERE name = 'Apollo'"), 1);
}
END_TEST

START_TEST(test_another_body_is_refused)
{
	struct once once;
	struct store_op one = project_op(&once, "Apollo");

	assert_granted(&one);
	one = project_op(&once, "Gemini");
	assert_ends(&one, RESULT_IDEMPOTENCY_KEY_REUSED);
	ck_assert_int_eq(rows("project WHERE name = 'Gemini'"), 0);
}
END_TEST

START_TEST(test_another_organization_has_keys_of_its_own)
{
	struct once once;
	struct store_op one = project_op(&once, "Apollo");
	struct store_op two;

	assert_granted(&one);
	two = project_op(&once, "Gemini");
	two.organization = add_organization("Other");
	two.actor.key = 0;
	assert_granted(&two);
	ck_assert(!once.known);
}
END_TEST

/* Refused: nothing is kept, and it may be tried again. */
START_TEST(test_what_is_refused_leaves_nothing)
{
	struct once once = { .again = false };
	struct store_op op = by_id(&verb_project_archive, 4711);

	op.once = &once;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	ck_assert_int_eq(rows("once"), 0);
}
END_TEST

START_TEST(test_old_ones_go_when_new_ones_come)
{
	struct once once;
	struct store_op op;

	for (int i = 0; i < 12; i++) {
		op = project_op(&once, "Apollo");
		once.key[0] = (uint8_t)i;
		assert_granted(&op);
	}
	ck_assert_int_eq(rows("once"), 12);
	op = project_op(&once, "Apollo");
	op.now_ms += DAY_MS + SECOND_MS;
	once.key[0] = 3; /* too old, so it is new */
	assert_granted(&op);
	ck_assert(!once.known);
	ck_assert_int_eq(rows("once"), 12 - 8);
	ck_assert_int_eq(rows("project WHERE name = 'Apollo'"), 13);
}
END_TEST

START_TEST(test_old_ones_go_where_none_come_any_more)
{
	struct once once;
	struct store_op op, tidy = op_of(&verb_organization_tidy);

	for (int i = 0; i < 12; i++) {
		op = project_op(&once, "Apollo");
		once.key[0] = (uint8_t)i;
		assert_granted(&op);
	}
	tidy.now_ms += DAY_MS - SECOND_MS;
	assert_granted(&tidy);
	ck_assert_int_eq(rows("once"), 12);
	tidy.now_ms += 2 * SECOND_MS;
	assert_granted(&tidy);
	ck_assert_int_eq(rows("once"), 0);
}
END_TEST

/* Together with creates that have none. */
START_TEST(test_among_many)
{
	struct store_op ops[6], *all[COUNT_OF(ops)];
	struct once onces[COUNT_OF(ops)] = { { .again = false } };
	char address[32];

	for (size_t i = 0; i < COUNT_OF(ops); i++) {
		snprintf(address, sizeof(address), "u%zu@example.com", i / 2);
		ops[i] = invite_op(address);
		onces[i].key[0] = (uint8_t)(i / 2);
		onces[i].id =
		    OFFSET_OF(struct invite_create_out, invite.id, int64_t) + 1;
		if (i < 4)
			ops[i].once = &onces[i];
		all[i] = &ops[i];
	}
	store_call_many(f.port, all, COUNT_OF(ops));
	for (size_t i = 0; i < COUNT_OF(ops); i++)
		ck_assert_int_eq(ops[i].result, RESULT_OK);
	ck_assert(onces[1].known && onces[3].known && !onces[5].known);
	ck_assert_int_eq(onces[3].target,
			 out_of(&ops[2], invite_create_out)->invite.id);
	ck_assert_int_eq(rows("once"), 2);
	ck_assert_int_eq(rows("invite"), 3);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_a_repeat_is_told_the_id);
	tcase_add_test(tests, test_another_body_is_refused);
	tcase_add_test(tests, test_another_organization_has_keys_of_its_own);
	tcase_add_test(tests, test_what_is_refused_leaves_nothing);
	tcase_add_test(tests, test_old_ones_go_when_new_ones_come);
	tcase_add_test(tests, test_old_ones_go_where_none_come_any_more);
	tcase_add_test(tests, test_among_many);
}

int main(int argc, char **argv)
{
	return store_tests("once", argc, argv, add);
}
