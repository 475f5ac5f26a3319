/*
 * dispatcher.c: claims what is due, and keeps the leases until it is delivered.
 *
 * A claim is a lease, which is renewed until the parcel was attempted: should
 * the daemon die, it is due again soon, for whichever daemon sees it first.
 * Leases are half a minute. Shorter ones would end in the middle of a failover,
 * when nobody can renew them, and then two deliver the same; longer ones keep
 * a dead daemon's parcels waiting.
 *
 * How much is claimed at once follows from how fast it goes. At first no more
 * than somebody can take in hand at once. Where that is done within moments,
 * claims would be most of the work, so the next are for more; where it takes
 * long, for less, since another daemon may be faster. What nobody has taken in
 * hand when the daemon stops, or the way is closed, is given back; while it is
 * closed one parcel at a time is claimed, to see whether it still is.
 */
#include "base/base.h"

#include "deliver/internal.h"

#include "base/clock.h"
#include "base/log.h"

#define QUICK_MS 250	   /* every hand was needed again so soon: more */
#define SLOW_MS	 SECOND_MS /* not even then: less */

/* The parcel at that place in the queue, if we have it; NULL: no. */
static struct parcel *find_held(struct deliverer *deliverer,
				const struct lease *lease)
{
	for (size_t i = 0; i < deliverer->held_count; i++) {
		struct parcel *parcel = deliverer->held[i];

		if (parcel->lease.id == lease->id &&
		    parcel->lease.part == lease->part &&
		    parcel->lease.organization == lease->organization)
			return parcel;
	}
	return NULL;
}

/* Where a lease could not be renewed in time we may have claimed what we have
 * already: then that goes on, under the new lease. */
static void take(struct deliverer *deliverer, struct parcel *claimed,
		 struct batch *batch)
{
	struct parcel *parcel = find_held(deliverer, &claimed->lease);
	int64_t now = clock_mono_ms();

	if (parcel) {
		parcel->lease = claimed->lease;
	} else {
		parcel = claimed;
		parcel->batch = batch;
		parcel->state = PARCEL_QUEUED;
		batch->unfinished++;
		deliverer->held[deliverer->held_count++] = parcel;
		parcel_list_add(&deliverer->queued, parcel);
		pthread_cond_signal(&deliverer->work);
	}
	parcel->lease.made_at = now;
	if (parcel->state != PARCEL_DONE)
		parcel->renew_at = now + RENEW_MS;
}

/* The store's answer to a claim, or that it gave none: in the log, once. */
static void note_store(struct deliverer *deliverer, bool refused)
{
	if (refused && !deliverer->store_refused)
		log_event(LOG_WARN, "outbox_unavailable",
			  LOG_I("retry_ms", STORE_PAUSE_MS));
	deliverer->store_refused = refused;
}

/* ---- how much ---- */

static size_t capacity(const struct deliverer *deliverer)
{
	return deliverer->hands + deliverer->ahead;
}

/* How many to claim now; 0: not yet. */
static size_t room(const struct deliverer *deliverer)
{
	size_t free;

	if (deliverer->health.closed) /* see probe() */
		return 0;
	if (deliverer->held_count >= capacity(deliverer))
		return 0;
	free = capacity(deliverer) - deliverer->held_count;
	if (!deliverer->queued.first || free >= capacity(deliverer) / 2)
		return free;
	return 0;
}

static void set_pace(struct deliverer *deliverer, bool full)
{
	int64_t now = clock_mono_ms(), since = now - deliverer->claimed_at;
	size_t hands = deliverer->hands;
	size_t more = deliverer->ahead * 2 + hands;

	if (full && since < QUICK_MS && deliverer->attempted >= hands)
		deliverer->ahead = more < AHEAD_MAX ? more : AHEAD_MAX;
	else if (since > SLOW_MS)
		deliverer->ahead /= 2;
	deliverer->claimed_at = now;
	deliverer->attempted = 0;
}

/* ---- claims ---- */

/* Leases are by the store's clock, whatever ours says; but when an invite
 * expires is a matter of ours. */
static void note_clock(struct deliverer *deliverer, int64_t ahead_ms)
{
	bool apart = ahead_ms < -CLOCKS_APART_MS || ahead_ms > CLOCKS_APART_MS;

	if (apart && !deliverer->clock_apart)
		log_event(LOG_WARN, "clock_differs",
			  LOG_I("database_ahead_ms", ahead_ms));
	if (!apart && deliverer->clock_apart)
		log_event(LOG_INFO, "clock_agrees",
			  LOG_I("database_ahead_ms", ahead_ms));
	deliverer->clock_apart = apart;
}

static void take_claimed(struct deliverer *deliverer, const struct claim *claim,
			 struct batch *batch)
{
	for (size_t i = 0; i < claim->ret_count; i++)
		take(deliverer, claim->ret_parcels[i], batch);
	set_pace(deliverer, claim->ret_count == (size_t)claim->limit);
	if (claim->ret_pause_ms >= 0)
		deliver_claim_in(deliverer, claim->ret_pause_ms);
}

/* Called and left with the lock held. */
static void claim_some(struct deliverer *deliverer, size_t limit)
{
	struct batch *batch = malloc(sizeof(*batch));
	struct claim claim = { .limit = (int)limit, .lease_ms = LEASE_MS };
	bool claimed;

	/* Unless something is queued meanwhile: by others, which is not told,
	 * too: daemons, and commands beside this one. */
	deliverer->claim_at = clock_mono_ms() + POLL_MS;
	if (!batch) {
		deliver_claim_in(deliverer, STORE_PAUSE_MS);
		return;
	}
	*batch = (struct batch){ .unfinished = 0 };
	arena_init(&batch->arena, limit * PARCEL_MAX);
	claim.arena = &batch->arena;
	pthread_mutex_unlock(&deliverer->lock);
	claimed = deliverer->courier->claim(deliverer->options.context, &claim);
	pthread_mutex_lock(&deliverer->lock);
	note_store(deliverer, !claimed);
	if (claimed)
		note_clock(deliverer, claim.ret_ahead_ms);
	if (claimed)
		take_claimed(deliverer, &claim, batch);
	else
		deliver_claim_in(deliverer, STORE_PAUSE_MS);
	if (batch->unfinished == 0)
		batch_release(batch);
}

/* ---- leases ---- */

/* Whose lease is to be renewed next; NULL: nobody's. */
static struct parcel *next_to_renew(struct deliverer *deliverer)
{
	struct parcel *next = NULL;

	for (size_t i = 0; i < deliverer->held_count; i++) {
		struct parcel *parcel = deliverer->held[i];
		if (parcel->renew_at != NEVER &&
		    (!next || parcel->renew_at < next->renew_at))
			next = parcel;
	}
	return next;
}

/* Asks for `lease.asked_ms`, without the lock meanwhile; false: unanswered.
 * The parcel may be gone after this. */
static bool ask(struct deliverer *deliverer, struct parcel *parcel)
{
	struct lease lease = parcel->lease;
	bool done;

	parcel->renewing = true;
	pthread_mutex_unlock(&deliverer->lock);
	done = deliverer->courier->renew(deliverer->options.context, &lease);
	pthread_mutex_lock(&deliverer->lock);
	parcel->renewing = false;
	if (done) {
		parcel->lease.until_ms = lease.asked_ms;
		parcel->lease.asked_ms = 0;
	}
	return done;
}

/*
 * Called and left with the lock held; the worker may finish meanwhile.
 *
 * The new end is stored before asking, since the verdict may be recorded
 * meanwhile. A request that got no answer may have been carried out, so it is
 * repeated with the same end: at most two ends are possible. Ends are by the
 * store's clock, which is not asked again: as much time has passed there as
 * here.
 */
static void renew(struct deliverer *deliverer, struct parcel *parcel)
{
	struct lease *lease = &parcel->lease;
	bool again = lease->asked_ms != 0, done;

	if (!again) {
		int64_t now = clock_mono_ms();
		lease->asked_ms = lease->until_ms + now - lease->made_at;
		lease->made_at = now;
	}
	done = ask(deliverer, parcel);
	if (parcel->state == PARCEL_GONE) {
		deliver_let_go(deliverer, parcel);
		return;
	}
	if (parcel->renew_at == NEVER) /* it is being recorded */
		return;
	parcel->renew_at = clock_mono_ms();
	if (!done)
		parcel->renew_at += STORE_PAUSE_MS;
	else if (!again) /* else what it got is older than a lease should be */
		parcel->renew_at += RENEW_MS;
}

/* Gives back what nobody has taken in hand: it is due at once. */
static void give_back(struct deliverer *deliverer)
{
	struct parcel_list queued = deliverer->queued;
	struct parcel *parcel;
	bool answered = true;

	if (!queued.first)
		return;
	parcel_list_init(&deliverer->queued);
	while ((parcel = queued.first)) {
		queued.first = parcel->next;
		parcel->renew_at = NEVER;
		parcel->lease.asked_ms = parcel->lease.until_ms - 2 * LEASE_MS;
		if (answered)
			answered = ask(deliverer, parcel);
		deliver_let_go(deliverer, parcel);
	}
	deliverer->claim_at = 0;
}

/* ---- the thread ---- */

/* Somebody is to see whether anything could be delivered. */
static void have_looked(struct deliverer *deliverer)
{
	const char *party = health_look_at(&deliverer->health);

	deliverer->health.probe_at = NEVER;
	deliverer->look_due = true;
	snprintf(deliverer->look_at, sizeof(deliverer->look_at), "%s",
		 party ? party : "");
	pthread_cond_signal(&deliverer->work);
}

/* Whether a parcel could be claimed to try a way that is closed. */
static bool may_try(const struct deliverer *deliverer, int64_t now)
{
	return deliverer->health.closed && !deliverer->probing &&
	       deliverer->claim_at <= now && deliverer->held_count < HELD_MAX;
}

static bool is_probe_due(const struct deliverer *deliverer, int64_t now)
{
	return deliverer->health.probe_at <= now ||
	       (deliverer->health.untried && may_try(deliverer, now));
}

/* The way is closed: one parcel tries it, if any is due, so that it is known
 * of that one why it waits; else somebody looks. */
static void probe(struct deliverer *deliverer)
{
	deliverer->health.probe_at = NEVER;
	if (may_try(deliverer, clock_mono_ms())) {
		deliverer->probing = true;
		claim_some(deliverer, 1);
		if (deliverer->queued.first)
			return;
		deliverer->probing = false;
	}
	have_looked(deliverer);
}

/* It is open again: what waited for that is due. Called and left with the lock
 * held. */
static void recall(struct deliverer *deliverer)
{
	bool done;

	deliverer->health.back = false;
	pthread_mutex_unlock(&deliverer->lock);
	done = deliverer->courier->recall(deliverer->options.context);
	pthread_mutex_lock(&deliverer->lock);
	deliverer->claim_at = 0;
	if (!done) /* with the next report that it is open */
		deliverer->health.met = HEALTH_CLOSED;
}

/* Until there is something to do. */
static void rest(struct deliverer *deliverer, const struct parcel *next)
{
	int64_t at = next ? next->renew_at : NEVER;

	if (deliverer->claim_at < at && room(deliverer) > 0)
		at = deliverer->claim_at;
	if (deliverer->health.probe_at < at)
		at = deliverer->health.probe_at;
	(void)deliver_wait(deliverer, &deliverer->changed, at);
}

void *dispatcher_run(void *context)
{
	struct deliverer *deliverer = context;

	pthread_mutex_lock(&deliverer->lock);
	while (!deliverer->stopping) {
		int64_t now = clock_mono_ms();
		struct parcel *next = next_to_renew(deliverer);
		size_t limit = room(deliverer);
		if (next && next->renew_at <= now)
			renew(deliverer, next);
		else if (deliverer->health.back)
			recall(deliverer);
		else if (deliverer->health.closed && !deliverer->probing &&
			 deliverer->queued.first)
			give_back(deliverer);
		else if (is_probe_due(deliverer, now))
			probe(deliverer);
		else if (limit > 0 && deliverer->claim_at <= now)
			claim_some(deliverer, limit);
		else
			rest(deliverer, next);
	}
	give_back(deliverer);
	pthread_mutex_unlock(&deliverer->lock);
	return NULL;
}
