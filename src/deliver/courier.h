/*
 * courier.h: what has to be known to deliver one kind of thing: letters by
 * mail, later others. Everything else (queue, leases, threads, health) is the
 * same for all kinds and lies in this layer.
 */
#ifndef DELIVER_COURIER_H
#define DELIVER_COURIER_H

#include "base/arena.h"
#include "base/base.h"
#include "base/fail.h"
#include "deliver/report.h"

/* That something is ours to deliver, and for how long. */
struct lease {
	int64_t organization, id; /* the place in the queue... */
	int64_t part;	  /* ...and who of several it is for; 0: there is one */
	int64_t until_ms; /* by the store's clock */
	int64_t asked_ms; /* until when it may be instead: we asked; 0: no */
	int64_t made_at;  /* clock_mono_ms() */
};

enum parcel_state {
	PARCEL_QUEUED,	/* waits for a worker */
	PARCEL_IN_HAND, /* a worker has it */
	PARCEL_DONE,	/* to be recorded */
	PARCEL_GONE	/* recorded, while its lease was being renewed */
};

/* Something to be delivered. A courier puts its own struct around it. */
struct parcel {
	struct lease lease; /* filled by claim(): but for `made_at` */
	int attempts;	    /* before this one; filled by claim() */
	struct verdict verdict;

	/* Private to deliver/, under its lock. */
	enum parcel_state state;
	struct batch *batch;
	struct parcel *next;
	int64_t renew_at; /* clock_mono_ms(), or never */
	bool renewing;
};

struct claim {
	int limit;
	int64_t lease_ms;
	struct arena *arena; /* for the parcels; lives as long as any of them */
	struct parcel **ret_parcels;
	size_t ret_count;
	int64_t ret_pause_ms; /* until the next is due; negative: none waits */
	int64_t ret_ahead_ms; /* of our clock: the store's */
};

struct record {
	const struct parcel *parcel;
	struct lease lease; /* as far as we know */
	bool ret_done;	    /* false: the store cannot write just now */
};

/*
 * `context` is the courier's own. claim(), renew() and recall() are called by
 * one thread, record() by another, and each hand belongs to one at a time; only
 * hurry() comes from anywhere.
 */
struct courier {
	const char *name; /* in metrics: invited_<name>_... */
	const char *usable_event, *unusable_event; /* in the log */

	/* Leases what is due, up to `limit`; false where the store cannot write
	 * just now. */
	bool (*claim)(void *context, struct claim *claim);

	/*
	 * Changes the lease's end to `asked_ms`, if it is still ours: once it
	 * has ended somebody else may have it. False where the store cannot
	 * write just now, or does not know whether it did: then it is asked
	 * for the same again.
	 */
	bool (*renew)(void *context, const struct lease *lease);

	/* Has those due at once, the oldest first, that wait because the way
	 * was closed. False where the store cannot write just now. */
	bool (*recall)(void *context);

	/* Records verdicts, many at a time. A parcel that is somebody else's by
	 * now is recorded only if it was delivered. */
	void (*record)(void *context, struct record *records, size_t count);

	/* Says in the log how it went; or that this could not be recorded. */
	void (*log)(const struct parcel *parcel);
	void (*log_unrecorded)(const struct parcel *parcel);

	/* To whom, so far as that matters to all: an address whose domain
	 * counts. */
	const char *(*party)(const struct parcel *parcel);

	/* ---- hands: what a worker delivers with ---- */

	int (*open)(void *context, void **ret_hand, struct fail *fail);
	void (*attempt)(void *hand, struct parcel *parcel,
			struct report *ret_report);

	/* Whether something could be delivered, to `party` where it is not
	 * NULL, without delivering anything. */
	void (*look)(void *hand, const char *party, struct report *ret_report);

	/* Nothing to do for a while: lets go of what costs others. */
	void (*idle)(void *hand);

	/* The program ends: what is under way has a few seconds left. */
	void (*hurry)(void *hand);
	void (*close)(void *hand);
};

#endif
