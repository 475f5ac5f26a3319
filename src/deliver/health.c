/*
 * health.c: whether anything can be delivered, and how often it was.
 */
#include "base/base.h"
#include "deliver/health.h"

#include "base/clock.h"
#include "core/backoff.h"

#define PAUSE_MIN_MS SECOND_MS
#define PAUSE_MAX_MS MINUTE_MS
#define DOUBT_MS     (2 * BACKOFF_CEILING_MS)

void health_init(struct health *health, int64_t pause_ms)
{
	*health = (struct health){ .usable = true,
				   .pause_ms = pause_ms,
				   .met = HEALTH_CLOSED }; /* when last there */
	if (health->pause_ms < PAUSE_MIN_MS)
		health->pause_ms = PAUSE_MIN_MS;
	if (health->pause_ms > PAUSE_MAX_MS)
		health->pause_ms = PAUSE_MAX_MS;
}

static const char *domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address;
}

static bool is_standing(const struct doubt *doubt, int64_t now_mono_ms)
{
	return doubt->to[0] && now_mono_ms - doubt->met_at < DOUBT_MS;
}

/* The doubt about the recipient's domain; NULL: there is none. */
static struct doubt *find_doubt(struct health *health, const char *to)
{
	for (size_t i = 0; i < HEALTH_DOUBTS; i++) {
		struct doubt *doubt = &health->doubts[i];
		if (doubt->to[0] &&
		    strcasecmp(domain_of(doubt->to), domain_of(to)) == 0)
			return doubt;
	}
	return NULL;
}

/* Where a doubt about another domain can be noted; NULL: there are enough. */
static struct doubt *find_place(struct health *health, int64_t now_mono_ms)
{
	for (size_t i = 0; i < HEALTH_DOUBTS; i++)
		if (!is_standing(&health->doubts[i], now_mono_ms))
			return &health->doubts[i];
	return NULL;
}

static void note_doubt(struct health *health, const char *to,
		       int64_t now_mono_ms)
{
	struct doubt *doubt = find_doubt(health, to);

	if (!doubt)
		doubt = find_place(health, now_mono_ms);
	if (!doubt)
		return;
	snprintf(doubt->to, sizeof(doubt->to), "%s", to);
	doubt->met_at = now_mono_ms;
}

static void end_doubt(struct health *health, const char *to)
{
	struct doubt *doubt = find_doubt(health, to);

	if (doubt)
		*doubt = (struct doubt){ 0 };
}

static bool is_usable(const struct health *health, int64_t now_mono_ms)
{
	size_t standing = 0;

	for (size_t i = 0; i < HEALTH_DOUBTS; i++)
		standing += is_standing(&health->doubts[i], now_mono_ms);
	return !health->closed && standing < HEALTH_DOUBTS;
}

static void note_way(struct health *health, enum way way)
{
	bool met = health->met >= HEALTH_CLOSED;

	if (way == WAY_CLOSED) {
		health->met += !met;
	} else {
		health->back = health->back || met;
		health->met = 0;
	}
	health->closed = way == WAY_CLOSED;
}

/* Whether `usable` changed. */
static bool note(struct health *health, const struct report *report,
		 const char *to, int64_t now_mono_ms)
{
	bool before = health->usable;
	bool told = report->way != WAY_UNTOLD;

	if (told)
		note_way(health, report->way);
	if (to && report->way == WAY_OPEN)
		end_doubt(health, to);
	health->usable = is_usable(health, now_mono_ms);
	health->probe_at = HEALTH_NEVER;
	if (!health->usable)
		health->probe_at =
		    now_mono_ms +
		    (health->met == 1 ? PAUSE_MIN_MS : health->pause_ms);
	if (told && report->way != WAY_OPEN)
		fail_set(&health->why_not, "%s", report->words);
	return health->usable != before;
}

bool health_note_look(struct health *health, const struct report *report,
		      const char *to, int64_t now_mono_ms)
{
	bool tried = health->closed && !health->untried;
	bool changed = note(health, report, to, now_mono_ms);

	health->untried = health->closed && !tried;
	return changed;
}

bool health_note_attempt(struct health *health, const struct report *report,
			 const char *to, int64_t now_mono_ms)
{
	if (report->way == WAY_DOUBTFUL)
		note_doubt(health, to, now_mono_ms);
	health->untried = false;
	return note(health, report, to, now_mono_ms);
}

const char *health_look_at(struct health *health)
{
	const struct doubt *doubt =
	    &health->doubts[health->turn++ % HEALTH_DOUBTS];

	return doubt->to[0] ? doubt->to : NULL;
}

void health_metrics(const struct health *health, const char *name,
		    struct buf *out)
{
	static const char *const outcomes[] = {
		[OUTBOX_SENT] = "sent",
		[OUTBOX_DEFERRED] = "deferred",
		[OUTBOX_FAILED] = "failed",
	};

	buf_addf(out,
		 "# HELP invited_%s_attempts_total Attempts to deliver, by how "
		 "they ended.\n"
		 "# TYPE invited_%s_attempts_total counter\n",
		 name, name);
	for (size_t i = 0; i < COUNT_OF(outcomes); i++)
		buf_addf(out, "invited_%s_attempts_total{outcome=\"%s\"} %ju\n",
			 name, outcomes[i], (uintmax_t)health->attempts[i]);
	buf_addf(out,
		 "# HELP invited_%s_usable Whether anything could be delivered "
		 "when that was last tried.\n"
		 "# TYPE invited_%s_usable gauge\n"
		 "invited_%s_usable %d\n",
		 name, name, name, health->usable);
}
