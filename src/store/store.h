/*
 * store.h: what is remembered.
 *
 * The seam is one operation in, its outcome out. Whoever needs the store opens
 * a port, fills in a `struct store_op` (which verb, and what it takes: see
 * verb.h and the header of its subject), and submits it:
 *
 *	writes   wait in one queue; a single writer takes all that wait, applies
 *	         them as one transaction with one fsync, and hands the whole
 *	         batch back. Each is all-or-nothing and fails alone. Nobody
 *	         waits for a timer: a batch starts when the last is on disk.
 *	reads    are answered at once from the port's own connection; those that
 *	         may have to look at many rows go to readers of their own, as
 *	         far as there is room (lane.h). On a database elsewhere none is
 *answered at once: all that wait travel together.
 *
 * When an operation comes back, `result` says how it ended: RESULT_OK
 * means done and, for writes, durable. Everything it returns, in `out`, lies in
 * the operation's arena. The operation and its arena belong to the store from
 * store_submit() until it is collected.
 *
 * Everything but verbs of VERB_ANY_ORGANIZATION is bound to `organization`:
 *what belongs to another is as if it were not there. A write by a key that was
 *revoked, however shortly before, is refused with KEY_UNKNOWN.
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
 * A write that is done once, however often it is asked for within a day. Zeroed
 * but for what is said; the hashes know nothing of what they are of.
 */
struct once {
	uint8_t key[SHA256_SIZE];  /* who asks for what, by which key */
	uint8_t body[SHA256_SIZE]; /* what they say */
	size_t id; /* where in what comes out its id lies, plus 1; 0: nowhere */
	bool again; /* doing it again has the same outcome: do so */

	/* Set by the store: */
	bool known; /* it was done before; unless `again`, nothing was now */
	int64_t target; /* then: the id that came out */
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
	struct arena *arena; /* for what comes back; borrowed */
	void *context;	     /* yours */
	struct once *once;   /* or NULL: it is done as often as it comes */

	/* Set by the store. */
	enum result result;
	atomic_bool dropped; /* nobody waits for it: see store_drop() */
	bool mail_queued;    /* a mail waits to be sent, since just now */
	bool event_queued;   /* a webhook may have something to be told */
	uint64_t turn;	     /* of two writes, the greater took effect later */
	struct store_op *next;	 /* in a collected batch */
	struct store_port *port; /* private */
};

/*
 * Makes room in the operation's arena for what `verb` takes and returns. What
 * it takes is returned, zeroed, to be filled in before it is submitted; NULL
 * when out of memory. (A verb that takes nothing returns something all the
 * same, which is not to be used.)
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

/* Finishes what was submitted, stops the threads, closes. Ports first. */
void store_close(struct store *store);

/* Whether other daemons may write to it: what waits may be theirs, and what
 * they leave behind is ours. */
bool store_is_shared(const struct store *store);

/* Whether a daemon serves it, as far as can be seen from here: of a database
 * that is far away, always. */
bool store_is_served(const struct store *store);

/*
 * A door of its own for each thread that uses the store. `wake` (may be NULL)
 * is called, from the store's threads, after operations of this port were
 * finished: it should do no more than wake the owner, who then collects.
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
 * Nobody waits for this read any more. Where it is one that may take long, it
 * comes back as soon as it can be stopped, unanswered.
 */
void store_drop(struct store_port *port, struct store_op *op);

/* From now on reads that may take long are refused; those that are here come
 * back as after store_drop(). */
void store_refuse_slow(struct store *store);

/* Submits and waits. Only for ports with no operation in progress. */
void store_call(struct store_port *port, struct store_op *op);

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

/* From now on those reads see what is there now. */
void store_renew(struct store_port *port);

/* `wake` (or NULL) is called after each batch that queued mail, from the
 * store's thread; the one before it is not, once this has returned. */
void store_on_mail(struct store *store, void (*wake)(void *context),
		   void *context);

/* The same for what webhooks are to be told. */
void store_on_event(struct store *store, void (*wake)(void *context),
		    void *context);

/*
 * A number that moves with each write that may have changed rights, after it
 * took effect and before anybody is told. So what is read after a look at it
 * knows of all that it stands for. It is about this daemon's writes only.
 */
uint64_t store_rights_moved(const struct store *store);

/* Whether the last write reached the disk, and no read has failed since; else
 * why not. */
bool store_healthy(struct store *store, struct fail *fail);

/* Looks whether the files are still where they were, so that it is known before
 * a write finds out; about once a second. */
void store_look(struct store *store);

/* What the store has done, in Prometheus' text format. */
void store_metrics(const struct store *store, struct buf *out);

/*
 * Operator's commands. check: prints each fault found to `out`, returns how
 * many, or -1. backup: a consistent copy, in use or not, into a new file.
 */
int store_check(struct store *store, FILE *out, struct fail *fail) MUST_CHECK;
int store_backup(struct store *store, const char *path,
		 struct fail *fail) MUST_CHECK;

/* What a restore did; all zero: not yet anything. */
struct restored {
	char aside[4096]; /* where the database is that was there; "" = none */
	bool again;	  /* with -1: it may succeed another time */
};

/*
 * Puts a backup in the place of the database at `url`, which nobody may use
 * meanwhile; that one is kept aside. Refused, with nothing changed, where the
 * backup is damaged (each fault is printed to `out`), newer than this program
 * or none of its databases.
 */
int store_restore(const char *url, const char *file, FILE *out,
		  struct restored *ret_restored, struct fail *fail) MUST_CHECK;

/* Takes what was deleted out of the database's own files, where those are
 * ours. -1 with `fail` where it cannot be done now: somebody serves them. */
int store_scrub(struct store *store, struct fail *fail) MUST_CHECK;

#endif
