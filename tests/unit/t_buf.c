/*
 * t_buf.c: growing, the ceiling, and the memory for a failure.
 */
#include "base/base.h"
#include "unit.h"

#include "base/buf.h"

static struct buf buf;

/* Under a sanitizer too, too much is NULL and not the end. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

const char *__tsan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static void start(void)
{
	buf_init(&buf, 1 << 20);
}

static void end(void)
{
	buf_release(&buf);
}

START_TEST(test_empty)
{
	ck_assert(buf_ok(&buf));
	ck_assert_uint_eq(buf_str(&buf).len, 0);
	ck_assert_ptr_nonnull(buf_str(&buf).data);
	ck_assert_ptr_null(buf.data);
	buf_clear(&buf);
	ck_assert(buf_ok(&buf));
}
END_TEST

START_TEST(test_every_adder)
{
	buf_add(&buf, "ab\0c", 4);
	buf_add_str(&buf, STR("-str"));
	buf_add_text(&buf, "-text");
	buf_add_char(&buf, '!');
	buf_add_i64(&buf, -17);
	buf_addf(&buf, "<%d %s>", 4, "x");
	ck_assert(buf_ok(&buf));
	ck_assert_uint_eq(buf.len, 22);
	ck_assert_mem_eq(buf.data, "ab\0c-str-text!-17<4 x>", 22);
}
END_TEST

START_TEST(test_nothing_added_is_an_empty_string)
{
	buf_add(&buf, NULL, 0);
	ck_assert(buf_ok(&buf));
	ck_assert_str_eq(buf.data, "");
	buf_add_str(&buf, (struct str){ NULL, 0 });
	ck_assert_uint_eq(buf.len, 0);
}
END_TEST

static const struct {
	int64_t value;
	const char *text;
} numbers[] = {
	{ 0, "0" },
	{ 7, "7" },
	{ 10, "10" },
	{ -1, "-1" },
	{ -100, "-100" },
	{ 1234567890123, "1234567890123" },
	{ INT64_MAX, "9223372036854775807" },
	{ INT64_MIN, "-9223372036854775808" },
};

START_TEST(test_numbers)
{
	buf_add_i64(&buf, numbers[_i].value);
	ck_assert_str_eq(buf.data, numbers[_i].text);
}
END_TEST

/* A NUL stands behind the content at every length, not counted. */
START_TEST(test_grows_byte_by_byte)
{
	for (size_t i = 0; i < 5000; i++) {
		buf_add_char(&buf, (char)('a' + i % 26));
		ck_assert_uint_eq(buf.len, i + 1);
		ck_assert_int_eq(buf.data[i + 1], '\0');
		ck_assert(buf.cap > buf.len);
	}
	for (size_t i = 0; i < 5000; i++)
		ck_assert_int_eq(buf.data[i], 'a' + i % 26);
}
END_TEST

START_TEST(test_ceiling_is_exact)
{
	buf_init(&buf, 10);
	buf_add_text(&buf, "01234");
	buf_add_text(&buf, "56789");
	ck_assert(buf_ok(&buf));
	ck_assert_str_eq(buf.data, "0123456789");
	buf_add(&buf, "", 0);
	ck_assert(buf_ok(&buf));
	buf_add_char(&buf, 'x');
	ck_assert(!buf_ok(&buf));
	ck_assert_str_eq(buf.data, "0123456789");
}
END_TEST

/* What does not fit is left out whole, and so is everything behind it. */
START_TEST(test_failure_is_remembered)
{
	buf_init(&buf, 4);
	buf_add_text(&buf, "ab");
	buf_add_text(&buf, "cde");
	buf_add_char(&buf, 'f');
	buf_add_i64(&buf, 1);
	buf_addf(&buf, "%d", 1);
	ck_assert_ptr_null(buf_reserve(&buf, 0));
	ck_assert(!buf_ok(&buf));
	ck_assert_str_eq(buf.data, "ab");
}
END_TEST

START_TEST(test_clear_forgets_content_and_failure_only)
{
	char *memory;

	buf_init(&buf, 4);
	buf_add_text(&buf, "abcd");
	memory = buf.data;
	buf_add_char(&buf, 'e');
	buf_clear(&buf);
	ck_assert(buf_ok(&buf));
	ck_assert_uint_eq(buf.len, 0);
	ck_assert_str_eq(buf.data, "");
	ck_assert_ptr_eq(buf.data, memory);
	buf_add_text(&buf, "12345");
	ck_assert(!buf_ok(&buf));
}
END_TEST

START_TEST(test_release_is_as_init)
{
	buf_init(&buf, 3);
	buf_add_text(&buf, "abcd");
	buf_release(&buf);
	ck_assert(buf_ok(&buf));
	ck_assert_ptr_null(buf.data);
	buf_add_text(&buf, "abc");
	ck_assert(buf_ok(&buf));
	buf_add_text(&buf, "d");
	ck_assert(!buf_ok(&buf));
	buf_release(&buf);
	buf_release(&buf);
}
END_TEST

START_TEST(test_reserve_and_added)
{
	char *room;

	buf_add_text(&buf, "x=");
	room = buf_reserve(&buf, 1000);
	ck_assert_ptr_nonnull(room);
	memset(room, 'y', 1000);
	ck_assert_uint_eq(buf.len, 2);
	buf_added(&buf, 3);
	ck_assert_str_eq(buf.data, "x=yyy");
	ck_assert_ptr_nonnull(buf_reserve(&buf, 0));
	buf_added(&buf, 0);
	ck_assert_str_eq(buf.data, "x=yyy");
}
END_TEST

START_TEST(test_sizes_that_overflow)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 1, SIZE_MAX - 2,
					SIZE_MAX / 2 + 2 };

	for (size_t i = 0; i < COUNT_OF(sizes); i++) {
		buf_init(&buf, SIZE_MAX);
		buf_add_text(&buf, "ab");
		ck_assert_ptr_null(buf_reserve(&buf, sizes[i]));
		ck_assert(!buf_ok(&buf));
		buf_release(&buf);
	}
}
END_TEST

/* Lengths around the size of the buffer that buf_addf() tries first. */
START_TEST(test_format_of_any_length)
{
	int len = 250 + _i;

	buf_add_text(&buf, "a");
	buf_addf(&buf, "%*s", len, "x");
	ck_assert(buf_ok(&buf));
	ck_assert_uint_eq(buf.len, len + 1);
	ck_assert_int_eq(buf.data[len], 'x');
	ck_assert_int_eq(buf.data[len + 1], '\0');
}
END_TEST

START_TEST(test_long_format_over_the_ceiling)
{
	buf_init(&buf, 999);
	buf_addf(&buf, "%1000s", "x");
	ck_assert(!buf_ok(&buf));
	ck_assert_uint_eq(buf.len, 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_empty);
	tcase_add_test(tests, test_every_adder);
	tcase_add_test(tests, test_nothing_added_is_an_empty_string);
	tcase_add_loop_test(tests, test_numbers, 0, COUNT_OF(numbers));
	tcase_add_test(tests, test_grows_byte_by_byte);
	tcase_add_test(tests, test_ceiling_is_exact);
	tcase_add_test(tests, test_failure_is_remembered);
	tcase_add_test(tests, test_clear_forgets_content_and_failure_only);
	tcase_add_test(tests, test_release_is_as_init);
	tcase_add_test(tests, test_reserve_and_added);
	tcase_add_test(tests, test_sizes_that_overflow);
	tcase_add_loop_test(tests, test_format_of_any_length, 0, 12);
	tcase_add_test(tests, test_long_format_over_the_ceiling);
}

int main(void)
{
	return unit_run("buf", add);
}
