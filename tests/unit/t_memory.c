/*
 * t_memory.c: until when a key in memory counts.
 */
#include "base/base.h"
#include "unit.h"

#include "gate/memory.h"

#define ORGANIZATION 7

static const uint8_t right[SHA256_SIZE] = { 1 }, wrong[SHA256_SIZE] = { 2 };

static struct memory *memory;
static struct arena arena;
static const struct found_key *found;
static int64_t age_ms;

static void start(void)
{
	memory = memory_new();
	ck_assert_ptr_nonnull(memory);
	arena_init(&arena, SIZE_MAX);
	found = NULL;
}

static void end(void)
{
	memory_free(memory);
	arena_release(&arena);
}

static void put(int64_t id, int64_t generation, struct moment asked)
{
	struct found_key key = {
		.shown = { .key = { .id = id,
				    .organization = ORGANIZATION,
				    .name = "name",
				    .scopes = "a\nb" },
			   .owner_email = "ada@example.com" },
		.project_name = "Apollo",
		.generation = generation,
	};

	memcpy(key.secret_hash, right, SHA256_SIZE);
	memory_put(memory, &key, &asked);
}

static enum held find(int64_t id, const uint8_t *hash, struct moment now)
{
	return memory_find(memory, id, hash, &now, &arena, &found, &age_ms);
}

static void confirm(int64_t generation, struct moment asked)
{
	const int64_t id = ORGANIZATION;

	memory_confirm(memory, &id, &generation, 1, &asked);
}

#define AT(ms, moved) ((struct moment){ (ms), (moved) })

START_TEST(test_it_is_all_there)
{
	put(1, 5, AT(0, 0));
	ck_assert_int_eq(find(1, right, AT(FRESH_MS - 1, 0)), HELD_FRESH);
	ck_assert_str_eq(found->shown.key.scopes, "a\nb");
	ck_assert_str_eq(found->project_name, "Apollo");
	ck_assert_ptr_null(found->shown.key.models);
	ck_assert_int_eq(find(1, wrong, AT(0, 0)), HELD_NOT);
	ck_assert_int_eq(find(2, right, AT(0, 0)), HELD_NOT);
	ck_assert_uint_eq(memory_count(memory), 1);
}
END_TEST

START_TEST(test_a_confirmation_counts_for_a_second)
{
	put(1, 5, AT(0, 0));
	ck_assert_int_eq(find(1, right, AT(FRESH_MS, 0)), HELD_STALE);
	ck_assert_int_eq(age_ms, FRESH_MS);
	confirm(5, AT(FRESH_MS, 0));
	ck_assert_int_eq(find(1, right, AT(2 * FRESH_MS - 1, 0)), HELD_FRESH);
	/* An answer that was long on its way is as old as its question. */
	confirm(5, AT(0, 0));
	ck_assert_int_eq(find(1, right, AT(2 * FRESH_MS - 1, 0)), HELD_FRESH);
	ck_assert_int_eq(find(1, right, AT(2 * FRESH_MS, 0)), HELD_STALE);
}
END_TEST

START_TEST(test_rights_that_moved_elsewhere)
{
	put(1, 5, AT(0, 0));
	confirm(6, AT(10, 0));
	ck_assert_int_eq(find(1, right, AT(10, 0)), HELD_STALE);
	ck_assert(age_ms == INT64_MAX);
	put(2, 6, AT(20, 0));
	ck_assert_int_eq(find(2, right, AT(20, 0)), HELD_FRESH);
	/* What was read before says nothing against what was read since. */
	put(1, 5, AT(5, 0));
	ck_assert_int_eq(find(1, right, AT(30, 0)), HELD_STALE);
	ck_assert_int_eq(find(2, right, AT(30, 0)), HELD_FRESH);
}
END_TEST

START_TEST(test_rights_that_may_have_moved_here)
{
	put(1, 5, AT(0, 3));
	put(2, 5, AT(0, 3));
	ck_assert_int_eq(find(1, right, AT(1, 4)), HELD_STALE);
	ck_assert(age_ms == INT64_MAX);
	/* Not those of this organization: the others count again, too. */
	put(1, 5, AT(1, 4));
	ck_assert_int_eq(find(2, right, AT(2, 4)), HELD_FRESH);
}
END_TEST

/* A database that was put back to an earlier state is believed in the end. */
START_TEST(test_a_generation_that_went_back)
{
	put(1, 5, AT(0, 0));
	put(1, 4, AT(FRESH_MS, 0));
	ck_assert_int_eq(find(1, right, AT(FRESH_MS, 0)), HELD_FRESH);
}
END_TEST

START_TEST(test_it_is_bounded)
{
	for (int64_t id = 1; id < 300000; id++)
		put(id << 22, 5, AT(id, 0));
	ck_assert_uint_le(memory_count(memory), 262144);
	ck_assert_int_eq(find((int64_t)299999 << 22, right, AT(299999, 0)),
			 HELD_FRESH);
}
END_TEST

/* Ids that were made one after another, too, which differ little. */
START_TEST(test_there_is_room_for_all_ids_alike)
{
	const int64_t first = 0x0abcdef123456789;

	for (int64_t i = 0; i < 200000; i++)
		put(_i ? first + i : first + (i << 22), 5, AT(0, 0));
	ck_assert_uint_ge(memory_count(memory), 180000);
}
END_TEST

START_TEST(test_organizations_in_use)
{
	int64_t ids[MEMORY_ORGANIZATIONS];

	ck_assert_uint_eq(memory_organizations(memory, 0, ids), 0);
	put(1, 5, AT(0, 0));
	ck_assert_uint_eq(memory_organizations(memory, 0, ids), 1);
	ck_assert_int_eq(ids[0], ORGANIZATION);
	ck_assert_uint_eq(memory_organizations(memory, 60000, ids), 0);
	(void)find(1, right, AT(60000, 0));
	ck_assert_uint_eq(memory_organizations(memory, 60000, ids), 1);
}
END_TEST

START_TEST(test_use_is_news_once_a_minute)
{
	put(1, 5, AT(0, 0));
	ck_assert(memory_use(memory, 1, 1000));
	ck_assert(!memory_use(memory, 1, 1059));
	put(1, 6, AT(1, 0)); /* read again, before that was written */
	ck_assert(!memory_use(memory, 1, 1059));
	ck_assert(memory_use(memory, 1, 1060));
	ck_assert(!memory_use(memory, 2, 1060));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_it_is_all_there);
	tcase_add_test(tests, test_a_confirmation_counts_for_a_second);
	tcase_add_test(tests, test_rights_that_moved_elsewhere);
	tcase_add_test(tests, test_rights_that_may_have_moved_here);
	tcase_add_test(tests, test_a_generation_that_went_back);
	tcase_add_test(tests, test_it_is_bounded);
	tcase_add_loop_test(tests, test_there_is_room_for_all_ids_alike, 0, 2);
	tcase_add_test(tests, test_organizations_in_use);
	tcase_add_test(tests, test_use_is_news_once_a_minute);
}

int main(void)
{
	return unit_run("memory", add);
}
