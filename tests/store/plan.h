/*
 * plan.h: every statement of the store, and by which indexes the database finds
 * its rows.
 *
 * A plan is "table.index" for each access, in any order, once where they are
 * alike; "primary" and "unique" are the indexes of such keys. Besides:
 *
 *	table.WHOLE	every row, or every entry of an index
 *	SORT		of what was found
 */
#ifndef PLAN_H
#define PLAN_H

#include "base/base.h"
#include "store/sql.h"

/* Where STATEMENT puts them; the linker names its ends. */
extern const struct sql *const __start_sql_statements[];
extern const struct sql *const __stop_sql_statements[];

#define FOR_EACH_STATEMENT(at)                                     \
	for (const struct sql *const *at = __start_sql_statements; \
	     at < __stop_sql_statements; at++)

const struct sql *statement_named(const char *name);

bool plan_is_sqlite(void); /* the engine under test */

/* The engine's wording; NULL where it has none, or no plan for such a thing. */
const char *plan_text(const struct sql *sql);

/* What is expected of a statement. */
struct plan {
	const char *statement, *sqlite;
	const char *pgsql; /* NULL: the same */
};

const struct plan *plan_named(const char *statement); /* NULL: none */

/* For any parameters; the fixture's arena has it. */
const char *plan_of(const struct sql *sql);

#endif
