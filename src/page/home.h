/*
 * home.h: the page at the root, what this server is and where to go, and the
 * one for addresses at which there is none.
 */
#ifndef PAGE_HOME_H
#define PAGE_HOME_H

#include "base/base.h"
#include "base/buf.h"
#include "base/text.h"

/*
 * Appends the whole document to `out`; check buf_ok(). `base` is the path of
 * the public URL, "" or "/team"; `api` is where programs find the API.
 */
void home_render(const struct language *language, const char *base,
		 const char *api, struct buf *out);

/* The same for an address that does not exist. */
void missing_render(const struct language *language, const char *base,
		    struct buf *out);

#endif
