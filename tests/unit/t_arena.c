/*
 * t_arena.c: what an arena hands out, and where it stops.
 */
#include "base/base.h"
#include "unit.h"

#include <stdalign.h>

#include "base/arena.h"

#define MIB ((size_t)1 << 20)

static struct arena arena;

static void start(void)
{
	arena_init(&arena, MIB);
}

static void end(void)
{
	arena_release(&arena);
}

static bool is_zero(const char *p, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (p[i] != 0)
			return false;
	return true;
}

START_TEST(test_memory_is_aligned_zeroed_and_apart)
{
	char *previous = NULL;

	for (size_t size = 1; size < 600; size += 7) {
		char *p = arena_alloc(&arena, size);
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t), 0);
		ck_assert(is_zero(p, size));
		memset(p, 0xA5, size);
		if (previous)
			ck_assert_int_eq((unsigned char)previous[0], 0xA5);
		previous = p;
	}
}
END_TEST

START_TEST(test_contents_stay_when_blocks_are_added)
{
	char *texts[500];

	for (int i = 0; i < 500; i++) {
		texts[i] = arena_printf(&arena, "text %d with a tail", i);
		ck_assert_ptr_nonnull(texts[i]);
	}
	for (int i = 0; i < 500; i++) {
		char expected[64];
		snprintf(expected, sizeof(expected), "text %d with a tail", i);
		ck_assert_str_eq(texts[i], expected);
	}
}
END_TEST

START_TEST(test_large_pieces_do_not_waste_the_current_block)
{
	char *small = arena_alloc(&arena, 16);
	char *large = arena_alloc(&arena, 100000);
	char *next = arena_alloc(&arena, 16);

	ck_assert_ptr_nonnull(small);
	ck_assert_ptr_nonnull(large);
	ck_assert(is_zero(large, 100000));
	ck_assert_ptr_eq(next, small + 16);
}
END_TEST

START_TEST(test_ceiling_is_exact)
{
	arena_init(&arena, 64);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 48));
	ck_assert_ptr_null(arena_alloc(&arena, 17));
	ck_assert_ptr_nonnull(arena_alloc(&arena, 16));
	ck_assert_uint_eq(arena.used, 64);
	ck_assert_ptr_null(arena_alloc(&arena, 1));
	ck_assert_ptr_null(arena_str(&arena, STR("")));
	ck_assert_ptr_null(arena_printf(&arena, "x"));
}
END_TEST

START_TEST(test_ceiling_stops_a_first_large_piece)
{
	arena_init(&arena, 100000);
	ck_assert_ptr_null(arena_alloc(&arena, 100001));
	ck_assert_ptr_nonnull(arena_alloc(&arena, 100000));
	ck_assert_ptr_null(arena_str(&arena, STR("")));
}
END_TEST

START_TEST(test_padding_counts)
{
	size_t count = 0;

	arena_init(&arena, 1600);
	while (arena_alloc(&arena, 1))
		count++;
	ck_assert_uint_eq(count, 100);
}
END_TEST

START_TEST(test_strings_are_packed)
{
	char *a = arena_str(&arena, STR("abc"));
	char *b = arena_str(&arena, STR("de"));

	ck_assert_str_eq(a, "abc");
	ck_assert_ptr_eq(b, a + 4);
	ck_assert_str_eq(b, "de");
}
END_TEST

START_TEST(test_strings_of_every_kind)
{
	char *with_nul = arena_str(&arena, STR("a\0b"));
	char *empty = arena_str(&arena, (struct str){ NULL, 0 });

	ck_assert_mem_eq(with_nul, "a\0b", 4);
	ck_assert_str_eq(empty, "");
}
END_TEST

START_TEST(test_nothing_is_something)
{
	ck_assert_ptr_nonnull(arena_alloc(&arena, 0));
	ck_assert_ptr_nonnull(arena_array(&arena, 0, 8));
	ck_assert_ptr_nonnull(arena_array(&arena, 8, 0));
	ck_assert_uint_eq(arena.used, 0);
}
END_TEST

START_TEST(test_sizes_that_overflow)
{
	arena_init(&arena, SIZE_MAX);
	ck_assert_ptr_null(arena_array(&arena, SIZE_MAX / 2, 3));
	ck_assert_ptr_null(arena_array(&arena, 3, SIZE_MAX / 2));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX));
	ck_assert_ptr_null(arena_alloc(&arena, SIZE_MAX - 8));
	ck_assert_ptr_null(arena_str(&arena, (struct str){ "x", SIZE_MAX }));
	ck_assert_uint_eq(arena.used, 0);
	ck_assert_ptr_nonnull(arena_alloc(&arena, 1));
}
END_TEST

START_TEST(test_array)
{
	int64_t *numbers = arena_array(&arena, 1000, sizeof(*numbers));

	ck_assert_ptr_nonnull(numbers);
	ck_assert(is_zero((char *)numbers, 1000 * sizeof(*numbers)));
	ck_assert_uint_eq(arena.used, 1000 * sizeof(*numbers));
}
END_TEST

/* Lengths around the size of the buffer that arena_printf() tries first. */
START_TEST(test_printf_of_any_length)
{
	int len = 505 + _i;
	char *text = arena_printf(&arena, "<%*s>", len - 2, "x");

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(strlen(text), len);
	ck_assert_int_eq(text[0], '<');
	ck_assert_int_eq(text[len - 2], 'x');
	ck_assert_int_eq(text[len - 1], '>');
}
END_TEST

START_TEST(test_printf_over_the_ceiling)
{
	arena_init(&arena, 1000);
	ck_assert_ptr_null(arena_printf(&arena, "%1000s", "x"));
	ck_assert_ptr_nonnull(arena_printf(&arena, "%999s", "x"));
}
END_TEST

START_TEST(test_first_piece_is_used_up_first)
{
	alignas(max_align_t) char first[256];
	char *p;

	memset(first, 0xFF, sizeof(first));
	arena_init_with(&arena, first, sizeof(first), MIB);
	p = arena_alloc(&arena, 256);
	ck_assert_ptr_eq(p, first);
	ck_assert(is_zero(p, 256));
	ck_assert_ptr_null(arena.blocks);
	p = arena_alloc(&arena, 1);
	ck_assert_ptr_nonnull(p);
	ck_assert(p < first || p >= first + sizeof(first));
	ck_assert_ptr_nonnull(arena.blocks);
}
END_TEST

START_TEST(test_first_piece_may_be_crooked)
{
	alignas(max_align_t) char first[64];

	for (size_t offset = 0; offset < 32; offset++) {
		for (size_t size = 0; size < 32; size++) {
			char *p;
			arena_init_with(&arena, first + offset, size, 64);
			p = arena_alloc(&arena, 1);
			ck_assert_ptr_nonnull(p);
			ck_assert_uint_eq((uintptr_t)p % alignof(max_align_t),
					  0);
			memset(p, 1, 1);
			arena_release(&arena);
		}
	}
}
END_TEST

START_TEST(test_ceiling_below_the_first_piece)
{
	char first[256];

	arena_init_with(&arena, first, sizeof(first), 10);
	ck_assert_ptr_null(arena_str(&arena, STR("0123456789")));
	ck_assert_str_eq(arena_str(&arena, STR("012345678")), "012345678");
}
END_TEST

START_TEST(test_release_then_again)
{
	for (int i = 0; i < 3; i++) {
		arena_init(&arena, 10000);
		ck_assert_ptr_nonnull(arena_alloc(&arena, 9000));
		arena_release(&arena);
		arena_release(&arena);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_memory_is_aligned_zeroed_and_apart);
	tcase_add_test(tests, test_contents_stay_when_blocks_are_added);
	tcase_add_test(tests, test_large_pieces_do_not_waste_the_current_block);
	tcase_add_test(tests, test_ceiling_is_exact);
	tcase_add_test(tests, test_ceiling_stops_a_first_large_piece);
	tcase_add_test(tests, test_padding_counts);
	tcase_add_test(tests, test_strings_are_packed);
	tcase_add_test(tests, test_strings_of_every_kind);
	tcase_add_test(tests, test_nothing_is_something);
	tcase_add_test(tests, test_sizes_that_overflow);
	tcase_add_test(tests, test_array);
	tcase_add_loop_test(tests, test_printf_of_any_length, 0, 12);
	tcase_add_test(tests, test_printf_over_the_ceiling);
	tcase_add_test(tests, test_first_piece_is_used_up_first);
	tcase_add_test(tests, test_first_piece_may_be_crooked);
	tcase_add_test(tests, test_ceiling_below_the_first_piece);
	tcase_add_test(tests, test_release_then_again);
}

int main(void)
{
	return unit_run("arena", add);
}
