/*
 * t_when.c: times as people read them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/language.h"
#include "core/when.h"

static const struct {
	int64_t seconds;
	const char *text, *iso;
} times[] = {
	{ 1763947596, "24 Nov 2025, 01:26 UTC", "2025-11-24T01:26:36Z" },
	{ 1767225599, "31 Dec 2025, 23:59 UTC", "2025-12-31T23:59:59Z" },
	{ 1767225600, "1 Jan 2026, 00:00 UTC", "2026-01-01T00:00:00Z" },
	{ 1, "1 Jan 1970, 00:00 UTC", "1970-01-01T00:00:01Z" },
	{ 253402300800, "1 Jan 10000, 00:00 UTC", "10000-01-01T00:00:00Z" },
	{ 0, "", "" },
	{ -1, "", "" },
	{ INT64_MIN, "", "" },
	{ INT64_MAX, "", "" },
};

START_TEST(test_times)
{
	struct when when;

	when_init(&when, &languages[0], times[_i].seconds);
	ck_assert_str_eq(when.text, times[_i].text);
	ck_assert_str_eq(when.iso, times[_i].iso);
}
END_TEST

#define DAY  86400
#define HOUR 3600

static const struct {
	int64_t seconds;
	const char *says;
} spans[] = {
	{ 365 * DAY, "365 days" },
	/* A week stays one while it is read. */
	{ 7 * DAY, "7 days" },
	{ 7 * DAY - 1, "7 days" },
	{ 7 * DAY - 12 * HOUR, "7 days" },
	{ 7 * DAY - 12 * HOUR - 1, "6 days" },
	/* Two of a unit are the least. */
	{ 2 * DAY, "2 days" },
	{ 2 * DAY - HOUR / 2, "2 days" },
	{ 2 * DAY - HOUR / 2 - 1, "47 hours" },
	{ DAY, "24 hours" },
	{ 2 * HOUR, "2 hours" },
	{ 2 * HOUR - 31, "119 minutes" },
	{ HOUR, "60 minutes" },
	{ 60, "1 minute" },
	{ 59, "1 minute" },
	{ 0, "1 minute" },
	{ -DAY, "1 minute" },
	{ INT64_MIN, "1 minute" },
	{ INT64_MAX, "106751991167301 days" },
};

START_TEST(test_spans)
{
	char out[WHEN_SIZE];

	when_span(&languages[0], spans[_i].seconds, out);
	ck_assert_str_eq(out, spans[_i].says);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_times, 0, COUNT_OF(times));
	tcase_add_loop_test(tests, test_spans, 0, COUNT_OF(spans));
}

int main(void)
{
	return unit_run("when", add);
}
