/*
 * t_health.c: when a transport counts as usable, and when to look again.
 */
#include "base/base.h"
#include "unit.h"

#include "base/clock.h"
#include "mail/health.h"

#define NOW 1000000

static struct health health;
static struct report good, bad;

static void set_up(void)
{
	health_init(&health, 30 * SECOND_MS);
	report_set(&good, OUTBOX_SENT, true, "250 Ok");
	report_set(&bad, OUTBOX_DEFERRED, false, "421 Away");
}

START_TEST(test_at_first)
{
	ck_assert(health.usable);
	ck_assert_int_le(health.probe_at, 0); /* at once */
}
END_TEST

START_TEST(test_goes_and_comes_back)
{
	ck_assert(!health_note(&health, &good, NOW));
	ck_assert_int_eq(health.probe_at, HEALTH_NEVER);
	ck_assert(health_note(&health, &bad, NOW));
	ck_assert(!health.usable);
	ck_assert_str_eq(health.why_not.message, "421 Away");
	ck_assert_int_eq(health.probe_at, NOW + 30 * SECOND_MS);

	report_set(&bad, OUTBOX_DEFERRED, false, "421 Still away");
	ck_assert(!health_note(&health, &bad, NOW + 5));
	ck_assert_str_eq(health.why_not.message, "421 Still away");
	ck_assert_int_eq(health.probe_at, NOW + 5 + 30 * SECOND_MS);

	ck_assert(health_note(&health, &good, NOW + 9));
	ck_assert(health.usable);
	ck_assert_int_eq(health.probe_at, HEALTH_NEVER);
}
END_TEST

/* A mail that was refused speaks for the server, not against it. */
START_TEST(test_refused_mail)
{
	struct report refused;

	report_set(&refused, OUTBOX_FAILED, true, "550 Nobody");
	ck_assert(!health_note(&health, &refused, NOW));
	ck_assert(health.usable);
}
END_TEST

static const struct {
	int64_t asked, pause;
} pauses[] = {
	{ 0, SECOND_MS },
	{ 1, SECOND_MS },
	{ 7 * SECOND_MS, 7 * SECOND_MS },
	{ MINUTE_MS, MINUTE_MS },
	{ HOUR_MS, MINUTE_MS },
};

START_TEST(test_pause)
{
	health_init(&health, pauses[_i].asked);
	ck_assert(health_note(&health, &bad, NOW));
	ck_assert_int_eq(health.probe_at, NOW + pauses[_i].pause);
}
END_TEST

START_TEST(test_metrics)
{
	struct buf out;

	buf_init(&out, 10000);
	health.attempts[OUTBOX_SENT] = 3;
	health.attempts[OUTBOX_FAILED] = UINT64_MAX;
	ck_assert(health_note(&health, &bad, NOW));
	health_metrics(&health, &out);
	ck_assert(buf_ok(&out));
	ck_assert_ptr_nonnull(strstr(
	    out.data, "\ninvited_mail_attempts_total{outcome=\"sent\"} 3\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "{outcome=\"deferred\"} 0\n"));
	ck_assert_ptr_nonnull(
	    strstr(out.data, "{outcome=\"failed\"} 18446744073709551615\n"));
	ck_assert_ptr_nonnull(strstr(out.data, "\ninvited_mail_usable 0\n"));
	buf_release(&out);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_test(tests, test_at_first);
	tcase_add_test(tests, test_goes_and_comes_back);
	tcase_add_test(tests, test_refused_mail);
	tcase_add_loop_test(tests, test_pause, 0, COUNT_OF(pauses));
	tcase_add_test(tests, test_metrics);
}

int main(void)
{
	return unit_run("health", add);
}
