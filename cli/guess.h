/*
 * guess.h: "did you mean": the likeliest of some words for one mistyped.
 *
 *	struct guess guess = { .word = "lst" };
 *
 *	guess_try(&guess, "list", 4);
 *	print_problem("there is no %s%s", word, guess_text(&guess));
 */
#ifndef CLI_GUESS_H
#define CLI_GUESS_H

#include <stddef.h>

struct guess {
	const char *word;
	const char *best; /* borrowed from the candidates; NULL: none is near */
	size_t len;	  /* of best */
	size_t distance;
	char text[96];
};

void guess_try(struct guess *guess, const char *candidate, size_t len);

/* "; did you mean PREFIXBEST?", or "". Valid as long as the guess. */
const char *guess_text(struct guess *guess, const char *prefix);

#endif
