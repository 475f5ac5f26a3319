/*
 * outbox.c: mails that wait: leased to a worker, then settled.
 *
 * A lease outlives a worker that dies: the mail is due again when it ends. A
 * worker that lost its lease may only record success.
 *
 * Clocks lie. Where daemons share a database, due times and leases are by its
 * clock: else one that is half a minute ahead would see every lease end at
 * once. And what a wrong clock wrote heals when the clock does: no mail is put
 * off for longer than the longest pause, and none is dropped as expired before
 * a second look has confirmed that.
 */
#include "base/base.h"

#include "store/outbox.h"

#include "base/clock.h"
#include "core/backoff.h"
#include "store/lock.h"
#include "store/rows.h"

#define LOCKED_MS 50 /* that others may have a mail in hand, to claim it */
#define CLOSE_MS                                                    \
	SECOND_MS /* clocks so close are taken for equal: the round \
		   * trip to the other is in the difference */
#define LONGEST_MS (BACKOFF_CEILING_MS + MINUTE_MS) /* that a mail waits */

/* The time by the clock that leases are by. */
static int64_t lease_now(const struct work *work)
{
	return work->now_ms + work->db->clock_ahead_ms;
}

STATEMENT(outbox_insert,
	  .text =
	      "INSERT INTO outbox(invite, organization, secret, queued_at_ms,"
	      " due_at_ms, attempts) VALUES(?1, ?2, ?3, ?4, ?5, 0)");

void queue_mail(struct work *work, int64_t invite,
		const uint8_t secret[SECRET_SIZE])
{
	struct statement *st = db_statement(work->db, &sql_outbox_insert);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, secret, SECRET_SIZE);
	db_bind_i64(st, 4, work->now_ms);
	db_bind_i64(st, 5, lease_now(work));
	db_run(work->db, st);
	work->mail_queued = true;
}

STATEMENT(invite_delivery,
	  .text = "UPDATE invite SET delivery = ?3,"
		  " delivery_attempts = ?4, delivery_error = ?5,"
		  " delivery_at = ?6"
		  " WHERE id = ?1 AND organization = ?2");

static void record_delivery(const struct work *work, int64_t invite,
			    enum delivery_status status, int attempts,
			    const char *error)
{
	struct statement *st = db_statement(work->db, &sql_invite_delivery);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, status);
	db_bind_i64(st, 4, attempts);
	db_bind_text(st, 5, error);
	db_bind_i64(st, 6, work->now);
	db_run(work->db, st);
}

void record_too_late(const struct work *work, int64_t invite, int attempts)
{
	record_delivery(work, invite, DELIVERY_FAILED, attempts,
			"The invite expired before its mail could be "
			"delivered.");
}

/* ---- claim ---- */

/* How far the clock that leases are by is ahead of ?1, ours. */
STATEMENT(clock_ahead, .text = "SELECT ?1 - ?1",
	  .pgsql = "SELECT (extract(epoch FROM clock_timestamp())"
		   " * 1000)::bigint - ?1::bigint");

/* Sets by how much the clock that leases are by is ahead of ours. */
static void compare_clocks(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_clock_ahead);
	int64_t ahead = 0;

	db_bind_i64(st, 1, clock_now_ms());
	if (db_row(work->db, st)) {
		ahead = column_i64(st, 0);
		db_done(st);
	}
	if (-CLOSE_MS < ahead && ahead < CLOSE_MS)
		ahead = 0;
	work->db->clock_ahead_ms = ahead;
}

STATEMENT(outbox_far,
	  .text = "UPDATE outbox SET due_at_ms = ?1 WHERE due_at_ms > ?2",
	  .pgsql = "UPDATE outbox o SET due_at_ms = ?1 FROM"
		   " (SELECT organization, invite FROM outbox"
		   "  WHERE due_at_ms > ?2 FOR UPDATE SKIP LOCKED) far"
		   " WHERE o.organization = far.organization"
		   " AND o.invite = far.invite");

/* What is due further away than anything is put off was due by a clock that
 * was wrong, then or now. */
static void recall_far(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_outbox_far);

	db_bind_i64(st, 1, lease_now(work));
	db_bind_i64(st, 2, lease_now(work) + LONGEST_MS);
	db_run(work->db, st);
}

/*
 * Mails that others claim just now are skipped, and those whose invite
 * others have in hand: so a claim waits for nobody.
 *
 * Citus locks rows of one organization only. There, read what is due
 * without the lock, and lease each by OUTBOX_RENEW: whoever changes
 * the row has it.
 */
STATEMENT(outbox_due,
	  .text = "SELECT invite, secret, queued_at_ms, attempts,"
		  " organization"
		  " FROM outbox WHERE due_at_ms <= ?1"
		  " ORDER BY due_at_ms, invite LIMIT ?2",
	  .pgsql = "SELECT o.invite, o.secret, o.queued_at_ms,"
		   " o.attempts, o.organization"
		   " FROM outbox o JOIN invite i"
		   " ON i.organization = o.organization"
		   " AND i.id = o.invite WHERE o.due_at_ms <= ?1"
		   " ORDER BY o.due_at_ms, o.invite LIMIT ?2"
		   " FOR UPDATE SKIP LOCKED");

/* Reads the due rows' own columns; load_mail() follows for each. */
static size_t read_due(const struct work *work, int limit,
		       struct outbox_mail *mails)
{
	struct statement *st = db_statement(work->db, &sql_outbox_due);
	struct str secret;
	size_t count = 0;

	db_bind_i64(st, 1, lease_now(work));
	db_bind_i64(st, 2, limit);
	while (db_row(work->db, st)) {
		struct outbox_mail *mail = &mails[count++];

		mail->token.invite = column_i64(st, 0);
		secret = column_bytes(st, 1);
		if (secret.len == SECRET_SIZE)
			memcpy(mail->token.secret, secret.data, SECRET_SIZE);
		mail->queued_at_ms = column_i64(st, 2);
		mail->attempts = (int)column_i64(st, 3);
		mail->to.invite.organization = column_i64(st, 4);
	}
	return count;
}

STATEMENT(outbox_lease, .text = "UPDATE outbox SET due_at_ms = ?3"
				" WHERE invite = ?1 AND organization = ?2");

static void set_due(const struct work *work, const struct outbox_mail *mail,
		    int64_t due_ms)
{
	struct statement *st = db_statement(work->db, &sql_outbox_lease);

	db_bind_i64(st, 1, mail->token.invite);
	db_bind_i64(st, 2, mail->to.invite.organization);
	db_bind_i64(st, 3, due_ms);
	db_run(work->db, st);
}

STATEMENT(outbox_delete, .text = "DELETE FROM outbox"
				 " WHERE invite = ?1 AND organization = ?2");

/* Failed; but its row stays until a look an hour later: the clock that says so
 * may be wrong for a moment. */
static void expire(const struct work *work, const struct outbox_mail *mail)
{
	if (mail->to.invite.delivery.status == DELIVERY_FAILED) {
		work_run_for(work, &sql_outbox_delete, mail->token.invite);
		return;
	}
	set_due(work, mail, lease_now(work) + BACKOFF_CEILING_MS);
	record_too_late(work, mail->token.invite, mail->attempts);
}

/* Whether the mail should still go. */
static bool load_mail(struct work *work, struct outbox_mail *mail)
{
	int64_t id = mail->token.invite;
	struct invite *invite = &mail->to.invite;

	work->organization = invite->organization;
	if (!find_invite(work, &sql_invite_take, id, invite) ||
	    invite->state != INVITE_OPEN) {
		work_run_for(work, &sql_outbox_delete, id);
		return false;
	}
	if (invite_status(invite, lease_now(work) / 1000) == STATUS_EXPIRED) {
		expire(work, mail);
		return false;
	}
	name_invitation(work, &mail->to, STR(""));
	return true;
}

static void lease(const struct work *work, int64_t lease_ms,
		  struct outbox_mail *mail)
{
	mail->leased_until_ms = lease_now(work) + lease_ms;
	set_due(work, mail, mail->leased_until_ms);
}

STATEMENT(outbox_next, .text = "SELECT MIN(due_at_ms) FROM outbox");

/* When the next mail is due; 0: none waits. */
static int64_t next_due(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_outbox_next);
	int64_t due;

	if (!db_row(work->db, st))
		return 0;
	due = column_i64(st, 0);
	db_done(st);
	return due;
}

static enum result outbox_claim(struct work *work, const void *input,
				void *output)
{
	const struct outbox_claim_in *in = input;
	struct outbox_claim_out *out = output;
	size_t limit = (size_t)in->limit, due, kept = 0;
	struct outbox_mail *mails =
	    arena_array(work->arena, limit, sizeof(*mails));

	if (!mails)
		return RESULT_OUT_OF_MEMORY;
	compare_clocks(work);
	recall_far(work);
	due = read_due(work, in->limit, mails);
	for (size_t i = 0; i < due; i++) {
		if (!load_mail(work, &mails[i]))
			continue;
		lease(work, in->lease_ms, &mails[i]);
		mails[kept++] = mails[i];
	}
	out->mails = mails;
	out->count = kept;
	out->now_ms = lease_now(work);
	out->next_due_ms = next_due(work);
	/* Due, and yet not found: others have it. */
	if (due < limit && out->next_due_ms != 0 &&
	    out->next_due_ms <= out->now_ms)
		out->next_due_ms = out->now_ms + LOCKED_MS;
	return RESULT_OK;
}

const struct verb verb_outbox_claim = {
	VERB(outbox_claim),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_LATER,
	.size_in = sizeof(struct outbox_claim_in),
	.size_out = sizeof(struct outbox_claim_out),
	.run = outbox_claim,
};

/* ---- renew ---- */

STATEMENT(outbox_renew, .text = "UPDATE outbox SET due_at_ms = ?3"
				" WHERE invite = ?1 AND organization = ?2"
				" AND due_at_ms = ?4");

static enum result outbox_renew(struct work *work, const void *input,
				void *output)
{
	const struct outbox_renew_in *in = input;
	struct statement *st = db_statement(work->db, &sql_outbox_renew);

	(void)output;
	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->until_ms);
	db_bind_i64(st, 4, in->leased_until_ms);
	db_run(work->db, st);
	return RESULT_OK;
}

const struct verb verb_outbox_renew = {
	VERB(outbox_renew),  .flags = VERB_REPEATABLE,
	.rank = RANK_LATER,  .size_in = sizeof(struct outbox_renew_in),
	.run = outbox_renew,
};

/* ---- settle ---- */

/* Whether the mail, which is due at `due_ms`, is still whose attempt it was. */
static bool is_theirs(const struct outbox_settle_in *in, int64_t due_ms)
{
	return in->leased_until_ms == 0 || in->leased_until_ms == due_ms ||
	       in->asked_until_ms == due_ms;
}

/* The invite's row is locked first, as whoever answers or deletes it
 * does. */
STATEMENT(outbox_get,
	  .text = "SELECT attempts, queued_at_ms, due_at_ms FROM outbox"
		  " WHERE invite = ?1 AND organization = ?2",
	  .pgsql = "SELECT o.attempts, o.queued_at_ms,"
		   " o.due_at_ms"
		   " FROM invite i, outbox o"
		   " WHERE i.id = ?1 AND i.organization = ?2"
		   " AND o.invite = ?1 AND o.organization = ?2"
		   " FOR UPDATE OF i, o");

/* The mail that is to be settled, if it is still there and theirs to settle. */
static bool find_mail(const struct work *work,
		      const struct outbox_settle_in *in, int *ret_attempts)
{
	struct statement *st = db_statement(work->db, &sql_outbox_get);
	bool found;

	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st)) /* answered or deleted while it was sent */
		return false;
	*ret_attempts = (int)column_i64(st, 0);
	found =
	    (in->queued_at_ms == 0 || column_i64(st, 1) == in->queued_at_ms) &&
	    (in->outcome == OUTBOX_SENT || is_theirs(in, column_i64(st, 2)));
	db_done(st);
	return found;
}

STATEMENT(outbox_defer,
	  .text = "UPDATE outbox SET due_at_ms = ?3, attempts = ?4"
		  " WHERE invite = ?1 AND organization = ?2");

static void defer_mail(const struct work *work,
		       const struct outbox_settle_in *in, int attempts)
{
	struct statement *st = db_statement(work->db, &sql_outbox_defer);

	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, lease_now(work) + in->pause_ms);
	db_bind_i64(st, 4, attempts);
	db_run(work->db, st);
}

static enum result outbox_settle(struct work *work, const void *input,
				 void *output)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};
	const struct outbox_settle_in *in = input;
	int attempts;

	(void)output;
	if (!find_mail(work, in, &attempts))
		return RESULT_OK;
	attempts++;
	if (in->outcome == OUTBOX_DEFERRED)
		defer_mail(work, in, attempts);
	else
		work_run_for(work, &sql_outbox_delete, in->invite);
	record_delivery(work, in->invite, statuses[in->outcome], attempts,
			in->error);
	return RESULT_OK;
}

static void lock_mail(const void *input, int64_t organization,
		      struct lock_set *set)
{
	const struct outbox_settle_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->invite);
}

const struct verb verb_outbox_settle = {
	VERB(outbox_settle), .flags = VERB_REPEATABLE,
	.rank = RANK_LATER,  .size_in = sizeof(struct outbox_settle_in),
	.locks = lock_mail,  .run = outbox_settle,
};

/* ---- watching ---- */

STATEMENT(outbox_count,
	  .text = "SELECT count(*), min(queued_at_ms) FROM outbox");

static enum result outbox_count(struct work *work, const void *input,
				void *output)
{
	struct outbox_count_out *out = output;
	struct statement *st = db_statement(work->db, &sql_outbox_count);

	(void)input;
	if (!db_row(work->db, st))
		return RESULT_STORE_UNAVAILABLE;
	out->waiting = column_i64(st, 0);
	out->oldest_ms = column_i64(st, 1);
	db_done(st);
	return RESULT_OK;
}

const struct verb verb_outbox_count = {
	VERB(outbox_count),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_out = sizeof(struct outbox_count_out),
	.run = outbox_count,
};

STATEMENT(probe,
	  .text = "INSERT INTO meta(key, value)"
		  " VALUES('probe', CAST(?1 AS BIGINT))"
		  " ON CONFLICT(key) DO UPDATE SET value = excluded.value");

static enum result probe(struct work *work, const void *input, void *output)
{
	struct statement *st = db_statement(work->db, &sql_probe);

	(void)input;
	(void)output;
	db_bind_i64(st, 1, work->now_ms);
	db_run(work->db, st);
	return RESULT_OK;
}

const struct verb verb_probe = {
	VERB(probe),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_PROBE,
	.run = probe,
};
