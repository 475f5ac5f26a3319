/*
 * show.h: answers a request with a page.
 */
#ifndef PAGE_SHOW_H
#define PAGE_SHOW_H

#include "base/base.h"
#include "http/request.h"

/* The headers that everything people see is served with; `scripted` as in
 * view_policy(). */
void show_headers(struct request *request, bool scripted);

struct invitation;
struct language;

/*
 * The language of a page: that of the invitation, if one was found and says so;
 * else what the person's browser asks for; else the organization's, or that of
 * all.
 */
const struct language *show_language(const struct request *request,
				     const struct invitation *invitation);

/* Answers with the document that stands in `request->out`. */
void show_html(struct request *request, int status, bool scripted);

#endif
