/*
 * backoff.c: exponential, with a ceiling and downward jitter.
 */
#include "base/base.h"
#include "core/backoff.h"

static int64_t longest_ms(int attempt, int64_t first_ms)
{
	int64_t delay = first_ms > 0 ? first_ms : 0;

	for (int i = 1; i < attempt && delay < BACKOFF_CEILING_MS; i++)
		delay *= 2;
	return delay < BACKOFF_CEILING_MS ? delay : BACKOFF_CEILING_MS;
}

int64_t backoff_delay_ms(int attempt, int64_t first_ms, uint64_t random)
{
	int64_t delay = longest_ms(attempt, first_ms);

	return delay - (int64_t)(random % ((uint64_t)delay / 4 + 1));
}

bool backoff_exhausted(int attempts, int64_t first_ms)
{
	int64_t in_all = 0;

	if (first_ms < 1)
		first_ms = 1;
	for (int i = 1; i < attempts && in_all < BACKOFF_PATIENCE_MS; i++)
		in_all += longest_ms(i, first_ms);
	return in_all >= BACKOFF_PATIENCE_MS;
}
