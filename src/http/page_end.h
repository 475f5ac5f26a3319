/*
 * page_end.h: the ways that end without a choice: what happened, what now.
 *
 * They share one template, web/accept/end.html; this is what it says.
 */
#ifndef HTTP_PAGE_END_H
#define HTTP_PAGE_END_H

#include "http/page.h"

/* What is offered below the sentences. */
enum page_offer {
	OFFER_NOTHING,
	OFFER_CODE, /* the form for the code */
	OFFER_RETRY,
	OFFER_START /* the way to the form for the code */
};

struct page_end {
	const char *icon, *tone; /* of web/accept/icon/, of accept.css */
	const char *heading;
	const char *what; /* happened */
	const char *next; /* for the person to do */
	enum page_offer offer;
};

/* Static; NULL for the pages that are no end. */
const struct page_end *page_end(const struct page *page);

#endif
