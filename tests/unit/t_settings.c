/*
 * t_settings.c: colours, and text that can be read on them.
 */
#include "base/base.h"
#include "unit.h"

#include "core/settings.h"

#include <math.h>

static const struct {
	const char *text;
	bool is;
} colors[] = {
	{ "#3b5bdb", true },  { "#FFFFFF", true },  { "#00ff7G", false },
	{ "3b5bdb", false },  { "#3b5bd", false },  { "#3b5bdb0", false },
	{ "#3b5bd;", false }, { "##3b5bd", false }, { "", false },
	{ "#", false },	      { "red", false },	    { "#fff", false },
};

START_TEST(test_what_a_color_is)
{
	ck_assert_msg(color_is(str_of(colors[_i].text)) == colors[_i].is, "%s",
		      colors[_i].text);
}
END_TEST

/* As WCAG 2 says it. */
static double light_of(int value)
{
	double c = value / 255.0;

	return c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4);
}

static double luminance(int r, int g, int b)
{
	return 0.2126 * light_of(r) + 0.7152 * light_of(g) +
	       0.0722 * light_of(b);
}

START_TEST(test_text_can_be_read_on_every_color)
{
	for (int rgb = 0; rgb < 1 << 15; rgb++) {
		int r = (rgb >> 10) * 255 / 31, g = (rgb >> 5 & 31) * 255 / 31,
		    b = (rgb & 31) * 255 / 31;
		double l = luminance(r, g, b);
		char color[16];
		bool white;

		snprintf(color, sizeof(color), "#%02x%02x%02x", r, g, b);
		white = strcmp(color_on(color), "#ffffff") == 0;
		ck_assert_msg((white ? 1.05 / (l + 0.05) : (l + 0.05) / 0.05) >=
				  4.5,
			      "%s on %s", color_on(color), color);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_what_a_color_is, 0, COUNT_OF(colors));
	tcase_add_test(tests, test_text_can_be_read_on_every_color);
}

int main(void)
{
	return unit_run("settings", add);
}
