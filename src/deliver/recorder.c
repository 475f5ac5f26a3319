/*
 * recorder.c: records how attempts went. While one transaction is under way,
 * the workers go on, and what they come to meanwhile is recorded together in
 * the next: the more there is to do, the less each costs.
 */
#include "base/base.h"

#include "deliver/internal.h"

#include "base/clock.h"

#define RECORD_MAX 256 /* at once */

/* Takes verdicts out of the list. From PARCEL_DONE on no lease is renewed: the
 * store might do that before it looks at the verdict, which would then seem to
 * come from somebody who lost the parcel. A renewal that is under way is no
 * trouble: the lease names its outcome too. */
static size_t take_done(struct deliverer *deliverer, struct parcel **parcels,
			struct record *records)
{
	size_t count = 0;

	while (count < RECORD_MAX &&
	       (parcels[count] = parcel_list_take(&deliverer->done))) {
		records[count] = (struct record){
			.parcel = parcels[count],
			.lease = parcels[count]->lease,
		};
		count++;
	}
	return count;
}

static void finish(struct deliverer *deliverer, struct parcel *parcel)
{
	const struct verdict *verdict = &parcel->verdict;

	if (verdict->report.outcome == OUTBOX_DEFERRED)
		deliver_claim_in(deliverer, verdict->pause_ms);
	deliver_let_go(deliverer, parcel);
}

/*
 * What could not be recorded is tried again, however long the store cannot
 * write: it is delivered already, and nobody else will say so. At the end of
 * the program it has to do without. Whether anything was left.
 */
static bool settle(struct deliverer *deliverer, struct parcel **parcels,
		   const struct record *records, size_t count)
{
	bool left = false;

	for (size_t i = 0; i < count; i++) {
		if (records[i].ret_done) {
			finish(deliverer, parcels[i]);
		} else if (deliverer->stopping) {
			deliverer->courier->log_unrecorded(parcels[i]);
			deliver_let_go(deliverer, parcels[i]);
		} else {
			parcel_list_add(&deliverer->done, parcels[i]);
			left = true;
		}
	}
	pthread_cond_signal(&deliverer->changed); /* there is room */
	return left;
}

/* Called and left with the lock held. */
static void record(struct deliverer *deliverer)
{
	struct parcel *parcels[RECORD_MAX];
	struct record records[RECORD_MAX];
	size_t count = take_done(deliverer, parcels, records);
	int64_t until;

	pthread_mutex_unlock(&deliverer->lock);
	deliverer->courier->record(deliverer->options.context, records, count);
	for (size_t i = 0; i < count; i++)
		if (records[i].ret_done)
			deliverer->courier->log(parcels[i]);
	pthread_mutex_lock(&deliverer->lock);
	if (!settle(deliverer, parcels, records, count))
		return;
	until = clock_mono_ms() + STORE_PAUSE_MS;
	while (!deliverer->stopping &&
	       deliver_wait(deliverer, &deliverer->to_record, until))
		;
}

void *recorder_run(void *context)
{
	struct deliverer *deliverer = context;

	pthread_mutex_lock(&deliverer->lock);
	while (deliverer->done.first || !deliverer->closing) {
		if (deliverer->done.first)
			record(deliverer);
		else
			(void)deliver_wait(deliverer, &deliverer->to_record,
					   NEVER);
	}
	pthread_mutex_unlock(&deliverer->lock);
	return NULL;
}
