/*
 * list.h: what all lists have in common: options, paging, table or JSON.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli.h"

/* One item: as JSON, and as the cells of a table's row (borrowed). */
struct row {
	const char *json; /* NULL: there are no more */
	const char *cells[TABLE_COLUMNS];
	char times[2][AGO_SIZE]; /* room for cells made on the way */
	char *text;		 /* the same, freed by the list */
};

struct list {
	const char *const *heads; /* of the columns; NULL behind the last */
	const char *empty;	  /* what to say where there is nothing */
	int (*next)(void *iter, struct row *row, struct inv_error *err);
	/* Whether to show it; NULL: all. */
	bool (*is_wanted)(const struct cli *cli, const struct row *row);
};

#define LIST_OPTIONS                                                       \
	{ "after", 0, "ID", NULL, "begin behind this one" },               \
	    { "limit", 0, "N", NULL, "items per request" },                \
	{                                                                  \
		"max-items", 0, "N", NULL, "stop after so many; -1 is all" \
	}

/* What every list can be asked for. */
struct list_params {
	INV_LIST_PARAMS;
};

/* The same, as the list of this kind of thing takes it. */
#define LIST_PARAMS_OF(thing, params)                                  \
	(&(struct inv_##thing##_list_params){ .after = (params).after, \
					      .limit = (params).limit, \
					      .extra_query =           \
						  (params).extra_query })

/* Reads the options of every list; false after saying what is wrong. */
bool list_read(const struct cli *cli, struct list_params *ret_params,
	       long *ret_max_items);

/* Shows what the iterator yields, to the end or `max_items`. */
enum status list_show(const struct cli *cli, const struct list *list,
		      void *iter, long max_items);

/* The format to report a failure in. */
enum format error_format(const struct cli *cli);

#endif
