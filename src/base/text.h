/*
 * text.h: sentences for people, which live in web/text/<language> and not in
 * the program.
 *
 * A sentence has a key, and may have places, "Welcome to {organization}", and
 * forms, "{n} day | {n} days": one for each plural of its language, or one for
 * each of a list of names. The build compares the files with the program (see
 * tools/texts), so that a key that is named is there.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/base.h"
#include "base/str.h"

/* Marks a key, so that the build finds it. */
#define TEXT(key) key

struct sentence {
	const char *key, *text;
};

struct language {
	const char *tag; /* as in HTML's lang: "en" */
	const struct sentence *sentences;
	size_t count; /* sorted by key */
};

/* The sentence of `key`; a key that is not there ends the program. */
struct str text_of(const struct language *language, struct str key);

/* The form number `i` of a sentence, from 0; the last where it has fewer. */
struct str text_form(struct str sentence, size_t i);

/* The form of the sentence `key` that goes with `n` things. */
struct str text_plural(const struct language *language, const char *key,
		       int64_t n);

/*
 * Cuts the next piece off `sentence`: what stands before a place, and the
 * place's name. False where there is no other place: then the rest is all in
 * `sentence`.
 */
bool text_next(struct str *sentence, struct str *ret_before,
	       struct str *ret_place);

struct text_value {
	const char *name, *value;
};

/* Writes the sentence with its places filled, cut at `size`, as plain text. */
void text_print(char *out, size_t size, struct str sentence,
		const struct text_value *values, size_t count);

#endif
