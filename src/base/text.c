/*
 * text.c: finds sentences and fills them.
 */
#include "base/base.h"
#include "base/text.h"

#include <assert.h>

static int compare(struct str key, const char *other)
{
	size_t len = strlen(other);
	int order = memcmp(key.data, other, key.len < len ? key.len : len);

	if (order != 0)
		return order;
	return (key.len > len) - (key.len < len);
}

struct str text_of(const struct language *language, struct str key)
{
	size_t low = 0, high = language->count, middle;
	int order;

	while (low < high) {
		middle = low + (high - low) / 2;
		order = compare(key, language->sentences[middle].key);
		if (order == 0)
			return str_of(language->sentences[middle].text);
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	assert(!"a sentence of this key");
	return STR("");
}

struct str text_form(struct str sentence, size_t i)
{
	struct str form, rest = sentence;

	while (str_cut(rest, '|', &form, &rest) && i > 0)
		i--;
	return str_trim(form);
}

/* ---- plurals ---- */

static size_t plural_none(int64_t n)
{
	(void)n;
	return 0;
}

static size_t plural_one(int64_t n)
{
	return n != 1;
}

static size_t plural_below_two(int64_t n)
{
	return n >= 2;
}

static size_t plural_slavic(int64_t n)
{
	int64_t ones = n % 10, tens = n / 10 % 10;

	if (tens == 1 || ones == 0 || ones > 4)
		return 2;
	return ones != 1;
}

static size_t plural_arabic(int64_t n)
{
	int64_t last = n % 100;

	if (n <= 2)
		return (size_t)n;
	if (last >= 3 && last <= 10)
		return 3;
	return last >= 11 ? 4 : 5;
}

/* The values of language.plural; tools/texts knows how many forms each has. */
static const struct {
	const char *name;
	size_t (*form)(int64_t n);
} plurals[] = {
	{ "none", plural_none },	   /* as in Japanese */
	{ "one", plural_one },		   /* as in English and German */
	{ "below_two", plural_below_two }, /* as in French */
	{ "slavic", plural_slavic },	   /* as in Russian and Ukrainian */
	{ "arabic", plural_arabic },
};

struct str text_plural(const struct language *language, const char *key,
		       int64_t n)
{
	struct str rule = text_of(language, STR(TEXT("language.plural")));
	struct str sentence = text_of(language, str_of(key));

	for (size_t i = 0; i < COUNT_OF(plurals); i++)
		if (str_is(rule, plurals[i].name))
			return text_form(sentence, plurals[i].form(n));
	return text_form(sentence, 0);
}

/* ---- places ---- */

bool text_next(struct str *sentence, struct str *ret_before,
	       struct str *ret_place)
{
	struct str before, place, rest;

	if (!str_cut(*sentence, '{', &before, &rest) ||
	    !str_cut(rest, '}', &place, &rest))
		return false;
	*ret_before = before;
	*ret_place = place;
	*sentence = rest;
	return true;
}

static struct str value_of(struct str place, const struct text_value *values,
			   size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (str_is(place, values[i].name))
			return str_of(values[i].value);
	assert(!"a value for this place");
	return STR("");
}

/* Appends what fits; `used` never grows past `size - 1`. */
static void append(char *out, size_t size, size_t *used, struct str text)
{
	size_t room = size - 1 - *used;
	size_t len = text.len < room ? text.len : room;

	if (len > 0)
		memcpy(out + *used, text.data, len);
	*used += len;
}

void text_print(char *out, size_t size, struct str sentence,
		const struct text_value *values, size_t count)
{
	struct str before, place;
	size_t used = 0;

	while (text_next(&sentence, &before, &place)) {
		append(out, size, &used, before);
		append(out, size, &used, value_of(place, values, count));
	}
	append(out, size, &used, sentence);
	out[used] = '\0';
}
