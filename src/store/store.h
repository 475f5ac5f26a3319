/*
 * store.h: the store: one operation in, its outcome out.
 *
 * A user of the store opens a port, fills in a `struct store_op` (a verb and
 * its input: see verb.h and the header of its subject), and submits it:
 *
 *	writes   wait in one queue; a single writer takes all that wait, applies
 *	         them as one transaction with one fsync, and hands the whole
 *	         batch back. Each is all-or-nothing and fails alone. Nobody
 *	         waits for a timer: a batch starts when the last is on disk.
 *	reads    are answered at once from the port's own connection; those that
 *	         may have to look at many rows go to readers of their own, as
 *	         far as there is room (lane.h), some once a page's worth was not
 *	         enough. On a remote database none is answered at once: all
 *	         that wait share its round trips.
 *
 * When an operation comes back, `result` says how it ended: RESULT_OK
 * means done and, for writes, durable. Everything it returns, in `out`, lies in
 * the operation's arena. The operation and its arena belong to the store from
 * store_submit() until it is collected.
 *
 * All verbs except those of VERB_ANY_ORGANIZATION are bound to `organization`:
 * for them, nothing of another exists. A write by a key that was revoked, even
 * just before, is refused with KEY_UNKNOWN.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "base/hash.h"
#include "core/actor.h"
#include "core/result.h"
#include "store/verb.h"

struct store;
struct store_port;

/*
 * An idempotent write: done once, however often it is asked for within a day.
 * All zero except what is set. The store does not care what the hashes are of.
 */
struct once {
	uint8_t key[SHA256_SIZE];  /* of caller, request and Idempotency-Key */
	uint8_t body[SHA256_SIZE]; /* what they say */
	size_t id;  /* offset of the id in `out`, plus 1; 0: none */
	bool again; /* doing it again has the same outcome, so do it */

	/* Set by the store: */
	bool known; /* it was done before; unless `again`, nothing was now */
	int64_t target; /* in that case: the id of the result */
};

/* One operation. */
struct store_op {
	/* Set by who submits; the first three by op_begin(). */
	const struct verb *verb;
	const void *in; /* the verb's, or NULL where it has none */
	void *out;	/* likewise */
	int64_t organization;
	struct actor actor; /* who asks */
	int64_t now_ms;
	struct arena *arena; /* for the results; borrowed */
	void *context;	     /* yours */
	struct once *once;   /* or NULL: not idempotent */

	/* Set by the store. */
	enum result result;
	atomic_bool dropped; /* nobody waits for it: see store_drop() */
	bool slow;	     /* it was given to the slow lane: lane.h */
	bool leaves;	     /* it asked to be: work_leaves() */
	bool mail_queued;    /* it queued a mail */
	bool event_queued;   /* it may have queued an event */
	uint64_t turn;	     /* of two writes, the greater took effect later */
	struct store_op *next;	 /* in a collected batch */
	struct store_port *port; /* private */
};

/*
 * Allocates the input and output of `verb` in the operation's arena. Returns
 * the input, zeroed, to be filled in before the operation is submitted; NULL
 * when out of memory. (For a verb without input it returns a pointer that must
 * not be used.)
 */
void *op_begin(struct store_op *op, const struct verb *verb) MUST_CHECK;

/*
 * Opens the store behind `url` ("sqlite:PATH" or "postgres://..."), making and
 * migrating it as needed, and starts its threads. With `serve` a file is
 * locked against a second daemon; without, it is opened beside a running one,
 * for the operator's commands. -1 with `fail` where that cannot be done: it is
 * read-only, newer than this program, damaged, out of reach, or a file that is
 * served by another.
 */
int store_open(const char *url, bool serve, struct store **ret_store,
	       struct fail *fail) MUST_CHECK;

/* Finishes what was submitted, stops the threads, and closes. Ports have to be
 * closed first. */
void store_close(struct store *store);

/* Whether other daemons may write to it: then they may take what waits, and we
 * may have to take over what they leave. */
bool store_is_shared(const struct store *store);

/* Whether a daemon serves it, as far as can be told: for a remote database,
 * always true. */
bool store_is_served(const struct store *store);

/*
 * The access of one thread to the store. `wake` (may be NULL) is called, from
 * the store's threads, after operations of this port were finished: it should
 * do no more than wake the owner, who then collects.
 */
int store_port_open(struct store *store, void (*wake)(void *context),
		    void *context, struct store_port **ret_port,
		    struct fail *fail) MUST_CHECK;
void store_port_close(struct store_port *port); /* nothing under way */

/*
 * Hands `op` in. True: it is finished already. False: it will be in a later
 * store_collect(). A port's writes run in order of arrival; reads do not wait
 * for writes.
 */
bool store_submit(struct store_port *port, struct store_op *op) MUST_CHECK;

/* All that was finished since, linked by `next`, oldest first; or NULL. */
struct store_op *store_collect(struct store_port *port);

/*
 * Nobody waits for this read any more. A slow read is stopped as soon as
 * possible and comes back unanswered.
 */
void store_drop(struct store_port *port, struct store_op *op);

/* From now on slow reads are refused; those under way come back as after
 * store_drop(). */
void store_refuse_slow(struct store *store);

/* Submits and waits. Only for ports with no operation in progress. */
void store_call(struct store_port *port, struct store_op *op);

/* The same for a verb that needs no more than its input: `in` and `out` as the
 * verb says, NULL where it has none; what `out` points to is in the arena. */
enum result store_ask(struct store_port *port, struct arena *arena,
		      const struct verb *verb, int64_t organization,
		      const void *in, void *out);

/* The same for `count` writes, which have a good chance to share a
 * transaction. */
void store_call_many(struct store_port *port, struct store_op *const *ops,
		     size_t count);

/*
 * Reads of a port that are answered at once see one state of the store between
 * two calls of this. Call it before waiting for anything, and after collecting:
 * it also sends off what was submitted.
 */
void store_idle(struct store_port *port);

/* From now on those reads see the present state. */
void store_renew(struct store_port *port);

/* `wake` (or NULL) is called after each batch that queued mail, from the
 * store's thread; the one before it is not, once this has returned. */
void store_on_mail(struct store *store, void (*wake)(void *context),
		   void *context);

/* The same for batches that queued events for webhooks. */
void store_on_event(struct store *store, void (*wake)(void *context),
		    void *context);

/*
 * A number that grows with each write that may have changed rights, after that
 * took effect and before it is acknowledged. So a read that begins after this
 * call sees all changes that the number counts. It counts this daemon's writes
 * only.
 */
uint64_t store_rights_moved(const struct store *store);

/* Whether the last write reached the disk, and no read has failed since; else
 * why not. */
bool store_healthy(struct store *store, struct fail *fail);

/* Checks that the files are still in place, to notice before a write does; to
 * be called about once a second. */
void store_look(struct store *store);

/* The store's metrics, in Prometheus' text format. */
void store_metrics(const struct store *store, struct buf *out);

/*
 * Operator's commands. check: prints each fault found to `out`, returns how
 * many, or -1. backup: a consistent copy, in use or not, into a new file.
 */
int store_check(struct store *store, FILE *out, struct fail *fail) MUST_CHECK;
int store_backup(struct store *store, const char *path,
		 struct fail *fail) MUST_CHECK;

/* What a restore has done; all zero: nothing yet. */
struct restored {
	char aside[4096]; /* the old database's new path; "" = none */
	bool again;	  /* with -1: it may succeed another time */
};

/*
 * Replaces the database at `url`, which nobody may use meanwhile, by a backup;
 * the old one is kept under another name. Refused, with nothing changed, if the
 * backup is damaged (each fault is printed to `out`), newer than this program,
 * or not a database of this program.
 */
int store_restore(const char *url, const char *file, FILE *out,
		  struct restored *ret_restored, struct fail *fail) MUST_CHECK;

/* Removes deleted data from the database's files, if those are ours. -1 with
 * `fail` if that cannot be done now because a daemon serves them. */
int store_scrub(struct store *store, struct fail *fail) MUST_CHECK;

#endif
