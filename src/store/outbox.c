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

void id_list_begin(struct buf *list, size_t count)
{
	buf_init(list, (STR_I64_MAX + 1) * (count + 2));
	buf_add_text(list, "[");
}

void id_list_add(struct buf *list, int64_t id)
{
	buf_addf(list, "%s%jd", list->len > 1 ? "," : "", (intmax_t)id);
}

void id_list_bind(struct buf *list, struct statement *st, int index)
{
	buf_add_text(list, "]");
	if (!st)
		return; /* the error is noted */
	if (!buf_ok(list))
		db_no_memory(st->db);
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

/* Their invites are locked already, as those of every batch of several. */
STATEMENT(outbox_get_many,
	  .pgsql = "SELECT invite, attempts, queued_at_ms, due_at_ms"
		   " FROM outbox WHERE organization = ?1"
		   " AND invite" IN_ID_LIST("?2") " FOR UPDATE");
STATEMENT(outbox_delete_many,
	  .pgsql = "DELETE FROM outbox WHERE organization = ?1"
		   " AND invite" IN_ID_LIST("?2"));

/* 2: DELIVERY_SENT */
STATEMENT(invite_sent_many,
	  .pgsql = "UPDATE invite SET delivery = 2, delivery_error = NULL,"
		   " delivery_attempts = ?3, delivery_at = ?4"
		   " WHERE organization = ?1 AND id" IN_ID_LIST("?2"));

/* A verdict among many. */
struct one {
	struct store_op *op;
	const struct outbox_settle_in *in;
	struct mail_row row;
	bool theirs; /* `row` is that of the mail, and may be settled */
	bool listed; /* among those that arrived */
};

static void bind_list(struct statement *st, int64_t organization,
		      struct buf *list)
{
	db_bind_i64(st, 1, organization);
	id_list_bind(list, st, 2);
}

static void find_mails(const struct work *work, struct one *all, size_t n)
{
	struct statement *st = db_statement(work->db, &sql_outbox_get_many);
	struct buf list;

	id_list_begin(&list, n);
	for (size_t i = 0; i < n; i++)
		id_list_add(&list, all[i].in->invite);
	bind_list(st, work->organization, &list);
	while (db_row(work->db, st)) {
		size_t i = 0;
		while (i < n && all[i].in->invite != column_i64(st, 0))
			i++;
		if (i == n)
			continue;
		all[i].row =
		    (struct mail_row){ column_i64(st, 1), column_i64(st, 2),
				       column_i64(st, 3) };
		all[i].theirs = may_settle(all[i].in, &all[i].row);
	}
	buf_release(&list);
}

static bool was_sent(const struct one *one)
{
	return one->theirs && one->in->outcome == OUTBOX_SENT;
}

/* Whether both arrived at the same attempt and second. */
static bool are_alike(const struct one *a, const struct one *b)
{
	return a->row.attempts == b->row.attempts &&
	       a->op->now_ms / 1000 == b->op->now_ms / 1000;
}

/* Those from `first` on that arrived like it; mostly that is all of them. */
static void record_alike(const struct work *work, struct one *all, size_t first,
			 size_t n)
{
	struct statement *st = db_statement(work->db, &sql_invite_sent_many);
	struct buf list;

	id_list_begin(&list, n);
	for (size_t i = first; i < n; i++) {
		if (!was_sent(&all[i]) || !are_alike(&all[i], &all[first]))
			continue;
		all[i].listed = true;
		id_list_add(&list, all[i].in->invite);
	}
	bind_list(st, work->organization, &list);
	db_bind_i64(st, 3, all[first].row.attempts + 1);
	db_bind_i64(st, 4, all[first].op->now_ms / 1000);
	db_run(work->db, st);
	buf_release(&list);
}

/* Nobody waits for these. */
static void settle_sent(const struct work *work, struct one *all, size_t n)
{
	struct statement *st = db_statement(work->db, &sql_outbox_delete_many);
	struct buf list;
	size_t count = 0;

	id_list_begin(&list, n);
	for (size_t i = 0; i < n; i++) {
		if (!was_sent(&all[i]))
			continue;
		id_list_add(&list, all[i].in->invite);
		count++;
	}
	if (count > 0) {
		bind_list(st, work->organization, &list);
		db_run(work->db, st);
	}
	buf_release(&list);
	for (size_t i = 0; i < n; i++)
		if (was_sent(&all[i]) && !all[i].listed)
			record_alike(work, all, i, n);
}

/* All of one organization, each of another mail. */
static void settle_group(struct db *db, struct id_source *ids, struct one *all,
			 size_t n)
{
	struct work work = work_begin(db, ids, all[0].op);

	find_mails(&work, all, n);
	settle_sent(&work, all, n);
	for (size_t i = 0; i < n; i++) {
		struct work own = work_begin(db, ids, all[i].op);
		if (all[i].theirs && !was_sent(&all[i]))
			settle(&own, all[i].in, (int)all[i].row.attempts + 1);
		all[i].op->result = RESULT_OK;
	}
}

static bool is_among(const struct one *all, size_t n, int64_t invite)
{
	for (size_t i = 0; i < n; i++)
		if (all[i].in->invite == invite)
			return true;
	return false;
}

/* Takes those out of `ops` that one group may hold; the others stay, in order.
 * How many stay. */
static size_t take_group(struct store_op **ops, size_t n, struct one *all,
			 size_t *ret_count)
{
	int64_t organization = ops[0]->organization;
	size_t left = 0, count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct outbox_settle_in *in = ops[i]->in;

		if (ops[i]->organization != organization ||
		    is_among(all, count, in->invite))
			ops[left++] = ops[i];
		else
			all[count++] = (struct one){ .op = ops[i], .in = in };
	}
	*ret_count = count;
	return left;
}

static void outbox_settle_many(struct db *db, struct id_source *ids,
			       struct store_op **ops, size_t n)
{
	struct store_op *left[BATCH_MAX];
	struct one all[BATCH_MAX];
	size_t count;

	if (n == 1) { /* whose invite is not locked yet */
		ops[0]->result = work_run(db, ids, ops[0]);
		return;
	}
	memcpy(left, ops, n * sizeof(*ops));
	while (n > 0 && !db->error) {
		n = take_group(left, n, all, &count);
		settle_group(db, ids, all, count);
	}
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
	  .text = "SELECT count(*), min(queued_at_ms), 0 FROM outbox",
	  .pgsql = "SELECT count(*), min(queued_at_ms),"
		   " (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
		   " FROM outbox");

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
	out->clock_ms = column_i64(st, 2);
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
