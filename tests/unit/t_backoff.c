/*
 * t_backoff.c: pauses grow, never beyond the ceiling, never below three
 * quarters.
 */
#include "base/base.h"
#include "unit.h"

#include "core/backoff.h"

static const struct {
	int attempt;
	int64_t first, longest;
} delays[] = {
	{ 1, 30000, 30000 },
	{ 2, 30000, 60000 },
	{ 3, 30000, 120000 },
	{ 7, 30000, 1920000 },
	{ 8, 30000, BACKOFF_CEILING_MS },
	{ 9, 30000, BACKOFF_CEILING_MS },
	{ 63, 30000, BACKOFF_CEILING_MS },
	{ 64, 30000, BACKOFF_CEILING_MS },
	{ 1000000, 30000, BACKOFF_CEILING_MS },
	{ INT32_MAX, 1, BACKOFF_CEILING_MS },
	{ 1, BACKOFF_CEILING_MS, BACKOFF_CEILING_MS },
	{ 1, BACKOFF_CEILING_MS + 1, BACKOFF_CEILING_MS },
	{ 5, INT64_MAX, BACKOFF_CEILING_MS },
	{ 0, 30000, 30000 },
	{ -5, 30000, 30000 },
	{ 1, 1, 1 },
	{ 3, 1, 4 },
	{ 1, 0, 0 },
	{ 100, 0, 0 },
	{ 3, -1, 0 },
	{ 3, INT64_MIN, 0 },
};

START_TEST(test_delay_between_three_quarters_and_all)
{
	int64_t longest = delays[_i].longest;

	for (uint64_t random = 0; random < 2000; random++) {
		uint64_t spread = random * 0x9E3779B97F4A7C15u;
		int64_t delay = backoff_delay_ms(delays[_i].attempt,
						 delays[_i].first, spread);
		if (delay > longest || delay < longest - longest / 4)
			ck_abort_msg("%jd ms", (intmax_t)delay);
	}
}
END_TEST

START_TEST(test_both_ends_are_reached)
{
	ck_assert_int_eq(backoff_delay_ms(1, 1000, 0), 1000);
	ck_assert_int_eq(backoff_delay_ms(1, 1000, 250), 750);
	ck_assert_int_eq(backoff_delay_ms(1, 1000, 251), 1000);
	ck_assert_int_eq(backoff_delay_ms(2, 1000, 500), 1500);
}
END_TEST

static const struct {
	int attempts;
	int64_t first;
	bool exhausted;
} ends[] = {
	{ 0, 30000, false },
	{ 1, 30000, false },
	{ 54, 30000, false }, /* 30 s to 32 min, then 47 hours: 2 days */
	{ 55, 30000, true },
	{ 56, 30000, true },
	{ INT32_MAX, 30000, true },
	{ 59, 1000, false },
	{ 60, 1000, true },
	{ 48, BACKOFF_CEILING_MS, false },
	{ 49, BACKOFF_CEILING_MS, true },
	{ 60, 0, false },
	{ 100, 0, true },
	{ -1, 30000, false },
};

START_TEST(test_exhausted_after_so_many_attempts)
{
	ck_assert(backoff_exhausted(ends[_i].attempts, ends[_i].first) ==
		  ends[_i].exhausted);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_delay_between_three_quarters_and_all, 0,
			    COUNT_OF(delays));
	tcase_add_test(tests, test_both_ends_are_reached);
	tcase_add_loop_test(tests, test_exhausted_after_so_many_attempts, 0,
			    COUNT_OF(ends));
}

int main(void)
{
	return unit_run("backoff", add);
}
