/*
 * client.h: what the files of libinv share; nothing here is public.
 *
 * The way of a call, downwards: a resource (invites.c, users.c, ...) is its
 * routes, its shapes and thin functions; call.c turns a route, ids and a body
 * into a request and the answer into a result; send.c sends it, again where
 * retry.c says so, through transport.c; decode.c fills structs from JSON by
 * their shapes.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include "base/base.h"
#include "inv.h"

#include <pthread.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"

/* Ceilings: whatever the other side sends, memory and loops end here. */
#define URL_MAX		 ((size_t)64 << 10)
#define HEADERS_MAX	 ((size_t)64 << 10)
#define REQUEST_BODY_MAX ((size_t)8 << 20)
#define ANSWER_BODY_MAX	 ((size_t)32 << 20)
#define RESULT_MAX	 ((size_t)256 << 20) /* decoded, from one answer */
#define REDIRECTS_MAX	 20

struct link;

struct inv_client {
	struct arena memory; /* holds every text below */

	const char *base_url;	   /* no slash at its end */
	const char *key;	   /* or NULL */
	const char *authorization; /* the header's value, with the key */
	const char *organization, *project;
	const char **headers; /* "Name: value", the caller's; NULL-terminated */
	const char *proxy, *ca_file, *ca_path;
	long timeout_ms, connect_timeout_ms;
	int max_retries;

	void (*debug)(void *arg, const char *line);
	void *debug_arg;
	int (*pause)(void *arg, int64_t milliseconds);
	void *pause_arg;

	pthread_mutex_t lock; /* over what follows */
	struct link *idle;    /* connections between two calls */
};

/* ---- error.c ---------------------------------------------------------- */

struct answer;

/*
 * Fills `*err` (may be NULL) with a kind and a sentence; returns -1, to be
 * returned on.
 */
int error_set(struct inv_error *err, enum inv_error_kind kind,
	      const char *format, ...) PRINTF_LIKE(3, 4);

int error_memory(struct inv_error *err);

/*
 * From an answer that is no success. The body may be the API's object, an
 * error that is a bare string, an object without envelope, text, HTML or
 * nothing. Returns -1.
 */
int error_from_answer(struct inv_error *err, const struct answer *answer);

/* For a success whose body is not what it should be. Returns -1. */
int error_bad_answer(struct inv_error *err, const struct answer *answer,
		     const char *reason);

/*
 * Copies what fits, not cutting a character: control characters become spaces,
 * bytes that are not UTF-8 question marks.
 */
void text_copy(char *out, size_t size, struct str text);

/* ---- transport.c ------------------------------------------------------ */

struct request {
	const char *method;
	const char *url;
	struct str body;   /* data NULL: no body */
	bool with_headers; /* the caller's headers, organization, project */
	bool with_key;
};

struct answer {
	int status;
	int attempts;
	bool temporary;		/* worth another attempt */
	int64_t retry_after_ms; /* 0: the server did not say */
	struct buf body;
	char request_id[128];
	char content_type[64];
};

/*
 * Sends the request once: 0 for an answer of 2xx, -1 for any other and for
 * none. What the answer says of another attempt is in `*answer` either way.
 */
int transport_attempt(struct inv_client *client, const struct request *request,
		      int retries, struct answer *answer,
		      struct inv_error *err);

/* Once per process; 0, or -1 where libcurl cannot be set up. */
int transport_start(struct inv_error *err);

/* Closes the connections that a client keeps. */
void transport_close(struct inv_client *client);

/* ---- send.c ----------------------------------------------------------- */

/*
 * Sends the request, again where that helps, until there is an answer of 2xx
 * (0) or a reason why there is none (-1). The caller owns `answer->body`, an
 * initialised buf, in both cases.
 */
int request_send(struct inv_client *client, const struct request *request,
		 struct answer *answer, struct inv_error *err);

/* ---- debug.c ---------------------------------------------------------- */

/* A line for the debug callback, if there is one. */
void debug_say(const struct inv_client *client, const char *format, ...)
    PRINTF_LIKE(2, 3);
void debug_header(const struct inv_client *client, char direction,
		  struct str name, struct str value);

/* ---- url.c ------------------------------------------------------------ */

/* One path segment or query part: all but unreserved characters encoded. */
void percent_add(struct buf *out, const char *text);

/*
 * Appends `path`, in which each {name} stands for the next of `ids`,
 * percent-encoded. -1 with a sentence where an id cannot be one.
 */
int path_add(struct buf *out, const char *path, const char *const *ids,
	     struct inv_error *err);

/* Appends "after=..&limit=.." and the caller's own query, with its '?'. */
void list_query_add(struct buf *out, const struct inv_list_params *params,
		    const char *after);

/* Whether it is a URL of http or https with a host and nothing odd. */
bool url_is_sane(const char *url);

#endif
