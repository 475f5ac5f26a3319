/*
 * guess.c: see guess.h. The distance counts letters added, left out, replaced,
 * and neighbours swapped.
 */
#include "guess.h"

#include <stdio.h>
#include <string.h>

#define WORD_MAX 32

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t distance_of(const char *a, size_t a_len, const char *b,
			  size_t b_len)
{
	size_t d[WORD_MAX + 1][WORD_MAX + 1];

	for (size_t i = 0; i <= a_len; i++) {
		for (size_t j = 0; j <= b_len; j++) {
			if (i == 0 || j == 0) {
				d[i][j] = i + j;
				continue;
			}
			d[i][j] =
			    least(d[i - 1][j - 1] + (a[i - 1] != b[j - 1]),
				  least(d[i - 1][j], d[i][j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
		}
	}
	return d[a_len][b_len];
}

void guess_try(struct guess *guess, const char *candidate, size_t len)
{
	size_t word_len = strlen(guess->word), distance;

	if (word_len < 2 || word_len > WORD_MAX || len > WORD_MAX)
		return;
	distance = distance_of(guess->word, word_len, candidate, len);
	/* A beginning is as good as a word with one mistake. */
	if (word_len < len && memcmp(guess->word, candidate, word_len) == 0)
		distance = 1;
	if (distance > 1 + len / 4 || distance >= word_len ||
	    (guess->best && distance >= guess->distance))
		return;
	guess->best = candidate;
	guess->len = len;
	guess->distance = distance;
}

const char *guess_text(struct guess *guess, const char *prefix)
{
	guess->text[0] = '\0';
	if (guess->best)
		snprintf(guess->text, sizeof(guess->text),
			 "; did you mean %s%.*s?", prefix, (int)guess->len,
			 guess->best);
	return guess->text;
}
