/*
 * steps.h: the steps that bring a database from nothing to today's tables; a
 * database remembers how many it took. Private to store/.
 *
 * To change the schema, append a step to the last part. Never edit one that was
 * released.
 *
 * What a create costs is the number of random pages that it dirties. Hence:
 * ids grow with time and are the row's key; an invite's projects lie in its
 * row; what is random (the address) has one index, and secrets, expiry and
 * audit events have none.
 *
 * What differs on PostgreSQL, and why, stands in pgsql/schema.c.
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

/* Successive steps, in a file of their own. */
struct step_part {
	const struct step *steps;
	size_t count;
};

extern const struct step_part steps_1_to_16, steps_from_17;

/* How many steps there are: the version of today's tables. */
size_t step_count(void);

/* The step of a number from 1 to step_count(). */
const struct step *step_number(size_t number);

#endif
