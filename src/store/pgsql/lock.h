/*
 * lock.h: the rows that a batch is going to change. Private to the
 * PostgreSQL engine.
 */
#ifndef STORE_PGSQL_LOCK_H
#define STORE_PGSQL_LOCK_H

#include "store/pgsql/db.h"
#include "store/store.h"

/* Locks what the verbs of `ops` name (lock.h); in a transaction. */
void pgsql_lock(struct pgsql_db *db, struct store_op *const *ops, size_t n);

#endif
