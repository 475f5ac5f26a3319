/*
 * write_outbox.c: mails that wait: leased to a worker, then settled.
 *
 * A lease outlives a worker that dies: the mail is due again when it ends.
 * Whoever still works on it then may find that it has gone to somebody else,
 * and then says no more of it than that it was sent.
 */
#include "base/base.h"

#include "store/write.h"

#define LOCKED_MS 50 /* that others may have a mail in hand, to claim it */

static void record_delivery(const struct writing *w, int64_t invite,
			    enum delivery_status status, int attempts,
			    const char *error)
{
	struct statement *st = db_statement(w->db, SQL_INVITE_DELIVERY);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, status);
	db_bind_i64(st, 4, attempts);
	db_bind_text(st, 5, error);
	db_bind_i64(st, 6, w->now);
	db_run(w->db, st);
}

void record_too_late(const struct writing *w, int64_t invite, int attempts)
{
	record_delivery(w, invite, DELIVERY_FAILED, attempts,
			"The invite expired before its mail could be "
			"delivered.");
}

/* Reads the due rows' own columns; their invites follow in load_mails(). */
static size_t read_due(const struct writing *w, struct outbox_mail *mails)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_DUE);
	struct str secret;
	size_t count = 0;

	db_bind_i64(st, 1, w->op->now_ms);
	db_bind_i64(st, 2, w->op->outbox_claim.limit);
	while (db_row(w->db, st)) {
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
static bool load_mail(const struct writing *w, struct outbox_mail *mail)
{
	int64_t id = mail->token.invite;
	struct invite *invite = &mail->to.invite;

	w->op->organization = invite->organization;
	if (!find_invite(w->db, w->op, SQL_INVITE_TAKE, id, invite) ||
	    invite->state != INVITE_OPEN) {
		writing_run(w, SQL_OUTBOX_DELETE, id);
		return false;
	}
	if (invite_status(invite, w->now) == STATUS_EXPIRED) {
		writing_run(w, SQL_OUTBOX_DELETE, id);
		record_too_late(w, id, mail->attempts);
		return false;
	}
	name_invitation(w->db, w->op, &mail->to, STR(""));
	return true;
}

static void lease(const struct writing *w, struct outbox_mail *mail)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_LEASE);

	mail->leased_until_ms = w->op->now_ms + w->op->outbox_claim.lease_ms;
	db_bind_i64(st, 1, mail->token.invite);
	db_bind_i64(st, 2, mail->to.invite.organization);
	db_bind_i64(st, 3, mail->leased_until_ms);
	db_run(w->db, st);
}

/* When the next mail is due; 0: none waits. */
static int64_t next_due(const struct writing *w)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_NEXT);
	int64_t due;

	if (!db_row(w->db, st))
		return 0;
	due = column_i64(st, 0);
	db_done(st);
	return due;
}

enum result write_outbox_claim(const struct writing *w)
{
	struct store_op *op = w->op;
	size_t limit = (size_t)op->outbox_claim.limit, due, kept = 0;
	struct outbox_mail *mails =
	    arena_array(op->arena, limit, sizeof(*mails));

	if (!mails)
		return RESULT_OUT_OF_MEMORY;
	due = read_due(w, mails);
	for (size_t i = 0; i < due; i++) {
		if (!load_mail(w, &mails[i]))
			continue;
		lease(w, &mails[i]);
		mails[kept++] = mails[i];
	}
	op->outbox_claim.ret_mails = mails;
	op->outbox_claim.ret_count = kept;
	op->outbox_claim.ret_next_due_ms = next_due(w);
	/* Due, and yet not found: others have it. */
	if (due < limit && op->outbox_claim.ret_next_due_ms != 0 &&
	    op->outbox_claim.ret_next_due_ms <= op->now_ms)
		op->outbox_claim.ret_next_due_ms = op->now_ms + LOCKED_MS;
	return RESULT_OK;
}

enum result write_outbox_renew(const struct writing *w)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_RENEW);

	db_bind_i64(st, 1, w->op->outbox_renew.invite);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->op->outbox_renew.until_ms);
	db_bind_i64(st, 4, w->op->outbox_renew.leased_until_ms);
	db_run(w->db, st);
	return RESULT_OK;
}

/* Whether the mail, which is due at `due_ms`, is still whose attempt it was. */
static bool is_theirs(const struct store_op *op, int64_t due_ms)
{
	return op->outbox_settle.leased_until_ms == 0 ||
	       op->outbox_settle.leased_until_ms == due_ms ||
	       op->outbox_settle.asked_until_ms == due_ms;
}

/* The mail that is to be settled, if it is still there and theirs to settle. */
static bool find_mail(const struct writing *w, int *ret_attempts)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_GET);
	int64_t meant = w->op->outbox_settle.queued_at_ms;
	bool found;

	db_bind_i64(st, 1, w->op->outbox_settle.invite);
	db_bind_i64(st, 2, w->op->organization);
	if (!db_row(w->db, st)) /* answered or deleted while it was sent */
		return false;
	*ret_attempts = (int)column_i64(st, 0);
	found = (meant == 0 || column_i64(st, 1) == meant) &&
		(w->op->outbox_settle.outcome == OUTBOX_SENT ||
		 is_theirs(w->op, column_i64(st, 2)));
	db_done(st);
	return found;
}

static void defer_mail(const struct writing *w, int attempts)
{
	struct statement *st = db_statement(w->db, SQL_OUTBOX_DEFER);

	db_bind_i64(st, 1, w->op->outbox_settle.invite);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->op->outbox_settle.next_at_ms);
	db_bind_i64(st, 4, attempts);
	db_run(w->db, st);
}

enum result write_outbox_settle(const struct writing *w)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};
	struct store_op *op = w->op;
	int64_t id = op->outbox_settle.invite;
	int attempts;

	if (!find_mail(w, &attempts))
		return RESULT_OK;
	attempts++;
	if (op->outbox_settle.outcome == OUTBOX_DEFERRED)
		defer_mail(w, attempts);
	else
		writing_run(w, SQL_OUTBOX_DELETE, id);
	record_delivery(w, id, statuses[op->outbox_settle.outcome], attempts,
			op->outbox_settle.error);
	return RESULT_OK;
}
