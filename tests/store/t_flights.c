/*
 * t_flights.c: how many journeys to the server and back a write costs, on
 * PostgreSQL: each ends with a mark in the pipeline, and those are counted.
 * All that waits in the meantime waits for them.
 */
#include "base/base.h"
#include "fixture.h"

#include <libpq-fe.h>
#include <stdatomic.h>

int __real_PQpipelineSync(PGconn *conn);
int __wrap_PQpipelineSync(PGconn *conn);

static atomic_int flights;

int __wrap_PQpipelineSync(PGconn *conn)
{
	flights++;
	return __real_PQpipelineSync(conn);
}

static int flights_of(struct store_op op)
{
	flights = 0;
	assert_granted(&op);
	return flights;
}

static struct store_op create_project(void)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = "Apollo";
	return op;
}

static struct store_op create_invite(void)
{
	static int number;
	char address[64];

	snprintf(address, sizeof(address), "u%d@example.com", number++);
	return invite_op(address);
}

static struct store_op touch_key(void)
{
	return by_id(&verb_key_touch, f.key);
}

static struct store_op probe(void)
{
	return op_of(&verb_probe);
}

/* An invite of its own, made without being counted. */
static struct store_op answer_by(const struct verb *verb)
{
	struct store_op create = create_invite();

	assert_granted(&create);
	return answer_op(verb, token_of(&create));
}

static struct store_op accept_invite(void)
{
	return answer_by(&verb_invitation_accept);
}

static struct store_op decline_invite(void)
{
	return answer_by(&verb_invitation_decline);
}

static struct store_op delete_invite(void)
{
	struct store_op create = create_invite();

	assert_granted(&create);
	return by_id(&verb_invite_delete,
		     out_of(&create, invite_create_out)->invite.id);
}

static struct store_op settle_mail(void)
{
	struct store_op create = create_invite();

	assert_granted(&create);
	return settle_op(out_of(&create, invite_create_out)->invite.id,
			 OUTBOX_DEFERRED);
}

static struct store_op (*const plain_writes[])(void) = {
	create_project, touch_key,     probe,	       /* one by one */
	create_invite,	accept_invite, decline_invite, /* together */
	delete_invite,	settle_mail,
};

#define FIRST_OF_MANY 3 /* from here on they are done together */

START_TEST(test_plain_write)
{
	ck_assert_int_le(flights_of(plain_writes[_i]()), 2);
	ck_assert_int_le(flights_of(plain_writes[_i]()), 2);
}
END_TEST

/* Not even where the connection has never seen the statement. */
START_TEST(test_preparing_costs_no_flight)
{
	int first, second;

	close_store();
	open_store();
	first = flights_of(create_invite());
	second = flights_of(create_invite());
	ck_assert_int_eq(first, second);
}
END_TEST

enum { MANY = 50 };

/* Has all done at once; how many journeys that took. */
static int flights_of_many(struct store_op *ops)
{
	size_t left = MANY;

	flights = 0;
	for (size_t i = 0; i < MANY; i++)
		ck_assert(!store_submit(f.port, &ops[i]));
	while (left > 0) {
		struct store_op *first;

		store_idle(f.port);
		for (first = store_collect(f.port); first; first = first->next)
			left--;
	}
	for (size_t i = 0; i < MANY; i++)
		ck_assert_int_eq(ops[i].result, RESULT_OK);
	return flights;
}

/* They are handed over sixteen at a time, so in a few batches at most. */
#define AT_MOST (2 * 4)

START_TEST(test_many_cost_what_one_does)
{
	struct store_op ops[MANY];

	(void)flights_of(create_invite());
	for (size_t i = 0; i < MANY; i++)
		ops[i] = plain_writes[_i]();
	ck_assert_int_le(flights_of_many(ops), AT_MOST);
}
END_TEST

/* Of several organizations, too. */
START_TEST(test_claim)
{
	int64_t other = add_organization("Other");
	struct store_op op;

	for (int i = 0; i < 6; i++) {
		struct store_op create = create_invite();

		if (i % 2) {
			create.organization = other;
			create.actor.key = 0;
		}
		assert_granted(&create);
	}
	op = claim_op(10, MINUTE_MS);
	op.actor.key = 0;
	ck_assert_int_le(flights_of(op), 3);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 6);
}
END_TEST

START_TEST(test_different_ones_travel_together)
{
	static struct store_op (*const writes[])(void) = {
		create_invite, accept_invite, decline_invite,
		delete_invite, settle_mail,
	};
	struct store_op ops[MANY];

	for (size_t i = 0; i < MANY; i++)
		ops[i] = writes[i % COUNT_OF(writes)]();
	ck_assert_int_le(flights_of_many(ops), AT_MOST);
	ck_assert_int_eq(rows("invite WHERE state = 0"), 20);
	ck_assert_int_eq(rows("invite WHERE state = 1"), 10);
	ck_assert_int_eq(rows("invite WHERE state = 2"), 10);
	ck_assert_int_eq(rows("invite WHERE state = 3"), 10);
	ck_assert_int_eq(rows("\"user\""), 10);
	ck_assert_int_eq(rows("outbox WHERE attempts = 1"), 10);
}
END_TEST

/* All or nothing: their questions travel together, however many: the key, who
 * is in the way, members, projects; then the commit. */
START_TEST(test_many_or_none)
{
	struct store_op lines[MANY];

	for (size_t i = 0; i < MANY; i++)
		lines[i] = create_invite();
	(void)flights_of(invite_all_op(lines, 1));
	ck_assert_int_le(flights_of(invite_all_op(lines + 1, MANY - 1)), 5);
	ck_assert_int_eq(rows("invite"), MANY);
	ck_assert_int_eq(rows("outbox"), MANY);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_plain_write, 0, COUNT_OF(plain_writes));
	tcase_add_test(tests, test_preparing_costs_no_flight);
	tcase_add_loop_test(tests, test_many_cost_what_one_does, FIRST_OF_MANY,
			    COUNT_OF(plain_writes));
	tcase_add_test(tests, test_different_ones_travel_together);
	tcase_add_test(tests, test_claim);
	tcase_add_test(tests, test_many_or_none);
}

int main(int argc, char **argv)
{
	return store_tests("flights", argc, argv, add);
}
