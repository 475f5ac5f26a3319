/*
 * t_template.c: the language of the templates, and that nothing gets around
 * the escaping.
 */
#include "base/base.h"
#include "unit.h"

#include <signal.h>

#include "base/template.h"

#define EVIL "<b>&\"'{{x}}"

static const char *value(const void *context, struct str name, size_t row)
{
	static const char *const rows[] = { "one", EVIL, "three" };

	(void)context;
	if (str_is(name, "rows") || str_is(name, "row"))
		return row < COUNT_OF(rows) ? rows[row] : NULL;
	if (str_is(name, "x"))
		return "value";
	if (str_is(name, "evil"))
		return EVIL;
	if (str_is(name, "empty"))
		return "";
	if (str_is(name, "key"))
		return "c";
	return NULL;
}

static const struct sentence sentences[] = {
	{ "a.b", "Plain & <simple>." },
	{ "c", "{x} and {evil}, {x}" },
};

static const struct language language = { "xx", sentences, 2 };

static const char *part(const void *context, struct str name)
{
	(void)context;
	return str_is(name, "part") ? "[{{x}}]" : "";
}

static const struct {
	const char *text, *html, *plain;
} cases[] = {
	{ "", "", "" },
	{ "no tags { } }} {", "no tags { } }} {", "no tags { } }} {" },
	{ "{{x}}", "value", "value" },
	{ "a{{x}}{{x}}b", "avaluevalueb", "avaluevalueb" },
	{ "<{{evil}}>", "<&lt;b&gt;&amp;&quot;&#39;{{x}}>", "<" EVIL ">" },
	{ "{{?x}}yes{{/x}}", "yes", "yes" },
	{ "{{^x}}no{{/x}}", "", "" },
	{ "{{?none}}yes{{/none}}", "", "" },
	{ "{{^none}}no{{/none}}", "no", "no" },
	{ "{{?empty}}yes{{/empty}}", "yes", "yes" },
	{ "{{none}}", "", "" },
	{ "{{*rows}}\n- {{row}} {{x}}\n{{/rows}}\nend",
	  "- one value\n- &lt;b&gt;&amp;&quot;&#39;{{x}} value\n"
	  "- three value\nend",
	  "- one value\n- " EVIL " value\n- three value\nend" },
	{ "{{*none}}x{{/none}}", "", "" },
	{ "{{?x}}a{{?empty}}b{{/empty}}c{{/x}}", "abc", "abc" },
	{ "{{>part}}", "[value]", "[value]" },
	{ "a{{! a remark }}\nb", "ab", "ab" },
	{ "{{=a.b}}", "Plain &amp; &lt;simple&gt;.", "Plain & <simple>." },
	{ "{{=c}}",
	  "<bdi>value</bdi> and <bdi>&lt;b&gt;&amp;&quot;&#39;{{x}}</bdi>, "
	  "<bdi>value</bdi>",
	  "value and " EVIL ", value" },
	{ "{{'c}}", "value and &lt;b&gt;&amp;&quot;&#39;{{x}}, value",
	  "value and " EVIL ", value" },
	{ "{{'@key}}", "value and &lt;b&gt;&amp;&quot;&#39;{{x}}, value",
	  "value and " EVIL ", value" },
};

static void check_render(int i, bool plain, const char *expected)
{
	const struct template_source source = { .value = value,
						.part = part,
						.language = &language,
						.plain = plain };
	struct buf out;

	buf_init(&out, 1 << 16);
	template_render(cases[i].text, &source, &out);
	ck_assert(buf_ok(&out));
	ck_assert_str_is(buf_str(&out), expected);
	buf_release(&out);
}

START_TEST(test_html)
{
	check_render(_i, false, cases[_i].html);
}
END_TEST

START_TEST(test_plain)
{
	check_render(_i, true, cases[_i].plain);
}
END_TEST

/* Templates are part of the program: one that is malformed ends it. */
static const char *const malformed[] = { "{{x", "{{?x}}yes", "{{}}",
					 "{{?x}}{{/y}}" };

START_TEST(test_malformed)
{
	const struct template_source source = { .value = value, .part = part };
	struct buf out;

	buf_init(&out, 1 << 16);
	template_render(malformed[_i], &source, &out);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_html, 0, COUNT_OF(cases));
	tcase_add_loop_test(tests, test_plain, 0, COUNT_OF(cases));
	tcase_add_loop_test_raise_signal(tests, test_malformed, SIGABRT, 0,
					 COUNT_OF(malformed));
}

int main(void)
{
	return unit_run("template", add);
}
