/*
 * request.h: one request and what came of it, on the way from operation.c
 * through send.c (again and again) to transport.c (once).
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "base/base.h"
#include "client.h"
#include "handle.h"

#define RETRY_COUNT_MAX 40 /* bytes of the line that counts the retries */

struct operation;

/*
 * A request in one block with all its texts. It is counted who holds it: the
 * caller who had it built, a page that will ask for the next.
 */
struct request {
	struct arena memory;
	int holders;
	struct inv_client *client;
	const struct operation *operation;

	/* Of a list: what stands before and behind the cursor. */
	const char *page_url, *page_query;
	struct buf url; /* what http.url points to */

	int64_t timeout_ms;    /* of one attempt */
	int64_t deadline_ms;   /* for all of it, as the caller said; 0: none */
	int64_t deadline_mono; /* the same on clock_mono_ms(), once begun */
	int max_retries;
	struct inv_canceller *cancel; /* or NULL */
	unsigned number;	      /* of the call, for the debug callback */
	char *retry_count;  /* the line in headers, or NULL: not ours */
	bool has_own_lines; /* the headers are not the client's */

	alignas(max_align_t) char first[1536]; /* of `memory` */
	struct handle handle;
	struct inv_http_request http;
};

/* All there is room for in an answer is in inv.h's limits; see client.h. */
struct answer {
	int status; /* 0: none came */
	int attempts;
	int hops;		/* of them, those that followed a redirect */
	bool has_no_body;	/* the answer to a HEAD */
	bool is_too_large;	/* beyond our ceilings */
	bool temporary;		/* worth another attempt */
	int64_t retry_after_ms; /* 0: the server did not say */
	struct buf head;	/* its header lines, "Name: value\n" */
	struct buf body;
	char request_id[128];
	const char *name; /* in a sentence; NULL: the server's answer */
};

struct inv_receiver {
	struct answer *answer;
	bool is_there;
};

/* ---- request.c -------------------------------------------------------- */

/*
 * An empty request of the client, with the call's options in it, or NULL with
 * the reason. Held once.
 */
struct request *request_new(struct inv_client *client,
			    const struct operation *operation,
			    const struct inv_call *call,
			    struct inv_error *err) MUST_CHECK;

struct request *request_of(const struct inv_http_request *http);
struct request *request_hold(struct request *request);
void request_drop(struct request *request);

/* The clock of its deadline begins to run. */
void request_begin(struct request *request);

/* Whether the deadline has passed. */
bool request_is_late(const struct request *request);

/* What is left for an attempt that begins now; at least 1. */
int64_t request_time_left(const struct request *request);

/* ---- answer.c --------------------------------------------------------- */

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* Forgets what an earlier attempt brought, but for the counts. */
void answer_clear(struct answer *answer);

/* Takes a header line as received: the status line begins anew. */
void answer_add_line(struct answer *answer, struct str line);

void answer_add_body(struct answer *answer, struct str part);

/* Takes a whole one; 0, or -1 where it is too large or memory is out. */
int answer_fill(struct answer *answer, const struct inv_http_answer *from);

/* Reads what the head says of itself: the request's id, another attempt. */
void answer_read_head(struct answer *answer);

/* The first header of that name, copied as far as it fits; "" where absent. */
void answer_header(const struct answer *answer, const char *name, char *out,
		   size_t size);

/* ---- headers.c -------------------------------------------------------- */

/*
 * The caller's lines, "Name: value" with line ends between, as a list in
 * `memory` that ends in NULL; `more` (may be NULL) come first. What is no
 * header is refused; where `is_shared`, a line without colon is passed over.
 */
struct header_lines {
	const char *text;
	bool is_shared; /* with other programs: an environment variable */
};

int headers_read(const struct header_lines *from, size_t count,
		 struct arena *memory, const char ***ret_lines,
		 struct inv_error *err);

/*
 * The lines that every request of the client has, but for those that the
 * caller gave too: into client->lines, with the secrets, and
 * client->bare_lines, without. 0, or -1 with the reason.
 */
int headers_prepare(struct inv_client *client, struct inv_error *err);

/*
 * Fills in the request's headers; `is_bare`: without key, organization,
 * project and the client's own.
 */
int headers_fill(struct request *request, const struct inv_call *call,
		 bool is_bare, struct inv_error *err);

/* Whether one of the lines is a header of that name. */
bool headers_have(const char *const *lines, const char *name);

/* ---- redirect.c ------------------------------------------------------- */

/*
 * NULL where a redirect may be followed, else why not, as the end of a
 * sentence. Only to the same host, and never so that another method would
 * come of it.
 */
const char *redirect_refusal(const char *method, int status, const char *from,
			     const char *to);

/* ---- send.c ----------------------------------------------------------- */

/*
 * Sends the request, again where that helps, until there is an answer of 2xx
 * (0) or a reason why there is none (-1).
 */
int request_send(struct request *request, struct answer *answer,
		 struct inv_error *err);

#endif
