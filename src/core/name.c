/*
 * name.c: which characters a name must not hold.
 */
#include "base/base.h"

#include "core/name.h"

#include <unictype.h>
#include <unistr.h>

#define ZWNJ	      0x200C
#define ZWJ	      0x200D

#define BRAILLE_BLANK 0x2800 /* the pattern of no dots */

static const char CONTROL[] = "control characters";
static const char DIRECTION[] =
    "characters that change the direction of the text";
static const char NO_CHARACTER[] = "code points that are no characters";
static const char INVISIBLE[] = "characters that cannot be seen";

static ucs4_t char_at(const uint8_t *p, const uint8_t *end)
{
	ucs4_t c = 0;

	if (p < end)
		u8_mbtouc(&c, p, (size_t)(end - p));
	return c;
}

/* The character that ends before `p`; 0 where there is none. */
static ucs4_t char_before(const uint8_t *start, const uint8_t *p)
{
	ucs4_t c = 0;

	u8_prev(&c, p, start);
	return c;
}

/* ---- joiners ---- */

static bool is_transparent(ucs4_t c)
{
	return uc_joining_type(c) == UC_JOINING_TYPE_T;
}

static bool joins_to_next(const uint8_t *start, const uint8_t *p)
{
	ucs4_t c;

	do {
		p = u8_prev(&c, p, start);
	} while (p && is_transparent(c));
	return p && (uc_joining_type(c) == UC_JOINING_TYPE_L ||
		     uc_joining_type(c) == UC_JOINING_TYPE_D);
}

static bool joins_to_previous(const uint8_t *p, const uint8_t *end)
{
	ucs4_t c = 0;

	while (p < end) {
		p += u8_mbtouc(&c, p, (size_t)(end - p));
		if (!is_transparent(c))
			break;
	}
	return uc_joining_type(c) == UC_JOINING_TYPE_R ||
	       uc_joining_type(c) == UC_JOINING_TYPE_D;
}

/* Emoji are symbols, perhaps with a colour of skin (Sk) or a variation. */
static bool is_part_of_emoji(ucs4_t c)
{
	return uc_is_general_category(c, UC_CATEGORY_So) ||
	       uc_is_general_category(c, UC_CATEGORY_Sk) ||
	       uc_is_property_variation_selector(c);
}

/* Whether the joiner before `behind` changes what is seen. */
static bool joiner_is_needed(ucs4_t joiner, const uint8_t *start,
			     const uint8_t *at, const uint8_t *behind,
			     const uint8_t *end)
{
	ucs4_t before = char_before(start, at);

	if (before && uc_combining_class(before) == UC_CCC_VR)
		return true;
	if (joins_to_next(start, at) && joins_to_previous(behind, end))
		return true;
	return joiner == ZWJ && before && is_part_of_emoji(before) &&
	       uc_is_general_category(char_at(behind, end), UC_CATEGORY_So);
}

/* ---- each character ---- */

static bool is_visible(ucs4_t c)
{
	return c > ' ' && c != BRAILLE_BLANK &&
	       !uc_is_property_default_ignorable_code_point(c) &&
	       !uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Z);
}

static const char *check_invisible(ucs4_t c, const uint8_t *start,
				   const uint8_t *at, const uint8_t *behind,
				   const uint8_t *end)
{
	bool fine = false;

	if (uc_is_property_bidi_control(c))
		return DIRECTION;
	if (c == ZWNJ || c == ZWJ)
		fine = joiner_is_needed(c, start, at, behind, end);
	else if (uc_is_property_variation_selector(c))
		fine = is_visible(char_before(start, at));
	return fine ? NULL : INVISIBLE;
}

/* Characters that draw nothing: format characters, fillers, line breaks. */
static bool draws_nothing(ucs4_t c)
{
	return uc_is_property_default_ignorable_code_point(c) ||
	       uc_is_property_bidi_control(c) ||
	       uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cf |
						       UC_CATEGORY_MASK_Zl |
						       UC_CATEGORY_MASK_Zp);
}

const char *name_check(struct str text)
{
	const uint8_t *start = (const uint8_t *)text.data;
	const uint8_t *end = start + text.len;
	const char *wrong = NULL;

	if (str_has_control(text))
		return CONTROL;
	for (const uint8_t *p = start; p < end && !wrong;) {
		const uint8_t *at = p;
		ucs4_t c = *p;

		p += c < 0x80 ? 1 : u8_mbtouc(&c, p, (size_t)(end - p));
		if (c < 0x80)
			continue;
		if (uc_is_property_not_a_character(c))
			wrong = NO_CHARACTER;
		else if (draws_nothing(c))
			wrong = check_invisible(c, start, at, p, end);
	}
	return wrong;
}

bool name_is_blank(struct str text)
{
	const uint8_t *p = (const uint8_t *)text.data;
	const uint8_t *end = p + text.len;
	ucs4_t c = 0;

	while (p < end) {
		p += u8_mbtouc(&c, p, (size_t)(end - p));
		if (is_visible(c))
			return false;
	}
	return true;
}
