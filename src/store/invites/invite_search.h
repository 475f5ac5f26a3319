/*
 * invite_search.h: searches invites by columns that have no index. Private to
 * store/.
 */
#ifndef STORE_INVITE_SEARCH_H
#define STORE_INVITE_SEARCH_H

#include "store/invites/invites.h"
#include "store/work.h"

/* Whether a list needs a search. */
bool invite_is_searched(const struct invite_list_in *in);

/* As the list's verb. */
enum result invite_search(struct work *work, const struct invite_list_in *in,
			  struct list_out *out) MUST_CHECK;

#endif
