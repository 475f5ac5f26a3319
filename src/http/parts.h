/*
 * parts.h: a request whose body is a list of requests. Each is handled as if it
 * had come by itself, by the same handler, and what that answers becomes a line
 * of the whole's answer, in the order in which they were sent.
 *
 * Many are under way at a time where a thread has nothing else to do, and few
 * beside the requests of others, so that those wait for no batch of the store
 * that is full of lines.
 */
#ifndef HTTP_PARTS_H
#define HTTP_PARTS_H

#include "base/base.h"
#include "http/body.h"

/* What the parts are, and how the answer calls them. */
struct parts_kind {
	const char *object;   /* of the whole */
	const char *line;     /* "object" of a line */
	const char *item;     /* what a line shows: "invite" */
	const char *existing; /* the header that says it was there before */
	void (*handle)(struct request *part);
};

struct parts;

/*
 * The parts of `request`, from an array of its body, whose parsed form goes.
 * NULL with the request answered: out of memory, or too many are at it already.
 */
struct parts *parts_new(struct request *request, const struct parts_kind *kind,
			const struct value *array) MUST_CHECK;
void parts_free(struct parts *parts);

/* Has all of them handled, then answers the whole. Frees `parts`. */
void parts_run(struct parts *parts);

/* The store has finished an operation of a part. */
void parts_resume(struct parts *parts);

/* The request that is answered for this one: itself, or what it is a part of.
 */
struct request *parts_whole(struct request *request);

/* ---- for who does all of them together ---- */

/* Makes the request of each part; one may be answered already. False with the
 * whole answered and `parts` freed. */
bool parts_begin_all(struct parts *parts) MUST_CHECK;

size_t parts_count(const struct parts *parts);
struct request *parts_at(struct parts *parts, size_t index);

/* Answers the whole with what each part was answered. Frees `parts`. */
void parts_end(struct parts *parts);

/* The same where nothing was done, for the parts that were answered are errors:
 * as one error of this code, with their lines beside it. */
void parts_refuse(struct parts *parts, const char *code);

#endif
