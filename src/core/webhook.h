/*
 * webhook.h: the rules of webhooks: which URLs they may have, for how long a
 * failing receiver is retried, what their secrets look like.
 */
#ifndef CORE_WEBHOOK_H
#define CORE_WEBHOOK_H

#include "base/network.h"
#include "base/seal.h"
#include "base/str.h"
#include "core/vocabulary.h"

#define WEBHOOK_URL_MAX	    2048
#define WEBHOOKS_MAX	    20	/* of an organization */
#define WEBHOOK_LOG	    100 /* attempts that are remembered of each */
#define WEBHOOK_ANSWER	    256 /* octets of a response that are kept */
#define WEBHOOK_BODY_MAX    (20 * 1000) /* octets, by Standard Webhooks */

#define WEBHOOK_SECRET_SIZE 32
#define WEBHOOK_SEALED	    SEALED_SIZE(WEBHOOK_SECRET_SIZE)
#define WEBHOOK_SECRET_TEXT 52 /* "whsec_", base 64, NUL */

enum webhook_status { WEBHOOK_ENABLED = 1, WEBHOOK_DISABLED = 2 };
extern const struct vocabulary webhook_statuses;

/* Why one is disabled. */
enum webhook_reason {
	WEBHOOK_BY_REQUEST = 1,
	WEBHOOK_FAILED = 2, /* for three days */
	WEBHOOK_GONE = 3    /* the receiver answered 410 */
};
extern const struct vocabulary webhook_reasons;

/* How an attempt ended. */
enum webhook_outcome {
	WEBHOOK_DELIVERED = 1,
	WEBHOOK_DEFERRED = 2, /* it is tried again */
	WEBHOOK_GIVEN_UP = 3
};
extern const struct vocabulary webhook_outcomes;

/* Networks that requests may go to besides the internet. */
struct reach {
	const struct network *allowed; /* borrowed */
	size_t count;
};

/*
 * Whether a request may go to this address (IPv4 as IPv4-mapped): a global
 * unicast one, or one of an allowed network. `plain`: without TLS, which
 * requires the latter.
 */
bool reach_has(const struct reach *reach, const struct in6_addr *address,
	       bool plain);

/* Why the URL is refused (static, to follow "Invalid 'url': "); or NULL. An
 * address in it, in whatever notation, is checked now; a host name when it is
 * used. */
const char *webhook_url_check(const struct reach *reach, struct str url);

/* How often a delivery is attempted, within some three days. */
#define WEBHOOK_ATTEMPTS 10

/*
 * How long to wait after so many failures (1: the first) in a row: the steps of
 * Standard Webhooks, whose first is `first_ms`, less up to a quarter, as
 * `random` says. Attempts are counted, and no clock is asked.
 */
int64_t webhook_pause_ms(int64_t failures, int64_t first_ms, uint64_t random);

/* "whsec_..." of a secret. */
void webhook_secret_text(const uint8_t secret[WEBHOOK_SECRET_SIZE],
			 char out[WEBHOOK_SECRET_TEXT]);

#endif
