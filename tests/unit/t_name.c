/*
 * Names: what can be seen, and what only pretends.
 */
#include "base/base.h"

#include "core/name.h"

#include "unit.h"

/* As people write them. */
static const char *const good[] = {
	"",
	"Ada Lovelace",
	"O'Neil \\ \"quoted\" & <b>",
	"名前",
	"Ωmega “quotes” – dash",
	"e\u0301",	      /* a combining accent */
	"\u05D0\u05D3\u05D4", /* Hebrew: needs no control */
	"\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645", /* Persian, ZWNJ */
	"\u0DC1\u0DCA\u200D\u0DBB\u0DD3", /* Sinhala, ZWJ behind a virama */
	"\u0915\u094D\u200C\u0937",	  /* Hindi, ZWNJ behind a virama */
	"\U0001F469\u200D\U0001F680 Ada", /* an astronaut */
	"\U0001F469\U0001F3FD\u200D\U0001F680", /* of another colour */
	"\u2764\uFE0F\u200D\U0001F525",		/* a heart on fire */
	"\U0001F3F3\uFE0F\u200D\U0001F308",	/* a rainbow flag */
	"\u845B\U000E0100",			/* an ideograph's variant */
	"a\u00A0b",
};

#define DIRECTION    "characters that change the direction of the text"
#define INVISIBLE    "characters that cannot be seen"
#define NO_CHARACTER "code points that are no characters"

static const struct {
	const char *name, *reason;
} bad[] = {
	{ "a\nb", "control characters" },
	{ "a\xC2\x85"
	  "b",
	  "control characters" },
	{ "\x1b[31m", "control characters" },
	{ "\u202Emoc.elpmaxe", DIRECTION },
	{ "a\u202Ab", DIRECTION },
	{ "a\u2066b", DIRECTION },
	{ "a\u2069", DIRECTION },
	{ "\u200Eb", DIRECTION },
	{ "\u200Fb", DIRECTION },
	{ "\u061Cb", DIRECTION },
	{ "Ada\u200B", INVISIBLE },
	{ "\u2060", INVISIBLE },
	{ "a\uFEFFb", INVISIBLE },
	{ "a\u00ADb", INVISIBLE },
	{ "\u3164", INVISIBLE }, /* a filler of Hangul */
	{ "\u115F", INVISIBLE },
	{ "a\u034Fb", INVISIBLE },
	{ "a\u2028b", INVISIBLE },
	{ "a\u2029b", INVISIBLE },
	{ "a\U000E0041b", INVISIBLE }, /* a tag: hidden text */
	{ "a\u200Db", INVISIBLE },     /* joiners where nothing joins */
	{ "a\u200Cb", INVISIBLE },
	{ "\u200Da", INVISIBLE },
	{ "a\u200D", INVISIBLE },
	{ "\U0001F469\u200D", INVISIBLE },
	{ "\U0001F469\u200C\U0001F680", INVISIBLE },
	{ "\u0645\u200C", INVISIBLE },
	{ "\u0645\u200C b", INVISIBLE },
	{ "\u0645\u200C\u200C\u062E", INVISIBLE },
	{ "\uFE0F", INVISIBLE }, /* a variant of nothing */
	{ "a \uFE0F", INVISIBLE },
	{ "\u2764\uFE0F\uFE0F", INVISIBLE },
	{ "a\xEF\xBF\xBE", NO_CHARACTER }, /* U+FFFE */
	{ "a\xEF\xBF\xBF", NO_CHARACTER },
	{ "\xEF\xB7\x90", NO_CHARACTER },     /* U+FDD0 */
	{ "\xF0\x9F\xBF\xBE", NO_CHARACTER }, /* U+1FFFE */
};

START_TEST(test_good_names)
{
	ck_assert_pstr_eq(name_check(str_of(good[_i])), NULL);
}
END_TEST

START_TEST(test_bad_names)
{
	ck_assert_pstr_eq(name_check(str_of(bad[_i].name)), bad[_i].reason);
}
END_TEST

static const char *const blank[] = {
	"",	  " ",	    "\t ",    "\u00A0",	       "\u1680",
	"\u2003", "\u3000", "\u2800", " \u2800\u00A0", "\u202F\u205F",
};

START_TEST(test_a_name_of_spaces_is_blank)
{
	ck_assert(name_is_blank(str_of(blank[_i])));
}
END_TEST

START_TEST(test_a_name_that_shows_something_is_not)
{
	ck_assert(str_is(str_of(good[_i]), "") ||
		  !name_is_blank(str_of(good[_i])));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_good_names, 0, COUNT_OF(good));
	tcase_add_loop_test(tests, test_bad_names, 0, COUNT_OF(bad));
	tcase_add_loop_test(tests, test_a_name_of_spaces_is_blank, 0,
			    COUNT_OF(blank));
	tcase_add_loop_test(tests, test_a_name_that_shows_something_is_not, 0,
			    COUNT_OF(good));
}

int main(void)
{
	return unit_run("name", add);
}
