/*
 * t_flood.c: how many unknown keys are looked for, and who gets how many.
 */
#include "base/base.h"
#include "unit.h"

#include "gate/flood.h"

static struct flood *flood;

static void start(void)
{
	flood = flood_new();
	ck_assert_ptr_nonnull(flood);
}

static void end(void)
{
	flood_free(flood);
}

/* How many of `count` are admitted, of sources from `first` on, in turn. */
static int admitted(uint64_t first, uint64_t sources, int count, int64_t now)
{
	struct charge charge;
	int yes = 0;

	for (int i = 0; i < count; i++)
		yes += flood_admits(flood, first + (uint64_t)i % sources, now,
				    &charge);
	return yes;
}

START_TEST(test_never_more_than_so_many_a_second)
{
	int seconds = 10, yes = 0;

	for (int ms = 0; ms < seconds * 1000; ms += 10)
		yes += admitted((uint64_t)ms, 1000, 1000, ms);
	ck_assert_int_le(yes, seconds * LOOKUPS_MAX);
	ck_assert_int_ge(yes, seconds * LOOKUPS_MAX * 9 / 10);
}
END_TEST

/* However much the others take. */
START_TEST(test_a_new_source_finds_room)
{
	for (uint64_t sources = 1; sources <= 8; sources++)
		ck_assert_int_gt(admitted(sources, 1, 1000, 0), 0);
}
END_TEST

START_TEST(test_what_was_right_is_given_back)
{
	struct charge charge;

	for (int i = 0; i < 10 * LOOKUPS_MAX; i++) {
		ck_assert(flood_admits(flood, 7, 0, &charge));
		flood_give_back(flood, &charge);
	}
	/* What is given back late is gone. */
	ck_assert(flood_admits(flood, 7, 0, &charge));
	(void)admitted(7, 1, 1, 1000);
	flood_give_back(flood, &charge);
	ck_assert_int_le(admitted(7, 1, 1000, 1000), LOOKUPS_MAX / 2);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_never_more_than_so_many_a_second);
	tcase_add_test(tests, test_a_new_source_finds_room);
	tcase_add_test(tests, test_what_was_right_is_given_back);
}

int main(void)
{
	return unit_run("flood", add);
}
