/*
 * page_end.h: final pages: what happened and what to do next.
 *
 * They share one template, web/page/end.html; this is what it says.
 */
#ifndef HTTP_PAGE_END_H
#define HTTP_PAGE_END_H

#include "http/page.h"

/* What is offered below the sentences. */
enum page_offer {
	OFFER_NOTHING,
	OFFER_CODE, /* the form for the code */
	OFFER_RETRY,
	OFFER_START /* a link to the form for the code */
};

struct page_end {
	const char *icon, *tone; /* as in struct view */
	const char *title;	 /* keys of sentences */
	const char *what;	 /* happened */
	const char *next;	 /* for the person to do */
	enum page_offer offer;
};

/* Static; NULL for the pages that are not final. */
const struct page_end *page_end(const struct page *page);

#endif
