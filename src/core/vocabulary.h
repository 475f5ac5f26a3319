/*
 * vocabulary.h: a number that stands for a word: how enumerations are stored,
 * and what they are called outside.
 *
 * A number from a database may be any: what is not in the vocabulary has no
 * word, and is never used as an index.
 */
#ifndef CORE_VOCABULARY_H
#define CORE_VOCABULARY_H

#include "base/base.h"
#include "base/str.h"

struct vocabulary {
	const char *const *words; /* by number; NULL: there is no such word */
	int64_t count;
	bool optional; /* 0 may be there, and stands for no word */
};

/* `names` is an array, so that the count cannot be wrong. */
#define VOCABULARY(names)                                   \
	{                                                   \
		.words = (names), .count = COUNT_OF(names), \
	}
#define OPTIONAL_VOCABULARY(names)                                            \
	{                                                                     \
		.words = (names), .count = COUNT_OF(names), .optional = true, \
	}

bool vocabulary_has(const struct vocabulary *vocabulary, int64_t number);

/* Static. NULL for the 0 of an optional one; "unknown" for a number that is
 * not in the vocabulary. */
const char *vocabulary_word(const struct vocabulary *vocabulary,
			    int64_t number);

/* The number of a word; -1 where there is no such word. */
int vocabulary_find(const struct vocabulary *vocabulary, struct str word);

#endif
