/*
 * t_duration.c: durations as an operator writes them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/duration.h"

static const struct {
	const char *text;
	int64_t seconds; /* 0: refused */
} durations[] = {
	{ "1", 1 },
	{ "90", 90 },
	{ "90s", 90 },
	{ "15m", 900 },
	{ "12h", 43200 },
	{ "7d", 604800 },
	{ "0007d", 604800 },
	{ "9223372036854775807", INT64_MAX },
	{ "9223372036854775807s", INT64_MAX },
	{ "106751991167300d", 106751991167300 * 86400 },
	{ "106751991167301d", 0 },
	{ "9223372036854775808", 0 },
	{ "153722867280912931m", 0 },
	{ "", 0 },
	{ "s", 0 },
	{ "d", 0 },
	{ "0", 0 },
	{ "0d", 0 },
	{ "-1", 0 },
	{ "-1d", 0 },
	{ "+1d", 0 },
	{ "1.5h", 0 },
	{ "1h30m", 0 },
	{ "1dd", 0 },
	{ "1D", 0 },
	{ "1w", 0 },
	{ "1 d", 0 },
	{ " 1d", 0 },
	{ "1d ", 0 },
	{ "0x10", 0 },
	{ "1e3", 0 },
	{ "inf", 0 },
};

START_TEST(test_durations)
{
	int64_t seconds = 1234;
	bool ok = duration_parse(str_of(durations[_i].text), &seconds);

	ck_assert(ok == (durations[_i].seconds != 0));
	ck_assert_int_eq(seconds, ok ? durations[_i].seconds : 1234);
}
END_TEST

START_TEST(test_nul)
{
	int64_t seconds;

	ck_assert(!duration_parse(STR("1d\0"), &seconds));
	ck_assert(!duration_parse((struct str){ NULL, 0 }, &seconds));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_durations, 0, COUNT_OF(durations));
	tcase_add_test(tests, test_nul);
}

int main(void)
{
	return unit_run("duration", add);
}
