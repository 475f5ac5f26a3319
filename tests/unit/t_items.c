/*
 * t_items.c: the items of an array in a body's text are those that jansson
 * reads.
 */
#include "base/base.h"
#include "unit.h"

#include <jansson.h>

#include "base/buf.h"
#include "http/body.h"

#define ITEMS_MAX 8

static struct str items[ITEMS_MAX];

static void check_item(const json_t *wanted, struct str text)
{
	json_t *item = json_loadb(text.data, text.len, JSON_DECODE_ANY, NULL);

	ck_assert_msg(json_equal(item, wanted), "'%.*s'", STR_ARG(text));
	json_decref(item);
}

/* `body` has one member that is an array. */
static void check_body(struct str body)
{
	json_t *json = json_loadb(body.data, body.len, 0, NULL);
	const json_t *wanted = json_object_get(json, "invites");

	ck_assert_msg(json_is_array(wanted), "'%.*s'", STR_ARG(body));
	ck_assert_uint_eq(body_items(body, items, json_array_size(wanted)),
			  json_array_size(wanted));
	for (size_t i = 0; i < json_array_size(wanted); i++)
		check_item(json_array_get(wanted, i), items[i]);
	json_decref(json);
}

START_TEST(test_items_stand_where_they_are_read)
{
	static const char *const bodies[] = {
		"{\"invites\":[]}",
		" { \"invites\" : [ ] } ",
		"{\"invites\":[1]}",
		"{\"invites\":[{\"a\":[1,2,{\"b\":\"],[\"}]},[],{},null, "
		"-1.5e3 ]}",
		"{\"atomic\":true,\"\\u0069nvites\":[\"\\\"\",\"\\\\\",\",\"]}",
		"{\"[\":\"[1,\\\"[\",\"invites\":[\"]}\",{\"]\":\"}\"}],\"b\":"
		"\"]\"}",
		"{\"invites\":[\n\t1,\r\n\"\xc3\xbc\\u005b\"\n]\n,\"a\":null}"
		"\n",
	};

	for (size_t i = 0; i < COUNT_OF(bodies); i++)
		check_body(str_of(bodies[i]));
}
END_TEST

START_TEST(test_no_more_are_looked_for_than_wanted)
{
	ck_assert_uint_eq(body_items(STR("{\"a\":[1,[2],3]}"), items, 2), 2);
	ck_assert_str_is(items[0], "1");
	ck_assert_str_is(items[1], "[2]");
	ck_assert_uint_eq(body_items(STR("{\"a\":[1]}"), items, 0), 0);
	ck_assert_uint_eq(body_items(STR("{\"a\":\"[1]\"}"), items, 1), 0);
}
END_TEST

/* ---- whatever may be sent ---- */

/* The same ones at each run. */
static unsigned below(unsigned n)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(state >> 33) % n;
}

static void add_blank(struct buf *out)
{
	static const char *const blanks[] = { "", "", " ", "\n\t", "\r " };

	buf_add_text(out, blanks[below(COUNT_OF(blanks))]);
}

static void add_string(struct buf *out)
{
	static const char *const pieces[] = { "a",   "[",	"]",
					      "{",   "}",	",",
					      ":",   "\\\"",	"\\\\",
					      "\\n", "\\u005d", "\xc3\xbc" };

	buf_add_char(out, '"');
	for (unsigned n = below(6); n > 0; n--)
		buf_add_text(out, pieces[below(COUNT_OF(pieces))]);
	buf_add_char(out, '"');
}

static void add_value(struct buf *out, unsigned depth)
{
	static const char *const words[] = { "0",    "-17",   "1.5E-3",
					     "true", "false", "null" };
	unsigned kind = below(depth > 0 ? 4 : 2), count = below(4);

	if (kind == 0)
		buf_add_text(out, words[below(COUNT_OF(words))]);
	if (kind == 1)
		add_string(out);
	if (kind < 2)
		return;
	buf_add_char(out, kind == 2 ? '[' : '{');
	for (unsigned i = 0; i < count; i++) {
		if (i > 0)
			buf_add_char(out, ',');
		add_blank(out);
		if (kind == 3)
			buf_addf(out, "\"[%u\":", i);
		add_value(out, depth - 1);
		add_blank(out);
	}
	buf_add_char(out, kind == 2 ? ']' : '}');
}

START_TEST(test_items_of_any_body)
{
	for (int n = 0; n < 2000; n++) {
		unsigned count = below(ITEMS_MAX + 1);
		struct buf body;

		buf_init(&body, SIZE_MAX);
		buf_add_text(&body, "{ \"name\": ");
		add_string(&body);
		buf_add_text(&body, ",\"invites\":[");
		for (unsigned i = 0; i < count; i++) {
			if (i > 0)
				buf_add_char(&body, ',');
			add_blank(&body);
			add_value(&body, 3);
			add_blank(&body);
		}
		buf_add_text(&body, "]}");
		check_body(buf_str(&body));
		buf_release(&body);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_items_stand_where_they_are_read);
	tcase_add_test(tests, test_no_more_are_looked_for_than_wanted);
	tcase_add_test(tests, test_items_of_any_body);
}

int main(void)
{
	return unit_run("items", add);
}
