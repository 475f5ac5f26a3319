/*
 * t_census.c: slices of a count become a whole, whoever brings them.
 */
#include "base/base.h"
#include "unit.h"

#include "http/census.h"

static const struct census_out first = { .invites.by_status = { 3, 1, 0, 0 },
					 .invites_next = 50,
					 .seats = { 1, 10, 9, 900000 },
					 .seats_next = 7 },
			       last = { .invites.by_status = { 1, 0, 2, 0 },
					.seats = { 1, 30, 3, 100000 } };

static const char *shown(const struct census *census)
{
	static char text[4096];
	struct buf out;

	buf_init(&out, sizeof(text) - 1);
	census_metrics(census, 90000, &out);
	ck_assert(buf_ok(&out));
	memcpy(text, out.data ? out.data : "", out.len);
	text[out.len] = '\0';
	buf_release(&out);
	return text;
}

START_TEST(test_nothing_is_said_before_a_round_has_ended)
{
	struct census census = { .invites_at_ms = 0 };
	struct census_in in = census.next;

	ck_assert_str_eq(shown(&census), "");
	census_add(&census, &in, &first, 1000);
	ck_assert_str_eq(shown(&census), "");
	ck_assert_int_eq(census.next.invites_after, 50);
	ck_assert_int_eq(census.next.seats_after, 7);
}
END_TEST

START_TEST(test_a_round_is_the_sum_of_its_slices)
{
	struct census census = { .invites_at_ms = 0 };
	struct census_in in = census.next;
	const char *text;

	census_add(&census, &in, &first, 1000);
	in = census.next;
	census_add(&census, &in, &last, 60000);
	text = shown(&census);
	ck_assert_ptr_nonnull(
	    strstr(text, "\ninvited_invites{status=\"pending\"} 4\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\ninvited_invites{status=\"expired\"} 2\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\ninvited_invites_age_seconds 30\n"));
	ck_assert_ptr_nonnull(strstr(text, "\ninvited_seats_limit 40\n"));
	ck_assert_ptr_nonnull(strstr(text, "\ninvited_seats_taken 12\n"));
	ck_assert_ptr_nonnull(
	    strstr(text, "\ninvited_seats_fullest_ratio 0.900000\n"));
	ck_assert_int_eq(census.next.invites_after, 0);
}
END_TEST

START_TEST(test_a_slice_that_was_overtaken_adds_nothing)
{
	struct census census = { .invites_at_ms = 0 };
	const struct census_in mine = census.next, theirs = census.next;

	census_add(&census, &theirs, &first, 1000);
	census_add(&census, &mine, &first, 1000);
	ck_assert_int_eq(census.invites_so_far.by_status[0], 3);
	ck_assert_int_eq(census.seats_so_far.taken, 9);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_nothing_is_said_before_a_round_has_ended);
	tcase_add_test(tests, test_a_round_is_the_sum_of_its_slices);
	tcase_add_test(tests, test_a_slice_that_was_overtaken_adds_nothing);
}

int main(void)
{
	return unit_run("census", add);
}
