/*
 * table.h: cells in aligned columns, for people.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS 8

/* Cells are added row by row and copied. */
struct table {
	size_t columns; /* at most TABLE_COLUMNS */
	FILE *out;	/* NULL: standard output */
	char **cells;
	size_t count;
	bool has_header; /* the first row is one; the first time */
};

/* Of one cell; nothing becomes a dash. */
void table_add(struct table *table, const char *cell);

/* Of a row with a name in it and a value, where there is one. */
void table_add_pair(struct table *table, const char *name, const char *value);

/* Prints what there is and empties it. */
void table_print(struct table *table);

#endif
