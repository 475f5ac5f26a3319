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

#include "store/mail/outbox.h"

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
	      " due_at_ms, attempts, subject)"
	      " VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)");

void queue_mail(struct work *work, int64_t invite,
		const uint8_t secret[SECRET_SIZE], enum letter_kind letter)
{
	struct statement *st = db_statement(work->db, &sql_outbox_insert);

	db_bind_i64(st, 1, invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_blob(st, 3, secret, SECRET_SIZE);
	db_bind_i64(st, 4, work->now_ms);
	db_bind_i64(st, 5, lease_now(work));
	db_bind_i64(st, 6, letter);
	db_run(work->db, st);
	work->mail_queued = true;
}

STATEMENT(invite_delivery_many,
	  .pgsql = "UPDATE invite i SET delivery = r.delivery,"
		   " delivery_attempts = r.attempts,"
		   " delivery_error = r.error, delivery_at = r.at"
		   " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
		   " ?4::bigint[], ?5::text[], ?6::bigint[])"
		   " r(id, organization, delivery, attempts, error, at)"
		   " WHERE i.id = r.id AND i.organization = r.organization");
STATEMENT(invite_delivery,
	  .text = "UPDATE invite SET delivery = ?3,"
		  " delivery_attempts = ?4, delivery_error = ?5,"
		  " delivery_at = ?6"
		  " WHERE id = ?1 AND organization = ?2",
	  .many = &sql_invite_delivery_many);

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
	if (status == DELIVERY_FAILED)
		work_audit(work, AUDIT_INVITE_UNDELIVERED, invite);
}

void record_failure(const struct work *work, const struct invite *invite,
		    const char *error)
{
	record_delivery(work, invite->id, DELIVERY_FAILED,
			invite->delivery.attempts, error);
}

void record_too_late(const struct work *work, int64_t invite, int attempts)
{
	record_delivery(work, invite, DELIVERY_FAILED, attempts,
			"The invite expired before its mail could be "
			"delivered.");
}

STATEMENT(outbox_delete_many,
	  .pgsql = "DELETE FROM outbox o USING unnest(?1::bigint[],"
		   " ?2::bigint[]) r(invite, organization) WHERE"
		   " o.invite = r.invite AND o.organization = r.organization");
STATEMENT(outbox_delete,
	  .text = "DELETE FROM outbox WHERE invite = ?1 AND organization = ?2",
	  .many = &sql_outbox_delete_many);

/* A mail whose invite says expired, because of a wrong clock, may still be
 * waiting.
 */
void drop_mail(const struct work *work, const struct invite *invite)
{
	enum delivery_status status = invite->delivery.status;

	if (status != DELIVERY_NONE && status != DELIVERY_SENT)
		work_run_for(work, &sql_outbox_delete, invite->id);
}

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

/* Whether the mail, which is due at `due_ms`, is still leased to the one who
 * attempted it. */
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

STATEMENT(outbox_get_notice,
	  .text = "SELECT attempts, queued_at_ms, due_at_ms FROM outbox"
		  " WHERE invite = ?1 AND organization = ?2",
	  .pgsql = "SELECT attempts, queued_at_ms, due_at_ms FROM outbox"
		   " WHERE invite = ?1 AND organization = ?2 FOR UPDATE");

/* A mail as its row has it. */
struct mail_row {
	int64_t attempts, queued_at_ms, due_at_ms;
};

/* Whether the row is that of the mail meant, and still leased to them. */
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
	struct statement *st = db_statement(
	    work->db, in->no_invite ? &sql_outbox_get_notice : &sql_outbox_get);
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

STATEMENT(outbox_defer_many,
	  .pgsql = "UPDATE outbox o SET due_at_ms = r.due, attempts ="
		   " r.attempts, unreached = r.unreached"
		   " FROM unnest(?1::bigint[], ?2::bigint[],"
		   " ?3::bigint[], ?4::bigint[], ?5::bigint[])"
		   " r(invite, organization, due, attempts, unreached) WHERE"
		   " o.invite = r.invite AND o.organization = r.organization");
STATEMENT(outbox_defer,
	  .text = "UPDATE outbox SET due_at_ms = ?3, attempts = ?4,"
		  " unreached = ?5"
		  " WHERE invite = ?1 AND organization = ?2",
	  .many = &sql_outbox_defer_many);

static void defer_mail(const struct work *work,
		       const struct outbox_settle_in *in, int attempts)
{
	struct statement *st = db_statement(work->db, &sql_outbox_defer);

	db_bind_i64(st, 1, in->invite);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, lease_now(work) + in->pause_ms);
	db_bind_i64(st, 4, attempts);
	db_bind_i64(st, 5, in->unreached);
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
	if (in->no_invite)
		return;
	record_delivery(work, in->invite, statuses[in->outcome], attempts,
			in->error);
	if (in->outcome == OUTBOX_SENT)
		work_event(work, EVENT_INVITE_SENT, in->invite);
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

/* The invites first, as above. */
STATEMENT(outbox_get_many,
	  .pgsql = "SELECT o.invite, o.organization, o.attempts,"
		   " o.queued_at_ms, o.due_at_ms FROM invite i, outbox o"
		   " WHERE i.id" IN_ID_LIST("?1") " AND o.invite = i.id"
						  " AND o.organization ="
						  " i.organization"
						  " ORDER BY i.id"
						  " FOR UPDATE OF i, o");

/* A verdict among many. */
struct one {
	struct store_op *op;
	const struct outbox_settle_in *in;
	struct mail_row row;
	bool there; /* `row` is that of the mail */
};

struct settling {
	struct statement *st;
	size_t count;
	struct one at[];
};

static struct one *find_one(struct settling *all, int64_t organization,
			    int64_t invite)
{
	for (size_t i = 0; i < all->count; i++) {
		if (all->at[i].in->invite == invite &&
		    all->at[i].op->organization == organization)
			return &all->at[i];
	}
	return NULL;
}

static void *ask_to_settle(struct db *db, struct id_source *ids,
			   struct store_op **ops, size_t n)
{
	struct settling *all = calloc(1, sizeof(*all) + n * sizeof(*all->at));
	struct buf list;

	(void)ids;
	if (!all) {
		db_no_memory(db);
		return NULL;
	}
	id_list_begin(&list, n);
	for (size_t i = 0; i < n; i++) {
		const struct outbox_settle_in *in = ops[i]->in;

		all->at[i] = (struct one){ .op = ops[i], .in = in };
		id_list_add(&list, in->invite);
	}
	all->count = n;
	all->st = db_statement(db, &sql_outbox_get_many);
	id_list_bind(&list, all->st, 1);
	db_ask(db, all->st);
	buf_release(&list);
	return all;
}

static void find_mails(struct db *db, struct settling *all)
{
	struct statement *st = all->st;

	while (db_row(db, st)) {
		struct one *one =
		    find_one(all, column_i64(st, 1), column_i64(st, 0));

		if (!one)
			continue;
		one->there = true;
		one->row =
		    (struct mail_row){ column_i64(st, 2), column_i64(st, 3),
				       column_i64(st, 4) };
	}
}

static size_t settle_together(struct db *db, struct id_source *ids,
			      struct store_op *const *ops, size_t n,
			      void *asked, struct store_op **ret_left)
{
	struct settling *all = asked;
	size_t left = 0;

	(void)ops;

	find_mails(db, all);
	for (size_t i = 0; i < n; i++) {
		const struct one *one = &all->at[i];
		struct work work;

		if (one->in->no_invite) {
			ret_left[left++] = one->op;
			continue;
		}
		work = work_begin(db, ids, one->op);

		if (one->there && may_settle(one->in, &one->row))
			settle(&work, one->in, (int)one->row.attempts + 1);
		one->op->result = RESULT_OK;
	}
	free(all);
	return left;
}

static const struct verb_together settlements = { ask_to_settle,
						  settle_together };

static void lock_mail(const void *input, int64_t organization,
		      struct lock_set *set)
{
	const struct outbox_settle_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->invite);
}

const struct verb verb_outbox_settle = {
	VERB(outbox_settle),	  .flags = VERB_REPEATABLE,
	.rank = RANK_LATER,	  .size_in = sizeof(struct outbox_settle_in),
	.locks = lock_mail,	  .run = outbox_settle,
	.together = &settlements,
};

/* ---- recall ---- */

/* Those that are claimed first are the oldest. */
STATEMENT(outbox_recall,
	  .text = "UPDATE outbox SET due_at_ms = queued_at_ms, unreached = 0"
		  " WHERE unreached = 1",
	  .pgsql = "UPDATE outbox o SET due_at_ms = queued_at_ms,"
		   " unreached = 0 FROM (SELECT organization, invite"
		   "  FROM outbox WHERE unreached = 1"
		   "  FOR UPDATE SKIP LOCKED) u"
		   " WHERE o.organization = u.organization"
		   " AND o.invite = u.invite");

static enum result outbox_recall(struct work *work, const void *input,
				 void *output)
{
	(void)input;
	(void)output;
	db_run(work->db, db_statement(work->db, &sql_outbox_recall));
	return RESULT_OK;
}

const struct verb verb_outbox_recall = {
	VERB(outbox_recall),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_LATER,
	.run = outbox_recall,
};

/* ---- watching ---- */

STATEMENT(outbox_count, .text = "SELECT count(*), min(queued_at_ms)"
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
	db_done(st);
	return RESULT_OK;
}

/* It looks at all that wait. */
static bool is_slow(const void *input)
{
	(void)input;
	return true;
}

const struct verb verb_outbox_count = {
	VERB(outbox_count),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_out = sizeof(struct outbox_count_out),
	.slow = is_slow,
	.run = outbox_count,
};

/* A row of the outbox, which may be missing. */
STATEMENT(clock, .text = "SELECT 0 * count(*) FROM meta WHERE key = 'probe'",
	  .pgsql = "SELECT (extract(epoch FROM clock_timestamp())"
		   " * 1000)::bigint");

static enum result read_clock(struct work *work, const void *input,
			      void *output)
{
	struct clock_out *out = output;
	struct statement *st = db_statement(work->db, &sql_clock);

	(void)input;
	if (!db_row(work->db, st))
		return RESULT_STORE_UNAVAILABLE;
	out->clock_ms = column_i64(st, 0);
	db_done(st);
	return RESULT_OK;
}

const struct verb verb_clock = {
	VERB(clock),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_out = sizeof(struct clock_out),
	.run = read_clock,
};

/* In a file, as large as a create may be, and different each time: a full disk
 * still takes a few octets. */
STATEMENT(probe,
	  .text = "INSERT INTO meta(key, value)"
		  " VALUES('probe', iif(?1 IS NULL, 0, randomblob(131072)))"
		  " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
	  .pgsql = "INSERT INTO meta(key, value)"
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
