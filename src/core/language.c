/*
 * language.c: which of our languages suits a reader best.
 */
#include "base/base.h"

#include "core/language.h"

#define RANGES_MAX 64 /* of a header; any more are not looked at */

/* "de" of "de-AT". */
static struct str primary_of(struct str tag)
{
	struct str primary, rest;

	(void)str_cut(tag, '-', &primary, &rest);
	return primary;
}

static const struct language *language_find(struct str tag)
{
	struct str primary = primary_of(str_trim(tag));

	for (size_t i = 0; i < language_count; i++) {
		if (str_is_nocase(primary, languages[i].tag))
			return &languages[i];
	}
	return NULL;
}

const struct language *language_called(const char *tag)
{
	return tag ? language_find(str_of(tag)) : NULL;
}

/* Thousandths of "q=0.75"; anything malformed counts as 0. */
static int weight_of(struct str q)
{
	int weight = 0, place = 1000;

	q = str_trim(q);
	if (q.len < 3 || (q.data[0] | 0x20) != 'q' || q.data[1] != '=')
		return 0;
	for (size_t i = 2; i < q.len && place > 0; i++) {
		if (q.data[i] == '.' && i == 3)
			continue;
		if (q.data[i] < '0' || q.data[i] > '9')
			return 0;
		weight += (q.data[i] - '0') * place;
		place /= 10;
	}
	return weight;
}

const struct language *language_wanted(struct str accept)
{
	const struct language *best = NULL;
	struct str range, tag, q, rest = accept;
	int highest = 0;
	bool more = true;

	for (int i = 0; more && i < RANGES_MAX; i++) {
		const struct language *language;
		int weight;

		more = str_cut(rest, ',', &range, &rest);
		weight = str_cut(range, ';', &tag, &q) ? weight_of(q) : 1000;
		language = language_find(tag);
		if (!language || weight <= highest)
			continue;
		best = language;
		highest = weight;
	}
	return best;
}

const char *language_direction(const struct language *language)
{
	return text_of(language, STR(TEXT("language.direction"))).data;
}
