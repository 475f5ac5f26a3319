/*
 * flaw.h: what `invited check` looks for, in any database.
 */
#ifndef STORE_FLAW_H
#define STORE_FLAW_H

#include "base/base.h"
#include "base/buf.h"

/*
 * A rule that the verbs keep, and the query that finds violations: rows of two
 * numbers. A row is printed as before, number, between, number, behind; without
 * `behind`, as before, number, between.
 */
struct flaw {
	const char *before, *between, *behind;
	const char *sql;
};

extern const struct flaw flaws[];
extern const size_t flaw_count;

void flaw_print(const struct flaw *flaw, FILE *out, const char *first,
		const char *second);

/*
 * The query for rows of tables[number] that hold numbers which are out of
 * bounds or stand for no word. The texts lie in `sql` and in static memory.
 * False when out of memory.
 */
bool flaw_of_table(size_t number, struct buf *sql,
		   struct flaw *ret_flaw) MUST_CHECK;

#endif
