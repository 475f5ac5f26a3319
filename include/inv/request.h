/*
 * inv/request.h: calls that have no function here, and calls without I/O.
 */
#ifndef INV_H_REQUEST
#define INV_H_REQUEST

#include "call.h"

INV_BEGIN_DECLS

/* ---- any other call --------------------------------------------------- */

/* An answer that the library does not look into. */
struct inv_answer {
	const char *json; /* a whole JSON value; "" where there is no body */
};

struct inv_request_params {
	const char *query INV_OPT; /* encoded */
	const char *body INV_OPT;  /* JSON */
	int64_t reserved[8] INV_OPT;
};

/*
 * `path` begins with a slash, is encoded, and goes behind the base URL. With
 * the key, retries and errors as everywhere.
 */
INV_API int inv_request(
    struct inv_client *client, const char *method, const char *path,
    const struct inv_request_params *params, const struct inv_call *call,
    struct inv_answer **ret_answer, struct inv_error *err);

/* ---- without I/O ------------------------------------------------------ */

/*
 * For an event loop or transport of your own, and for tests. A call with
 * `.ret_request` in its struct inv_call builds the request and sends nothing;
 * when the answer is there, inv_parse() makes of it what the call would have
 * handed out. Sending again is then yours: err->temporary says whether it can
 * help, err->retry_after_ms when.
 */
struct inv_http_request {
	const char *method;
	const char *url;
	const char *const *headers; /* "Name: value"; NULL behind the last */
	size_t headers_len;
	const char *body; /* or NULL */
	size_t body_len;
	int64_t timeout_ms; /* for this attempt, the deadline considered */
	int cancel_fd;	    /* readable once the call is cancelled; or -1 */
};

/* What came back; yours, and only read. */
struct inv_http_answer {
	int status;
	const char *headers INV_OPT; /* "Name: value" in lines */
	const char *body INV_OPT;
	size_t body_len INV_OPT;
	int64_t reserved[8] INV_OPT;
};

/*
 * `ret_result` is the address of a pointer to what the built call hands out,
 * such as a struct inv_invite *; NULL where you do not want it.
 */
INV_API int inv_parse(
    const struct inv_http_request *request,
    const struct inv_http_answer *answer, void *ret_result,
    struct inv_error *err);

/*
 * Inside options.transport: takes a copy of the answer. 0, or -1 where it is
 * too large or there is no memory: then return INV_CAUSE_NONE all the same.
 */
INV_API int inv_receive(
    struct inv_receiver *to, const struct inv_http_answer *answer);

INV_END_DECLS

#endif
