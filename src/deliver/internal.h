/*
 * internal.h: what the threads of a deliverer share: deliver.c makes them and
 * ends them, dispatcher.c claims parcels and keeps their leases, worker.c
 * delivers them, recorder.c records how that went. Private to deliver/.
 */
#ifndef DELIVER_INTERNAL_H
#define DELIVER_INTERNAL_H

#include "base/base.h"

#include <pthread.h>

#include "deliver/deliver.h"
#include "deliver/health.h"

#define LEASE_MS       (30 * SECOND_MS)
#define RENEW_MS       (LEASE_MS / 3)
#define STORE_PAUSE_MS SECOND_MS /* while the store cannot write */
#define NEVER	       HEALTH_NEVER
#define PARCEL_MAX     (2 * 1024 * 1024) /* octets of memory for one */
#define AHEAD_MAX      256 /* parcels claimed beyond those in hand */
#define HELD_MAX       (DELIVER_CONNECTIONS_MAX + AHEAD_MAX)

/* How long to wait at most where something waits: others may leave some
 * behind, and clocks may jump. */
#define POLL_MS (10 * SECOND_MS)

/* Parcels of one claim; goes when the last of them does. */
struct batch {
	struct arena arena;
	size_t unfinished;
};

struct parcel_list {
	struct parcel *first, **last;
};

struct worker {
	struct deliverer *deliverer;
	pthread_t thread;
	void *hand;
};

struct deliverer {
	struct deliver_options options;
	const struct courier *courier;
	struct worker workers[DELIVER_CONNECTIONS_MAX];
	pthread_t dispatcher, recorder;
	size_t opened, started; /* hands; threads of workers */
	bool dispatching, recording;

	pthread_mutex_t lock;
	pthread_cond_t changed;	  /* for the dispatcher */
	pthread_cond_t work;	  /* for workers */
	pthread_cond_t to_record; /* for the recorder */
	bool stopping;		  /* no more claims */
	bool ending;		  /* nor parcels: the dispatcher is gone */
	bool closing;		  /* nor verdicts: the workers are */

	int64_t claim_at;   /* clock_mono_ms(), or NEVER */
	int64_t claimed_at; /* the last time */
	size_t attempted;   /* since then */
	size_t ahead;	    /* how many to claim beyond those in hand */
	bool store_refused; /* and that was logged */
	bool clock_apart;   /* likewise */

	struct parcel *held[HELD_MAX]; /* all that is leased */
	size_t held_count;
	struct parcel_list queued, done;
	size_t busy;		     /* workers */
	size_t hands;		     /* that may be busy: all of them, or fewer
				      * since the way was closed */
	bool probing;		     /* with a parcel, whether it is open */
	bool look_due;		     /* somebody is to look... */
	char look_at[EMAIL_MAX + 1]; /* ...for this party; "" = for none */
	struct health health;
};

/* Waits, under the lock, until `condition` is signalled or it is `at`; false:
 * it is. */
bool deliver_wait(struct deliverer *deliverer, pthread_cond_t *condition,
		  int64_t at);

/* Under the lock: there should be a claim in `ms` or POLL_MS, or before. */
void deliver_claim_in(struct deliverer *deliverer, int64_t ms);

void parcel_list_init(struct parcel_list *list);
void parcel_list_add(struct parcel_list *list, struct parcel *parcel);
struct parcel *parcel_list_take(struct parcel_list *list); /* NULL: empty */

/* Under the lock: it is ours no more, and may be gone after this. */
void deliver_let_go(struct deliverer *deliverer, struct parcel *parcel);

void batch_release(struct batch *batch);

/* The threads. */
void *dispatcher_run(void *deliverer);
void *worker_run(void *worker);
void *recorder_run(void *deliverer);

#endif
