/*
 * schema_sqlite.h: the tables, as numbered steps from nothing to today.
 */
#ifndef STORE_SCHEMA_SQLITE_H
#define STORE_SCHEMA_SQLITE_H

#include "store/sqlite_db.h"

/*
 * Brings the database to this program's version, each step in a transaction
 * of its own. -1 with `fail` where it is newer than this program, is not ours,
 * or cannot be written. With `migrate` false nothing is written, and an older
 * database is a failure too.
 */
int schema_bring_up(struct sqlite_db *db, bool migrate,
		    struct fail *fail) MUST_CHECK;

#endif
