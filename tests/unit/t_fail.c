/*
 * t_fail.c: sentences about failures.
 */
#include "base/base.h"
#include "unit.h"

#include <errno.h>

#include "base/fail.h"
#include "base/str.h"

static struct fail fail;

START_TEST(test_message)
{
	ck_assert_int_eq(fail_set(&fail, "could not open %s", "x.db"), -1);
	ck_assert_str_eq(fail.message, "could not open x.db");
}
END_TEST

START_TEST(test_errno)
{
	ck_assert_int_eq(fail_errno(&fail, ENOENT, "could not open %s", "x"),
			 -1);
	ck_assert_str_eq(fail.message,
			 "could not open x: No such file or directory");
	fail_errno(&fail, 9999, "odd");
	ck_assert_str_eq(fail.message, "odd: Unknown error 9999");
}
END_TEST

START_TEST(test_own_message_as_argument)
{
	fail_set(&fail, "%s", "disk full");
	fail_set(&fail, "could not write: %s", fail.message);
	ck_assert_str_eq(fail.message, "could not write: disk full");
	fail_errno(&fail, ENOSPC, "again: %s", fail.message);
	ck_assert_str_eq(
	    fail.message,
	    "again: could not write: disk full: No space left on device");
}
END_TEST

START_TEST(test_cut_where_too_long)
{
	fail_set(&fail, "%*s", (int)sizeof(fail.message) - 1, "x");
	ck_assert_uint_eq(strlen(fail.message), sizeof(fail.message) - 1);
	fail_set(&fail, "%*s", 5000, "x");
	ck_assert_uint_eq(strlen(fail.message), sizeof(fail.message) - 1);
	fail_errno(&fail, EIO, "%*s", 5000, "x");
	ck_assert_uint_eq(strlen(fail.message), sizeof(fail.message) - 1);
}
END_TEST

/* Whatever the cut falls on, no torn character is left. */
START_TEST(test_cut_between_characters)
{
	static const char *const chars[] = { "\xC3\xA9", "\xE2\x82\xAC",
					     "\xF0\x9F\x98\x80" };

	for (size_t i = 0; i < COUNT_OF(chars); i++) {
		for (int shift = 0; shift < 5; shift++) {
			char text[1024] = { 0 };
			size_t len = strlen(chars[i]), at = shift;
			memset(text, 'a', shift);
			for (; at + len < sizeof(text); at += len)
				memcpy(text + at, chars[i], len);
			fail_set(&fail, "%s", text);
			ck_assert(str_is_utf8(str_of(fail.message)));
			ck_assert_uint_gt(strlen(fail.message),
					  sizeof(fail.message) - 5);
		}
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_message);
	tcase_add_test(tests, test_errno);
	tcase_add_test(tests, test_own_message_as_argument);
	tcase_add_test(tests, test_cut_where_too_long);
	tcase_add_test(tests, test_cut_between_characters);
}

int main(void)
{
	return unit_run("fail", add);
}
