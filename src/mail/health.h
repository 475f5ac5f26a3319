/*
 * health.h: whether mail can leave at all, as far as the last attempts tell.
 *
 * Pure; belongs to whoever holds it, lock included. While the transport cannot
 * be used it says when to look at it again without a mail, so that readiness
 * comes back where nobody sends invites to a daemon that is not ready.
 */
#ifndef MAIL_HEALTH_H
#define MAIL_HEALTH_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "mail/transport.h"

#define HEALTH_NEVER INT64_MAX

struct health {
	int64_t pause_ms; /* between looks at a transport that is dead */
	int64_t probe_at; /* clock_mono_ms() of the next, or HEALTH_NEVER */
	bool usable;
	struct fail why_not;
	uint64_t attempts[OUTBOX_FAILED + 1]; /* with a mail, by outcome */
};

/* Usable until shown otherwise; the first look is due at once. */
void health_init(struct health *health, int64_t pause_ms);

/* Takes in how an attempt or a look went; whether that changed anything. */
bool health_note(struct health *health, const struct report *report,
		 int64_t now_mono_ms);

/* What is told to Prometheus. */
void health_metrics(const struct health *health, struct buf *out);

#endif
