/*
 * t_deliver.c: the scheduler, with a courier that delivers nothing: its queue
 * is an array, and each parcel's number says how it goes.
 */
#include "base/base.h"
#include "unit.h"

#include <pthread.h>

#include "base/clock.h"
#include "deliver/deliver.h"

#define PARCELS	 500
#define LEASE_ID 1000 /* of the parcel with number 0 */

enum place { ABSENT, WAITING, LEASED, DELIVERED, DEFERRED, FAILED, GIVEN_BACK };

/* All under `lock`. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	enum place places[PARCELS];
	int attempts[PARCELS], records, record_calls, looks, opened, idle;
	int recalls;
	int in_hand, most_in_hand, largest_claim;
	bool store_away; /* it cannot write */
	bool held;	 /* attempts wait */
	struct report report;
} world;

static void set_up(void)
{
	memset(&world, 0, sizeof(world));
	pthread_mutex_init(&world.lock, NULL);
	pthread_cond_init(&world.changed, NULL);
	report_set(&world.report, OUTBOX_SENT, WAY_OPEN, "fine");
}

static int number_of(const struct lease *lease)
{
	return (int)(lease->id - LEASE_ID);
}

static bool fake_claim(void *context, struct claim *claim)
{
	bool there;

	(void)context;
	claim->ret_parcels =
	    arena_array(claim->arena, (size_t)claim->limit, sizeof(void *));
	claim->ret_pause_ms = -1;
	pthread_mutex_lock(&world.lock);
	there = !world.store_away;
	for (int i = 0; i < PARCELS && there; i++) {
		struct parcel *parcel;
		if (world.places[i] != WAITING && world.places[i] != GIVEN_BACK)
			continue;
		if (claim->ret_count == (size_t)claim->limit) {
			claim->ret_pause_ms = 0;
			break;
		}
		world.places[i] = LEASED;
		parcel = arena_alloc(claim->arena, sizeof(*parcel));
		*parcel = (struct parcel){ .lease = { .id = LEASE_ID + i } };
		claim->ret_parcels[claim->ret_count++] = parcel;
	}
	if (world.largest_claim < (int)claim->ret_count)
		world.largest_claim = (int)claim->ret_count;
	pthread_mutex_unlock(&world.lock);
	return there;
}

/* Only to give back, in times as short as a test's. */
static bool fake_renew(void *context, const struct lease *lease)
{
	(void)context;
	pthread_mutex_lock(&world.lock);
	world.places[number_of(lease)] = GIVEN_BACK;
	pthread_mutex_unlock(&world.lock);
	return true;
}

static bool fake_recall(void *context)
{
	(void)context;
	pthread_mutex_lock(&world.lock);
	world.recalls++;
	for (int i = 0; i < PARCELS; i++)
		if (world.places[i] == DEFERRED)
			world.places[i] = WAITING;
	pthread_mutex_unlock(&world.lock);
	return true;
}

static void fake_record(void *context, struct record *records, size_t count)
{
	static const enum place places[] = { [OUTBOX_SENT] = DELIVERED,
					     [OUTBOX_DEFERRED] = DEFERRED,
					     [OUTBOX_FAILED] = FAILED };

	(void)context;
	pthread_mutex_lock(&world.lock);
	world.record_calls++;
	for (size_t i = 0; i < count; i++) {
		const struct parcel *parcel = records[i].parcel;
		records[i].ret_done = !world.store_away;
		if (world.store_away)
			continue;
		world.records++;
		world.places[number_of(&parcel->lease)] =
		    places[parcel->verdict.report.outcome];
	}
	pthread_cond_broadcast(&world.changed);
	pthread_mutex_unlock(&world.lock);
}

static int unrecorded;

static void fake_log(const struct parcel *parcel)
{
	(void)parcel;
}

static void fake_log_unrecorded(const struct parcel *parcel)
{
	(void)parcel;
	unrecorded++;
}

static const char *fake_party(const struct parcel *parcel)
{
	return parcel->lease.id % 2 ? "a@odd.example" : "a@even.example";
}

static int fake_open(void *context, void **ret_hand, struct fail *fail)
{
	if (context && world.opened == 2)
		return fail_set(fail, "no third hand");
	world.opened++;
	*ret_hand = &world;
	return 0;
}

static void fake_attempt(void *hand, struct parcel *parcel,
			 struct report *ret_report)
{
	(void)hand;
	pthread_mutex_lock(&world.lock);
	world.attempts[number_of(&parcel->lease)]++;
	if (++world.in_hand > world.most_in_hand)
		world.most_in_hand = world.in_hand;
	pthread_cond_broadcast(&world.changed);
	while (world.held)
		pthread_cond_wait(&world.changed, &world.lock);
	world.in_hand--;
	*ret_report = world.report;
	pthread_mutex_unlock(&world.lock);
}

static void fake_look(void *hand, const char *party, struct report *ret_report)
{
	(void)hand;
	(void)party;
	pthread_mutex_lock(&world.lock);
	world.looks++;
	*ret_report = world.report;
	pthread_cond_broadcast(&world.changed);
	pthread_mutex_unlock(&world.lock);
}

static void fake_idle(void *hand)
{
	(void)hand;
}

static void fake_hurry(void *hand)
{
	(void)hand;
	pthread_mutex_lock(&world.lock);
	world.held = false;
	pthread_cond_broadcast(&world.changed);
	pthread_mutex_unlock(&world.lock);
}

static void fake_close(void *hand)
{
	(void)hand;
	world.opened--;
}

static const struct courier fake = {
	.name = "fake",
	.usable_event = "fake_usable",
	.unusable_event = "fake_unusable",
	.claim = fake_claim,
	.renew = fake_renew,
	.recall = fake_recall,
	.record = fake_record,
	.log = fake_log,
	.log_unrecorded = fake_log_unrecorded,
	.party = fake_party,
	.open = fake_open,
	.attempt = fake_attempt,
	.look = fake_look,
	.idle = fake_idle,
	.hurry = fake_hurry,
	.close = fake_close,
};

static struct deliverer *start(int connections)
{
	const struct deliver_options options = {
		.courier = &fake,
		.connections = connections,
		.retry_ms = SECOND_MS,
	};
	struct deliverer *deliverer;
	struct fail fail;

	ck_assert_int_eq(deliver_start(&options, &deliverer, &fail), 0);
	return deliverer;
}

static void queue_from(int first, int count)
{
	pthread_mutex_lock(&world.lock);
	for (int i = first; i < first + count; i++)
		world.places[i] = WAITING;
	pthread_mutex_unlock(&world.lock);
}

static void queue(int count)
{
	queue_from(0, count);
}

/* Waits until so many are on record. */
static void wait_for_records(int count)
{
	pthread_mutex_lock(&world.lock);
	while (world.records < count)
		pthread_cond_wait(&world.changed, &world.lock);
	pthread_mutex_unlock(&world.lock);
}

static void wait_for_hands(int count)
{
	pthread_mutex_lock(&world.lock);
	while (world.in_hand < count)
		pthread_cond_wait(&world.changed, &world.lock);
	pthread_mutex_unlock(&world.lock);
}

START_TEST(test_each_is_delivered_once)
{
	struct deliverer *deliverer = start(_i);

	queue(PARCELS);
	deliver_wake(deliverer);
	wait_for_records(PARCELS);
	deliver_stop(deliverer);
	for (int i = 0; i < PARCELS; i++) {
		ck_assert_int_eq(world.places[i], DELIVERED);
		ck_assert_int_eq(world.attempts[i], 1);
	}
	ck_assert_int_le(world.most_in_hand, _i);
	ck_assert_int_eq(world.opened, 0);
}
END_TEST

/* Where it goes fast, claims grow, and what is done is recorded together. */
START_TEST(test_many_in_one_claim_and_one_record)
{
	struct deliverer *deliverer = start(4);

	queue(PARCELS);
	deliver_wake(deliverer);
	wait_for_records(PARCELS);
	deliver_stop(deliverer);
	ck_assert_int_gt(world.largest_claim, 16);
	ck_assert_int_lt(world.record_calls, PARCELS);
}
END_TEST

/* Nobody claims more than can be taken in hand before it is known to be fast:
 * another daemon may be. */
START_TEST(test_no_more_than_hands_at_first)
{
	struct deliverer *deliverer;

	world.held = true;
	deliverer = start(4);
	queue(PARCELS);
	deliver_wake(deliverer);
	wait_for_hands(4);
	pthread_mutex_lock(&world.lock);
	for (int i = 0; i < PARCELS; i++)
		ck_assert_int_eq(world.places[i], i < 4 ? LEASED : WAITING);
	world.held = false;
	pthread_cond_broadcast(&world.changed);
	pthread_mutex_unlock(&world.lock);
	wait_for_records(PARCELS);
	deliver_stop(deliverer);
}
END_TEST

/* What is in hand is finished; what is not, somebody else may have. */
START_TEST(test_stop_gives_back_what_is_in_no_hand)
{
	struct deliverer *deliverer = start(4);
	int given_back = 0, leased = 0;

	queue(100);
	deliver_wake(deliverer);
	wait_for_records(100);
	pthread_mutex_lock(&world.lock);
	world.held = true;
	world.records = 0;
	pthread_mutex_unlock(&world.lock);
	queue_from(100, PARCELS - 100);
	deliver_wake(deliverer);
	wait_for_hands(4);
	deliver_stop(deliverer);
	for (int i = 0; i < PARCELS; i++) {
		given_back += world.places[i] == GIVEN_BACK;
		leased += world.places[i] == LEASED;
	}
	ck_assert_int_eq(leased, 0);
	ck_assert_int_eq(world.records, 4);
	ck_assert_int_gt(given_back, 0);
}
END_TEST

START_TEST(test_record_waits_for_the_store)
{
	struct deliverer *deliverer;

	world.held = true;
	deliverer = start(2);
	queue(2);
	deliver_wake(deliverer);
	wait_for_hands(2);
	pthread_mutex_lock(&world.lock);
	world.store_away = true;
	world.held = false;
	pthread_cond_broadcast(&world.changed);
	while (world.record_calls < 2)
		pthread_cond_wait(&world.changed, &world.lock);
	world.store_away = false;
	pthread_mutex_unlock(&world.lock);
	wait_for_records(2);
	deliver_stop(deliverer);
	ck_assert_int_eq(world.attempts[0] + world.attempts[1], 2);
	ck_assert_int_eq(unrecorded, 0);
}
END_TEST

START_TEST(test_stop_without_the_store)
{
	struct deliverer *deliverer;

	world.held = true;
	deliverer = start(2);
	queue(2);
	deliver_wake(deliverer);
	wait_for_hands(2);
	pthread_mutex_lock(&world.lock);
	world.store_away = true;
	pthread_mutex_unlock(&world.lock);
	deliver_stop(deliverer); /* does not wait for it */
	ck_assert_int_eq(unrecorded, 2);
}
END_TEST

START_TEST(test_looks_before_anything_is_queued)
{
	struct deliverer *deliverer;
	struct fail fail;

	report_set(&world.report, OUTBOX_DEFERRED, WAY_CLOSED, "nobody there");
	deliverer = start(2);
	pthread_mutex_lock(&world.lock);
	while (world.looks < 2) /* again and again */
		pthread_cond_wait(&world.changed, &world.lock);
	pthread_mutex_unlock(&world.lock);
	ck_assert(!deliver_healthy(deliverer, &fail));
	ck_assert_str_eq(fail.message, "nobody there");
	deliver_stop(deliverer);
}
END_TEST

static int attempts_in_all(void)
{
	int count = 0;

	for (int i = 0; i < PARCELS; i++)
		count += world.attempts[i];
	return count;
}

/* Most wait without an attempt, and all go, one by one at first, when there is
 * somebody again. */
START_TEST(test_only_probes_while_nobody_is_there)
{
	struct deliverer *deliverer;

	report_set(&world.report, OUTBOX_DEFERRED, WAY_CLOSED, "nobody there");
	deliverer = start(4);
	queue(PARCELS);
	deliver_wake(deliverer);
	wait_for_records(2);
	pthread_mutex_lock(&world.lock);
	ck_assert_int_le(attempts_in_all(), 4 + world.looks + 2);
	world.recalls = world.records = world.most_in_hand = 0;
	report_set(&world.report, OUTBOX_SENT, WAY_OPEN, "fine");
	pthread_mutex_unlock(&world.lock);
	wait_for_records(PARCELS);
	deliver_stop(deliverer);
	for (int i = 0; i < PARCELS; i++)
		ck_assert_int_eq(world.places[i], DELIVERED);
	ck_assert_int_ge(world.recalls, 1);
	ck_assert_int_le(attempts_in_all(), PARCELS + 8);
}
END_TEST

/* It breaks a connection; the others are not kept waiting for long. */
START_TEST(test_one_that_breaks_connections)
{
	struct deliverer *deliverer = start(1);

	queue_from(1, 3);
	deliver_wake(deliverer);
	wait_for_records(3);
	pthread_mutex_lock(&world.lock);
	world.recalls = 0;
	report_set(&world.report, OUTBOX_DEFERRED, WAY_CLOSED, "gone");
	pthread_mutex_unlock(&world.lock);
	queue(1);
	deliver_wake(deliverer);
	wait_for_records(4);
	pthread_mutex_lock(&world.lock);
	report_set(&world.report, OUTBOX_SENT, WAY_OPEN, "fine");
	pthread_mutex_unlock(&world.lock);
	queue_from(4, PARCELS - 4);
	deliver_wake(deliverer);
	wait_for_records(PARCELS);
	deliver_stop(deliverer);
	ck_assert_int_eq(world.places[0], DEFERRED); /* its own time */
	ck_assert_int_eq(world.recalls, 0);
}
END_TEST

START_TEST(test_hand_that_cannot_be_opened)
{
	const struct deliver_options options = {
		.courier = &fake,
		.context = &world,
		.connections = 4,
		.retry_ms = SECOND_MS,
	};
	struct deliverer *deliverer;
	struct fail fail;

	ck_assert_int_eq(deliver_start(&options, &deliverer, &fail), -1);
	ck_assert_str_eq(fail.message, "no third hand");
	ck_assert_int_eq(world.opened, 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, NULL);
	tcase_add_loop_test(tests, test_each_is_delivered_once, 1, 5);
	tcase_add_test(tests, test_many_in_one_claim_and_one_record);
	tcase_add_test(tests, test_no_more_than_hands_at_first);
	tcase_add_test(tests, test_stop_gives_back_what_is_in_no_hand);
	tcase_add_test(tests, test_record_waits_for_the_store);
	tcase_add_test(tests, test_stop_without_the_store);
	tcase_add_test(tests, test_looks_before_anything_is_queued);
	tcase_add_test(tests, test_only_probes_while_nobody_is_there);
	tcase_add_test(tests, test_one_that_breaks_connections);
	tcase_add_test(tests, test_hand_that_cannot_be_opened);
	tcase_set_timeout(tests, 60);
}

int main(void)
{
	return unit_run("deliver", add);
}
