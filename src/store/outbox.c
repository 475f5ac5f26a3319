/*
 * outbox.c: mails that wait: leased to a worker, then settled.
 *
 * A lease outlives a worker that dies: the mail is due again when it ends. A
 * worker that lost its lease may only record success.
 */
#include "base/base.h"

#include "store/outbox.h"

#include "store/lock.h"
#include "store/rows.h"

#define LOCKED_MS 50 /* that others may have a mail in hand, to claim it */

void queue_mail(struct work *work, int64_t invite,
		const uint8_t secret[SECRET_SIZE])
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_INSERT);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, secret, SECRET_SIZE);
	db_bind_i64(st, 4, work->now_ms);
	db_run(work->db, st);
	work->mail_queued = true;
}

static void record_delivery(const struct work *work, int64_t invite,
			    enum delivery_status status, int attempts,
			    const char *error)
{
	struct statement *st = db_statement(work->db, SQL_INVITE_DELIVERY);

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

/* Reads the due rows' own columns; load_mail() follows for each. */
static size_t read_due(const struct work *work, int limit,
		       struct outbox_mail *mails)
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_DUE);
	struct str secret;
	size_t count = 0;

	db_bind_i64(st, 1, work->now_ms);
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

/* Whether the mail should still go; if not, its row is gone. */
static bool load_mail(struct work *work, struct outbox_mail *mail)
{
	int64_t id = mail->token.invite;
	struct invite *invite = &mail->to.invite;

	work->organization = invite->organization;
	if (!find_invite(work, SQL_INVITE_TAKE, id, invite) ||
	    invite->state != INVITE_OPEN) {
		work_run_for(work, SQL_OUTBOX_DELETE, id);
		return false;
	}
	if (invite_status(invite, work->now) == STATUS_EXPIRED) {
		work_run_for(work, SQL_OUTBOX_DELETE, id);
		record_too_late(work, id, mail->attempts);
		return false;
	}
	name_invitation(work, &mail->to, STR(""));
	return true;
}

static void lease(const struct work *work, int64_t lease_ms,
		  struct outbox_mail *mail)
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_LEASE);

	mail->leased_until_ms = work->now_ms + lease_ms;
	db_bind_i64(st, 1, mail->token.invite);
	db_bind_i64(st, 2, mail->to.invite.organization);
	db_bind_i64(st, 3, mail->leased_until_ms);
	db_run(work->db, st);
}

/* When the next mail is due; 0: none waits. */
static int64_t next_due(const struct work *work)
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_NEXT);
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
	due = read_due(work, in->limit, mails);
	for (size_t i = 0; i < due; i++) {
		if (!load_mail(work, &mails[i]))
			continue;
		lease(work, in->lease_ms, &mails[i]);
		mails[kept++] = mails[i];
	}
	out->mails = mails;
	out->count = kept;
	out->next_due_ms = next_due(work);
	/* Due, and yet not found: others have it. */
	if (due < limit && out->next_due_ms != 0 &&
	    out->next_due_ms <= work->now_ms)
		out->next_due_ms = work->now_ms + LOCKED_MS;
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

static enum result outbox_renew(struct work *work, const void *input,
				void *output)
{
	const struct outbox_renew_in *in = input;
	struct statement *st = db_statement(work->db, SQL_OUTBOX_RENEW);

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

/* The mail that is to be settled, if it is still there and theirs to settle. */
static bool find_mail(const struct work *work,
		      const struct outbox_settle_in *in, int *ret_attempts)
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_GET);
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

static void defer_mail(const struct work *work,
		       const struct outbox_settle_in *in, int attempts)
{
	struct statement *st = db_statement(work->db, SQL_OUTBOX_DEFER);

	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->next_at_ms);
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
		work_run_for(work, SQL_OUTBOX_DELETE, in->invite);
	record_delivery(work, in->invite, statuses[in->outcome], attempts,
			in->error);
	return RESULT_OK;
}

static void lock_mail(const void *input, struct lock_set *set)
{
	const struct outbox_settle_in *in = input;

	lock_set_add(set, LOCK_INVITE, in->invite);
}

const struct verb verb_outbox_settle = {
	VERB(outbox_settle), .flags = VERB_REPEATABLE,
	.rank = RANK_LATER,  .size_in = sizeof(struct outbox_settle_in),
	.locks = lock_mail,  .run = outbox_settle,
};

/* ---- watching ---- */

static enum result outbox_count(struct work *work, const void *input,
				void *output)
{
	struct outbox_count_out *out = output;
	struct statement *st = db_statement(work->db, SQL_OUTBOX_COUNT);

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

static enum result probe(struct work *work, const void *input, void *output)
{
	struct statement *st = db_statement(work->db, SQL_PROBE);

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
