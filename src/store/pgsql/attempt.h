/*
 * attempt.h: a connection in the making, in a thread of its own.
 *
 * libpq asks the resolver for as long as that takes, and then one host after
 * the other, each for seconds. Nobody who has to answer soon can wait for it.
 * So an attempt is begun, waited for as long as there is time, and looked at
 * again later.
 */
#ifndef STORE_PGSQL_ATTEMPT_H
#define STORE_PGSQL_ATTEMPT_H

#include <libpq-fe.h>

#include "base/base.h"

struct attempt;

/* NULL where there is no memory, or no thread to be had. */
struct attempt *attempt_begin(const char *url);

/*
 * Waits for at most `ms`. True: it is over and gone, and the connection, good
 * or bad, is the caller's; NULL when out of memory. False: not yet.
 */
bool attempt_wait(struct attempt *attempt, int64_t ms,
		  PGconn **ret_conn) MUST_CHECK;

/* Nobody will ask again. NULL: nothing. */
void attempt_abandon(struct attempt *attempt);

#endif
