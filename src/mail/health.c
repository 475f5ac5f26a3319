/*
 * health.c: whether mail can leave, and how often it did.
 */
#include "base/base.h"
#include "mail/health.h"

#include "base/clock.h"

#define PAUSE_MIN_MS SECOND_MS
#define PAUSE_MAX_MS MINUTE_MS

void health_init(struct health *health, int64_t pause_ms)
{
	*health = (struct health){ .usable = true, .pause_ms = pause_ms };
	if (health->pause_ms < PAUSE_MIN_MS)
		health->pause_ms = PAUSE_MIN_MS;
	if (health->pause_ms > PAUSE_MAX_MS)
		health->pause_ms = PAUSE_MAX_MS;
}

bool health_note(struct health *health, const struct report *report,
		 int64_t now_mono_ms)
{
	bool changed = report->usable != health->usable;

	health->usable = report->usable;
	health->probe_at = HEALTH_NEVER;
	if (!report->usable) {
		health->probe_at = now_mono_ms + health->pause_ms;
		fail_set(&health->why_not, "%s", report->words);
	}
	return changed;
}

void health_metrics(const struct health *health, struct buf *out)
{
	static const char *const outcomes[] = {
		[OUTBOX_SENT] = "sent",
		[OUTBOX_DEFERRED] = "deferred",
		[OUTBOX_FAILED] = "failed",
	};

	buf_add_text(out, "# HELP invited_mail_attempts_total Attempts to "
			  "deliver a mail, by how they ended.\n"
			  "# TYPE invited_mail_attempts_total counter\n");
	for (size_t i = 0; i < COUNT_OF(outcomes); i++)
		buf_addf(out,
			 "invited_mail_attempts_total{outcome=\"%s\"} %ju\n",
			 outcomes[i], (uintmax_t)health->attempts[i]);
	buf_addf(out,
		 "# HELP invited_mail_usable Whether the mail transport could "
		 "be used when it was last needed.\n"
		 "# TYPE invited_mail_usable gauge\n"
		 "invited_mail_usable %d\n",
		 health->usable);
}
