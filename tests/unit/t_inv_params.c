/*
 * t_inv_params.c: how the members of a params struct are written, of every
 * kind that a table can name, whether a call of today has one or not.
 */
#include "base/base.h"
#include "unit.h"

#include "params.h"

struct everything {
	const char *text;
	enum inv_role role;
	const char *role_text;
	int count;
	int64_t integer;
	bool flag;
	struct inv_text said;
	struct inv_number number;
	struct inv_texts texts;
	const char *extra_body;
	const char *extra_query;
};

static const struct param table[] = {
	PARAM(struct everything, text, PARAM_TEXT),
	PARAM(struct everything, count, PARAM_COUNT),
	PARAM(struct everything, integer, PARAM_INTEGER),
	PARAM(struct everything, flag, PARAM_FLAG),
	PARAM(struct everything, said, PARAM_SAID_TEXT),
	PARAM(struct everything, number, PARAM_SAID_NUMBER),
	PARAM(struct everything, texts, PARAM_SAID_TEXTS),
	PARAM(struct everything, extra_body, PARAM_EXTRA_BODY),
	PARAM(struct everything, extra_query, PARAM_EXTRA_QUERY),
	{ 0 },
};

static const char *const two[] = { "a", "b c" };

/* What becomes of it under a method, or why nothing. */
static const char *written(const char *method, const struct everything *params)
{
	static const struct operation operation = { .params = table };
	static struct inv_error err;
	static char text[512];
	struct draft draft;

	draft_begin(&draft, &operation, method);
	if (draft_add(&draft, params, &err) || body_end(&draft.body, &err))
		snprintf(text, sizeof(text), "%s", err.message);
	else if (draft.is_query)
		snprintf(text, sizeof(text), "%.*s", (int)draft.query.len,
			 draft.query.len ? draft.query.data : "");
	else
		snprintf(text, sizeof(text), "%.*s", (int)draft.body.text.len,
			 draft.body.text.data);
	draft_release(&draft);
	return text;
}

START_TEST(nothing_is_written_of_what_is_not_said)
{
	struct everything nothing = { 0 };

	ck_assert_str_eq(written("POST", NULL), "{}");
	ck_assert_str_eq(written("POST", &nothing), "{}");
	ck_assert_str_eq(written("GET", &nothing), "");
	ck_assert_str_eq(written("DELETE", NULL), "");
}
END_TEST

START_TEST(values_in_a_body)
{
	struct everything params = { .text = "t",
				     .count = 3,
				     .integer = (int64_t)1 << 40,
				     .flag = true,
				     .said = INV_TEXT(""),
				     .number = INV_NUMBER(0),
				     .texts = INV_TEXTS(two, 2),
				     .extra_body = "{\"text\":1,\"more\":2}" };

	ck_assert_str_eq(written("POST", &params),
			 "{\"text\":\"t\",\"count\":3,"
			 "\"integer\":1099511627776,\"flag\":true,"
			 "\"said\":\"\",\"number\":0,"
			 "\"texts\":[\"a\",\"b c\"],\"more\":2}");
}
END_TEST

START_TEST(values_in_a_query)
{
	struct everything params = { .text = "t&",
				     .count = 3,
				     .integer = 1,
				     .flag = true,
				     .said = INV_TEXT(""),
				     .number = INV_NUMBER(-7),
				     .texts = INV_TEXTS(two, 2),
				     .extra_query = "x=y" };

	ck_assert_str_eq(
	    written("GET", &params),
	    "&text=t%26&count=3&integer=1&flag=true&said=&number=-7"
	    "&texts%5B%5D=a&texts%5B%5D=b%20c&x=y");
}
END_TEST

START_TEST(null_in_a_body_only)
{
	struct everything params = { .said = { .said = INV_NULL },
				     .number = { .said = INV_NULL },
				     .texts = { .said = INV_NULL } };

	ck_assert_str_eq(written("POST", &params),
			 "{\"said\":null,\"number\":null,\"texts\":null}");
	ck_assert_str_eq(written("GET", &params),
			 "said cannot be null in a query.");
}
END_TEST

START_TEST(contradictions)
{
	const struct {
		struct everything params;
		const char *expected;
	} cases[] = {
		{ { .number = { .value = 1 } }, "number is omitted" },
		{ { .number = { INV_NULL, 1 } }, "number is null, but" },
		{ { .texts = { .items = two } }, "texts is omitted" },
		{ { .texts = INV_TEXTS(NULL, 1) }, "texts is said to have" },
		{ { .said = { .value = "" } }, "said is omitted" },
		{ { .said = { (enum inv_said)3, NULL } }, "said says neither" },
		{ { .count = -1 }, "count cannot be negative" },
		{ { .integer = INT64_MIN }, "integer cannot be negative" },
		{ { .text = "\xff" }, "text is not UTF-8" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *said = written("POST", &cases[i].params);

		ck_assert_msg(strstr(said, cases[i].expected), "%s", said);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, nothing_is_written_of_what_is_not_said);
	tcase_add_test(tests, values_in_a_body);
	tcase_add_test(tests, values_in_a_query);
	tcase_add_test(tests, null_in_a_body_only);
	tcase_add_test(tests, contradictions);
}

int main(void)
{
	return unit_run("inv_params", add);
}
