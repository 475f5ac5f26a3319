/*
 * t_inv_retry.c: when libinv asks again, and after how long.
 */
#include "base/base.h"
#include "unit.h"

#include "retry.h"

#include <locale.h>

#define NOW 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

START_TEST(statuses)
{
	for (int status = 200; status < 700; status++) {
		bool expected = status == 408 || status == 409 ||
				status == 429 || status >= 500;

		ck_assert_msg(retry_status(status, NULL) == expected, "%d",
			      status);
		ck_assert(retry_status(status, "maybe") == expected);
		ck_assert(retry_status(status, "true"));
		ck_assert(!retry_status(status, "false"));
	}
}
END_TEST

START_TEST(what_the_server_asks_for)
{
	static const struct {
		const char *ms, *after;
		int64_t expected;
	} cases[] = {
		{ NULL, NULL, 0 },
		{ "1500", NULL, 1500 },
		{ "1500", "9", 1500 },
		{ "0.2", NULL, 1 },
		{ "1500.9", NULL, 1500 },
		{ NULL, "2", 2000 },
		{ NULL, "0.5", 500 },
		{ NULL, "0", 0 },
		{ "0", "2", 0 },
		{ "", "2", 2000 },
		{ "soon", "2", 2000 },
		{ NULL, "-1", 0 },
		{ NULL, "inf", 0 },
		{ NULL, "nan", 0 },
		{ NULL, "0x10", 0 },
		{ NULL, "1,5", 0 },
		{ NULL, "5 seconds", 0 },
		{ NULL, "120", 120000 },
		{ NULL, "121", 121000 },
		{ NULL, "99999999999999999999999999",
		  INT64_C(1000000000000000) },
		{ NULL, "Sun, 06 Nov 1994 08:49:38 GMT", 1000 },
		{ NULL, "Sun, 06 Nov 1994 08:49:36 GMT", 0 },
		{ NULL, "Sun, 06 Foo 1994 08:49:38 GMT", 0 },
		{ NULL, "Sun, 06 Nov 1994 08:49:38 CET", 0 },
		{ NULL, "Sunday, 06-Nov-94 08:49:38 GMT", 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		ck_assert_msg(retry_after(cases[i].ms, cases[i].after, NOW) ==
				  cases[i].expected,
			      "%s / %s", cases[i].ms ? cases[i].ms : "-",
			      cases[i].after ? cases[i].after : "-");
}
END_TEST

START_TEST(no_locale_changes_a_number)
{
	/* Where there is none with a decimal comma, C has to do. */
	if (!setlocale(LC_ALL, "de_DE.UTF-8"))
		setlocale(LC_ALL, "C");
	ck_assert_int_eq(retry_after(NULL, "0.5", NOW), 500);
}
END_TEST

START_TEST(pauses_double_up_to_eight_seconds)
{
	static const int64_t longest[] = { 500, 1000, 2000, 4000, 8000, 8000 };

	for (int n = 0; n < (int)COUNT_OF(longest); n++) {
		int64_t most = longest[n], quarter = most / 4;

		ck_assert_int_eq(retry_pause(n, 0, 0), most);
		ck_assert_int_eq(retry_pause(n, 0, (uint64_t)quarter),
				 most - quarter);
		for (uint64_t chance = 0; chance < 100000; chance += 37) {
			int64_t pause = retry_pause(n, 0, chance);

			ck_assert(pause <= most && pause >= most - quarter);
		}
	}
	ck_assert_int_eq(retry_pause(1000000, 0, 0), 8000);
}
END_TEST

START_TEST(the_server_goes_before)
{
	ck_assert_int_eq(retry_pause(3, 7, 99), 7);
	ck_assert_int_eq(retry_pause(0, 120000, 99), 120000);
	ck_assert_int_eq(retry_pause(0, 120001, 0), 500);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, statuses);
	tcase_add_test(tests, what_the_server_asks_for);
	tcase_add_test(tests, no_locale_changes_a_number);
	tcase_add_test(tests, pauses_double_up_to_eight_seconds);
	tcase_add_test(tests, the_server_goes_before);
}

int main(void)
{
	return unit_run("inv_retry", add);
}
