/*
 * t_slow.c: reads that may take long: which of them do, who stands before whom,
 * what nobody waits for any more, and how many may wait. The worst of them
 * never ends.
 */
#include "base/base.h"
#include "fixture.h"

#include <sched.h>
#include <stdatomic.h>

#include "store/lane.h"
#include "store/organizations/audit_logs.h"
#include "store/work.h"

STATEMENT(endless, .text = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT)"
			   " UNION ALL SELECT i + 1 FROM n)"
			   " SELECT count(*) FROM n");

static atomic_bool begun;

static enum result ask_endless(struct work *work, const void *in, void *out)
{
	struct statement *st = db_statement(work->db, &sql_endless);

	(void)in;
	(void)out;
	begun = true;
	return db_row(work->db, st) ? RESULT_OK : RESULT_STORE_UNAVAILABLE;
}

static bool always(const void *in)
{
	(void)in;
	return true;
}

static const struct verb endless = {
	.name = "endless",
	.index = VERB_outbox_count,
	.flags = VERB_READ,
	.slow = always,
	.run = ask_endless,
};

/* Of an organization that nobody knows. */
static struct store_op question(const struct verb *verb, int64_t organization)
{
	struct store_op op = op_of(verb);

	op.organization = organization;
	return op;
}

static void wait_until_begun(void)
{
	while (!begun)
		sched_yield();
}

/* Until `count` have come back. */
static void collect(size_t count)
{
	while (count > 0) {
		struct store_op *op = store_collect(f.port);

		if (!op)
			sched_yield();
		for (; op; op = op->next)
			count--;
	}
}

START_TEST(test_one_organization_does_not_stand_before_another)
{
	struct store_op long_one = question(&endless, 1);
	struct store_op behind = question(&endless, 1);
	struct store_op short_one = question(&verb_outbox_count, 2);

	ck_assert(!store_submit(f.port, &long_one));
	ck_assert(!store_submit(f.port, &behind));
	store_call(f.port, &short_one);
	ck_assert_int_eq(short_one.result, RESULT_OK);
	store_drop(f.port, &behind);
	store_drop(f.port, &long_one);
	collect(2);
}
END_TEST

START_TEST(test_what_nobody_waits_for_is_stopped)
{
	struct store_op running = question(&endless, 1);
	struct store_op waiting = question(&endless, 1);
	struct store_op next = question(&verb_outbox_count, 1);

	ck_assert(!store_submit(f.port, &running));
	wait_until_begun();
	ck_assert(!store_submit(f.port, &waiting));
	store_drop(f.port, &waiting);
	collect(1);
	ck_assert_int_eq(waiting.result, RESULT_STORE_BUSY);
	store_drop(f.port, &running);
	collect(1);
	ck_assert_int_ne(running.result, RESULT_OK);
	store_call(f.port, &next);
	ck_assert_int_eq(next.result, RESULT_OK);
	ck_assert(store_healthy(f.store, NULL));
}
END_TEST

START_TEST(test_few_wait_and_the_rest_is_refused)
{
	struct store_op ops[LANE_SHARE + 1], more = question(&endless, 1);
	struct store_op other = question(&verb_outbox_count, 2);

	for (size_t i = 0; i < COUNT_OF(ops); i++) {
		ops[i] = question(&endless, 1);
		ck_assert(!store_submit(f.port, &ops[i]));
		wait_until_begun(); /* the first; the others wait */
	}
	ck_assert(store_submit(f.port, &more));
	ck_assert_int_eq(more.result, RESULT_STORE_BUSY);
	store_call(f.port, &other);
	ck_assert_int_eq(other.result, RESULT_OK);
	store_refuse_slow(f.store);
	collect(COUNT_OF(ops));
}
END_TEST

START_TEST(test_a_stop_waits_for_none)
{
	struct store_op running = question(&endless, 1);
	struct store_op waiting = question(&endless, 1);
	struct store_op late = question(&verb_outbox_count, 1);
	struct store_op read = list_op(&verb_project_list, 0, 1);

	ck_assert(!store_submit(f.port, &running));
	ck_assert(!store_submit(f.port, &waiting));
	wait_until_begun();
	store_refuse_slow(f.store);
	collect(2);
	ck_assert(store_submit(f.port, &late));
	ck_assert_int_eq(late.result, RESULT_STORE_BUSY);
	assert_granted(&read);
}
END_TEST

/* More events than are looked at where everybody waits, all newer than those
 * that there are. */
static void add_events(void)
{
	f.engine->sql(
	    f.url,
	    arena_printf(&f.arena,
			 "INSERT INTO audit(id, organization, at, actor, type,"
			 " target) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
			 " SELECT i + 1 FROM n WHERE i < 1000)"
			 " SELECT m.id + i, %lld, 1, 1, 17, 1 FROM n,"
			 " (SELECT max(id) AS id FROM audit) m",
			 (long long)f.organization));
}

/* The newest event of a type. */
static struct store_op look_for(enum audit_type type)
{
	struct store_op op = list_op(&verb_audit_log_list, 0, 1);

	in_of(&op, audit_log_list_in)->ours = true;
	in_of(&op, audit_log_list_in)->types =
	    (struct audit_filter){ true, 1, { type } };
	return op;
}

START_TEST(test_what_is_found_in_a_page_waits_for_nobody)
{
	struct store_op running = question(&endless, f.organization);
	struct store_op near = look_for(AUDIT_PROJECT_UPDATED);

	add_events();
	ck_assert(!store_submit(f.port, &running));
	wait_until_begun();
	store_call(f.port, &near);
	ck_assert_int_eq(near.result, RESULT_OK);
	ck_assert_uint_eq(out_of(&near, list_out)->count, 1);
	store_drop(f.port, &running);
	collect(1);
}
END_TEST

START_TEST(test_what_lies_farther_is_found_in_the_lane)
{
	struct store_op running = question(&endless, f.organization);
	struct store_op far = look_for(AUDIT_ORGANIZATION_CREATED);
	struct store_op again = look_for(AUDIT_ORGANIZATION_CREATED);

	add_events();
	ck_assert(!store_submit(f.port, &running));
	wait_until_begun();
	ck_assert(!store_submit(f.port, &far));
	store_idle(f.port);
	store_drop(f.port, &far);
	collect(1);
	ck_assert_int_eq(far.result, RESULT_STORE_BUSY);
	store_drop(f.port, &running);
	collect(1);
	store_call(f.port, &again);
	ck_assert_int_eq(again.result, RESULT_OK);
	ck_assert_uint_eq(out_of(&again, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&again, audit_log)->type,
			 AUDIT_ORGANIZATION_CREATED);
}
END_TEST

/* Of one of them there are more events than are looked at where everybody
 * waits, and none of them is wanted. */
START_TEST(test_several_things_are_searched_to_their_ends)
{
	struct store_op op = look_for(AUDIT_ORGANIZATION_CREATED);

	in_of(&op, audit_log_list_in)->resources =
	    (struct audit_filter){ true, 2, { 1, f.organization } };
	add_events();
	store_call(f.port, &op);
	ck_assert_int_eq(op.result, RESULT_OK);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, audit_log)->target, f.organization);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_what_is_found_in_a_page_waits_for_nobody);
	tcase_add_test(tests, test_what_lies_farther_is_found_in_the_lane);
	tcase_add_test(tests, test_several_things_are_searched_to_their_ends);
	tcase_add_test(tests,
		       test_one_organization_does_not_stand_before_another);
	tcase_add_test(tests, test_what_nobody_waits_for_is_stopped);
	tcase_add_test(tests, test_few_wait_and_the_rest_is_refused);
	tcase_add_test(tests, test_a_stop_waits_for_none);
}

int main(int argc, char **argv)
{
	return store_tests("slow", argc, argv, add);
}
