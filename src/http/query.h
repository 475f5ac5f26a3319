/*
 * query.h: the part of the URL behind the '?', and forms, which look alike.
 */
#ifndef HTTP_QUERY_H
#define HTTP_QUERY_H

#include "base/base.h"
#include "core/id.h"
#include "http/request.h"

#define PAGE_LIMIT_DEFAULT 20
#define PAGE_LIMIT_MAX	   100
#define QUERY_EMAILS_MAX   100 /* addresses that one list may name */

struct query_walk {
	struct str rest;
	bool broken; /* not properly encoded, or out of memory */
};

struct query_walk query_walk(struct str text);

/* The next pair, decoded, in the request's arena. False at the end, and with
 * `broken` where the rest cannot be read. */
bool query_next(struct request *request, struct query_walk *walk,
		struct str *ret_key, struct str *ret_value) MUST_CHECK;

/*
 * Reads the parameters of a list into `in`, what the list's verb takes, which
 * begins with a struct list_in. Each handler says what it knows besides
 * `limit` and `after`: `take` returns 1 where it took the parameter, 0 where
 * it does not know it, -1 with the request answered. -1 likewise.
 */
int query_read_list(struct request *request, enum id_kind kind, void *in,
		    int (*take)(struct request *request, void *in,
				struct str key, struct str value)) MUST_CHECK;

/* Refuses every parameter; for routes without any. */
int query_read_none(struct request *request) MUST_CHECK;

/* "true" or "false"; -1 with the request answered. */
int query_bool(struct request *request, struct str key, struct str value,
	       bool *ret_value) MUST_CHECK;

/* Complaints about numbers, for bodies too. Both return -1. */
int refuse_above(struct request *request, const char *param, int64_t value,
		 int64_t max);
int refuse_below(struct request *request, const char *param, int64_t value,
		 int64_t min);

#endif
