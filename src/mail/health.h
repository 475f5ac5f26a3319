/*
 * health.h: whether mail can leave at all, as far as the last attempts tell.
 *
 * Pure; belongs to whoever holds it, lock included. While the transport cannot
 * be used it says when to look at it again without a mail, so that readiness
 * comes back where nobody sends invites to a daemon that is not ready.
 *
 * A doubt is a refusal that may be our fault or this recipient's. One is no
 * reason to call the transport unusable; two, from recipients of different
 * domains, are. A doubt ends when its domain is accepted, or when no mail has
 * met it for longer than a mail waits between attempts.
 */
#ifndef MAIL_HEALTH_H
#define MAIL_HEALTH_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "core/email.h"
#include "mail/transport.h"

#define HEALTH_NEVER  INT64_MAX

#define HEALTH_DOUBTS 2 /* of so many domains: unusable */

struct doubt {
	char to[EMAIL_MAX + 1]; /* whose mail was refused; "" = none */
	int64_t met_at;		/* clock_mono_ms(), by a mail */
};

struct health {
	int64_t pause_ms; /* between looks at a transport that is dead */
	int64_t probe_at; /* clock_mono_ms() of the next, or HEALTH_NEVER */
	bool usable;
	bool closed; /* whoever the mail is for */
	struct doubt doubts[HEALTH_DOUBTS];
	size_t turn; /* of the doubts, to be looked into */
	struct fail why_not;
	uint64_t attempts[OUTBOX_FAILED + 1]; /* with a mail, by outcome */
};

/* Usable until shown otherwise; the first look is due at once. */
void health_init(struct health *health, int64_t pause_ms);

/* Takes in how an attempt to reach `to` went; whether `usable` changed. */
bool health_note_mail(struct health *health, const struct report *report,
		      const char *to, int64_t now_mono_ms);

/* The same for a look without a mail; `to` may be NULL. */
bool health_note_look(struct health *health, const struct report *report,
		      const char *to, int64_t now_mono_ms);

/* Which recipient the next look should be about; NULL: none in particular. */
const char *health_look_at(struct health *health);

/* What is told to Prometheus. */
void health_metrics(const struct health *health, struct buf *out);

#endif
