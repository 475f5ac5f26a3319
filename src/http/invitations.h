/*
 * invitations.h: what the holder of a link can do, for programs (JSON) and
 * for people (pages) alike.
 */
#ifndef HTTP_INVITATIONS_H
#define HTTP_INVITATIONS_H

#include "http/request.h"
#include "store/invites/invitations.h"

/*
 * Has the store do `verb`, one of store/invites/invitations.h, with the token
 * in `code` (token_find) and calls `then` with the outcome in `op.result` and
 * an invitation_out, which is NULL when out of memory. Without a token in it,
 * the result is RESULT_INVITATION_NOT_FOUND, which is not counted: a link that
 * was cut short is not a guess. Wrong tokens are counted against the client's
 * address; `too_many` is called instead, with the seconds to wait, where there
 * were too many.
 */
struct invitation_request {
	const struct verb *verb;
	struct str code;
	const char *name; /* of the person; "" where not given */
	void (*then)(struct request *request);
	void (*too_many)(struct request *request, int wait_seconds);
};

void invitation_ask(struct request *request,
		    const struct invitation_request *ask);

#endif
