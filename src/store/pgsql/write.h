/*
 * write.h: a batch of writes, in a transaction. Private to the PostgreSQL
 * engine.
 */
#ifndef STORE_PGSQL_WRITE_H
#define STORE_PGSQL_WRITE_H

#include "store/pgsql/db.h"
#include "store/store.h"

/* Does them, which may change their order; each `result` is set unless an error
 * is noted. */
void pgsql_write(struct pgsql_db *db, struct id_source *ids,
		 struct store_op **ops, size_t n);

#endif
