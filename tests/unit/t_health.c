/*
 * t_health.c: when a transport counts as usable, and when to look again.
 */
#include "base/base.h"
#include "unit.h"

#include "base/clock.h"
#include "deliver/health.h"

#define NOW 1000000
#define ADA "ada@example.com"

static struct health health;
static struct report good, bad;

static void set_up(void)
{
	health_init(&health, 30 * SECOND_MS);
	report_set(&good, OUTBOX_SENT, WAY_OPEN, "250 Ok");
	report_set(&bad, OUTBOX_DEFERRED, WAY_CLOSED, "421 Away");
}

START_TEST(test_at_first)
{
	ck_assert(health.usable);
	ck_assert_int_le(health.probe_at, 0); /* at once */
}
END_TEST

START_TEST(test_goes_and_comes_back)
{
	ck_assert(!health_note_attempt(&health, &good, ADA, NOW));
	ck_assert_int_eq(health.probe_at, HEALTH_NEVER);
	ck_assert(health_note_attempt(&health, &bad, ADA, NOW));
	ck_assert(!health.usable);
	ck_assert_str_eq(health.why_not.message, "421 Away");
	/* Soon, in case it was this mail's own fault. */
	ck_assert_int_eq(health.probe_at, NOW + SECOND_MS);

	report_set(&bad, OUTBOX_DEFERRED, WAY_CLOSED, "421 Still away");
	ck_assert(!health_note_attempt(&health, &bad, ADA, NOW + 5));
	ck_assert_str_eq(health.why_not.message, "421 Still away");
	ck_assert_int_eq(health.probe_at, NOW + 5 + 30 * SECOND_MS);

	ck_assert(health_note_attempt(&health, &good, ADA, NOW + 9));
	ck_assert(health.usable);
	ck_assert_int_eq(health.probe_at, HEALTH_NEVER);
}
END_TEST

/* A mail that was refused speaks for the server, not against it. */
/* A look says that it is closed, but of no mail why it waits. */
START_TEST(test_the_first_mail_tries_what_a_look_found_closed)
{
	(void)health_note_look(&health, &bad, NULL, NOW);
	ck_assert(health.closed && health.untried);
	(void)health_note_look(&health, &bad, NULL, NOW + 5);
	ck_assert(health.untried);
	(void)health_note_attempt(&health, &bad, ADA, NOW + 9);
	ck_assert(health.closed && !health.untried);
	(void)health_note_look(&health, &bad, NULL, NOW + 15);
	ck_assert(!health.untried);
	(void)health_note_look(&health, &good, NULL, NOW + 20);
	ck_assert(!health.untried);
	(void)health_note_look(&health, &bad, NULL, NOW + 25);
	ck_assert(health.untried);
}
END_TEST

START_TEST(test_refused_mail)
{
	struct report refused;

	report_set(&refused, OUTBOX_FAILED, WAY_OPEN, "550 Nobody");
	ck_assert(!health_note_attempt(&health, &refused, ADA, NOW));
	ck_assert(health.usable);
}
END_TEST

/* Nor does it speak for the way or against it, if it was refused for the sake
 * of a sender of its own. */
START_TEST(test_refused_for_its_own_sender)
{
	struct report own;

	report_set(&own, OUTBOX_DEFERRED, WAY_UNTOLD, "550 Not your sender");
	ck_assert(!health_note_attempt(&health, &own, ADA, NOW));
	ck_assert(!health_note_attempt(&health, &own, "b@example.net", NOW));
	ck_assert(health.usable && !health.closed);
	(void)health_note_attempt(&health, &bad, ADA, NOW);
	ck_assert(!health_note_attempt(&health, &own, ADA, NOW + 5));
	ck_assert(!health.usable && health.closed);
	ck_assert_str_eq(health.why_not.message, "421 Away");
	ck_assert_int_ne(health.probe_at, HEALTH_NEVER);
}
END_TEST

/* ---- refusals that may be ours or the recipient's ---- */

static struct report doubtful;

static bool doubted(const char *to, int64_t now)
{
	report_set(&doubtful, OUTBOX_DEFERRED, WAY_DOUBTFUL,
		   "550 5.7.1 Not for you");
	return health_note_attempt(&health, &doubtful, to, now);
}

START_TEST(test_one_domain_is_no_reason)
{
	ck_assert(!doubted(ADA, NOW));
	ck_assert(!doubted("bob@Example.COM", NOW));
	ck_assert(health.usable);
	ck_assert_int_eq(health.probe_at, HEALTH_NEVER);
}
END_TEST

START_TEST(test_two_domains_are_a_reason)
{
	ck_assert(!doubted(ADA, NOW));
	ck_assert(doubted("bob@elsewhere.example", NOW));
	ck_assert(!health.usable);
	ck_assert_str_eq(health.why_not.message, "550 5.7.1 Not for you");
	ck_assert_int_eq(health.probe_at, NOW + 30 * SECOND_MS);
}
END_TEST

/* What others are granted says nothing about those who were refused: a relay
 * that is closed to us takes mail for its own domain. */
START_TEST(test_doubts_end_where_they_began)
{
	(void)doubted(ADA, NOW);
	(void)doubted("bob@elsewhere.example", NOW);
	ck_assert(
	    !health_note_attempt(&health, &good, "eve@third.example", NOW));
	ck_assert(!health.usable);
	ck_assert(health_note_attempt(&health, &good, "eve@example.com", NOW));
	ck_assert(health.usable);
	ck_assert(!doubted("bob@elsewhere.example", NOW));
}
END_TEST

/* They take turns, and a look that is refused changes nothing. */
START_TEST(test_looks_are_about_the_doubts)
{
	const char *first, *second;

	ck_assert_ptr_null(health_look_at(&health));
	(void)doubted(ADA, NOW);
	(void)doubted("bob@elsewhere.example", NOW);
	first = health_look_at(&health);
	second = health_look_at(&health);
	ck_assert_str_ne(first, second);
	ck_assert(!health_note_look(&health, &doubtful, first, NOW + 1));
	ck_assert(health_note_look(&health, &good, second, NOW + 2));
	ck_assert(health.usable);
}
END_TEST

/* A look alone keeps no doubt alive: its mails may long be gone. */
START_TEST(test_doubts_that_no_mail_meets_end)
{
	int64_t later = NOW + 3 * HOUR_MS;

	(void)doubted(ADA, NOW);
	(void)doubted("bob@elsewhere.example", NOW);
	ck_assert(!health_note_look(&health, &doubtful, ADA, NOW + HOUR_MS));
	ck_assert(health_note_look(&health, &doubtful, ADA, later));
	ck_assert(health.usable);
	ck_assert(!doubted("eve@third.example", later));
}
END_TEST

/* What waited for that is due; but a mail that broke one connection should wait
 * its own time. */
START_TEST(test_back_only_if_it_was_away)
{
	ck_assert(!health_note_attempt(&health, &good, ADA, NOW));
	ck_assert(health.back); /* what a daemon before us left */
	health.back = false;
	ck_assert(health_note_attempt(&health, &bad, ADA, NOW));
	ck_assert(health_note_look(&health, &good, NULL, NOW + 1));
	ck_assert(!health.back);
	ck_assert(health_note_attempt(&health, &bad, ADA, NOW + 2));
	ck_assert(!health_note_look(&health, &bad, NULL, NOW + 3));
	ck_assert(health_note_look(&health, &good, NULL, NOW + 4));
	ck_assert(health.back);
}
END_TEST

START_TEST(test_closed_whoever_it_is_for)
{
	ck_assert(health_note_look(&health, &bad, NULL, NOW));
	ck_assert(!health.usable);
	ck_assert(doubted(ADA, NOW)); /* so the session and MAIL were granted */
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
	ck_assert(health_note_attempt(&health, &bad, ADA, NOW));
	ck_assert_int_eq(health.probe_at, NOW + pauses[_i].pause);
}
END_TEST

START_TEST(test_metrics)
{
	struct buf out;

	buf_init(&out, 10000);
	health.attempts[OUTBOX_SENT] = 3;
	health.attempts[OUTBOX_FAILED] = UINT64_MAX;
	ck_assert(health_note_attempt(&health, &bad, ADA, NOW));
	health_metrics(&health, "mail", &out);
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
	tcase_add_test(tests,
		       test_the_first_mail_tries_what_a_look_found_closed);
	tcase_add_test(tests, test_refused_mail);
	tcase_add_test(tests, test_one_domain_is_no_reason);
	tcase_add_test(tests, test_two_domains_are_a_reason);
	tcase_add_test(tests, test_doubts_end_where_they_began);
	tcase_add_test(tests, test_looks_are_about_the_doubts);
	tcase_add_test(tests, test_doubts_that_no_mail_meets_end);
	tcase_add_test(tests, test_back_only_if_it_was_away);
	tcase_add_test(tests, test_closed_whoever_it_is_for);
	tcase_add_test(tests, test_refused_for_its_own_sender);
	tcase_add_loop_test(tests, test_pause, 0, COUNT_OF(pauses));
	tcase_add_test(tests, test_metrics);
}

int main(void)
{
	return unit_run("health", add);
}
