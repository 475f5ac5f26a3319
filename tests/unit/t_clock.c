/*
 * t_clock.c: the two clocks agree with the system's.
 */
#include "base/base.h"
#include "unit.h"

#include "base/clock.h"

START_TEST(test_now_is_the_wall_clock)
{
	struct timespec before, after;
	int64_t now;

	clock_gettime(CLOCK_REALTIME, &before);
	now = clock_now_ms();
	clock_gettime(CLOCK_REALTIME, &after);
	ck_assert_int_ge(now, before.tv_sec * 1000 + before.tv_nsec / 1000000);
	ck_assert_int_le(now, after.tv_sec * 1000 + after.tv_nsec / 1000000);
}
END_TEST

START_TEST(test_mono_never_runs_backwards)
{
	int64_t start = clock_mono_ms(), last = start;

	while (last < start + 5) {
		int64_t now = clock_mono_ms();
		ck_assert_int_ge(now, last);
		last = now;
	}
}
END_TEST

/* Whatever the wall clock says: to a wait that went by it, this moment would
 * lie in 1970, and the wait be over at once. */
START_TEST(test_waits_go_by_the_clock_that_nobody_sets)
{
	pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	pthread_cond_t condition;
	int64_t until = clock_mono_ms() + 20;

	clock_condition_init(&condition);
	pthread_mutex_lock(&mutex);
	while (clock_condition_wait(&condition, &mutex, until))
		;
	pthread_mutex_unlock(&mutex);
	ck_assert_int_ge(clock_mono_ms(), until);
	pthread_cond_destroy(&condition);
}
END_TEST

START_TEST(test_units)
{
	ck_assert_int_eq(SECOND_MS, 1000);
	ck_assert_int_eq(MINUTE_MS, 60000);
	ck_assert_int_eq(HOUR_MS, 3600000);
	ck_assert_int_eq(DAY_MS, 86400000);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_now_is_the_wall_clock);
	tcase_add_test(tests, test_mono_never_runs_backwards);
	tcase_add_test(tests, test_waits_go_by_the_clock_that_nobody_sets);
	tcase_add_test(tests, test_units);
}

int main(void)
{
	return unit_run("clock", add);
}
