/*
 * inv/call.h: what every call takes and gives: its options, what ends it early,
 * and what came with its result.
 */
#ifndef INV_H_CALL
#define INV_H_CALL

#include "client.h"

INV_BEGIN_DECLS

/* ---- one call --------------------------------------------------------- */

struct inv_canceller;

/* Options of a single call. What is zero is as the client has it. */
struct inv_call {
	int64_t timeout_ms INV_OPT;  /* of one attempt */
	int64_t deadline_ms INV_OPT; /* for all: attempts, pauses, redirects */
	int max_retries INV_OPT;     /* or INV_NO_RETRIES */
	const char *headers INV_OPT; /* "Name: value" in lines; they win */
	const char *idempotency_key INV_OPT;  /* the header of that name */
	struct inv_canceller *cancel INV_OPT; /* what inv_cancel() ends it by */

	/*
	 * Not NULL: nothing is sent, and no result is made. The request is
	 * handed out here instead: see inv/request.h.
	 */
	struct inv_http_request **ret_request INV_OPT;
	int64_t reserved[16] INV_OPT;
};

/* For any number of calls, at once or one after the other. */
INV_API int inv_canceller_new(
    struct inv_canceller **ret_canceller, struct inv_error *err);

/*
 * Ends the calls that have it, now and from now on, with INV_ERROR_CANCELLED.
 * From any thread, and from a signal handler. NULL does nothing.
 */
INV_API void inv_cancel(struct inv_canceller *cancel);

/* ---- what came of it -------------------------------------------------- */

/* What came with a result. Texts are never NULL. */
struct inv_metadata {
	const char *json; /* all of it as text, "" where there was nothing */
	int status;	  /* HTTP status */
	int attempts;	  /* how many requests it took */
	const char *request_id; /* "" where the server gave none */
	const char *headers;	/* the answer's, "Name: value" in lines */
};

/*
 * Of a result, a page, or an item of a page (then `json` is the item's); lives
 * as long as that. Never NULL.
 */
INV_API const struct inv_metadata *inv_meta(const void *result);

/* What is left of a deleted thing. */
struct inv_deleted {
	const char *id;	    /* never NULL */
	const char *object; /* never NULL */
	bool deleted;
};

/* The same where the server does not say of which. */
struct inv_removed {
	const char *object; /* never NULL */
	bool deleted;
};

INV_END_DECLS

#endif
