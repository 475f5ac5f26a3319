/*
 * params.h: from a params struct to query and body, by its table.
 */
#ifndef CLIENT_PARAMS_H
#define CLIENT_PARAMS_H

#include "base/base.h"
#include "body.h"
#include "operation.h"

/* Where the parts of a request are put together. */
struct draft {
	const struct operation *operation;
	bool is_query;	   /* members go there, not into the body */
	struct buf query;  /* "&name=value..."; without `after` */
	const char *after; /* a list's, or NULL */
	struct body body;
	const char *raw_body; /* instead of it, or NULL */
	struct buf base_url;  /* not the client's, for a link; else empty */
	bool is_bare;	      /* neither key nor the client's headers */
};

void draft_begin(struct draft *draft, const struct operation *operation,
		 const char *method);
void draft_release(struct draft *draft);

/* Takes in what `params` (NULL: nothing) says; 0, or -1 with the reason. */
int draft_add(struct draft *draft, const void *params, struct inv_error *err);

#endif
