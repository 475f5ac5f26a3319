/*
 * t_report.c: what becomes of a delivery after an attempt.
 */
#include "base/base.h"
#include "unit.h"

#include "core/backoff.h"
#include "deliver/report.h"

#define RETRY_MS 1000

static struct verdict verdict;

static void decide(enum outbox_outcome outcome, const char *words, int attempts)
{
	report_set(&verdict.report, outcome, WAY_OPEN, "%s", words);
	verdict_decide(&verdict, attempts, RETRY_MS);
}

START_TEST(test_sent)
{
	decide(OUTBOX_SENT, "250 Ok", 0);
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_SENT);
	ck_assert_int_eq(verdict.attempts, 1);
	ck_assert_ptr_null(verdict.error);
}
END_TEST

/* Twice as long each time, less up to a quarter, at most an hour. */
START_TEST(test_deferred)
{
	int64_t pause = _i < 12 ? RETRY_MS << _i : BACKOFF_CEILING_MS;

	decide(OUTBOX_DEFERRED, "451 Later", _i);
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_DEFERRED);
	ck_assert_str_eq(verdict.error, "451 Later");
	if (pause > BACKOFF_CEILING_MS)
		pause = BACKOFF_CEILING_MS;
	ck_assert_int_ge(verdict.pause_ms, pause * 3 / 4);
	ck_assert_int_le(verdict.pause_ms, pause);
}
END_TEST

START_TEST(test_given_up_after_its_attempts)
{
	char words[WORDS_MAX + 1];

	memset(words, 'x', WORDS_MAX);
	words[WORDS_MAX] = '\0';
	decide(OUTBOX_DEFERRED, words, 58);
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_DEFERRED);
	decide(OUTBOX_DEFERRED, words, 59);
	ck_assert_int_eq(verdict.report.outcome, OUTBOX_FAILED);
	ck_assert(str_starts_with(str_of(verdict.error),
				  "gave up after 60 attempts: xxx"));
	ck_assert_ptr_nonnull(strstr(verdict.error, words));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_sent);
	tcase_add_loop_test(tests, test_deferred, 0, 59);
	tcase_add_test(tests, test_given_up_after_its_attempts);
}

int main(void)
{
	return unit_run("report", add);
}
