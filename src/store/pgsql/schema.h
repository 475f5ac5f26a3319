/*
 * schema.h: PostgreSQL's tables, as numbered steps from nothing to today.
 */
#ifndef STORE_PGSQL_SCHEMA_H
#define STORE_PGSQL_SCHEMA_H

#include "store/pgsql/db.h"

/*
 * Brings the database to this program's version, each step in a transaction of
 * its own, whoever else is doing so at the moment. -1 with `fail` where it
 * cannot be used or written, or is too new for this program.
 */
int pgsql_schema_bring_up(struct pgsql_db *db, struct fail *fail) MUST_CHECK;

/* The same without bringing it up to date: -1 also if it is too old. */
int pgsql_schema_examine(struct pgsql_db *db, struct fail *fail) MUST_CHECK;

/*
 * Takes the lock under which a database is brought up to date, until the
 * connection is closed. False if somebody else holds it, or with an error
 * noted.
 */
bool pgsql_schema_lock(struct pgsql_db *db) MUST_CHECK;

#endif
