/*
 * backoff.c: exponential, with a ceiling and downward jitter.
 */
#include "base/base.h"
#include "core/backoff.h"

int64_t backoff_delay_ms(int attempt, int64_t first_ms, uint64_t random)
{
	int64_t delay = first_ms > 0 ? first_ms : 0;

	for (int i = 1; i < attempt && delay < BACKOFF_CEILING_MS; i++)
		delay *= 2;
	if (delay > BACKOFF_CEILING_MS)
		delay = BACKOFF_CEILING_MS;
	return delay - (int64_t)(random % ((uint64_t)delay / 4 + 1));
}

bool backoff_exhausted(int64_t queued_ms, int64_t now_ms)
{
	return now_ms - queued_ms >= BACKOFF_PATIENCE_MS;
}
