/*
 * print.h: how the program talks: to people in tables and relative times, to
 * programs in JSON, about problems on standard error.
 */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

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
	STATUS_EXPIRED = 5,	/* what `watch` waited for will not happen */
	STATUS_UNDELIVERED = 6, /* nor will its mail arrive */
	STATUS_TRY_AGAIN = 75
};

enum format {
	FORMAT_AUTO,
	FORMAT_TABLE, /* for people */
	FORMAT_CSV,   /* for spreadsheets: lists, and what is in one */
	FORMAT_JSON,  /* indented */
	FORMAT_JSONL, /* a line each */
	FORMAT_RAW,   /* as received */
	FORMAT_ID     /* nothing but ids, a line each */
};

/* False after saying that there is no such format. */
bool format_read(const char *text, enum format *ret_format);

/* JSON, JSONL or RAW. */
bool format_is_json(enum format format);

/* "invite: ..." on standard error. */
void print_problem(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* The same without the name in front: a remark, not a failure. */
void print_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * JSON values, one after another on standard output: a line each, or, as an
 * array, the items of one.
 */
struct series {
	enum format format; /* one that is JSON */
	bool is_array;	    /* in JSON; the other formats have no array */
	size_t count;
};

/* A value; `json` is NULL where the caller prints it behind this call. */
void series_add(struct series *series, const char *json);
void series_end(struct series *series);

/* An id, which is a text of others; "-" for NULL. */
void print_id(const char *id);

/* "in 6 days", "2 hours ago", "-" for 0; into `out`, which it returns. */
#define RELATIVE_TIME_SIZE 32
const char *relative_time(char out[RELATIVE_TIME_SIZE], int64_t time);

/* Colours, where standard output is a terminal and nobody objects. */
const char *colour_of(const char *word);
const char *colour_bold(void);
const char *colour_dim(void);
const char *colour_off(void);

#endif
