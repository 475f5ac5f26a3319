/*
 * steps.h: the steps that bring a database from nothing to today's tables; a
 * database remembers how many it took. Private to store/.
 */
#ifndef STORE_STEPS_H
#define STORE_STEPS_H

#include "base/base.h"

struct step {
	const char *sqlite; /* statements, each ended by a semicolon */
	/* The oldest program, by the number of its steps, that can work with
	 * what this one leaves: several of them work on one PostgreSQL. */
	size_t oldest;
	const char *pgsql[16]; /* one statement each; NULL behind the last */
};

extern const struct step steps[];
extern const size_t step_count;

#endif
