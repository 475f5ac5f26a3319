/*
 * once.h: the header Idempotency-Key: a POST that is repeated within a day with
 * the same key is done once. Without the header nothing of this happens.
 */
#ifndef HTTP_ONCE_H
#define HTTP_ONCE_H

#include "base/base.h"
#include "http/request.h"

/* Keeps the header, if it came. -1 with the request answered where it cannot be
 * a key. */
int once_begin(struct request *request) MUST_CHECK;

/* A part of many has a key of its own, by the whole's and its place. */
void once_begin_part(struct request *part, const struct request *whole,
		     size_t index);

/* Marks the operation that is about to be submitted as idempotent, if it is the
 * one that the key is for. False when out of memory. */
bool once_attach(struct request *request) MUST_CHECK;

/*
 * Called once the store has finished it. True: it had been done before, so this
 * answers the request, perhaps later: with the thing as it is now, or that its
 * secret was shown already.
 */
bool once_finish(struct request *request) MUST_CHECK;

#endif
