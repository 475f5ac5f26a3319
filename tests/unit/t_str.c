/*
 * t_str.c: borrowed bytes.
 */
#include "base/base.h"
#include "unit.h"

#include "base/str.h"

#define NONE ((struct str){ NULL, 0 })

START_TEST(test_of_and_equality)
{
	ck_assert_uint_eq(str_of(NULL).len, 0);
	ck_assert_uint_eq(str_of("abc").len, 3);
	ck_assert(str_eq(STR("a\0b"), STR("a\0b")));
	ck_assert(!str_eq(STR("a\0b"), STR("a\0c")));
	ck_assert(!str_eq(STR("a"), STR("ab")));
	ck_assert(!str_eq(STR("a"), STR("b")));
	ck_assert(str_eq(NONE, STR("")));
	ck_assert(str_is(STR("abc"), "abc"));
	ck_assert(!str_is(STR("abc\0"), "abc"));
	ck_assert(!str_is(STR("ab"), "abc"));
	ck_assert(str_is(NONE, ""));
}
END_TEST

START_TEST(test_without_case)
{
	ck_assert(str_is_nocase(STR("Content-TYPE"), "content-type"));
	ck_assert(str_is_nocase(STR("[az]"), "[AZ]"));
	ck_assert(!str_is_nocase(STR("@"), "`"));
	ck_assert(!str_is_nocase(STR("["), "{"));
	ck_assert(!str_is_nocase(STR("\xC3\x84"), "\xC3\xA4"));
	ck_assert(!str_is_nocase(STR("ab"), "abc"));
	ck_assert(str_is_nocase(NONE, ""));
}
END_TEST

START_TEST(test_starts_with)
{
	ck_assert(str_starts_with(STR("invite-1"), "invite-"));
	ck_assert(str_starts_with(STR("invite-"), "invite-"));
	ck_assert(!str_starts_with(STR("invite"), "invite-"));
	ck_assert(!str_starts_with(STR("Invite-"), "invite-"));
	ck_assert(str_starts_with(NONE, ""));
	ck_assert(!str_starts_with(NONE, "a"));
}
END_TEST

static const struct {
	const char *in, *out;
} trims[] = {
	{ "", "" },
	{ " ", "" },
	{ " \t \t", "" },
	{ "a", "a" },
	{ " a b\t", "a b" },
	{ "\na\r", "\na\r" },
	{ "\xC2\xA0", "\xC2\xA0" },
};

START_TEST(test_trim)
{
	ck_assert_str_is(str_trim(str_of(trims[_i].in)), trims[_i].out);
}
END_TEST

static const struct {
	const char *in;
	bool found;
	const char *head, *tail;
} cuts[] = {
	{ "", false, "", "" },	   { "abc", false, "abc", "" },
	{ "a,b", true, "a", "b" }, { "a,b,c", true, "a", "b,c" },
	{ ",", true, "", "" },	   { "a,", true, "a", "" },
	{ ",b", true, "", "b" },   { ",,", true, "", "," },
};

START_TEST(test_cut)
{
	struct str in = str_of(cuts[_i].in), head, tail;

	ck_assert(str_cut(in, ',', &head, &tail) == cuts[_i].found);
	ck_assert_str_is(head, cuts[_i].head);
	ck_assert_str_is(tail, cuts[_i].tail);
	/* Either result may take the place of what was cut. */
	head = in;
	str_cut(head, ',', &head, &tail);
	ck_assert_str_is(head, cuts[_i].head);
	ck_assert_str_is(tail, cuts[_i].tail);
	tail = in;
	str_cut(tail, ',', &head, &tail);
	ck_assert_str_is(head, cuts[_i].head);
	ck_assert_str_is(tail, cuts[_i].tail);
}
END_TEST

START_TEST(test_cut_nothing)
{
	struct str head, tail;

	ck_assert(!str_cut(NONE, ',', &head, &tail));
	ck_assert_uint_eq(head.len + tail.len, 0);
	ck_assert(str_cut(STR("a\0b"), '\0', &head, &tail));
	ck_assert_str_is(tail, "b");
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	int64_t value;
} numbers[] = {
	{ "0", true, 0 },
	{ "-0", true, 0 },
	{ "42", true, 42 },
	{ "-42", true, -42 },
	{ "007", true, 7 },
	{ "9223372036854775807", true, INT64_MAX },
	{ "-9223372036854775808", true, INT64_MIN },
	{ "9223372036854775808", false, 0 },
	{ "-9223372036854775809", false, 0 },
	{ "99999999999999999999", false, 0 },
	{ "", false, 0 },
	{ "-", false, 0 },
	{ "--1", false, 0 },
	{ "+1", false, 0 },
	{ " 1", false, 0 },
	{ "1 ", false, 0 },
	{ "1.0", false, 0 },
	{ "1e3", false, 0 },
	{ "0x10", false, 0 },
	{ "1_000", false, 0 },
	{ "\xD9\xA1", false, 0 }, /* an Arabic one */
};

START_TEST(test_to_i64)
{
	int64_t value = 12345;

	ck_assert(str_to_i64(str_of(numbers[_i].text), &value) ==
		  numbers[_i].ok);
	ck_assert_int_eq(value, numbers[_i].ok ? numbers[_i].value : 12345);
}
END_TEST

static const char *const digits[] = { "0",
				      "9",
				      "10",
				      "-1",
				      "1764000000",
				      "9223372036854775807",
				      "-9223372036854775808" };

START_TEST(test_put_i64)
{
	char out[STR_I64_MAX];
	int64_t value;

	ck_assert(str_to_i64(str_of(digits[_i]), &value));
	ck_assert(
	    str_is((struct str){ out, str_put_i64(value, out) }, digits[_i]));
}
END_TEST

START_TEST(test_to_i64_stops_at_nothing)
{
	int64_t value;

	ck_assert(!str_to_i64(STR("1\0"), &value));
	ck_assert(!str_to_i64(NONE, &value));
}
END_TEST

/* The plain bit pattern of `c`, well-formed or not; returns the length. */
static size_t encode_utf8(uint32_t c, char text[4])
{
	size_t len = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = len - 1; i > 0; i--, c >>= 6)
		text[i] = (char)(0x80 | (c & 63));
	text[0] = (char)((0xF00 >> len & 0xFF) | c);
	return len;
}

/* Every code point; surrogates are none, nor is what was cut. */
START_TEST(test_utf8_of_every_code_point)
{
	for (uint32_t c = 0x80; c < 0x110000; c++) {
		char text[4];
		size_t len = encode_utf8(c, text);
		bool surrogate = c >= 0xD800 && c < 0xE000;
		if (str_utf8_char((struct str){ text, len }) !=
			(surrogate ? 0 : len) ||
		    str_utf8_char((struct str){ text, len - 1 }) != 0)
			ck_abort_msg("U+%04X is misread", c);
	}
}
END_TEST

static const struct {
	const char *text;
	bool ok;
} utf8[] = {
	{ "", true },
	{ "plain", true },
	{ "eight by\xC3\xA9te", true },
	{ "\xF0\x9F\x98\x80", true },
	{ "\xF4\x8F\xBF\xBF", true },
	{ "\x80", false }, /* continuation alone */
	{ "abcdefghijk\xBF", false },
	{ "\xC3", false }, /* cut */
	{ "\xC3(", false },
	{ "\xE2\x82", false },
	{ "\xF0\x9F\x98", false },
	{ "\xC0\x80", false }, /* overlong */
	{ "\xC1\xBF", false },
	{ "\xE0\x9F\xBF", false },
	{ "\xF0\x8F\xBF\xBF", false },
	{ "\xED\xA0\x80", false }, /* surrogates */
	{ "\xED\xBF\xBF", false },
	{ "\xF4\x90\x80\x80", false }, /* beyond the last */
	{ "\xF5\x80\x80\x80", false },
	{ "\xFE", false },
	{ "\xFF", false },
};

START_TEST(test_is_utf8)
{
	ck_assert(str_is_utf8(str_of(utf8[_i].text)) == utf8[_i].ok);
}
END_TEST

/* A bad byte is found wherever it stands among the eights. */
START_TEST(test_is_utf8_at_every_place)
{
	char text[40];

	for (size_t len = 1; len <= sizeof(text); len++) {
		for (size_t at = 0; at < len; at++) {
			memset(text, 'a', sizeof(text));
			ck_assert(str_is_utf8((struct str){ text, len }));
			text[at] = (char)0x80;
			ck_assert(!str_is_utf8((struct str){ text, len }));
		}
	}
	ck_assert(str_is_utf8(NONE));
	ck_assert(str_is_utf8(STR("a\0b")));
}
END_TEST

START_TEST(test_control_characters)
{
	char c;

	for (int i = 0; i < 256; i++) {
		c = (char)i;
		ck_assert(str_has_control((struct str){ &c, 1 }) ==
			  (i < 0x20 || i == 0x7F));
	}
	for (int i = 0x80; i < 0xC0; i++) {
		char text[] = { 'a', '\xC2', (char)i, 'b' };
		ck_assert(str_has_control((struct str){ text, 4 }) ==
			  (i < 0xA0));
	}
	ck_assert(!str_has_control(STR("a\xC2")));
	ck_assert(!str_has_control(STR("\xC3\x80")));
	ck_assert(str_has_control(STR("a\0")));
	ck_assert(str_has_control(STR("abc\n")));
	ck_assert(!str_has_control(NONE));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_of_and_equality);
	tcase_add_test(tests, test_without_case);
	tcase_add_test(tests, test_starts_with);
	tcase_add_loop_test(tests, test_trim, 0, COUNT_OF(trims));
	tcase_add_loop_test(tests, test_cut, 0, COUNT_OF(cuts));
	tcase_add_test(tests, test_cut_nothing);
	tcase_add_loop_test(tests, test_to_i64, 0, COUNT_OF(numbers));
	tcase_add_loop_test(tests, test_put_i64, 0, COUNT_OF(digits));
	tcase_add_test(tests, test_to_i64_stops_at_nothing);
	tcase_add_test(tests, test_utf8_of_every_code_point);
	tcase_add_loop_test(tests, test_is_utf8, 0, COUNT_OF(utf8));
	tcase_add_test(tests, test_is_utf8_at_every_place);
	tcase_add_test(tests, test_control_characters);
}

int main(void)
{
	return unit_run("str", add);
}
