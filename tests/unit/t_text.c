/*
 * t_text.c: sentences are found, filled, and take the form that their language
 * asks for.
 */
#include "base/base.h"
#include "unit.h"

#include <signal.h>

#include "base/text.h"

static const struct sentence english[] = {
	{ "a.list", "one | two | three" },
	{ "a.thing", "{n} thing | {n} things" },
	{ "hello", "Hello {name}, {name}!" },
	{ "hello.again", "Hello again" },
	{ "language.plural", "one" },
};

static const struct language en = { "en", english, COUNT_OF(english) };

START_TEST(test_each_key_has_its_own_sentence)
{
	struct str key = str_of(english[_i].key);

	ck_assert_str_is(text_of(&en, key), english[_i].text);
}
END_TEST

START_TEST(test_a_key_that_is_not_there_ends_the_program)
{
	text_of(&en, STR("hello.aga"));
}
END_TEST

START_TEST(test_forms)
{
	struct str list = text_of(&en, STR("a.list"));

	ck_assert_str_is(text_form(list, 0), "one");
	ck_assert_str_is(text_form(list, 1), "two");
	ck_assert_str_is(text_form(list, 2), "three");
	ck_assert_str_is(text_form(list, 3), "three");
	ck_assert_str_is(text_form(STR("alone"), 0), "alone");
	ck_assert_str_is(text_form(STR(""), 1), "");
}
END_TEST

static const struct {
	const char *rule;
	int64_t n;
	const char *form;
} plurals[] = {
	{ "none", 0, "a" },	 { "none", 1, "a" },
	{ "none", 2, "a" },	 { "one", 0, "b" },
	{ "one", 1, "a" },	 { "one", 2, "b" },
	{ "below_two", 0, "a" }, { "below_two", 1, "a" },
	{ "below_two", 2, "b" }, { "slavic", 0, "c" },
	{ "slavic", 1, "a" },	 { "slavic", 2, "b" },
	{ "slavic", 4, "b" },	 { "slavic", 5, "c" },
	{ "slavic", 11, "c" },	 { "slavic", 12, "c" },
	{ "slavic", 21, "a" },	 { "slavic", 22, "b" },
	{ "slavic", 111, "c" },	 { "slavic", 121, "a" },
};

START_TEST(test_plurals)
{
	const struct sentence sentences[] = {
		{ "language.plural", plurals[_i].rule },
		{ "things", "a | b | c" },
	};
	const struct language language = { "xx", sentences, 2 };

	ck_assert_str_is(text_plural(&language, "things", plurals[_i].n),
			 plurals[_i].form);
}
END_TEST

START_TEST(test_places_are_filled_and_values_are_not_looked_into)
{
	const struct text_value value = { "name", "{name} & Co" };
	char out[64];

	text_print(out, sizeof(out), text_of(&en, STR("hello")), &value, 1);
	ck_assert_str_eq(out, "Hello {name} & Co, {name} & Co!");
}
END_TEST

START_TEST(test_what_does_not_fit_is_cut)
{
	const struct text_value value = { "name", "Ada" };
	const char *whole = "Hello Ada, Ada!";
	char out[32];

	for (size_t size = 1; size <= sizeof(out); size++) {
		memset(out, '#', sizeof(out));
		text_print(out, size, text_of(&en, STR("hello")), &value, 1);
		ck_assert_uint_lt(strlen(out), size);
		ck_assert_int_eq(strncmp(out, whole, strlen(out)), 0);
		if (size > strlen(whole))
			ck_assert_str_eq(out, whole);
		if (size < sizeof(out))
			ck_assert_int_eq(out[size], '#');
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_each_key_has_its_own_sentence, 0,
			    COUNT_OF(english));
	tcase_add_test_raise_signal(
	    tests, test_a_key_that_is_not_there_ends_the_program, SIGABRT);
	tcase_add_test(tests, test_forms);
	tcase_add_loop_test(tests, test_plurals, 0, COUNT_OF(plurals));
	tcase_add_test(tests,
		       test_places_are_filled_and_values_are_not_looked_into);
	tcase_add_test(tests, test_what_does_not_fit_is_cut);
}

int main(void)
{
	return unit_run("text", add);
}
