/*
 * page.h: the HTML that people see when they open an invitation.
 *
 * One renderer for all: the page works without JavaScript, and the script
 * only spares the person pasting the code. Pure: what is known goes in, a
 * whole document comes out, every value escaped.
 */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include "base/base.h"
#include "base/buf.h"
#include "core/result.h"
#include "store/invitations.h"

enum page_kind {
	PAGE_CODE,	/* the form for the code; where everyone arrives */
	PAGE_INVITED,	/* who invites to what; Accept, Decline */
	PAGE_DECLINING, /* asks again before it is declined */
	PAGE_ACCEPTED,	/* done, now or before (`again`) */
	PAGE_DECLINED,	/* done */
	PAGE_REFUSED,	/* `result` says why it ends here */
	PAGE_TOO_MANY,	/* too many wrong codes from that address: wait */
	PAGE_NOT_FOUND, /* no such page */
	PAGE_ERROR	/* our fault, or too busy: try again */
};

struct page {
	enum page_kind kind;
	const struct invitation *invitation; /* INVITED, DECLINING, ACCEPTED;
					      * else NULL */
	const char *base;   /* path of the public URL, no final '/', that
			     * links begin with; NULL = "" */
	const char *code;   /* INVITED, DECLINING: the token, for the hidden
			     * field; ERROR, TOO_MANY: to try again with,
			     * or NULL */
	const char *name;   /* INVITED, DECLINING: what was typed, or NULL */
	const char *notice; /* CODE, INVITED: the key of a sentence above the
			     * form, or NULL */
	enum result result; /* REFUSED; ERROR where there is one */
	bool again;	    /* ACCEPTED: it had been before */
	const char
	    *welcome_url; /* ACCEPTED: where a member goes next, or NULL */
	int64_t now_seconds;
};

/* Appends the whole document to `out`; check buf_ok(). */
void page_render(const struct page *page, struct buf *out);

#endif
