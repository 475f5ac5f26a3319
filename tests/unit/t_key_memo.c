/*
 * t_key_memo.c: keys that were found a moment ago: a bounded number of them.
 */
#include "base/base.h"
#include "unit.h"

#include "base/hash.h"
#include "http/key_memo.h"

#define ROOM (MEMO_SETS * MEMO_WAYS)

static struct key_memo memo;

static void hash_of(int key, uint8_t out[SHA256_SIZE])
{
	sha256((struct str){ (const char *)&key, sizeof(key) }, out);
}

static void put(int key, int64_t now_ms)
{
	uint8_t hash[SHA256_SIZE];
	struct known_key *known;

	hash_of(key, hash);
	known = key_memo_place(&memo, hash);
	known->found_ms = now_ms;
	known->key.id = key;
}

static bool has(int key)
{
	uint8_t hash[SHA256_SIZE];
	struct known_key *known;

	hash_of(key, hash);
	known = key_memo_find(&memo, hash);
	ck_assert(!known || known->key.id == key);
	return known != NULL;
}

static void forget_all(void)
{
	memo = (struct key_memo){ .sets = { { { .round = 0 } } } };
}

START_TEST(test_a_thousand_keys_in_turn_are_remembered)
{
	int known = 0;

	forget_all();
	ck_assert(!has(1));
	for (int key = 1; key <= 1000; key++)
		put(key, key);
	for (int key = 1; key <= 1000; key++)
		known += has(key);
	ck_assert_int_ge(known, 980);
}
END_TEST

START_TEST(test_the_oldest_gives_way)
{
	int known = 0;

	forget_all();
	for (int key = 1; key <= 20 * ROOM; key++)
		put(key, key);
	for (int key = 1; key <= 20 * ROOM; key++)
		known += has(key);
	ck_assert_int_eq(known, ROOM);
	ck_assert(has(20 * ROOM));
	for (int key = 1; key <= 10 * ROOM; key++)
		ck_assert(!has(key));
}
END_TEST

START_TEST(test_one_key_has_one_place)
{
	forget_all();
	for (int i = 1; i <= 3 * MEMO_WAYS; i++)
		put(7, i);
	for (size_t i = 0; i < MEMO_SETS; i++)
		for (size_t j = 1; j < MEMO_WAYS; j++)
			ck_assert_int_eq(memo.sets[i][j].key.id, 0);
	ck_assert(has(7));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_a_thousand_keys_in_turn_are_remembered);
	tcase_add_test(tests, test_the_oldest_gives_way);
	tcase_add_test(tests, test_one_key_has_one_place);
}

int main(void)
{
	return unit_run("key_memo", add);
}
