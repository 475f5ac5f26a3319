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

/* Answers with the document that stands in `request->out`. */
void show_html(struct request *request, int status, bool scripted);

#endif
