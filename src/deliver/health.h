/*
 * health.h: whether anything can be delivered, as far as the last attempts
 * tell.
 *
 * Pure; its owner does the locking. While the way is closed it
 * says when to look again, with one delivery or without any, so that readiness
 * comes back where nobody sends invites to a daemon that is not ready. The
 * first look is soon: what one delivery met may be its own fault. Where it was
 * a look that found it closed, the first delivery there is tries it at once, so
 * that it is known of that one why it waits.
 *
 * A doubt is a refusal that may be our fault or this party's. One is no reason
 * to call the way closed; two, from parties of different domains, are. A doubt
 * ends when its domain is accepted, or when no delivery has met it for longer
 * than one waits between attempts.
 */
#ifndef DELIVER_HEALTH_H
#define DELIVER_HEALTH_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "core/email.h"
#include "deliver/report.h"

#define HEALTH_NEVER  INT64_MAX

#define HEALTH_DOUBTS 2 /* of so many domains: unusable */
#define HEALTH_CLOSED 2 /* met so often: not one delivery's own fault */

struct doubt {
	char to[EMAIL_MAX + 1]; /* who was refused; "" = none */
	int64_t met_at;		/* clock_mono_ms(), by a delivery */
};

struct health {
	int64_t pause_ms; /* between looks at a way that is closed */
	int64_t probe_at; /* clock_mono_ms() of the next, or HEALTH_NEVER */
	bool usable;
	bool closed;  /* whoever it is for */
	bool untried; /* closed as a look has found: no delivery has met it */
	int met;      /* how often in a row it was closed */
	bool back;    /* it was closed for more than one, and is open again: for
		       * whoever asks to be reset */
	struct doubt doubts[HEALTH_DOUBTS];
	size_t turn; /* of the doubts, to be looked into */
	struct fail why_not;
	uint64_t attempts[OUTBOX_FAILED + 1]; /* by outcome */
};

/* Usable until shown otherwise; the first look is due at once. */
void health_init(struct health *health, int64_t pause_ms);

/* Takes in how an attempt to reach `to` went; whether `usable` changed. */
bool health_note_attempt(struct health *health, const struct report *report,
			 const char *to, int64_t now_mono_ms);

/* The same for a look; `to` may be NULL. */
bool health_note_look(struct health *health, const struct report *report,
		      const char *to, int64_t now_mono_ms);

/* Which party the next look should be about; NULL: none in particular. */
const char *health_look_at(struct health *health);

/* What is told to Prometheus. */
void health_metrics(const struct health *health, const char *name,
		    struct buf *out);

#endif
