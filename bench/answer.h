/*
 * answer.h: reads an HTTP/1.1 answer as cheaply as it can be done: the status,
 * Content-Length, and then a count of bytes. Nothing is kept of the body.
 */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include "base/base.h"

#define ANSWER_HEAD_MAX 4096

enum answer_state {
	ANSWER_PARTIAL, /* more bytes have to come */
	ANSWER_WHOLE,	/* `status` is there; ready for the next answer */
	ANSWER_BROKEN	/* no HTTP, no Content-Length, or bytes left over */
};

/* All zero is one that waits for its first byte. */
struct answer {
	int status;
	bool in_body;
	size_t body_left;
	size_t head_len; /* of a head that came in pieces */
	char head[ANSWER_HEAD_MAX];
};

/* Takes what has arrived. */
enum answer_state answer_feed(struct answer *answer, const char *data,
			      size_t len);

#endif
