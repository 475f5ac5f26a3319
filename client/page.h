/*
 * page.h: lists, one page at a time and one item at a time.
 */
#ifndef CLIENT_PAGE_H
#define CLIENT_PAGE_H

#include "base/base.h"
#include "decode.h"

/* The first page, which holds its request; NULL with the reason. */
struct inv_any_page *page_new(struct request *request,
			      const struct answer *answer,
			      struct inv_error *err) MUST_CHECK;

/* Points the request to what lies behind `after` (NULL: to the beginning). */
int page_turn(struct request *request, const char *after,
	      struct inv_error *err);

#endif
