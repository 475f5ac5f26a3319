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

#include "base/buf.h"
#include "store/engine.h"
#include "store/lock.h"
#include "store/rows.h"

int64_t lease_now(const struct work *work)
{
	return work->now_ms + work->db->clock_ahead_ms;
}

/* ---- queue ---- */

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

STATEMENT(outbox_delete, .text = "DELETE FROM outbox"
				 " WHERE invite = ?1 AND organization = ?2");

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

/* ---- lists for statements ---- */

void mail_list_begin(struct buf *list, size_t count)
{
	buf_init(list, 128 * (count + 1));
	buf_add_text(list, "[");
}

void mail_list_end(const struct work *work, struct buf *list,
		   struct statement *st, int index)
{
	buf_add_text(list, "]");
	if (!buf_ok(list))
		db_no_memory(work->db);
	else
		db_bind_text(st, index, list->data);
}

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

/* A mail as its row has it. */
struct mail_row {
	int64_t attempts, queued_at_ms, due_at_ms;
};

/* Whether the row is of the mail that is meant, and theirs to settle. */
static bool may_settle(const struct outbox_settle_in *in,
		       const struct mail_row *row)
{
	return (in->queued_at_ms == 0 ||
		in->queued_at_ms == row->queued_at_ms) &&
	       (in->outcome == OUTBOX_SENT || is_theirs(in, row->due_at_ms));
}

/* The mail that is to be settled, if it is still there and theirs to settle. */
static bool find_mail(const struct work *work,
		      const struct outbox_settle_in *in, int *ret_attempts)
{
	struct statement *st = db_statement(work->db, &sql_outbox_get);
	struct mail_row row;

	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st)) /* answered or deleted while it was sent */
		return false;
	row = (struct mail_row){ column_i64(st, 0), column_i64(st, 1),
				 column_i64(st, 2) };
	db_done(st);
	*ret_attempts = (int)row.attempts;
	return may_settle(in, &row);
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

/* `attempts`: this one included. */
static void settle(const struct work *work, const struct outbox_settle_in *in,
		   int attempts)
{
	static const enum delivery_status statuses[] = {
		[OUTBOX_SENT] = DELIVERY_SENT,
		[OUTBOX_DEFERRED] = DELIVERY_DEFERRED,
		[OUTBOX_FAILED] = DELIVERY_FAILED,
	};

	if (in->outcome == OUTBOX_DEFERRED)
		defer_mail(work, in, attempts);
	else
		work_run_for(work, &sql_outbox_delete, in->invite);
	record_delivery(work, in->invite, statuses[in->outcome], attempts,
			in->error);
}

static enum result outbox_settle(struct work *work, const void *input,
				 void *output)
{
	const struct outbox_settle_in *in = input;
	int attempts;

	(void)output;
	if (find_mail(work, in, &attempts))
		settle(work, in, attempts + 1);
	return RESULT_OK;
}

/* ---- settle many ---- */

STATEMENT(outbox_get_many,
	  .pgsql = "SELECT o.organization, o.invite, o.attempts,"
		   " o.queued_at_ms, o.due_at_ms"
		   " FROM (SELECT (g->>0)::bigint AS of, (g->>1)::bigint AS at"
		   " FROM json_array_elements(?1::json) g) l"
		   " JOIN invite i ON i.organization = l.of AND i.id = l.at"
		   " JOIN outbox o ON o.organization = l.of AND o.invite = l.at"
		   " FOR UPDATE OF i, o");
STATEMENT(outbox_delete_many,
	  .pgsql = "DELETE FROM outbox o USING (SELECT (g->>0)::bigint AS of,"
		   " (g->>1)::bigint AS at FROM"
		   " json_array_elements(?1::json) g) l"
		   " WHERE o.organization = l.of AND o.invite = l.at");

/* 2: DELIVERY_SENT */
STATEMENT(
    invite_sent_many,
    .pgsql =
	"UPDATE invite o SET delivery = 2, delivery_error = NULL,"
	" delivery_attempts = l.attempts, delivery_at = l.now" LISTED_MAILS(
	    "?1", "id"));

/* A verdict among many; `row` where its mail was found. */
struct one {
	struct store_op *op;
	struct mail_row row;
	bool found;
};

/* The rows of all mails. Where two verdicts are of one mail, the first gets
 * it. */
static void find_mails(const struct work *work, struct one *all, size_t n)
{
	struct statement *st = db_statement(work->db, &sql_outbox_get_many);
	struct buf list;

	mail_list_begin(&list, n);
	for (size_t i = 0; i < n; i++) {
		const struct outbox_settle_in *in = all[i].op->in;
		buf_addf(&list, "%s[%jd,%jd]", i > 0 ? "," : "",
			 (intmax_t)all[i].op->organization,
			 (intmax_t)in->invite);
	}
	mail_list_end(work, &list, st, 1);
	while (db_row(work->db, st)) {
		for (size_t i = 0; i < n; i++) {
			const struct outbox_settle_in *in = all[i].op->in;
			if (in->invite != column_i64(st, 1) ||
			    all[i].op->organization != column_i64(st, 0))
				continue;
			all[i].found = true;
			all[i].row = (struct mail_row){ column_i64(st, 2),
							column_i64(st, 3),
							column_i64(st, 4) };
			break;
		}
	}
	buf_release(&list);
}

static bool was_sent(const struct one *one)
{
	const struct outbox_settle_in *in = one->op->in;

	return one->found && in->outcome == OUTBOX_SENT &&
	       may_settle(in, &one->row);
}

/* All that arrived: by two statements, and nobody waits for them. */
static void settle_sent(const struct work *work, const struct one *all,
			size_t n)
{
	struct statement *st;
	struct buf list;
	size_t count = 0;

	mail_list_begin(&list, n);
	for (size_t i = 0; i < n; i++) {
		const struct outbox_settle_in *in = all[i].op->in;
		if (was_sent(&all[i]))
			buf_addf(&list, "%s[%jd,%jd,%jd,%jd]",
				 count++ > 0 ? "," : "",
				 (intmax_t)all[i].op->organization,
				 (intmax_t)in->invite,
				 (intmax_t)all[i].row.attempts + 1,
				 (intmax_t)all[i].op->now_ms / 1000);
	}
	st = db_statement(work->db, &sql_outbox_delete_many);
	mail_list_end(work, &list, st, 1);
	if (count > 0) {
		db_run(work->db, st);
		st = db_statement(work->db, &sql_invite_sent_many);
		db_bind_text(st, 1, list.data);
		db_run(work->db, st);
	}
	buf_release(&list);
}

/* The others: put off or failed. */
static void settle_unsent(struct db *db, struct id_source *ids,
			  const struct one *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct outbox_settle_in *in = all[i].op->in;
		struct work work = work_begin(db, ids, all[i].op);

		all[i].op->result = RESULT_OK;
		if (all[i].found && in->outcome != OUTBOX_SENT &&
		    may_settle(in, &all[i].row))
			settle(&work, in, (int)all[i].row.attempts + 1);
	}
}

/* Whether an earlier one of them is of the same mail. */
static bool is_repeated(struct store_op *const *ops, size_t at)
{
	const struct outbox_settle_in *in = ops[at]->in;

	for (size_t i = 0; i < at; i++) {
		const struct outbox_settle_in *other = ops[i]->in;
		if (other->invite == in->invite &&
		    ops[i]->organization == ops[at]->organization)
			return true;
	}
	return false;
}

static void outbox_settle_many(struct db *db, struct id_source *ids,
			       struct store_op **ops, size_t n)
{
	struct one all[BATCH_MAX];
	struct store_op *repeated[BATCH_MAX];
	size_t count = 0, left = 0;
	struct work work = work_begin(db, ids, ops[0]);

	for (size_t i = 0; i < n; i++) {
		if (is_repeated(ops, i))
			repeated[left++] = ops[i];
		else
			all[count++] = (struct one){ .op = ops[i] };
	}
	find_mails(&work, all, count);
	settle_sent(&work, all, count);
	settle_unsent(db, ids, all, count);
	for (size_t i = 0; i < left && !db->error; i++)
		repeated[i]->result = work_run(db, ids, repeated[i]);
}

static void lock_mail(const void *input, int64_t organization,
		      struct lock_set *set)
{
	const struct outbox_settle_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->invite);
}

const struct verb verb_outbox_settle = {
	VERB(outbox_settle),
	.flags = VERB_REPEATABLE,
	.rank = RANK_LATER,
	.size_in = sizeof(struct outbox_settle_in),
	.locks = lock_mail,
	.run = outbox_settle,
	.run_many = outbox_settle_many,
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
