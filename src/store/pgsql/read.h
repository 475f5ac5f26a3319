/*
 * read.h: many reads in one round trip.
 */
#ifndef STORE_PGSQL_READ_H
#define STORE_PGSQL_READ_H

#include "store/pgsql/db.h"
#include "store/store.h"

/*
 * Answers `n` reads. True where each `result` is set; otherwise none is, and
 * the error is noted.
 */
bool pgsql_read(struct pgsql_db *db, struct store_op **ops,
		size_t n) MUST_CHECK;

/* As db_each(). */
void pgsql_each(struct db *db, size_t n, void (*ask)(void *context, size_t i),
		void *context);

#endif
