/*
 * t_webhook.c: whose turn it is, how long a receiver is tried, and what is left
 * of what it was told.
 */
#include "base/base.h"
#include "fixture.h"

#include "base/clock.h"
#include "store/webhooks/webhook_queue.h"

static int64_t add_webhook(const char *url)
{
	struct store_op op = op_of(&verb_webhook_create);

	*in_of(&op, webhook) = (struct webhook){
		.url = url,
		.events = event_bit(EVENT_INVITE_CREATED),
		.status = WEBHOOK_ENABLED,
	};
	assert_granted(&op);
	return out_of(&op, webhook)->id;
}

static struct store_op claim(int limit)
{
	struct store_op op = op_of(&verb_webhook_claim);

	*in_of(&op, webhook_claim_in) =
	    (struct webhook_claim_in){ .limit = limit, .lease_ms = 1000 };
	assert_granted(&op);
	return op;
}

static const struct webhook_claim_out *claimed(const struct store_op *op)
{
	return out_of(op, webhook_claim_out);
}

static struct store_op settle(const struct webhook_parcel *parcel, int status)
{
	struct store_op op = op_of(&verb_webhook_settle);

	*in_of(&op, webhook_settle_in) = (struct webhook_settle_in){
		.webhook = parcel->webhook.id,
		.event = parcel->event.id,
		.leased_until_ms = parcel->leased_until_ms,
		.done = status == 200,
		.retry_ms = 5000,
		.status = status,
	};
	assert_granted(&op);
	return op;
}

static void invite_some(int count)
{
	static int number;

	while (count-- > 0)
		(void)invited(
		    arena_printf(&f.arena, "u%d@example.com", ++number));
}

/* Ten failures in a row, at the times of the schedule, are three days. */
START_TEST(test_a_receiver_that_fails_for_three_days_is_disabled)
{
	struct store_op op, end;
	int64_t began;

	(void)member("ada@example.com");
	(void)add_webhook("https://example.com/");
	invite_some(1);
	began = f.now_ms;
	for (int i = 1; i <= WEBHOOK_ATTEMPTS; i++) {
		op = claim(10);
		ck_assert_uint_eq(claimed(&op)->count, 1);
		end = settle(&claimed(&op)->parcels[0], 500);
		ck_assert_int_eq(out_of(&end, webhook_settle_out)->disabled,
				 i == WEBHOOK_ATTEMPTS);
		op = claim(10);
		ck_assert_uint_eq(claimed(&op)->count, 0);
		if (i < WEBHOOK_ATTEMPTS) {
			ck_assert_int_gt(claimed(&op)->next_due_ms, f.now_ms);
			f.now_ms = claimed(&op)->next_due_ms;
		}
	}
	ck_assert_int_gt(f.now_ms - began, 3 * DAY_MS);
	ck_assert_int_eq(rows("webhook WHERE status = 2 AND reason = 2"), 1);
	ck_assert_int_eq(rows("webhook_attempt"), WEBHOOK_ATTEMPTS);
	ck_assert_int_eq(rows("webhook_event"), 0);
	invite_some(1);
	ck_assert_int_eq(rows("webhook_event"), 0);
}
END_TEST

static void settle_all(const struct store_op *op, int status)
{
	for (size_t i = 0; i < claimed(op)->count; i++)
		(void)settle(&claimed(op)->parcels[i], status);
}

/* It has been told something, and answered at once. */
static int64_t add_prompt_webhook(const char *url)
{
	int64_t webhook = add_webhook(url);
	struct store_op op;

	invite_some(1);
	op = claim(1);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	ck_assert_int_eq(claimed(&op)->parcels[0].webhook.id, webhook);
	settle_all(&op, 200);
	return webhook;
}

/* One at a time while it fails, a few when it does not; others beside it. */
START_TEST(test_one_that_fails_is_tried_with_one_event)
{
	struct store_op op;

	(void)add_prompt_webhook("https://example.com/dead");
	invite_some(6);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 3);
	settle_all(&op, 500);
	/* They were under way together, so it has failed once. */
	ck_assert_int_eq(sql("SELECT failures FROM webhook"), 1);
	(void)add_webhook("https://example.com/well");
	invite_some(2);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	ck_assert_str_eq(claimed(&op)->parcels[0].webhook.url,
			 "https://example.com/well");
	settle_all(&op, 200);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	settle_all(&op, 200);
	f.now_ms += 10 * SECOND_MS;
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	settle_all(&op, 200);
	ck_assert_int_eq(rows("webhook WHERE failures > 0"), 0);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 3);
}
END_TEST

/* As where the clock was a year ahead when the daemon was killed. */
START_TEST(test_what_a_wrong_clock_leased_is_in_nobodys_hand)
{
	struct store_op op;

	(void)add_prompt_webhook("https://example.com/");
	invite_some(3);
	f.now_ms += 365 * DAY_MS;
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 3);
	f.now_ms -= 365 * DAY_MS;
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 3);
	settle_all(&op, 200);
	ck_assert_int_eq(rows("webhook_event"), 0);
}
END_TEST

/* ---- shares ---- */

/* How many of what was claimed are this organization's. */
static size_t claimed_of(const struct store_op *op, int64_t organization)
{
	size_t count = 0;

	for (size_t i = 0; i < claimed(op)->count; i++)
		count +=
		    claimed(op)->parcels[i].event.organization == organization;
	return count;
}

static int64_t add_another(void)
{
	static int number;

	return add_webhook(
	    arena_printf(&f.arena, "https://example.com/%d", ++number));
}

static void make_prompt(int64_t webhook)
{
	sql("INSERT INTO webhook_attempt(webhook, attempt, organization, event,"
	    " type, target, at_ms, outcome, status, duration_ms)"
	    " SELECT id, 1, organization, 1, 1, 1, 1, 1, 200, 5 FROM webhook"
	    " WHERE id = %lld",
	    (long long)webhook);
}

/* Twenty of them, of which nobody knows that they stall, are given four
 * connections; one that is known to be prompt is given more beside them, and
 * so is another organization. */
START_TEST(test_those_that_may_stall_leave_connections_to_the_others)
{
	int64_t first = f.organization, other, prompt = 0;
	struct store_op op, well;

	for (int i = 0; i < WEBHOOKS_MAX; i++)
		prompt = add_another();
	invite_some(5);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, WEBHOOK_CONNECTIONS / 4);
	make_prompt(prompt);
	well = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&well)->count, 3);
	ck_assert_int_eq(claimed(&well)->parcels[0].webhook.id, prompt);
	other = add_organization("Other");
	f.organization = other;
	(void)add_webhook("https://example.org/");
	invite_some(1);
	f.organization = first;
	well = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&well)->count, 1);
	ck_assert_uint_eq(claimed_of(&well, other), 1);
}
END_TEST

/* All of them worked until now, so nothing speaks against them. */
START_TEST(test_an_organization_never_has_all_connections)
{
	int64_t first = f.organization;
	struct store_op op;

	for (int i = 0; i < WEBHOOKS_MAX; i++)
		make_prompt(add_another());
	invite_some(5);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed_of(&op, first), WEBHOOK_CONNECTIONS / 2);
	ck_assert_uint_eq(claimed(&op)->count, WEBHOOK_CONNECTIONS / 2);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, 0);
}
END_TEST

/* Whoever was told something longest ago comes first, so each has its turn. */
START_TEST(test_each_webhook_of_an_organization_has_its_turn)
{
	enum { ALL = 10 };
	int64_t told[ALL];
	struct store_op op;
	size_t count = 0;

	for (int i = 0; i < ALL; i++)
		make_prompt(add_another());
	invite_some(30);
	while (count < ALL) {
		op = claim(2);
		ck_assert_uint_eq(claimed(&op)->count, 2);
		for (size_t i = 0; i < 2; i++) {
			told[count] = claimed(&op)->parcels[i].webhook.id;
			for (size_t k = 0; k < count; k++)
				ck_assert_int_ne(told[k], told[count]);
			count++;
		}
		settle_all(&op, 200);
	}
}
END_TEST

/* An answer that took ten seconds is no failure, and a connection lost for
 * ten seconds. */
START_TEST(test_who_answers_slowly_has_one_connection)
{
	struct store_op op;

	make_prompt(add_webhook("https://example.com/"));
	sql("UPDATE webhook_attempt SET duration_ms = 10000");
	invite_some(5);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	settle_all(&op, 200);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, 3);
}
END_TEST

/* Or whoever deletes what stalls, and makes another, would have them all. */
START_TEST(test_one_that_is_deleted_has_its_connection_until_it_is_given_back)
{
	int64_t webhooks[WEBHOOK_CONNECTIONS / 4];
	struct store_op stalled, op;

	for (size_t i = 0; i < COUNT_OF(webhooks); i++)
		webhooks[i] = add_another();
	invite_some(3);
	stalled = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&stalled)->count, COUNT_OF(webhooks));
	for (size_t i = 0; i < COUNT_OF(webhooks); i++) {
		op = by_id(&verb_webhook_delete, webhooks[i]);
		assert_granted(&op);
	}
	(void)add_another();
	invite_some(1);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, 0);
	ck_assert_int_eq(rows("webhook_event"), COUNT_OF(webhooks) + 1);
	/* Nothing is left to be dropped, so there is no haste. */
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_int_gt(claimed(&op)->next_due_ms, claimed(&op)->now_ms);
	settle_all(&stalled, 0);
	ck_assert_int_eq(rows("webhook_event"), 1);
	op = claim(WEBHOOK_CONNECTIONS);
	ck_assert_uint_eq(claimed(&op)->count, 1);
}
END_TEST

/* As where a daemon was killed between sending and recording. */
START_TEST(test_a_lease_that_ends_has_the_same_said_again)
{
	struct store_op op, again;

	(void)add_webhook("https://example.com/");
	invite_some(1);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 1);
	again = claim(10);
	ck_assert_uint_eq(claimed(&again)->count, 0);
	f.now_ms += 2000;
	sql("UPDATE invite SET role = 1");
	again = claim(10);
	ck_assert_uint_eq(claimed(&again)->count, 1);
	ck_assert_int_eq(claimed(&again)->parcels[0].event.id,
			 claimed(&op)->parcels[0].event.id);
	ck_assert_str_eq(claimed(&again)->parcels[0].body,
			 claimed(&op)->parcels[0].body);
	/* Who lost it may not say that it failed, but that it came through. */
	(void)settle(&claimed(&op)->parcels[0], 500);
	ck_assert_int_eq(rows("webhook_attempt"), 0);
	(void)settle(&claimed(&op)->parcels[0], 200);
	ck_assert_int_eq(rows("webhook_event"), 0);
}
END_TEST

START_TEST(test_what_waits_for_one_that_is_deleted_goes)
{
	int64_t webhook = add_webhook("https://example.com/");
	struct store_op op;

	invite_some(3);
	op = by_id(&verb_webhook_delete, webhook);
	assert_granted(&op);
	op = claim(10);
	ck_assert_uint_eq(claimed(&op)->count, 0);
	ck_assert_int_eq(rows("webhook_event"), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests,
		       test_a_receiver_that_fails_for_three_days_is_disabled);
	tcase_add_test(tests, test_one_that_fails_is_tried_with_one_event);
	tcase_add_test(tests,
		       test_what_a_wrong_clock_leased_is_in_nobodys_hand);
	tcase_add_test(
	    tests, test_those_that_may_stall_leave_connections_to_the_others);
	tcase_add_test(tests, test_an_organization_never_has_all_connections);
	tcase_add_test(tests,
		       test_each_webhook_of_an_organization_has_its_turn);
	tcase_add_test(tests, test_who_answers_slowly_has_one_connection);
	tcase_add_test(
	    tests,
	    test_one_that_is_deleted_has_its_connection_until_it_is_given_back);
	tcase_add_test(tests, test_a_lease_that_ends_has_the_same_said_again);
	tcase_add_test(tests, test_what_waits_for_one_that_is_deleted_goes);
}

int main(int argc, char **argv)
{
	return store_tests("webhook", argc, argv, add);
}
