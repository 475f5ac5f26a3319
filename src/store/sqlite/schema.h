/*
 * schema.h: the tables, as numbered steps from nothing to today.
 */
#ifndef STORE_SQLITE_SCHEMA_H
#define STORE_SQLITE_SCHEMA_H

#include "store/sqlite/db.h"

/*
 * Looks at the database and changes nothing. -1 with `fail` where it is newer
 * than this program or not ours; an empty one is fine.
 */
int schema_examine(struct sqlite_db *db, struct fail *fail) MUST_CHECK;

/* Whether it has any, be they ours or not; -1 with `fail`. */
int schema_has_tables(struct sqlite_db *db, bool *ret_has,
		      struct fail *fail) MUST_CHECK;

/*
 * Brings the database to this program's version, each step in a transaction
 * of its own. -1 with `fail` where it cannot be used or written. With `migrate`
 * false nothing is written, and an older database is a failure too.
 */
int schema_bring_up(struct sqlite_db *db, bool migrate,
		    struct fail *fail) MUST_CHECK;

#endif
