/*
 * t_metric.c: what Prometheus reads.
 */
#include "base/base.h"

#include <check.h>

#include "base/metric.h"

static const struct metric gauge = { "mails", METRIC_GAUGE, "Mails." };
static const struct metric calls = { "calls_total", METRIC_COUNTER, "Calls." };
static const struct metric sizes = { "size", METRIC_HISTOGRAM, "Sizes." };

static void assert_text(struct buf *out, const char *wanted)
{
	buf_add_char(out, '\0');
	ck_assert(buf_ok(out));
	ck_assert_str_eq(out->data, wanted);
	buf_release(out);
}

START_TEST(test_one_number)
{
	struct buf out;

	buf_init(&out, 1000);
	metric_write(&out, &gauge, 7);
	assert_text(&out, "# HELP mails Mails.\n# TYPE mails gauge\nmails 7\n");
}
END_TEST

START_TEST(test_labels)
{
	struct buf out;

	buf_init(&out, 1000);
	metric_begin(&out, &calls);
	metric_add(&out, &calls, "verb", "get", 1);
	metric_add(&out, &calls, "verb", "put", 0);
	assert_text(&out, "# HELP calls_total Calls.\n"
			  "# TYPE calls_total counter\n"
			  "calls_total{verb=\"get\"} 1\n"
			  "calls_total{verb=\"put\"} 0\n");
}
END_TEST

START_TEST(test_histogram)
{
	const int64_t buckets[] = { 3, 0, 2 }; /* 1, 1, 1, 4, 3 */
	struct buf out;

	buf_init(&out, 1000);
	metric_write_histogram(&out, &sizes, buckets, COUNT_OF(buckets), 10);
	assert_text(&out, "# HELP size Sizes.\n# TYPE size histogram\n"
			  "size_bucket{le=\"1\"} 3\n"
			  "size_bucket{le=\"2\"} 3\n"
			  "size_bucket{le=\"4\"} 5\n"
			  "size_bucket{le=\"+Inf\"} 5\n"
			  "size_sum 10\nsize_count 5\n");
}
END_TEST

START_TEST(test_times)
{
	static const struct metric times = { "took_seconds", METRIC_HISTOGRAM,
					     "Times." };
	static const struct metric_bound bounds[] = { { 500, "0.0005" },
						      { 1000000, "1" } };
	const int64_t buckets[] = { 3, 2, 1 };
	struct buf out;

	buf_init(&out, 1000);
	metric_add_times(&out, &times, "a=\"b\"", bounds, COUNT_OF(bounds),
			 buckets, 12000034);
	assert_text(&out, "took_seconds_bucket{a=\"b\",le=\"0.0005\"} 3\n"
			  "took_seconds_bucket{a=\"b\",le=\"1\"} 5\n"
			  "took_seconds_bucket{a=\"b\",le=\"+Inf\"} 6\n"
			  "took_seconds_sum{a=\"b\"} 12.000034\n"
			  "took_seconds_count{a=\"b\"} 6\n");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("metric");
	TCase *tests = tcase_create("metric");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tests);
	tcase_add_test(tests, test_one_number);
	tcase_add_test(tests, test_labels);
	tcase_add_test(tests, test_histogram);
	tcase_add_test(tests, test_times);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? 0 : 1;
}
