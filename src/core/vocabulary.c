/*
 * vocabulary.c: numbers that stand for words.
 */
#include "base/base.h"

#include "core/vocabulary.h"

bool vocabulary_has(const struct vocabulary *vocabulary, int64_t number)
{
	if (number < 0 || number >= vocabulary->count)
		return false;
	return vocabulary->words[number] ||
	       (vocabulary->optional && number == 0);
}

const char *vocabulary_word(const struct vocabulary *vocabulary, int64_t number)
{
	return vocabulary_has(vocabulary, number) ? vocabulary->words[number]
						  : "unknown";
}

int vocabulary_find(const struct vocabulary *vocabulary, struct str word)
{
	for (int i = 0; i < vocabulary->count; i++) {
		if (vocabulary->words[i] && str_is(word, vocabulary->words[i]))
			return i;
	}
	return -1;
}
