/*
 * query.h: the part of the URL behind the '?', and forms, which look alike.
 */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include "base/base.h"
#include "core/id.h"
#include "core/vocabulary.h"
#include "http/request.h"
#include "http/shape.h"
#include "store/verb.h"

#define PAGE_LIMIT_DEFAULT 20
#define PAGE_LIMIT_MAX	   100

struct query_walk {
	struct str rest;
	bool broken; /* not properly encoded, or out of memory */
};

struct query_walk query_walk(struct str text);

/* The next pair, decoded, in the request's arena. False at the end, and with
 * `broken` where the rest cannot be read. */
bool query_next(struct request *request, struct query_walk *walk,
		struct str *ret_key, struct str *ret_value) MUST_CHECK;

/* A parameter of a list besides those that all lists have. */
struct query_param {
	const char *name;
	enum {
		QUERY_READ, /* by a function, as often as it is given */
		QUERY_WORD, /* of a vocabulary */
		QUERY_BOOL
	} type;
	size_t offset; /* in the verb's input */
	size_t said;   /* of a bool there, plus 1: whether it was given; or 0 */
	const struct vocabulary *words;
	/* -1 with the request answered. */
	int (*read)(struct request *request, void *in, struct str value);
	/* May be given more than once, in any of the spellings that clients
	 * have for a list: "emails", "emails[]", "emails[0]". */
	bool many;
};

#define FILTER_WORD(name_, type_, member, flag, vocabulary) \
	{                                                   \
		.name = (name_), .type = QUERY_WORD,        \
		.offset = OFFSET_OF_ENUM(type_, member),    \
		.said = OFFSET_OF(type_, flag, bool) + 1,   \
		.words = (vocabulary)                       \
	}
#define FILTER_BOOL(name_, type_, member)                \
	{                                                \
		.name = (name_), .type = QUERY_BOOL,     \
		.offset = OFFSET_OF(type_, member, bool) \
	}
#define FILTER_BY(name_, function)                  \
	{                                           \
		.name = (name_), .read = (function) \
	}
#define FILTER_EACH_BY(name_, function)                           \
	{                                                         \
		.name = (name_), .read = (function), .many = true \
	}

/* A time in Unix seconds; -1 with the request answered where it is none. */
int query_read_time(struct request *request, const char *param,
		    struct str value, int64_t *ret) MUST_CHECK;

/* The later of two beginnings counts, and the earlier of two ends. */
void query_since(struct time_range *range, int64_t since);
void query_until(struct time_range *range, int64_t until);

/* Defines a function for FILTER_BY() that has a time, `more` seconds later, set
 * by one of these in the range `member` of the list's input. */
#define QUERY_TIME(function, input, member, name, set, more)          \
	static int function(struct request *request, void *in,        \
			    struct str value)                         \
	{                                                             \
		int64_t time;                                         \
                                                                      \
		if (query_read_time(request, name, value, &time) < 0) \
			return -1;                                    \
		set(&((struct input *)in)->member, time + (more));    \
		return 0;                                             \
	}

#define QUERY_PARAMS_MAX 28 /* filters that a list may have */

/* How a list is asked for and answered. All zero but `kind`: 20 rows unless it
 * is said, at most 100, newest first. */
struct list_query {
	enum id_kind kind; /* of the ids in `after` and `before` */
	int limit, limit_max;
	bool limit_zero; /* `limit` may be 0 */
	enum list_envelope envelope;
	enum {
		ORDER_FIXED, /* there is no parameter `order` */
		ORDER_DESC,  /* unless `order` says otherwise */
		ORDER_ASC
	} order;
	bool before;			   /* there is a parameter `before` */
	bool no_list;			   /* there are filters alone */
	const struct query_param *filters; /* the last has no name; or NULL */
};

/*
 * Reads the query into `in`, what the list's verb takes, which begins with a
 * struct list_in. Without a list (NULL) there is none, and every parameter is
 * refused. -1 with the request answered.
 */
int query_read(struct request *request, const struct list_query *list,
	       void *in) MUST_CHECK;

/* Whether all that the query can say has room in `size` bytes of input. */
bool query_fits(const struct list_query *list, size_t size);

/* Complaints about numbers, for bodies too. Both return -1. */
int refuse_above(struct request *request, const char *param, int64_t value,
		 int64_t max);
int refuse_below(struct request *request, const char *param, int64_t value,
		 int64_t min);

#endif
