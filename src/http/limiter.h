/*
 * limiter.h: how many wrong codes an address may try.
 *
 * Only mistakes count, so that an office behind one address can accept as
 * many invitations as it likes. A small table of buckets; who shares a bucket
 * with a guesser waits with them, for seconds.
 */
#ifndef HTTP_LIMITER_H
#define HTTP_LIMITER_H

#include "base/base.h"

struct limiter;
struct request;

struct limiter_client {
	uint64_t hash;
};

struct limiter *limiter_new(void); /* NULL: out of memory */
void limiter_free(struct limiter *limiter);

/*
 * Who asks: the peer's address (IPv6: its /64), or, where that is this very
 * machine (a reverse proxy, a UNIX socket) or one of --proxy, the last of
 * X-Forwarded-For, with or without a port. Where it says nothing, all who come
 * through it are one.
 */
struct limiter_client limiter_client(const struct request *request);

/* 0, or the seconds until this client may try again. Times are monotonic: the
 * wall clock may step back. */
int limiter_wait_seconds(const struct limiter *limiter,
			 struct limiter_client client, int64_t now_ms);

/* One wrong code. */
void limiter_punish(struct limiter *limiter, struct limiter_client client,
		    int64_t now_ms);

#endif
