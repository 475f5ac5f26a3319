/*
 * webhook_queue.h: the verbs of webhooks' queues and logs.
 *
 *	webhook_test		queues a test for one webhook
 *	webhook_redeliver	sends an event once more: one that waits is due
 *				at once; one that was attempted goes again under
 *				the same id
 *	webhook_attempt_list	its last attempts
 *	webhook_claim		leases what is due
 *	webhook_renew		prolongs the lease of one
 *	webhook_settle		records how an attempt went
 *
 * The text of an event is made when it is first sent, and kept with it: each
 * retry sends the same words.
 *
 * A webhook that works gets a few events at once. One that fails gets one at a
 * time, and its own row says when the next is due, not each event's. So events
 * that wait for a receiver that is down cost as much as one, however many they
 * are, and they do not all arrive at once when it is back. How many that is,
 * and how organizations share the connections: webhook_deal.h.
 */
#ifndef STORE_WEBHOOK_QUEUE_H
#define STORE_WEBHOOK_QUEUE_H

#include "store/webhooks/webhooks.h"

#define WEBHOOK_CONNECTIONS 16 /* of a daemon, at once */

/* An event that waits for a webhook. */
struct webhook_event {
	int64_t id;
	int64_t webhook, organization;
	enum event type;
	int64_t target, at;
};

struct webhook_redeliver_in {
	int64_t webhook, event;
};

struct webhook_attempt {
	int64_t id, webhook, event;
	enum event type;
	int64_t at; /* Unix, seconds */
	enum webhook_outcome outcome;
	int status; /* of the response; 0: there was none */
	int duration_ms;
	const char *error;  /* what was wrong; or NULL */
	const char *answer; /* its beginning; NULL: none, or erased */
	const char *body;   /* what was sent; NULL: erased */
};

struct webhook_attempt_list_in {
	struct list_in page;
	int64_t webhook;
};

/* Something to be sent. */
struct webhook_parcel {
	struct webhook webhook;
	struct webhook_event event;
	int64_t attempts; /* made before this one */
	const char *body;
	int64_t leased_until_ms;
};

struct webhook_claim_in {
	int limit;
	int64_t lease_ms;
	int64_t after; /* begin with the webhooks behind this one */
};

struct webhook_claim_out {
	struct webhook_parcel *parcels;
	size_t count;
	int64_t last;	     /* there may be more behind this webhook; or 0 */
	int64_t next_due_ms; /* 0: nothing waits */
	int64_t now_ms;	     /* as of outbox_claim */
};

struct webhook_renew_in {
	int64_t webhook, event;
	int64_t leased_until_ms, until_ms;
};

struct webhook_settle_in {
	int64_t webhook, event;
	int64_t leased_until_ms, asked_until_ms; /* as of outbox_settle */
	bool unmade; /* aborted by us: it does not count */
	bool done, gone;
	int64_t retry_ms; /* the pause after a first failure */
	uint64_t random;
	int status, duration_ms;
	const char *error, *answer; /* or NULL */
};

struct webhook_settle_out {
	bool disabled; /* this failure disabled the webhook */
};

/* ---- private to store/ ---- */

#define WEBHOOK_TABLE(FIRST, MORE)                                      \
	FIRST(NUMBER, "id", struct webhook, id)                         \
	MORE(NUMBER, "organization", struct webhook, organization)      \
	MORE(TEXT, "url", struct webhook, url)                          \
	MORE(NUMBER, "events", struct webhook, events)                  \
	MORE(WORD, "status", struct webhook, status, &webhook_statuses) \
	MORE(WORD, "reason", struct webhook, reason, &webhook_reasons)  \
	MORE(NUMBER, "created_at", struct webhook, created_at)          \
	MORE(NUMBER, "disabled_at", struct webhook, disabled_at)        \
	MORE(NUMBER, "failures", struct webhook, failures)              \
	MORE(NUMBER, "failing_since", struct webhook, failing_since)    \
	MORE(NUMBER, "retry_at_ms", struct webhook, retry_at_ms)        \
	MORE(BYTES, "secret", struct webhook, secret)                   \
	MORE(BYTES, "old_secret", struct webhook, old_secret)           \
	MORE(NUMBER, "old_secret_until", struct webhook, old_secret_until)

/* The body of an event, as JSON; NULL when out of memory, which is noted. */
const char *webhook_body(const struct work *work,
			 const struct webhook_event *event);

#endif
