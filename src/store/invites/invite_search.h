/*
 * invite_search.h: invites that are looked for by what no index is on. Private
 * to store/.
 */
#ifndef STORE_INVITE_SEARCH_H
#define STORE_INVITE_SEARCH_H

#include "store/invites/invites.h"
#include "store/work.h"

/* Whether a list is one; and whether it may look at many rows. */
bool invite_is_searched(const struct invite_list_in *in);
bool invite_search_is_slow(const struct invite_list_in *in);

/* As the list's verb. */
enum result invite_search(struct work *work, const struct invite_list_in *in,
			  struct list_out *out) MUST_CHECK;

#endif
