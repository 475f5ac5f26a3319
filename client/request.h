/*
 * request.h: one request and what came of it, on the way from call.c through
 * send.c (again and again) to transport.c (once).
 */
#ifndef CLIENT_REQUEST_H
#define CLIENT_REQUEST_H

#include "base/base.h"
#include "client.h"

#define RETRY_COUNT_MAX 40 /* bytes of the line that counts the retries */

struct request {
	const char *method;
	const char *url;
	const char **headers; /* "Name: value"; NULL-terminated */
	const char *body;     /* or NULL */
	size_t body_len;
	int64_t timeout_ms;  /* of one attempt */
	int64_t deadline_ms; /* on clock_mono_ms(); 0: none */
	int max_retries;
	unsigned number;   /* of the call, for the debug callback */
	char *retry_count; /* the line in `headers`, or NULL: not ours */
};

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
};

/* Whether the deadline has passed. */
bool request_is_late(const struct request *request);

/* What becomes readable once the call is cancelled; -1: nothing can. */
int request_wake(const struct request *request);

void answer_init(struct answer *answer);
void answer_release(struct answer *answer);

/* Forgets what an earlier attempt brought, but for the counts. */
void answer_clear(struct answer *answer);

/* Takes a header line as received: the status line begins anew. */
void answer_add_line(struct answer *answer, struct str line);

void answer_add_body(struct answer *answer, struct str part);

/* Reads what the head says of itself: the request's id, another attempt. */
void answer_read_head(struct answer *answer);

/* The first header of that name, copied as far as it fits; "" where absent. */
void answer_header(const struct answer *answer, const char *name, char *out,
		   size_t size);

/*
 * The lines that every request of the client has, but for those that the
 * caller gave too: into client->lines, with the secrets, and
 * client->bare_lines, without. 0, or -1 with the reason.
 */
int headers_prepare(struct inv_client *client, struct inv_error *err);

/*
 * Fills in request->headers, in `memory`; `secrets` says whether key,
 * organization, project and the caller's headers go along.
 */
int headers_fill(const struct inv_client *client, struct request *request,
		 bool secrets, struct arena *memory, struct inv_error *err);

/* Whether one of the lines is a header of that name. */
bool headers_have(const char *const *lines, const char *name);

/*
 * NULL where a redirect may be followed, else why not, as the end of a
 * sentence. Only to the same host, and never so that another method would
 * come of it.
 */
const char *redirect_refusal(const struct request *request, int status,
			     const char *from, const char *to);

/*
 * Sends the request, again where that helps, until there is an answer of 2xx
 * (0) or a reason why there is none (-1).
 */
int request_send(struct inv_client *client, struct request *request,
		 struct answer *answer, struct inv_error *err);

#endif
