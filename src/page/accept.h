/*
 * accept.h: the HTML that people see when they open an invitation.
 *
 * One renderer for all: the page works without JavaScript, and the script only
 * saves the person from pasting the code. Pure: what is known goes in, a
 * whole document comes out, every value escaped.
 */
#ifndef PAGE_ACCEPT_H
#define PAGE_ACCEPT_H

#include "base/base.h"
#include "base/buf.h"
#include "base/text.h"
#include "core/result.h"
#include "store/invites/invitations.h"

enum accept_kind {
	ACCEPT_CODE,	  /* the form for the code; where everyone arrives */
	ACCEPT_INVITED,	  /* who invites to what; Accept, Decline */
	ACCEPT_DECLINING, /* asks again before it is declined */
	ACCEPT_OPTING,	  /* and before it is said that it was for others */
	ACCEPT_ACCEPTED,  /* done, now or before (`again`) */
	ACCEPT_DECLINED,  /* done */
	ACCEPT_OPTED_OUT, /* said */
	ACCEPT_REQUESTED, /* a new one was asked for */
	ACCEPT_REFUSED,	  /* `result` says why it ends here */
	ACCEPT_TOO_MANY,  /* too many wrong codes from that address: wait */
	ACCEPT_ERROR	  /* our fault, or too busy: try again */
};

struct accept_page {
	enum accept_kind kind;
	const struct invitation *invitation; /* INVITED, DECLINING, OPTING,
					      * ACCEPTED; else NULL */
	const struct language *language;     /* NULL: the first there is */
	const char *base;   /* path of the public URL, no final '/', that
			     * links begin with; NULL = "" */
	const char *code;   /* INVITED, DECLINING, OPTING: the token, for the
			     * hidden field; ERROR, TOO_MANY, REFUSED: to try
			     * again with, or NULL */
	const char *name;   /* INVITED, DECLINING, OPTING: what was typed, or
			     * NULL */
	const char *notice; /* CODE, INVITED: the key of a sentence above the
			     * form, or NULL */
	enum result result; /* REFUSED; ERROR where there is one */
	bool again;	    /* ACCEPTED: it had been before */
	const char
	    *welcome_url; /* ACCEPTED: where a member goes next, or NULL */
	int64_t now_seconds;
};

/* Appends the whole document to `out`; check buf_ok(). */
void accept_render(const struct accept_page *page, struct buf *out);

#endif
