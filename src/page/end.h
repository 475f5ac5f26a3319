/*
 * end.h: final pages: what happened and what to do next.
 *
 * They share one template, web/page/end.html; this is what it says.
 */
#ifndef PAGE_END_H
#define PAGE_END_H

#include "page/accept.h"

/* What is offered below the sentences. */
enum accept_offer {
	OFFER_NOTHING,
	OFFER_CODE,    /* the form for the code */
	OFFER_REQUEST, /* to ask for a new invitation */
	OFFER_RETRY    /* of the same code; without one, a link to the form */
};

struct accept_end {
	const char *icon, *tone; /* as in struct view */
	const char *title;	 /* keys of sentences */
	const char *what;	 /* happened */
	const char *next;	 /* for the person to do */
	enum accept_offer offer;
};

/* Static; NULL for the pages that are not final. */
const struct accept_end *accept_end(const struct accept_page *page);

#endif
