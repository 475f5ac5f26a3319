/*
 * t_list.c: pages, cursors and filters, for every list alike.
 */
#include "base/base.h"
#include "fixture.h"

#define ROWS 13

/* ---- what is in the lists, and how a list is read ---- */

struct list {
	const struct verb *verb;
	int extra; /* rows that are there from the beginning */
	/* Adds row number `i`; its id. */
	int64_t (*add_row)(int i);
	int64_t (*id_at)(const struct store_op *op, size_t i);
};

static int64_t add_key(int i)
{
	struct store_op op = op_of(&verb_key_create);
	char secret[64];

	snprintf(secret, sizeof(secret), "sk-admin-number-%d-0123456789", i);
	in_of(&op, key_create_in)->name = "robot";
	in_of(&op, key_create_in)->chosen = str_of(secret);
	assert_granted(&op);
	return out_of(&op, key_create_out)->key.id;
}

static int64_t add_one_organization(int i)
{
	char name[32];

	snprintf(name, sizeof(name), "Number %d", i);
	return add_organization(arena_str(&f.arena, str_of(name)));
}

static int64_t add_one_project(int i)
{
	(void)i;
	return add_project("One of many");
}

static const char *address_of(int i)
{
	return arena_printf(&f.arena, "user%d@example.com", i);
}

static int64_t add_invite(int i)
{
	struct store_op op = invited(address_of(i));

	return out_of(&op, invite_create_out)->invite.id;
}

static int64_t add_user(int i)
{
	return member(address_of(i));
}

static int64_t key_at(const struct store_op *op, size_t i)
{
	return rows_of(op, admin_key)[i].id;
}

static int64_t organization_at(const struct store_op *op, size_t i)
{
	return rows_of(op, organization)[i].id;
}

static int64_t invite_at(const struct store_op *op, size_t i)
{
	return rows_of(op, invite)[i].id;
}

static int64_t project_at(const struct store_op *op, size_t i)
{
	return rows_of(op, project)[i].id;
}

static int64_t user_at(const struct store_op *op, size_t i)
{
	return rows_of(op, user)[i].id;
}

static int64_t project_user_at(const struct store_op *op, size_t i)
{
	return rows_of(op, project_user)[i].id;
}

static const struct list lists[] = {
	{ &verb_key_list, 1, add_key, key_at },
	{ &verb_organization_list, 1, add_one_organization, organization_at },
	{ &verb_invite_list, 0, add_invite, invite_at },
	{ &verb_project_list, 1, add_one_project, project_at },
	{ &verb_user_list, 0, add_user, user_at },
	{ &verb_project_user_list, 0, add_user, project_user_at },
};

static struct store_op page(const struct list *list, int64_t after, int limit)
{
	struct store_op op = list_op(list->verb, after, limit);

	if (list->verb == &verb_project_user_list)
		in_of(&op, project_user_list_in)->project = f.project;
	assert_granted(&op);
	return op;
}

/* Reads the whole list in pages of `limit`; how many rows there were. */
static size_t walk(const struct list *list, int limit, int64_t *ids)
{
	size_t count = 0;
	int64_t after = 0;
	bool more = true;

	while (more) {
		struct store_op op = page(list, after, limit);
		const struct list_out *got = op.out;

		ck_assert_uint_le(got->count, (size_t)limit);
		for (size_t i = 0; i < got->count; i++)
			ids[count++] = list->id_at(&op, i);
		more = got->has_more;
		ck_assert(!more || got->count == (size_t)limit);
		if (got->count)
			after = ids[count - 1];
	}
	return count;
}

/* ---- pages ---- */

START_TEST(test_walks)
{
	const struct list *list = &lists[_i];
	int64_t added[ROWS], ids[ROWS + 1];
	size_t all = (size_t)(ROWS + list->extra);

	for (int i = 0; i < ROWS; i++) {
		f.now_ms += i % 3; /* some in the same millisecond */
		added[i] = list->add_row(i);
	}
	for (int limit = 1; limit <= ROWS + 2; limit++) {
		ck_assert_uint_eq(walk(list, limit, ids), all);
		for (int i = 0; i < ROWS; i++)
			ck_assert_int_eq(ids[i], added[ROWS - 1 - i]);
	}
}
END_TEST

START_TEST(test_has_more_only_where_there_is_more)
{
	const struct list *list = &lists[_i];
	int rows = 4 - list->extra;
	struct store_op op;

	for (int i = 0; i < rows; i++)
		(void)list->add_row(i);
	op = page(list, 0, 3);
	ck_assert(out_of(&op, list_out)->has_more);
	op = page(list, 0, 4);
	ck_assert(!out_of(&op, list_out)->has_more);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 4);
	op = page(list, list->id_at(&op, 3), 4);
	ck_assert(!out_of(&op, list_out)->has_more);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}
END_TEST

/* A cursor is a place, not a row: it need not be there (any more). */
START_TEST(test_cursors_that_are_no_rows)
{
	const struct list *list = &lists[_i];
	int64_t first = list->add_row(0), second = list->add_row(1);
	struct store_op op = page(list, second - 1, 100);

	ck_assert_int_eq(list->id_at(&op, 0), first);
	op = page(list, INT64_MAX, 100);
	ck_assert_int_eq(list->id_at(&op, 0), second);
	op = page(list, 1, 100);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}
END_TEST

START_TEST(test_cursor_of_a_deleted_invite)
{
	int64_t ids[3];
	struct store_op op;

	for (int i = 0; i < 3; i++)
		ids[i] = add_invite(i);
	op = by_id(&verb_invite_delete, ids[1]);
	assert_granted(&op);
	op = page(&lists[2], ids[1], 10);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(invite_at(&op, 0), ids[0]);
}
END_TEST

/* ---- filters of invites ---- */

/* One of each: pending, expired, accepted, deleted, declined. */
static void add_all_kinds(int64_t ids[5])
{
	struct store_op expired = invite_op("expired@example.com");
	struct store_op accepted, declined, op;

	ids[0] = add_invite(0);
	in_of(&expired, invite_create_in)->ttl_seconds = 60;
	assert_granted(&expired);
	ids[1] = out_of(&expired, invite_create_out)->invite.id;
	accepted = invited("accepted@example.com");
	ids[2] = out_of(&accepted, invite_create_out)->invite.id;
	op = answer_op(&verb_invitation_accept, token_of(&accepted));
	assert_granted(&op);
	ids[3] = add_invite(3);
	op = by_id(&verb_invite_delete, ids[3]);
	assert_granted(&op);
	declined = invited("declined@example.com");
	ids[4] = out_of(&declined, invite_create_out)->invite.id;
	op = answer_op(&verb_invitation_decline, token_of(&declined));
	assert_granted(&op);
	f.now_ms += 60 * SECOND_MS;
}

START_TEST(test_status)
{
	/* By enum invite_status: which of all kinds, and in which order. The
	 * declined one ended first. */
	static const struct {
		size_t count;
		int kinds[2];
	} wanted[] = { [STATUS_PENDING] = { 1, { 0 } },
		       [STATUS_EXPIRED] = { 2, { 1, 4 } },
		       [STATUS_ACCEPTED] = { 1, { 2 } } };
	struct store_op op = list_op(&verb_invite_list, 0, 10);
	int64_t ids[5];

	add_all_kinds(ids);
	op.now_ms = f.now_ms;
	in_of(&op, invite_list_in)->by_status = true;
	in_of(&op, invite_list_in)->status = (enum invite_status)_i;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, wanted[_i].count);
	for (size_t i = 0; i < wanted[_i].count; i++) {
		const struct invite *got = &rows_of(&op, invite)[i];

		ck_assert_int_eq(got->id, ids[wanted[_i].kinds[i]]);
		ck_assert_int_eq(invite_status(got, f.now_ms / 1000),
				 (enum invite_status)_i);
	}
}
END_TEST

START_TEST(test_declined_by_address)
{
	struct store_op op = list_op(&verb_invite_list, 0, 10);
	int64_t ids[5];

	add_all_kinds(ids);
	op.now_ms = f.now_ms;
	in_of(&op, invite_list_in)->email_key = "declined@example.com";
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	in_of(&op, invite_list_in)->by_status = true;
	in_of(&op, invite_list_in)->status = STATUS_EXPIRED;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(invite_at(&op, 0), ids[4]);
	in_of(&op, invite_list_in)->status = STATUS_PENDING;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}
END_TEST

START_TEST(test_no_filter_shows_all_but_the_gone)
{
	static const int shown[] = { 4, 2, 1, 0 };
	struct store_op op = list_op(&verb_invite_list, 0, 10);
	int64_t ids[5];

	add_all_kinds(ids);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, COUNT_OF(shown));
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		ck_assert_int_eq(invite_at(&op, i), ids[shown[i]]);
}
END_TEST

/* Three invites to one address, one to another, one cursor. */
START_TEST(test_address)
{
	struct store_op op = list_op(&verb_invite_list, 0, 10);
	int64_t ids[3];

	for (int i = 0; i < 3; i++) {
		struct store_op create = invited("Ada@Example.com");

		ids[i] = out_of(&create, invite_create_out)->invite.id;
		(void)add_invite(i);
		f.now_ms += TTL * SECOND_MS;
	}
	op.now_ms = f.now_ms - 1;
	in_of(&op, invite_list_in)->email_key = "ada@example.com";
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 3);
	in_of(&op, list_in)->after = ids[2];
	in_of(&op, list_in)->limit = 1;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert(out_of(&op, list_out)->has_more);
	ck_assert_int_eq(invite_at(&op, 0), ids[1]);
	op = list_op(&verb_invite_list, 0, 10);
	op.now_ms = f.now_ms - 1;
	in_of(&op, invite_list_in)->email_key = "ada@example.com";
	in_of(&op, invite_list_in)->by_status = true;
	in_of(&op, invite_list_in)->status = STATUS_PENDING;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(invite_at(&op, 0), ids[2]);
	in_of(&op, invite_list_in)->status = STATUS_EXPIRED;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	in_of(&op, invite_list_in)->status = STATUS_ACCEPTED;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	in_of(&op, invite_list_in)->by_status = false;
	in_of(&op, invite_list_in)->email_key = "nobody@example.com";
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}
END_TEST

/* Pages of a filtered list are full, however much lies between. */
START_TEST(test_filtered_pages)
{
	struct store_op op;
	int64_t after = 0;
	size_t seen = 0;

	for (int i = 0; i < 30; i++) {
		if (i % 3 == 0)
			(void)member(address_of(i));
		else
			(void)add_invite(i);
	}
	do {
		op = list_op(&verb_invite_list, after, 4);
		in_of(&op, invite_list_in)->by_status = true;
		in_of(&op, invite_list_in)->status = STATUS_ACCEPTED;
		assert_granted(&op);
		seen += out_of(&op, list_out)->count;
		ck_assert(!out_of(&op, list_out)->has_more ||
			  out_of(&op, list_out)->count == 4);
		after = invite_at(&op, out_of(&op, list_out)->count - 1);
	} while (out_of(&op, list_out)->has_more);
	ck_assert_uint_eq(seen, 10);
}
END_TEST

/* ---- by expiry ---- */

static struct store_op by_status(enum invite_status status, int64_t after,
				 int limit)
{
	struct store_op op = list_op(&verb_invite_list, after, limit);

	in_of(&op, invite_list_in)->by_status = true;
	in_of(&op, invite_list_in)->status = status;
	assert_granted(&op);
	return op;
}

/* Reads the whole list in pages of `limit`; how many rows there were. */
static size_t walk_status(enum invite_status status, int limit, int64_t *ids)
{
	size_t count = 0;
	bool more = true;

	while (more) {
		struct store_op op =
		    by_status(status, count ? ids[count - 1] : 0, limit);

		for (size_t i = 0; i < out_of(&op, list_out)->count; i++)
			ids[count++] = invite_at(&op, i);
		more = out_of(&op, list_out)->has_more;
	}
	return count;
}

static int64_t add_invite_for(int number, int64_t ttl)
{
	struct store_op op = invite_op(address_of(number));

	in_of(&op, invite_create_in)->ttl_seconds = ttl;
	assert_granted(&op);
	return out_of(&op, invite_create_out)->invite.id;
}

/* Of one second by their ids; and in each order the cursor finds its place. */
START_TEST(test_who_expires_last_comes_first)
{
	static const int64_t ttls[] = { 300, 100, 200, 200, 200, 100, 400 };
	static const int order[] = { 6, 0, 4, 3, 2, 5, 1 };
	int64_t ids[COUNT_OF(ttls)], got[COUNT_OF(ttls)];

	for (size_t i = 0; i < COUNT_OF(ttls); i++)
		ids[i] = add_invite_for((int)i, ttls[i]);
	for (int times = 0; times < 2; times++) {
		for (int limit = 1; limit < 9; limit++) {
			ck_assert_uint_eq(
			    walk_status(times ? STATUS_EXPIRED : STATUS_PENDING,
					limit, got),
			    COUNT_OF(ttls));
			for (size_t i = 0; i < COUNT_OF(ttls); i++)
				ck_assert_int_eq(got[i], ids[order[i]]);
		}
		f.now_ms += 400 * SECOND_MS;
	}
}
END_TEST

/* Behind an invite that has changed its status since; or is none. */
START_TEST(test_cursors_of_another_status)
{
	int64_t soon = add_invite_for(0, 100), late = add_invite_for(1, 200);
	struct store_op op;

	f.now_ms += 150 * SECOND_MS;
	op = by_status(STATUS_PENDING, soon, 10);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	op = by_status(STATUS_EXPIRED, late, 10);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(invite_at(&op, 0), soon);
	op = by_status(STATUS_EXPIRED, late + 1, 10);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}
END_TEST

/* However many there were: see t_plans.c. */
START_TEST(test_withdrawn_ones_leave_the_index_of_addresses)
{
	int64_t id = add_invite(0);
	struct store_op op = by_id(&verb_invite_delete, id);

	assert_granted(&op);
	ck_assert_int_eq(rows("invite WHERE address_hash = id"), 1);
}
END_TEST

static void add(TCase *tests)
{
	int count = COUNT_OF(lists);

	tcase_add_loop_test(tests, test_walks, 0, count);
	tcase_add_loop_test(tests, test_has_more_only_where_there_is_more, 0,
			    count);
	tcase_add_loop_test(tests, test_cursors_that_are_no_rows, 0, count);
	tcase_add_test(tests, test_cursor_of_a_deleted_invite);
	tcase_add_loop_test(tests, test_status, 0, 3);
	tcase_add_test(tests, test_no_filter_shows_all_but_the_gone);
	tcase_add_test(tests, test_address);
	tcase_add_test(tests, test_declined_by_address);
	tcase_add_test(tests, test_filtered_pages);
	tcase_add_test(tests, test_who_expires_last_comes_first);
	tcase_add_test(tests, test_cursors_of_another_status);
	tcase_add_test(tests, test_withdrawn_ones_leave_the_index_of_addresses);
}

int main(int argc, char **argv)
{
	return store_tests("list", argc, argv, add);
}
