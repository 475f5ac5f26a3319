/*
 * client.h: what the files of libinv share; nothing here is public.
 *
 * The way of a call, downwards: calls.h names it, with its shape and params in
 * the file of its resource (invites.c, users.c, ...); operation.c builds the
 * request, params.c its query and body; send.c sends it, again where retry.c
 * says so, through transport.c, which has the connections from link.c;
 * decode.c fills structs from JSON by their shapes, page.c goes through lists.
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
#define REQUEST_MAX	 ((size_t)16 << 20)  /* all that a request is made of */
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
	const char **lines, **bare_lines; /* see headers_prepare() */
	const char *proxy, *ca_file, *ca_path;
	long timeout_ms, connect_timeout_ms;
	int max_retries;

	void (*debug)(void *arg, const char *line);
	void *debug_arg;
	int (*pause)(void *arg, int64_t milliseconds);
	void *pause_arg;
	enum inv_cause (*transport)(void *arg,
				    const struct inv_http_request *request,
				    struct inv_receiver *to);
	void *transport_arg;

	pthread_mutex_t lock; /* over what follows */
	struct link *idle;    /* connections between two calls */
	unsigned calls;	      /* how many there were; atomic */
};

/* The number of the next call. */
unsigned client_next_call(struct inv_client *client);

/* ---- error.c ---------------------------------------------------------- */

struct answer;

/*
 * Fills `*err` (may be NULL) with a kind and a sentence; returns -1, to be
 * returned on.
 */
int error_set(struct inv_error *err, enum inv_error_kind kind,
	      const char *format, ...) PRINTF_LIKE(3, 4);

int error_memory(struct inv_error *err);

/* That an argument must not be NULL. */
int error_null(struct inv_error *err, const char *name);

/*
 * From an answer that is no success. The body may be the API's object, an
 * error that is a bare string, an object without envelope, text, HTML or
 * nothing. Returns -1.
 */
int error_from_answer(struct inv_error *err, const struct answer *answer);

/* What the answer says of itself, apart from its body's sense. */
void error_note_answer(struct inv_error *err, const struct answer *answer);

/* For a success whose body is not what it should be. Returns -1. */
int error_bad_answer(struct inv_error *err, const struct answer *answer,
		     const char *reason);

/*
 * Copies what fits, not cutting a character: control characters become spaces,
 * bytes that are not UTF-8 question marks.
 */
void text_copy(char *out, size_t size, struct str text);

/* ---- debug.c ---------------------------------------------------------- */

/*
 * A line for the debug callback, if there is one; the call's number stands in
 * front, so that calls of several threads can be told apart.
 */
void debug_say(const struct inv_client *client, unsigned number,
	       const char *format, ...) PRINTF_LIKE(3, 4);
void debug_header(const struct inv_client *client, unsigned number,
		  char direction, struct str name, struct str value);

/* ---- url.c ------------------------------------------------------------ */

/* One path segment or query part: all but unreserved characters encoded. */
void percent_add(struct buf *out, const char *text);

/*
 * Appends `path`, in which each {name} stands for the next of `ids`,
 * percent-encoded. -1 with a sentence where an id cannot be one.
 */
int path_add(struct buf *out, const char *path, const char *const *ids,
	     struct inv_error *err);

/* Whether it is a URL of http or https with a host and nothing odd. */
bool url_is_sane(const char *url);

/* Printable ASCII only, and none of `stop`, which would end the part. */
bool url_is_part(const char *text, const char *stop);

#endif
