/*
 * notices.h: the verb that tells of keys which are about to end.
 *
 *	key_warn	queues a mail about each that is due for one; returns
 *			how many keys it looked at
 *
 * A person's key is told of to that person, a service account's to owners of
 * the organization.
 */
#ifndef STORE_NOTICES_H
#define STORE_NOTICES_H

#include "store/mail/outbox.h"
#include "store/verb.h"

struct key_warn_in {
	int limit; /* keys at once */
};

struct key_warn_out {
	size_t count;
};

/* ---- private to store/ ---- */

struct sql;
struct statement;
struct work;

#define CLOSE_MS                                                 \
	"1000" /* clocks so close are taken for equal: the round \
		* trip to the other is in the difference */
/*
 * How far the clock that governs leases is ahead of ours (?2), and what it
 * shows when ours shows ?1: lease_now(). In SQL, to save a round trip.
 */
#define CLOCK_AHEAD \
	"(extract(epoch FROM clock_timestamp()) * 1000)::bigint - ?2::bigint"
#define LEASE_NOW                                                          \
	"(SELECT ?1::bigint + CASE WHEN abs(ahead) < " CLOSE_MS " THEN 0 " \
	"ELSE ahead END FROM (SELECT " CLOCK_AHEAD ") c(ahead))"
#define LEASE_NOW_HERE "(?1 + 0 * ?2)"

/* Measures how far the clock that governs leases is ahead of ours, for
 * lease_now(): the query, and its result. */
struct statement *ask_clock(const struct work *work);
void take_clock(const struct work *work, struct statement *st);

/* Sends the query `sql`, which uses them, for up to so many mails that are
 * due. */
struct statement *ask_mails(const struct work *work, const struct sql *sql,
			    int limit);

#define NOTICE_OWNERS_MAX 10 /* of an organization are told */

/* A mail about an invite to whoever invited: the member, if it was one, or the
 * address that a create named. Where there is none, or they were removed since,
 * to some of the owners. */
void tell_inviter(struct work *work, enum mail_kind kind,
		  const struct invite *invite);

/* A mail about a key to a user of the organization; or, for 0, to some of its
 * owners. */
void queue_notice(struct work *work, enum mail_kind kind, int64_t key,
		  int64_t user);

/* The notices among the mails that are due: the query, and its result. Those
 * that are no longer wanted are dropped. */
struct statement *ask_notices(const struct work *work, int limit);
size_t read_notices(struct work *work, struct statement *st,
		    struct outbox_mail *mails, size_t limit);

#endif
