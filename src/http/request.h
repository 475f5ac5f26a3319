/*
 * request.h: one HTTP request, from its first header to its last byte out.
 *
 * The server fills in what came from the wire, the router picks a handler,
 * the handler answers: at once, or after the store has finished an operation
 * (request_submit). No handler knows the HTTP library, blocks, or touches
 * another thread.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/hash.h"
#include "base/jw.h"
#include "core/organization.h"
#include "http/service.h"
#include "store/store.h"

#define BODY_MAX	(64 * 1024)	  /* octets that a client may send */
#define OPEN_BODY_MAX	(16 * 1024)	  /* the same, where no key is needed */
#define ANSWER_MAX	(8 * 1024 * 1024) /* octets of ours */
#define REQUEST_ARENA	(16 * 1024 * 1024)
#define PATH_PARAMS_MAX 3
#define ANSWER_HEADERS	8
#define REQUEST_ID_SIZE (4 + 32 + 1) /* "req_", hexadecimal, NUL */

enum http_method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_DELETE,
	METHOD_OTHER,
	METHOD_ANY /* of a route: all of these */
};

struct parts;
struct route;
struct sockaddr;
struct json_t;

struct http_header {
	const char *name, *value; /* static or in the arena */
};

struct request {
	/* From the wire; borrowed until the request ends. */
	enum http_method method;
	const char *method_name;
	struct str target;	  /* as sent: path and query, still encoded */
	struct str host;	  /* headers: empty where absent */
	struct str authorization; /* headers: empty where absent */
	struct str content_type;
	struct str content_encoding;
	struct str accept, accept_language;
	struct str openai_organization;
	struct str forwarded_for;
	struct str if_none_match;
	struct str user_agent;
	struct str idempotency_key;
	struct str original_method, original_uri;   /* gateways' */
	struct str forwarded_method, forwarded_uri; /* likewise */
	struct str x_api_key, api_key;
	unsigned differing; /* headers that came with several values; see
			     * request_differs() */
	const struct sockaddr *peer; /* NULL where unknown */
	struct buf body;

	/* Found on the way. */
	struct http_thread *thread;   /* which answers it */
	struct http_service *service; /* its */
	struct str path, query;	      /* parts of target, without "/v1" */
	const struct route *route;
	struct str segments[PATH_PARAMS_MAX]; /* parameters, as sent */
	const char *params[PATH_PARAMS_MAX];  /* decoded, in the arena */
	int64_t ids[PATH_PARAMS_MAX]; /* 0: not an id of its kind, or no id */
	int64_t organization, key;    /* the caller's; 0 = none */
	int64_t key_user;	      /* whose key it is; 0 = nobody's */
	int64_t known_ms;	      /* when the key was looked up */
	bool at_the_door;	      /* its body is not here yet */
	int64_t now_ms;		      /* when it was all here */
	int64_t began_us;	      /* the same, by clock_mono_us() */
	struct json_t *json;	      /* the body, once parsed */
	void (*release)(struct request *request); /* frees the body's tree */
	void (*granted)(struct request *request); /* once the key is known */
	void *state;	      /* the handler's, between steps */
	struct parts *parts;  /* what it is one of (parts.h); or NULL */
	bool has_parts;	      /* it is made of them */
	const char *once_key; /* until it was given to an operation (once.h) */

	/* The operation under way or finished, and what is to be done after
	 * it. */
	struct store_op op;
	void (*then)(struct request *request);
	bool parked;

	/* The answer. */
	bool answered;
	int status;
	struct buf out;
	const char *content_type_out;
	struct http_header headers[ANSWER_HEADERS];
	size_t header_count;
	uint64_t alike; /* what those share that are answered alike, without
			 * a body: a hint; 0: no others are */
	char id[REQUEST_ID_SIZE];

	struct arena arena;
	void *first_block[512]; /* 4 KiB: most requests need no more */
};

void request_init(struct request *request, struct http_thread *thread);
void request_release(struct request *request);

enum http_method http_method_of(const char *name);

/* Takes a header, and keeps it if it is one of those used. */
void request_header(struct request *request, struct str name, struct str value);

/* Whether the header that is kept at `kept`, a member of the request, came
 * several times with values that differ. */
bool request_differs(const struct request *request, const struct str *kept);

/* Frees the parsed form of the body. */
void request_release_parsed(struct request *request);

/* The client disconnected while the store was at work: its headers and its
 * address are gone and must not be used any more. */
void request_forget_wire(struct request *request);

/*
 * The request's next operation. Returns what the verb takes, zeroed, to be
 * filled in before request_submit(); NULL, with the request answered, when out
 * of memory. It lies in the request's arena, so it and what came out of an
 * operation before, such as the look-up of the key, do not meet.
 */
void *request_verb(struct request *request, const struct verb *verb) MUST_CHECK;

/*
 * Hands `request->op` to the store and has `then` called when it is finished,
 * perhaps at once. Organization, actor and time are filled in here. `then`
 * finds how it ended in `op.result`, which it passes to answer_result() where
 * it does not handle it itself, and what came out in `op.out`.
 */
void request_submit(struct request *request,
		    void (*then)(struct request *request));

/* Both at once, for a verb without input. */
void request_ask(struct request *request, const struct verb *verb,
		 void (*then)(struct request *request));

/* The store has finished the request's operation. */
void request_resume(struct request *request);

/* ---- answers: each request gets exactly one ---- */

/* Starts a JSON answer of 200; write it with the result, then call
 * answer_json_end(). */
struct jw answer_json(struct request *request);
void answer_json_end(struct request *request);

/* Anything else: what stands in `out` goes with this status and type. */
void answer(struct request *request, int status, const char *content_type);

/* At most ANSWER_HEADERS of them. Nothing where `value` is NULL. */
void answer_header(struct request *request, const char *name,
		   const char *value);

#endif
