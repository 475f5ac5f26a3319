/*
 * settings.c: what an organization's settings are where it has none, and which
 * colours text can be read on.
 */
#include "base/base.h"

#include "core/settings.h"

struct organization_settings settings_default(int64_t organization)
{
	return (struct organization_settings){
		.organization = organization,
		.reminder_hours = REMINDER_HOURS,
	};
}

bool settings_allow_address(const struct organization_settings *settings,
			    const char *email_key)
{
	struct str rest = str_of(settings->allowed_domains), domain;
	const char *at = strrchr(email_key, '@');
	bool more = settings->allowed_domains != NULL;

	if (!more)
		return true;
	while (more) {
		more = str_cut(rest, '\n', &domain, &rest);
		if (at && str_is(domain, at + 1))
			return true;
	}
	return false;
}

/* ---- colours ---- */

bool color_is(struct str text)
{
	const struct str digits = STR("0123456789abcdefABCDEF");

	if (text.len != COLOR_LEN || text.data[0] != '#')
		return false;
	for (size_t i = 1; i < text.len; i++) {
		if (!memchr(digits.data, text.data[i], digits.len))
			return false;
	}
	return true;
}

/* sRGB to light, 0 to 1, by a polynomial that is right to 0.002. */
static double light_of(long value)
{
	double c = (double)value / 255;

	return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878);
}

/* Relative luminance, as WCAG 2 has it. */
static double luminance(const char *color)
{
	long rgb = strtol(color + 1, NULL, 16);

	return 0.2126 * light_of(rgb >> 16 & 0xff) +
	       0.7152 * light_of(rgb >> 8 & 0xff) +
	       0.0722 * light_of(rgb & 0xff);
}

/* Where the contrasts with white, 1.05 / (l + 0.05), and with black,
 * (l + 0.05) / 0.05, are equal: 4.58. */
#define EVEN 0.179

const char *color_on(const char *color)
{
	return luminance(color) > EVEN ? "#000000" : "#ffffff";
}
