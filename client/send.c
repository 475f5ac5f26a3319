/*
 * send.c: a request and its retries. Whether and how long to wait is decided
 * in retry.c; here it is done.
 */
#include "base/base.h"
#include "request.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
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

static int sleep_ms(int64_t milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / SECOND_MS;
	until.tv_nsec += (milliseconds % SECOND_MS) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
	return 0;
}

static int pause_for(struct inv_client *client, const struct request *request,
		     int64_t milliseconds, struct inv_error *err)
{
	int rc;

	debug_say(client, request->number, "* again in %lld ms",
		  (long long)milliseconds);
	rc = client->pause ? client->pause(client->pause_arg, milliseconds)
			   : sleep_ms(milliseconds);
	if (rc)
		error_set(err, INV_ERROR_CANCELLED,
			  "The call was cancelled before another attempt.");
	return rc ? -1 : 0;
}

/* How often it was tried again: what followed a redirect does not count. */
static int retries_of(const struct answer *answer)
{
	return answer->attempts - answer->hops - 1;
}

static bool is_worth_another(const struct request *request,
			     const struct answer *answer)
{
	return retries_of(answer) < request->max_retries && answer->temporary &&
	       answer->retry_after_ms <= RETRY_AFTER_MAX_MS;
}

bool request_is_late(const struct request *request)
{
	return request->deadline_ms && clock_mono_ms() >= request->deadline_ms;
}

int request_wake(const struct request *request)
{
	(void)request;
	return -1;
}

int request_send(struct inv_client *client, struct request *request,
		 struct answer *answer, struct inv_error *err)
{
	for (;;) {
		struct inv_error failure;
		int64_t pause;

		if (transport_attempt(client, request, answer, &failure) == 0)
			return 0;
		if (!is_worth_another(request, answer)) {
			if (err)
				*err = failure;
			return -1;
		}
		pause = retry_pause(retries_of(answer), answer->retry_after_ms,
				    chance());
		if (pause_for(client, request, pause, err)) {
			if (err)
				err->attempts = answer->attempts;
			return -1;
		}
		if (request->retry_count)
			snprintf(request->retry_count, RETRY_COUNT_MAX,
				 "X-Inv-Retry-Count: %d",
				 retries_of(answer) + 1);
	}
}
