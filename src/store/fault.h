/*
 * fault.h: what `invited check` looks for, in any database.
 */
#ifndef STORE_FAULT_H
#define STORE_FAULT_H

#include "base/base.h"

/*
 * A rule that the verbs keep, and the query for what breaks it: rows of two
 * numbers. A row is shown as before, number, between, number, behind; with no
 * `behind`, as before, number, between.
 */
struct fault {
	const char *before, *between, *behind;
	const char *sql;
};

extern const struct fault faults[];
extern const size_t fault_count;

void fault_print(const struct fault *fault, FILE *out, const char *first,
		 const char *second);

#endif
