/*
 * accept_link.h: an invitation's link, however it was bent on its way: where
 * to ask, and the code.
 */
#ifndef CLIENT_ACCEPT_LINK_H
#define CLIENT_ACCEPT_LINK_H

#include "base/base.h"
#include "base/buf.h"
#include "base/str.h"
#include "inv.h"

#define ACCEPT_LINK_MAX 8192 /* octets, with what was put around it */

/*
 * Appends to `base` where to ask, such as "https://HOST", or nothing for a
 * code alone. `*ret_code` is the code with whatever stands behind it: the
 * server looks for the code in what it is sent. It lies in `link` or in `room`.
 * -1 with the reason where it is no such link.
 */
int accept_link_read(const char *link, struct buf *base,
		     char room[ACCEPT_LINK_MAX], struct str *ret_code,
		     struct inv_error *err);

#endif
