/*
 * worker.c: delivers one parcel after the other.
 */
#include "base/base.h"

#include "deliver/internal.h"

#include "base/clock.h"
#include "base/log.h"

#define IDLE_MS (5 * SECOND_MS) /* until an idle connection is closed */

static void log_health(const struct courier *courier, bool usable,
		       const struct report *report)
{
	log_event(usable ? LOG_INFO : LOG_WARN,
		  usable ? courier->usable_event : courier->unusable_event,
		  LOG_S("reply", report->words));
}

/* Notes the outcome under the lock, and logs it without. */
static void note(struct deliverer *deliverer, const struct report *report,
		 bool changed)
{
	struct report copy = *report;
	bool usable = deliverer->health.usable;

	if (!changed)
		return;
	pthread_mutex_unlock(&deliverer->lock);
	log_health(deliverer->courier, usable, &copy);
	pthread_mutex_lock(&deliverer->lock);
}

static void decide(struct deliverer *deliverer, struct parcel *parcel)
{
	struct verdict *verdict = &parcel->verdict;

	verdict_decide(verdict, parcel->attempts, deliverer->options.retry_ms);
	if (deliverer->stopping) /* the next start need not wait */
		verdict->pause_ms = 0;
	deliverer->health.attempts[verdict->report.outcome]++;
}

/*
 * While the way is closed only probes are delivered. A server that was down may
 * not bear the full load at once, so at first one worker delivers, and twice as
 * many after each parcel that found the way open.
 */
static void set_hands(struct deliverer *deliverer, enum way way)
{
	size_t all = (size_t)deliverer->options.connections;
	size_t more = 2 * deliverer->hands;

	if (deliverer->health.closed) {
		deliverer->hands = 1;
		deliverer->ahead = 0;
		pthread_cond_signal(&deliverer->changed);
	} else if (way == WAY_OPEN && deliverer->hands < all) {
		if (more < deliverer->busy) /* some are stuck from before */
			more = deliverer->busy;
		deliverer->hands = more < all ? more : all;
		pthread_cond_broadcast(&deliverer->work);
	}
}

/* Called and left with the lock held, as are those below. */
static void attempt(struct worker *worker, struct parcel *parcel)
{
	struct deliverer *deliverer = worker->deliverer;
	const struct courier *courier = deliverer->courier;
	struct report report;
	bool changed;

	parcel->state = PARCEL_IN_HAND;
	pthread_mutex_unlock(&deliverer->lock);
	courier->attempt(worker->hand, parcel, &parcel->verdict.report);
	pthread_mutex_lock(&deliverer->lock);
	report = parcel->verdict.report;
	changed = health_note_attempt(&deliverer->health, &report,
				      courier->party(parcel), clock_mono_ms());
	set_hands(deliverer, report.way);
	decide(deliverer, parcel);
	deliverer->attempted++;
	deliverer->probing = false;
	parcel->state = PARCEL_DONE;
	parcel->renew_at = NEVER;
	parcel_list_add(&deliverer->done, parcel);
	pthread_cond_signal(&deliverer->to_record);
	note(deliverer, &report, changed);
}

static void look(struct worker *worker)
{
	struct deliverer *deliverer = worker->deliverer;
	char party[sizeof(deliverer->look_at)];
	struct report report;
	bool changed;

	deliverer->look_due = false;
	snprintf(party, sizeof(party), "%s", deliverer->look_at);
	pthread_mutex_unlock(&deliverer->lock);
	deliverer->courier->look(worker->hand, party[0] ? party : NULL,
				 &report);
	pthread_mutex_lock(&deliverer->lock);
	changed = health_note_look(&deliverer->health, &report,
				   party[0] ? party : NULL, clock_mono_ms());
	set_hands(deliverer, WAY_DOUBTFUL);
	note(deliverer, &report, changed);
}

/* Does something, if there is anything to do. Once the program is to end, what
 * is queued is given back. */
static bool work(struct worker *worker)
{
	struct deliverer *deliverer = worker->deliverer;
	struct parcel *parcel = NULL;

	if (deliverer->stopping)
		return false;
	if (!deliverer->look_due) {
		if (deliverer->busy >= deliverer->hands &&
		    !deliverer->probing)
			return false;
		parcel = parcel_list_take(&deliverer->queued);
		if (!parcel)
			return false;
	}
	deliverer->busy++;
	if (parcel)
		attempt(worker, parcel);
	else
		look(worker);
	deliverer->busy--;
	pthread_cond_signal(&deliverer->changed);
	return true;
}

void *worker_run(void *context)
{
	struct worker *worker = context;
	struct deliverer *deliverer = worker->deliverer;
	int64_t idle_at = NEVER;

	pthread_mutex_lock(&deliverer->lock);
	for (;;) {
		if (work(worker)) {
			idle_at = clock_mono_ms() + IDLE_MS;
		} else if (deliverer->ending) {
			break;
		} else if (!deliver_wait(deliverer, &deliverer->work,
					 idle_at)) {
			idle_at = NEVER;
			pthread_mutex_unlock(&deliverer->lock);
			deliverer->courier->idle(worker->hand);
			pthread_mutex_lock(&deliverer->lock);
		}
	}
	pthread_mutex_unlock(&deliverer->lock);
	return NULL;
}
