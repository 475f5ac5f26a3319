/*
 * pgsql_create.h: many invites made by one statement.
 */
#ifndef STORE_PGSQL_CREATE_H
#define STORE_PGSQL_CREATE_H

#include "store/pgsql_db.h"

/*
 * Applies creates, in order, inside the transaction under way. Each `result`
 * is set, unless an error is noted.
 */
void pgsql_create(struct pgsql_db *db, struct id_source *ids,
		  struct store_op **ops, size_t n);

#endif
