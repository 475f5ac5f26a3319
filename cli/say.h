/*
 * say.h: how the program talks: to people in tables and relative times, to
 * programs in JSON, about problems on standard error.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <inv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit status; the manual promises these. */
enum status {
	STATUS_OK = 0,
	STATUS_REFUSED = 1, /* by the server */
	STATUS_USAGE = 2,
	STATUS_NOT_FOUND = 3,
	STATUS_NO_ACCESS = 4,
	STATUS_EXPIRED = 5, /* what `watch` waited for will not happen */
	STATUS_TRY_AGAIN = 75
};

enum format {
	FORMAT_AUTO,
	FORMAT_TABLE, /* for people */
	FORMAT_JSON,  /* indented */
	FORMAT_JSONL, /* a line each */
	FORMAT_RAW    /* as received */
};

/* AUTO becomes TABLE on a terminal and JSON otherwise. */
bool format_read(const char *text, enum format *ret_format);

/* "invite: ..." on standard error. */
void say_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Why a call failed, to people and, in a JSON format, to programs too. */
enum status say_error(enum format format, const struct inv_error *err);
enum status status_of(const struct inv_error *err);

/* A JSON value in one of the JSON formats, with a newline. */
void say_json(FILE *out, enum format format, const char *json);

/* A JSON string, escaped and quoted; NULL is null. */
void say_quoted(FILE *out, const char *text);

/* Text from a server, without what could drive a terminal. */
void say_text(FILE *out, const char *text);

/* "in 6 days", "2 hours ago", "-" for 0; into `out`, which it returns. */
#define AGO_SIZE 32
const char *ago(char out[AGO_SIZE], int64_t time);

/* Colours, where standard output is a terminal and nobody objects. */
const char *colour_of(const char *status);
const char *colour_bold(void);
const char *colour_dim(void);
const char *colour_off(void);

/* A table: cells are added row by row and copied; printed aligned. */
#define TABLE_COLUMNS 8
struct table {
	size_t columns;
	char **cells;
	size_t count;
	bool has_header; /* the first row is one; the first time */
};
void table_add(struct table *table, const char *cell);
/* Prints what there is and empties it. */
void table_print(struct table *table);

/* `count` elements of `size` bytes and room for one more; exits if none. */
void *grown(void *list, size_t count, size_t size);

/* Copies; exit where there is no memory. */
char *copy_of(const char *text);
char *print_to(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
