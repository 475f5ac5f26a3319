/*
 * backoff.h: when to try a deferred mail again.
 */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include "base/base.h"

#define BACKOFF_CEILING_MS  (60 * 60 * 1000LL)		/* between attempts */
#define BACKOFF_PATIENCE_MS (2 * 24 * 60 * 60 * 1000LL) /* in all */

/*
 * How long to wait after attempt number `attempt` (1 = the first) failed for
 * now: `first_ms` doubled each time up to the ceiling, less up to a quarter of
 * it as `random` says, so that a crowd does not return together.
 */
int64_t backoff_delay_ms(int attempt, int64_t first_ms, uint64_t random);

/*
 * Whether there were enough attempts: as many as pauses that begin with
 * `first_ms` make the time of BACKOFF_PATIENCE_MS. Attempts are counted, and no
 * clock is asked: a clock that is wrong for seconds would have every mail given
 * up.
 */
bool backoff_exhausted(int attempts, int64_t first_ms);

#endif
