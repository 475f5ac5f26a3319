/*
 * table.h: the tables and their columns, as a list, for whoever moves whole
 * rows from one database to another. Private to store/.
 */
#ifndef STORE_TABLE_H
#define STORE_TABLE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"

enum column_type { COLUMN_NUMBER, COLUMN_TEXT, COLUMN_BLOB };

struct column {
	const char *name; /* NULL behind the last */
	enum column_type type;
};

struct table {
	const char *name;
	struct column columns[24];
};

extern const struct table tables[];
extern const size_t table_count;

size_t table_columns(const struct table *table);
bool table_has(const struct table *table, struct str column);

/* "name", quoted; "a", "b", ... */
void table_add_name(struct buf *sql, const struct table *table);
void table_add_columns(struct buf *sql, const struct table *table);

/*
 * A row on its way is bytes that no engine calls its own: the number of fields
 * in 16 bits, then for each its length in 32 bits (-1: NULL) and its bytes,
 * numbers in 64 bits; all in network order. It is what PostgreSQL's binary
 * COPY takes.
 */
void row_begin(struct buf *row, const struct table *table);
void row_add_number(struct buf *row, int64_t value);
void row_add_bytes(struct buf *row, struct str value); /* NULL data: NULL */

/* Cuts the next field off a row that row_begin() began; `*rest` is the row at
 * first. NULL gives a str whose data is NULL. */
struct str row_first(struct str row);
struct str row_next(struct str *rest);
int64_t row_number(struct str field);

#endif
