/*
 * list.h: things as people and programs see them: a table of columns shows
 * one of a kind, or all of a list.
 *
 * A list command is such a table and the call of libinv that fetches it
 * (LIST_FETCH), in a struct list that the table of commands names.
 */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "resolve.h"

#include <assert.h>

enum column_kind {
	COLUMN_TEXT, /* const char * */
	COLUMN_TIME  /* int64_t, seconds */
};

enum column_place {
	COLUMN_EVERYWHERE,
	COLUMN_IN_LISTS,
	COLUMN_IN_DETAIL /* only where a single one is shown */
};

struct column {
	const char *name; /* NULL ends a table; capitals as a head */
	size_t offset;	  /* of the member shown */
	enum column_kind kind;
	enum column_place place;
	char *(*make)(const void *item); /* instead: to be freed, or NULL */
};

struct view {
	const struct column *columns; /* the first is the id */
	const char *empty;	      /* what to say where there is nothing */
	/* What is shown once; NULL where nothing is. It stands instead of the
	 * id where ids are asked for. */
	const char *(*secret)(const void *item);
};

#define COLUMN(struct_, member)                             \
	.offset = offsetof(struct_, member),                \
	.kind = _Generic(((struct_ *)NULL)->member, int64_t \
			 : COLUMN_TIME, default             \
			 : COLUMN_TEXT)

/* One of its kind, in the format asked for. */
void print_item(struct cli *cli, const struct view *view, const void *item);

/*
 * What a call came to: the one of its kind, which is freed, or where `rc` is
 * not 0 why there is none; the exit status.
 */
enum status print_result(struct cli *cli, const struct view *view, int rc,
			 void *item, const struct inv_error *err);

/* One for people, without an id in front, to `out`. */
void print_details(FILE *out, const struct view *view, const void *item);

/* What every list can be asked for. */
struct list_params {
	INV_LIST_PARAMS;
};

/* Fetches a page, as libinv does; `id`: of what the list belongs to. */
typedef int list_fetch(struct cli *cli, const char *const *id,
		       const struct list_params *params, void **ret_page,
		       struct inv_error *err);

/*
 * Defines `name`, which fetches a list of struct inv_THING by libinv's
 * function `call`; behind it stands what that takes in front of the list's
 * parameters: cli->client, or cli->client, id[0].
 */
#define LIST_FETCH(name, thing, call, ...)                                 \
	LIST_FETCH_OF(name, thing, struct inv_##thing##_list_params, call, \
		      __VA_ARGS__)

/* The same by the parameters of another list, struct inv_OTHER_list_params. */
#define LIST_FETCH_BY(name, thing, other, call, ...)                       \
	LIST_FETCH_OF(name, thing, struct inv_##other##_list_params, call, \
		      __VA_ARGS__)

/* And by those that have no name of their own. */
#define LIST_FETCH_PLAIN(name, thing, call, ...) \
	LIST_FETCH_OF(name, thing, struct inv_list_params, call, __VA_ARGS__)

#define LIST_FETCH_OF(name, thing, type, call, ...)                        \
	static int name(struct cli *cli, const char *const *id,            \
			const struct list_params *params, void **ret_page, \
			struct inv_error *err)                             \
	{                                                                  \
		type asked = {                                             \
			.after = params->after,                            \
			.limit = params->limit,                            \
			.extra_query = params->extra_query,                \
		};                                                         \
		struct inv_##thing##_page *page;                           \
                                                                           \
		(void)id;                                                  \
		if (call(__VA_ARGS__, &asked, NULL, &page, err))           \
			return -1;                                         \
		*ret_page = page;                                          \
		return 0;                                                  \
	}                                                                  \
	static_assert(true, "a semicolon follows")

#define LIST_OPTIONS                                                       \
	{ .name = "after", .value = "ID", .help = "start after this id" }, \
	    { .name = "limit",                                             \
	      .value = "N",                                                \
	      .help = "items to fetch per request" },                      \
	{                                                                  \
		.name = "max-items", .value = "N",                         \
		.help = "stop after this many; -1 means all"               \
	}

struct list {
	const struct view *view;
	list_fetch *fetch;
	enum word words[WORDS_MAX]; /* what it belongs to */
	/* More of the query, to be freed, or NULL; false after saying what is
	 * wrong with the options. May be NULL. */
	bool (*query)(struct cli *cli, char **ret_query);
	/* Whether to show it; NULL: all. Then `extra_query` only spares
	 * requests, and is left out for a server that does not know it. */
	bool (*is_wanted)(const struct cli *cli, const void *item);
};

/*
 * Shows what there is, to the end or --max-items; raw: one page. Of what `id`
 * says, or the words of the command line.
 */
enum status list_run_of(struct cli *cli, const struct list *list,
			const char *const *id);
enum status list_run(struct cli *cli, const struct list *list);

#endif
