/*
 * send.c: a request and its retries. Whether and how long to wait is decided
 * in retry.c; here it is done.
 */
#include "base/base.h"
#include "request.h"

#include <sys/random.h>

#include "base/clock.h"
#include "cancel.h"
#include "retry.h"
#include "transport.h"

/* Spreads clients that were turned away together; no secret hangs on it. */
static uint64_t chance(void)
{
	struct timespec now;
	uint64_t bits;

	if (getrandom(&bits, sizeof(bits), GRND_NONBLOCK) == sizeof(bits))
		return bits;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_nsec;
}

static int cancelled(const struct answer *answer, struct inv_error *err)
{
	error_set(err, INV_ERROR_CANCELLED, "The call was cancelled.");
	if (err)
		err->attempts = answer->attempts;
	return -1;
}

static int pause_for(const struct request *request, int64_t milliseconds)
{
	const struct inv_client *client = request->client;

	debug_say(client, request->number, "* again in %lld ms",
		  (long long)milliseconds);
	return client->pause ? client->pause(client->pause_arg, milliseconds)
			     : cancel_wait(request->cancel, milliseconds);
}

/* How often it was tried again: what followed a redirect does not count. */
static int retries_of(const struct answer *answer)
{
	return answer->attempts - answer->hops - 1;
}

/* A pause beyond the deadline would end in nothing. */
static bool is_worth_another(const struct request *request,
			     const struct answer *answer, int64_t pause)
{
	return retries_of(answer) < request->max_retries && answer->temporary &&
	       answer->retry_after_ms <= RETRY_AFTER_MAX_MS &&
	       (!request->deadline_mono ||
		clock_mono_ms() + pause < request->deadline_mono);
}

static void count_retry(struct request *request, const struct answer *answer)
{
	if (request->retry_count)
		snprintf(request->retry_count, RETRY_COUNT_MAX,
			 "X-Inv-Retry-Count: %d", retries_of(answer) + 1);
}

int request_send(struct request *request, struct answer *answer,
		 struct inv_error *err)
{
	request_begin(request);
	for (;;) {
		struct inv_error failure;
		int64_t pause;

		if (cancel_is_set(request->cancel))
			return cancelled(answer, err);
		request->http.timeout_ms = request_time_left(request);
		if (transport_attempt(request, answer, &failure) == 0)
			return 0;
		pause = retry_pause(retries_of(answer), answer->retry_after_ms,
				    chance());
		if (!is_worth_another(request, answer, pause)) {
			if (err)
				*err = failure;
			return -1;
		}
		if (pause_for(request, pause))
			return cancelled(answer, err);
		count_retry(request, answer);
	}
}
