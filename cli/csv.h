/*
 * csv.h: comma-separated values as RFC 4180 has them: quotes, doubled quotes,
 * line breaks inside quotes, CR LF or LF; a byte order mark is passed over.
 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

struct csv {
	char *next; /* borrowed, and changed: fields are cut out of it */
	char *end;
	size_t line; /* where the last record began, from 1 */
	size_t lines_read;
	char **fields; /* of the last record, valid until the next */
	size_t count;
	const char *problem; /* what is wrong with the record, or NULL */
};

/* `data` has `len` bytes and a NUL behind them. */
void csv_begin(struct csv *csv, char *data, size_t len);

/* The next record that is not blank; false at the end. */
bool csv_next(struct csv *csv);
void csv_end(struct csv *csv);

#endif
