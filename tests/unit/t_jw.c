/*
 * t_jw.c: the JSON that comes out, byte for byte and as jansson reads it.
 */
#include "base/base.h"
#include "unit.h"

#include <jansson.h>

#include "base/jw.h"

static struct buf out;
static struct jw jw;

static void start(void)
{
	buf_init(&out, 1 << 20);
	jw_init(&jw, &out);
}

static void end(void)
{
	buf_release(&out);
}

START_TEST(test_commas_and_nesting)
{
	jw_object(&jw);
	jw_key(&jw, "object");
	jw_text(&jw, "list");
	jw_key(&jw, "data");
	jw_array(&jw);
	jw_object(&jw);
	jw_end_object(&jw);
	jw_object(&jw);
	jw_key(&jw, "n");
	jw_i64(&jw, -5);
	jw_key(&jw, "t");
	jw_bool(&jw, true);
	jw_end_object(&jw);
	jw_array(&jw);
	jw_end_array(&jw);
	jw_i64(&jw, 1);
	jw_i64(&jw, 2);
	jw_null(&jw);
	jw_bool(&jw, false);
	jw_bool(&jw, true);
	jw_text(&jw, NULL);
	jw_str(&jw, STR(""));
	jw_str(&jw, STR("<"));
	jw_str(&jw, (struct str){ NULL, 0 });
	jw_end_array(&jw);
	jw_key(&jw, "has_more");
	jw_bool(&jw, false);
	jw_end_object(&jw);
	ck_assert(buf_ok(&out));
	ck_assert_str_eq(
	    out.data,
	    "{\"object\":\"list\",\"data\":[{},{\"n\":-5,\"t\":true},[],1,2,"
	    "null,false,true,null,\"\",\"\\u003c\",\"\"],\"has_more\":false}");
}
END_TEST

START_TEST(test_numbers)
{
	jw_array(&jw);
	jw_i64(&jw, INT64_MIN);
	jw_i64(&jw, INT64_MAX);
	jw_i64(&jw, 0);
	jw_end_array(&jw);
	ck_assert_str_eq(out.data,
			 "[-9223372036854775808,9223372036854775807,0]");
}
END_TEST

START_TEST(test_what_needs_no_escaping_is_written_as_it_is)
{
	static const struct str keys[] = { JW_KEY("id"), JW_KEY("next") };

	jw_object(&jw);
	jw_key_written(&jw, keys[0]);
	jw_plain(&jw, "org-1");
	jw_key_written(&jw, keys[1]);
	jw_plain(&jw, NULL);
	jw_key(&jw, "data");
	jw_array(&jw);
	jw_plain(&jw, "");
	jw_plain(&jw, "<");
	jw_end_array(&jw);
	jw_end_object(&jw);
	ck_assert_str_eq(
	    out.data, "{\"id\":\"org-1\",\"next\":null,\"data\":[\"\",\"<\"]}");
}
END_TEST

#define FFFD "\xEF\xBF\xBD"

static const struct {
	const char *in, *json;
} strings[] = {
	{ "", "" },
	{ "plain", "plain" },
	{ "\"\\/", "\\\"\\\\/" },
	{ "\b\f\n\r\t", "\\b\\f\\n\\r\\t" },
	{ "\x01\x0B\x1F\x7F", "\\u0001\\u000b\\u001f\x7F" },
	{ "</script>&", "\\u003c/script\\u003e\\u0026" },
	{ "caf\xC3\xA9", "caf\xC3\xA9" },
	{ "\xF0\x9F\x98\x80!", "\xF0\x9F\x98\x80!" },
	{ "a\xE2\x80\xA8z\xE2\x80\xA9", "a\\u2028z\\u2029" },
	{ "\xE2\x80\xA7\xE2\x80\xAA", "\xE2\x80\xA7\xE2\x80\xAA" },
	{ "\xEF\xBF\xBF", "\xEF\xBF\xBF" },
	{ "\x80", FFFD },
	{ "a\xC3", "a" FFFD },
	{ "\xC3(", FFFD "(" },
	{ "\xC0\x80", FFFD FFFD },
	{ "\xED\xA0\x80x", FFFD FFFD FFFD "x" },
	{ "\xF0\x9F\x98", FFFD FFFD FFFD },
	{ "\xF4\x90\x80\x80", FFFD FFFD FFFD FFFD },
	{ "\xFF\"", FFFD "\\\"" },
};

START_TEST(test_strings)
{
	jw_text(&jw, strings[_i].in);
	ck_assert(buf_ok(&out));
	ck_assert_uint_eq(out.len, strlen(strings[_i].json) + 2);
	ck_assert_mem_eq(out.data + 1, strings[_i].json, out.len - 2);
	ck_assert_int_eq(out.data[0], '"');
	ck_assert_int_eq(out.data[out.len - 1], '"');
}
END_TEST

/* Reads what was written; NUL is allowed in it. */
static json_t *read_back(void)
{
	json_error_t error;
	json_t *json = json_loadb(out.data, out.len,
				  JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

	if (!json)
		ck_abort_msg("%s in %s", error.text, out.data);
	return json;
}

START_TEST(test_every_ascii_character_comes_back)
{
	char all[128];
	json_t *json;

	for (int i = 0; i < 128; i++)
		all[i] = (char)i;
	jw_str(&jw, (struct str){ all, sizeof(all) });
	json = read_back();
	ck_assert_uint_eq(json_string_length(json), sizeof(all));
	ck_assert_mem_eq(json_string_value(json), all, sizeof(all));
	json_decref(json);
}
END_TEST

/* Whether `value` comes back as it should: JSON, nothing HTML would act on,
 * the same text where it was UTF-8. */
static bool comes_back(struct str value)
{
	json_t *json;
	struct str back;
	bool same;

	buf_clear(&out);
	jw_init(&jw, &out);
	jw_str(&jw, value);
	json = read_back();
	back =
	    (struct str){ json_string_value(json), json_string_length(json) };
	same = str_is_utf8(value)
		   ? str_eq(back, value)
		   : memmem(back.data, back.len, FFFD, 3) != NULL;
	json_decref(json);
	return same && strcspn(out.data, "<>&") == out.len;
}

START_TEST(test_any_two_bytes_come_back)
{
	for (int i = 0; i < 65536; i++) {
		char text[2] = { (char)(i >> 8), (char)i };
		if (!comes_back((struct str){ text, 2 }))
			ck_abort_msg("%04x is %s", i, out.data);
	}
}
END_TEST

START_TEST(test_ceiling)
{
	for (size_t max = 0; max < 12; max++) {
		buf_init(&out, max);
		jw_init(&jw, &out);
		jw_array(&jw);
		jw_i64(&jw, 1);
		jw_text(&jw, "a<");
		jw_end_array(&jw);
		/* [1,"a\u003c"] has 13 characters */
		ck_assert(!buf_ok(&out));
		ck_assert_uint_le(out.len, max);
		buf_release(&out);
	}
	buf_init(&out, 13);
	jw_init(&jw, &out);
	jw_array(&jw);
	jw_i64(&jw, 1);
	jw_text(&jw, "a<");
	jw_end_array(&jw);
	ck_assert(buf_ok(&out));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_commas_and_nesting);
	tcase_add_test(tests, test_numbers);
	tcase_add_test(tests, test_what_needs_no_escaping_is_written_as_it_is);
	tcase_add_loop_test(tests, test_strings, 0, COUNT_OF(strings));
	tcase_add_test(tests, test_every_ascii_character_comes_back);
	tcase_add_test(tests, test_any_two_bytes_come_back);
	tcase_add_test(tests, test_ceiling);
}

int main(void)
{
	return unit_run("jw", add);
}
