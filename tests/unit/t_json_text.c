/*
 * t_json_text.c: which texts are JSON objects: those that jansson takes for
 * one, whatever a single octet in them becomes.
 */
#include "base/base.h"

#include "http/json_text.h"

#include <jansson.h>

#include "unit.h"

static bool is_object(struct str text)
{
	json_t *json = json_loadb(text.data, text.len, 0, NULL);
	bool is = json_is_object(json);

	json_decref(json);
	return is;
}

static const char *const texts[] = {
	"{}",
	"{\"a\":\"b\",\"c\":[\"d\",1,-20,true,false,null,{}]}",
	"{\"a\":{\"b\":[[],[[]]]},\"n\":0}",
	"{\"n\":999999999999999999,\"m\":1.5e3}",
	"{ \"a\" : \"\\u00e9\xC3\xA9\" }",
	"[]",
	"{\"a\":1,}",
	"{\"a\":01}",
	"{\"a\":-}",
	"{\"a\"}",
	"{,}",
	"{\"a\":tru}",
	"{}{}",
	"{\"a\":\"",
	"{\"n\":9999999999999999999999}",
	"{\"a\":[[[[[[[[[[[[]]]]]]]]]]]]}",
	"",
};

START_TEST(test_an_object_is_what_the_parser_takes_for_one)
{
	struct str text = str_of(texts[_i]);

	ck_assert_int_eq(json_is_object_text(text), is_object(text));
}
END_TEST

START_TEST(test_whatever_an_octet_becomes)
{
	char copy[64];
	struct str text = str_of(texts[_i]);

	ck_assert_uint_le(text.len, sizeof(copy));
	memcpy(copy, text.data, text.len);
	text.data = copy;
	for (size_t i = 0; i < text.len; i++) {
		for (int octet = 0; octet < 256; octet++) {
			copy[i] = (char)octet;
			ck_assert_msg(json_is_object_text(text) ==
					  is_object(text),
				      "%.*s", STR_ARG(text));
		}
		copy[i] = texts[_i][i];
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests,
			    test_an_object_is_what_the_parser_takes_for_one, 0,
			    COUNT_OF(texts));
	tcase_add_loop_test(tests, test_whatever_an_octet_becomes, 0,
			    COUNT_OF(texts));
}

int main(void)
{
	return unit_run("json_text", add);
}
