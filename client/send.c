/*
 * send.c: a request and its retries. Whether and how long to wait is decided
 * in retry.c; here it is done.
 */
#include "base/base.h"
#include "client.h"

#include <errno.h>
#include <sys/random.h>

#include "base/clock.h"
#include "retry.h"

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

static int pause_for(struct inv_client *client, int64_t milliseconds,
		     struct inv_error *err)
{
	int rc;

	debug_say(client, "* again in %lld ms", (long long)milliseconds);
	rc = client->pause ? client->pause(client->pause_arg, milliseconds)
			   : sleep_ms(milliseconds);
	if (rc)
		error_set(err, INV_ERROR_CANCELLED,
			  "cancelled before another attempt");
	return rc ? -1 : 0;
}

static bool is_worth_another(const struct inv_client *client, int retries,
			     const struct answer *answer)
{
	return retries < client->max_retries && answer->temporary &&
	       answer->retry_after_ms <= RETRY_AFTER_MAX_MS;
}

int request_send(struct inv_client *client, const struct request *request,
		 struct answer *answer, struct inv_error *err)
{
	for (int retries = 0;; retries++) {
		struct inv_error failure;
		int64_t pause;

		if (transport_attempt(client, request, retries, answer,
				      &failure) == 0)
			return 0;
		if (!is_worth_another(client, retries, answer)) {
			if (err)
				*err = failure;
			return -1;
		}
		pause = retry_pause(retries, answer->retry_after_ms, chance());
		if (pause_for(client, pause, err)) {
			if (err)
				err->attempts = answer->attempts;
			return -1;
		}
	}
}
