/*
 * attempt.h: a connection in the making, in a thread of its own.
 *
 * libpq waits for the resolver without a limit, and then for one host after
 * another, seconds each. Code that has to answer soon cannot wait for that. So
 * an attempt is begun, waited for while there is time, and looked at again
 * later.
 */
#ifndef STORE_PGSQL_ATTEMPT_H
#define STORE_PGSQL_ATTEMPT_H

#include <libpq-fe.h>

#include "base/base.h"

struct attempt;

/* NULL where there is no memory, or no thread to be had. */
struct attempt *attempt_begin(const char *url);

/*
 * Waits for at most `ms`. True: the attempt has ended and is freed, and the
 * connection, good or bad, is the caller's; NULL when out of memory. False: not
 * yet.
 */
bool attempt_wait(struct attempt *attempt, int64_t ms,
		  PGconn **ret_conn) MUST_CHECK;

/* Abandons the attempt. NULL is fine. */
void attempt_abandon(struct attempt *attempt);

#endif
