/*
 * retry.h: whether to send a request again, and after how long. Pure: what
 * the answer said, the clock and chance are arguments.
 *
 * The rules are the official SDKs': 408, 409, 429 and 5xx are worth another
 * attempt, `x-should-retry` overrules that; half a second, doubled each time
 * up to eight, less up to a quarter by chance; the server's own wish
 * (`retry-after-ms`, `retry-after` in seconds or as a date) goes before, but
 * one beyond two minutes is for the caller to decide: no retry then.
 */
#ifndef CLIENT_RETRY_H
#define CLIENT_RETRY_H

#include "base/base.h"

#define RETRY_FIRST_MS	   500
#define RETRY_MAX_MS	   8000
#define RETRY_AFTER_MAX_MS 120000

/*
 * How long the server wants us to wait, in milliseconds, from its headers
 * (NULL where absent); 0 where they do not say, or say nothing that makes
 * sense. `now` is in Unix seconds.
 */
int64_t retry_after(const char *retry_after_ms, const char *retry_after,
		    int64_t now);

/*
 * Whether an answer with this status is worth another attempt; `should_retry`
 * is its x-should-retry, or NULL.
 */
bool retry_status(int status, const char *should_retry);

/*
 * The pause before attempt `retries` + 2: `wanted_ms` (of retry_after()) if
 * the server said so, else by doubling, lessened by up to a quarter as
 * `chance` (any 64 random bits) decides.
 */
int64_t retry_pause(int retries, int64_t wanted_ms, uint64_t chance);

#endif
