/*
 * work.c: runs a verb, and has what all verbs need.
 */
#include "base/base.h"

#include "store/work.h"

#include "base/random.h"
#include "store/lock.h"
#include "store/once.h"

int64_t work_id(const struct work *work)
{
	return id_next(work->ids, work->now_ms, random_u64());
}

void work_run_for(const struct work *work, const struct sql *sql, int64_t id)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_run(work->db, st);
}

#define LIMITED	    LIMITS_INVITES("k.organization")
#define LISTENED_TO HAS_WEBHOOKS("k.organization")

/* The query also tells whether the organization limits invites and whether it
 * has webhooks, so that a create with neither needs no other query for that. */
STATEMENT(key_in_force, .text = "SELECT " LIMITED ", " LISTENED_TO
				" FROM admin_key k WHERE id = ?1"
				" AND " KEY_IN_FORCE("k", "?2"));

/*
 * Whether the caller's key is in force right now: it may have been looked up a
 * while before the operation was submitted. Once for a whole batch.
 */
static bool may_write(const struct work *work)
{
	struct statement *st;
	int64_t key = work->actor.key;

	if (key == work->db->key || key == 0)
		return true;
	st = db_statement(work->db, &sql_key_in_force);
	db_bind_i64(st, 1, key);
	db_bind_i64(st, 2, work->now);
	if (!db_row(work->db, st))
		return false;
	work->db->limited = column_i64(st, 0) != 0;
	work->db->webhooks = column_i64(st, 1) != 0;
	db_done(st);
	work->db->key = key;
	return true;
}

/* A row, from the organization's first day or the first time that this program
 * changes its rights; older programs do not know it. */
#define RIGHTS_MOVE_ON                                        \
	" ON CONFLICT(organization) DO UPDATE SET generation" \
	" = rights.generation + 1"

STATEMENT(rights_move_many,
	  .pgsql = "INSERT INTO rights(organization, generation)"
		   " SELECT DISTINCT o, 1 FROM unnest(?1::bigint[]) o"
		   " ORDER BY o" RIGHTS_MOVE_ON);
STATEMENT(rights_move,
	  .text = "INSERT INTO rights(organization, generation)"
		  " VALUES(?1, 1)" RIGHTS_MOVE_ON,
	  .many = &sql_rights_move_many);

void work_move_rights(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_rights_move);

	db_bind_i64(st, 1, work->organization);
	db_run(work->db, st);
}

/* While we waited for the row, its holder may have revoked the caller's key. So
 * the key is looked up once we have the row. */
static void begin_rights(const struct work *work)
{
	db_forget(work->db);
	if (!(work->verb->flags & VERB_ANY_ORGANIZATION))
		work_move_rights(work);
}

void lock_rights(const void *in, int64_t organization, struct lock_set *set)
{
	(void)in;
	lock_set_add(set, LOCK_RIGHTS, organization);
}

struct work work_begin(struct db *db, struct id_source *ids,
		       struct store_op *op)
{
	if (op->verb->size_out > 0)
		memset(op->out, 0, op->verb->size_out);
	op->turn = ++db->turns;
	/* Any other verb may change what the limits count. */
	if (op->verb != &verb_invite_create)
		db->limits.organization = 0;
	op->event_queued = false;
	op->leaves = false;
	return (struct work){
		.db = db,
		.verb = op->verb,
		.op = op,
		.arena = op->arena,
		.ids = ids,
		.organization = op->organization,
		.actor = op->actor,
		.now_ms = op->now_ms,
		.now = op->now_ms / 1000,
	};
}

enum result work_run(struct db *db, struct id_source *ids, struct store_op *op)
{
	struct work work = work_begin(db, ids, op);
	enum result result = RESULT_KEY_UNKNOWN;

	db->damaged = false;
	if (op->verb->flags & VERB_RIGHTS)
		begin_rights(&work);
	if (!ids || may_write(&work)) {
		work.limited = work.actor.key != 0 && db->limited;
		if (ids && work.actor.key != 0)
			work.listeners =
			    db->webhooks ? LISTENERS_SOME : LISTENERS_NONE;
		result = op->once && ids
			     ? once_run(&work, op)
			     : op->verb->run(&work, op->in, op->out);
	}
	if (op->verb->flags & VERB_RIGHTS)
		db_forget(db);
	op->mail_queued = work.mail_queued;
	if (!db->damaged)
		return result;
	db->damaged = false;
	return RESULT_DAMAGED;
}

/* After an error, even one that is only an answer yet to come, it has seen
 * nothing. */
bool work_leaves(const struct work *work)
{
	if (work->op->slow)
		return false;
	work->op->leaves = work->db->error == DB_FINE;
	return true;
}

/* ---- pages of lists ---- */

int64_t list_before(const struct list_in *page)
{
	return page->after ? page->after : INT64_MAX;
}

struct statement *work_list(const struct work *work, const struct sql *sql,
			    const struct list_in *page)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, list_before(page));
	db_bind_i64(st, 3, page->limit + 1);
	return st;
}

struct statement *work_list_by(const struct work *work,
			       const struct sql *descending,
			       const struct sql *ascending,
			       const struct list_in *page)
{
	struct statement *st;

	if (!page->ascending)
		return work_list(work, descending, page);
	st = db_statement(work->db, ascending);
	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, page->after);
	db_bind_i64(st, 3, page->limit + 1);
	return st;
}

void *work_rows(const struct work *work, const struct list_in *page,
		size_t size)
{
	void *rows = arena_array(work->arena, (size_t)page->limit + 1, size);

	if (!rows)
		db_no_memory(work->db);
	return rows;
}

struct list_out list_end(const struct work *work, const struct list_in *page,
			 void *rows, size_t count, size_t seen)
{
	size_t limit = (size_t)page->limit;
	bool more = seen > limit;

	if (more && count == 0)
		(void)db_damaged(work->db);
	return (struct list_out){
		.rows = rows,
		.count = count > limit ? limit : count,
		.has_more = more,
	};
}
