/*
 * csv.h: comma-separated values as RFC 4180 has them: quotes, doubled quotes,
 * line breaks inside quotes, CR LF or LF; a byte order mark is passed over.
 * What spreadsheets write instead of the comma, semicolon or tab, is
 * understood too.
 */
#ifndef CLI_CSV_H
#define CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct csv {
	char *next; /* borrowed, and changed: fields are cut out of it */
	char *end;
	char delimiter;
	size_t line; /* where the last record began, from 1 */
	size_t lines_read;
	char **fields; /* of the last record, valid until the next; without
			  blanks around them */
	size_t count;
	const char *problem; /* what is wrong with the record, or NULL */
};

/*
 * `data` has `len` bytes and a NUL behind them. The delimiter is what a first
 * line "sep=;" says, or what makes `column` one of the fields of the first
 * line, or else the first that there is.
 */
void csv_begin(struct csv *csv, char *data, size_t len, const char *column);

/* The next record that holds anything; false at the end. */
bool csv_next(struct csv *csv);
void csv_end(struct csv *csv);

/* A field, quoted where it has to be. What a spreadsheet would take for a
 * formula has an apostrophe in front, so that it stays a text. */
void csv_print(FILE *out, const char *text);

#endif
