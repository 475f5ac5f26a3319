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

static struct store_op (*const plain_writes[])(void) = {
	create_project,
	create_invite,
	touch_key,
	probe,
};

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

START_TEST(test_many_creates_cost_what_one_does)
{
	enum { MANY = 50 };
	struct store_op ops[MANY], *first = NULL;
	size_t left = MANY;

	(void)flights_of(create_invite());
	flights = 0;
	for (size_t i = 0; i < MANY; i++) {
		ops[i] = create_invite();
		ck_assert(!store_submit(f.port, &ops[i]));
	}
	while (left > 0) {
		store_idle(f.port);
		for (first = store_collect(f.port); first; first = first->next)
			left--;
	}
	/* Handed over sixteen at a time, so in a few batches at most. */
	ck_assert_int_le(flights, 2 * 4);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_plain_write, 0, COUNT_OF(plain_writes));
	tcase_add_test(tests, test_preparing_costs_no_flight);
	tcase_add_test(tests, test_many_creates_cost_what_one_does);
}

int main(int argc, char **argv)
{
	return store_tests("flights", argc, argv, add);
}
