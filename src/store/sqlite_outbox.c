/*
 * sqlite_outbox.c: mails that wait: leased to a worker, then settled.
 *
 * A lease outlives a worker that dies: the mail is due again when it ends.
 */
#include "base/base.h"

#include "store/sqlite_write.h"

static void record_delivery(const struct writing *w, int64_t invite,
			    enum delivery_status status, int attempts,
			    const char *error)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_INVITE_DELIVERY);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, status);
	db_bind_i64(st, 3, attempts);
	db_bind_text(st, 4, error);
	db_bind_i64(st, 5, w->now);
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
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_DUE);
	size_t count = 0;

	db_bind_i64(st, 1, w->op->now_ms);
	db_bind_i64(st, 2, w->op->outbox_claim.limit);
	while (db_row(w->db, st)) {
		struct outbox_mail *mail = &mails[count++];

		mail->token.invite = sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) == SECRET_SIZE)
			memcpy(mail->token.secret, sqlite3_column_blob(st, 1),
			       SECRET_SIZE);
		mail->queued_at_ms = sqlite3_column_int64(st, 2);
		mail->attempts = sqlite3_column_int(st, 3);
	}
	return count;
}

/* Whether the mail should still go; if not, its row is gone. */
static bool load_mail(const struct writing *w, struct outbox_mail *mail)
{
	int64_t id = mail->token.invite;
	struct invite *invite = &mail->to.invite;

	if (!find_invitation(w->db, w->op, id, &mail->to) ||
	    invite->state != INVITE_OPEN) {
		writing_run(w, SQL_OUTBOX_DELETE, id);
		return false;
	}
	if (invite_status(invite, w->now) == STATUS_EXPIRED) {
		writing_run(w, SQL_OUTBOX_DELETE, id);
		record_too_late(w, id, mail->attempts);
		return false;
	}
	return true;
}

enum refusal write_outbox_claim(const struct writing *w)
{
	struct store_op *op = w->op;
	size_t due, kept = 0;
	sqlite3_stmt *st;
	struct outbox_mail *mails = arena_array(
	    op->arena, (size_t)op->outbox_claim.limit, sizeof(*mails));

	if (!mails)
		return REFUSAL_OUT_OF_MEMORY;
	due = read_due(w, mails);
	for (size_t i = 0; i < due; i++) {
		if (!load_mail(w, &mails[i]))
			continue;
		st = db_statement(w->db, SQL_OUTBOX_LEASE);
		db_bind_i64(st, 1, mails[i].token.invite);
		db_bind_i64(st, 2, op->now_ms + op->outbox_claim.lease_ms);
		db_run(w->db, st);
		mails[kept++] = mails[i];
	}
	op->outbox_claim.ret_mails = mails;
	op->outbox_claim.ret_count = kept;
	op->outbox_claim.ret_next_due_ms = 0;
	st = db_statement(w->db, SQL_OUTBOX_NEXT);
	if (db_row(w->db, st)) {
		op->outbox_claim.ret_next_due_ms = sqlite3_column_int64(st, 0);
		db_done(st);
	}
	return REFUSAL_GRANTED;
}

static void defer_mail(const struct writing *w, int attempts)
{
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_DEFER);

	db_bind_i64(st, 1, w->op->outbox_settle.invite);
	db_bind_i64(st, 2, w->op->outbox_settle.next_at_ms);
	db_bind_i64(st, 3, attempts);
	db_run(w->db, st);
}

enum refusal write_outbox_settle(const struct writing *w)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};
	struct store_op *op = w->op;
	int64_t id = op->outbox_settle.invite;
	sqlite3_stmt *st = db_statement(w->db, SQL_OUTBOX_ATTEMPTS);
	int attempts;

	db_bind_i64(st, 1, id);
	if (!db_row(w->db, st)) /* answered or deleted while it was sent */
		return REFUSAL_GRANTED;
	attempts = sqlite3_column_int(st, 0) + 1;
	db_done(st);
	if (op->outbox_settle.outcome == OUTBOX_DEFERRED)
		defer_mail(w, attempts);
	else
		writing_run(w, SQL_OUTBOX_DELETE, id);
	record_delivery(w, id, statuses[op->outbox_settle.outcome], attempts,
			op->outbox_settle.error);
	return REFUSAL_GRANTED;
}
