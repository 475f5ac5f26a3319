/*
 * engine.c: the engine for PostgreSQL and what speaks its protocol.
 *
 * A batch is one transaction, as in SQLite. What its creates, answers and the
 * like need to read takes one round trip, and what they write goes with the
 * COMMIT; other verbs follow one by one. Many daemons do so at once; row locks
 * and unique indexes keep them apart (see lock.c).
 *
 * What can go wrong, and what is done about it, within its time (SLICE_MS):
 *
 *	others in the way    (deadlock, serialization) the batch is run again
 *	others hold a lock   the batch is halved, with a short timeout, so that
 *	                     only those that need the lock are refused
 *	anything else        the same, with the usual timeout
 *	connection lost      a new one, and the batch is run again
 *	lost at COMMIT       a new one, and the transaction is settled: all of
 *	                     it was done, or none and it never will be
 *	no connection        refused
 *
 * Settling. The server may not have seen our COMMIT yet, or may be busy with
 * it for as long as a synchronous standby is away; to look and find nothing
 * proves nothing then. So we insert the transaction's last audit event
 * ourselves, as one that says nothing (AUDIT_NONE). Either the event is there,
 * and stands for the whole transaction; or our mark is now in its place, and
 * the transaction, should it ever arrive, fails on it. While the server is
 * busy with it our insert waits, as does any insert of a unique key that
 * another transaction has inserted. The mark stays, since nobody knows how late
 * a packet may come.
 *
 * A transaction without an audit event (leases, what became of a mail, when a
 * key was used) may be done twice without harm, and is not looked for.
 *
 * What is found is answered only after a COMMIT of our own, which waits for the
 * standbys that the other's did not wait for if the server was restarted or
 * somebody cancelled its wait ("committed locally, but might not have been
 * replicated"). What is on one machine only was not promised to anybody.
 *
 * Until it is settled nothing else is begun, not even by the next batches,
 * which try that first: a primary without its synchronous standby keeps each
 * session that commits, and must not be given one after the other until it has
 * no more.
 */
#include "base/base.h"

#include "store/engine.h"

#include "base/clock.h"
#include "base/random.h"
#include "core/audit.h"
#include "store/flaw.h"
#include "store/table.h"
#include "store/pgsql/db.h"
#include "store/pgsql/read.h"
#include "store/pgsql/schema.h"
#include "store/pgsql/write.h"
#include "store/rows.h"
#include "store/work.h"

/* That a batch may take; a caller may wait twice as long. */
#define SLICE_MS 2000
#define OPEN_MS	 10000
#define CHECK_MS HOUR_MS
#define TRIES	 4 /* where others are in the way */
#define PAUSE_MS 8 /* before the second of them, at most */

struct engine {
	struct pgsql_db db;
	struct id_source ids;
	char *url;
	bool short_timeout; /* a batch has hit a lock timeout: use the short one
			     */
	bool unsettled;	    /* nobody knows how the last COMMIT ended */
	struct commit_marker marker; /* of its transaction */
};

struct reader {
	struct pgsql_db db;
};

/* ---- opening ---- */

static void engine_close(struct engine *engine)
{
	pgsql_db_close(&engine->db);
	free(engine->url);
	free(engine);
}

/* The clock may be behind what it was when the last ids were made. By the
 * index of each organization. */
static int start_ids(struct engine *engine, struct fail *fail)
{
	PGresult *result = NULL;
	struct buf greatest;
	int64_t id = 0;

	buf_init(&greatest, SIZE_MAX);
	tables_add_greatest_id(&greatest, true);
	if (buf_ok(&greatest))
		result = pgsql_db_query(&engine->db, greatest.data);
	buf_release(&greatest);
	if (result && PQntuples(result) == 1 && !PQgetisnull(result, 0, 0) &&
	    str_to_i64(str_of(PQgetvalue(result, 0, 0)), &id))
		id_start_after(&engine->ids, id);
	PQclear(result);
	if (result)
		return 0;
	return fail_set(fail, "could not use the database: %s",
			pgsql_db_why(&engine->db));
}

static int prepare_engine(struct engine *engine, bool serve, struct fail *fail)
{
	struct pgsql_db *db = &engine->db;
	struct fail why;

	if (pgsql_check_url(engine->url, fail) < 0)
		return -1;
	pgsql_db_set_deadline(db, OPEN_MS);
	if (!pgsql_db_connect(db))
		return fail_set(fail, "could not %s the database: %s",
				db->hopeless ? "use" : "connect to",
				pgsql_db_why(db));
	/* A mistyped name must not look like a healthy, empty database. */
	if ((serve ? pgsql_schema_bring_up(db, &why)
		   : pgsql_schema_examine(db, &why)) < 0)
		return fail_set(fail, "could not use the database: %s",
				why.message);
	return start_ids(engine, fail);
}

/* Whether it is the server's state that is in the way, and not what it is. */
static bool may_pass(const struct pgsql_db *db)
{
	return !db->hopeless &&
	       (db->base.error == DB_LOST || db->base.error == DB_AGAIN ||
		db->base.error == DB_BLOCKED);
}

static int engine_open(const char *place, bool serve,
		       struct engine **ret_engine, struct fail *fail)
{
	struct engine *engine = calloc(1, sizeof(*engine));

	if (!engine)
		return fail_set(fail, "out of memory");
	engine->url = pgsql_url_of(place);
	pgsql_db_init(&engine->db, engine->url);
	engine->db.single_attempt = !serve; /* somebody looks on */
	if (!engine->url) {
		engine_close(engine);
		return fail_set(fail, "out of memory");
	}
	if (prepare_engine(engine, serve, fail) < 0) {
		fail->passing = may_pass(&engine->db);
		engine_close(engine);
		return -1;
	}
	*ret_engine = engine;
	return 0;
}

/* ---- writing ---- */

enum outcome { DONE, AGAIN, BLOCKED, LOST, UNCERTAIN, FAILED };

static enum outcome outcome_of(const struct pgsql_db *db)
{
	switch (db->base.error) {
	case DB_AGAIN:
		return AGAIN;
	case DB_BLOCKED:
		return BLOCKED;
	case DB_LOST:
		return LOST;
	default:
		return FAILED;
	}
}

/* All of `ops` in one transaction. */
static enum outcome apply_together(struct engine *engine, struct store_op **ops,
				   size_t n)
{
	struct pgsql_db *db = &engine->db;

	db->base.error = DB_FINE;
	db_forget(&db->base);
	db->base.marker = (struct commit_marker){ 0, 0 };
	if (!pgsql_db_connect(db))
		return LOST;
	pgsql_db_begin(db, engine->short_timeout);
	pgsql_write(db, &engine->ids, ops, n);
	if (db->base.error) {
		pgsql_db_rollback(db);
		return outcome_of(db);
	}
	switch (pgsql_db_commit(db)) {
	case COMMIT_DONE:
		return DONE;
	case COMMIT_UNKNOWN:
		engine->unsettled = true;
		engine->marker = db->base.marker;
		return UNCERTAIN;
	case COMMIT_FAILED:
		break;
	}
	return outcome_of(db);
}

static void pause_a_little(int tries)
{
	uint64_t most = PAUSE_MS << (tries < TRIES ? tries : TRIES);
	struct timespec time = { .tv_nsec =
				     (long)(random_u64() % most) * 1000000 };

	nanosleep(&time, NULL);
}

/* ---- settling ---- */

/* 0: AUDIT_NONE. A write in either case, so that its COMMIT waits for the
 * standbys that the other should have waited for. */
STATEMENT(settle,
	  .pgsql = "INSERT INTO audit(id, organization, at, actor, type,"
		   " target) VALUES(?1, ?2, 0, 0, 0, 0)"
		   " ON CONFLICT(organization, id)"
		   " DO UPDATE SET type = audit.type RETURNING type");

/* Whether the unsettled transaction's event is there; else the mark is now. */
static bool find_event(struct pgsql_db *db, struct commit_marker marker)
{
	struct statement *st = db_statement(&db->base, &sql_settle);
	bool found;

	db_bind_i64(st, 1, marker.id);
	db_bind_i64(st, 2, marker.organization);
	found = db_row(&db->base, st) && column_i64(st, 0) != AUDIT_NONE;
	db_done(st);
	return found;
}

/* Where there was no event: that a transaction comes through at all. */
static void write_something(struct pgsql_db *db)
{
	struct statement *st = db_statement(&db->base, &sql_probe);

	db_bind_i64(st, 1, 0);
	db_run(&db->base, st);
}

/* DONE, or LOST where it was not and never will be; or UNCERTAIN. */
static enum outcome try_to_settle(struct engine *engine)
{
	struct pgsql_db *db = &engine->db;
	bool found = false;

	db->base.error = DB_FINE;
	if (!pgsql_db_connect(db))
		return UNCERTAIN;
	pgsql_db_begin(db, false);
	if (engine->marker.id)
		found = find_event(db, engine->marker);
	else
		write_something(db);
	if (db->base.error)
		pgsql_db_rollback(db);
	else if (pgsql_db_commit(db) == COMMIT_DONE)
		return found ? DONE : LOST;
	return UNCERTAIN;
}

static enum outcome settle(struct engine *engine)
{
	struct pgsql_db *db = &engine->db;
	int tries = 0;

	while (pgsql_db_time_left(db) > PGSQL_LOCK_MS) {
		enum outcome outcome = try_to_settle(engine);

		if (outcome != UNCERTAIN) {
			engine->unsettled = false;
			return outcome;
		}
		if (db->down)
			return UNCERTAIN;
		pause_a_little(++tries);
	}
	if (tries > 0)
		fail_set(&db->why, "an earlier transaction has not ended yet");
	return UNCERTAIN;
}

/* Whether the transactions of earlier batches have ended, however they did. */
static bool is_settled(struct engine *engine)
{
	return !engine->unsettled || settle(engine) != UNCERTAIN;
}

/* ---- until it is known ---- */

/* Whether the same once more may help, and there is time for it. */
static bool try_again(struct engine *engine, enum outcome outcome, int tries)
{
	struct pgsql_db *db = &engine->db;

	if (outcome != LOST && (outcome != AGAIN || tries >= TRIES))
		return false;
	if (db->down || pgsql_db_time_left(db) == 0)
		return false;
	if (outcome == AGAIN || tries > 1)
		pause_a_little(tries);
	return true;
}

static enum outcome apply_until_known(struct engine *engine,
				      struct store_op **ops, size_t n)
{
	enum outcome outcome;
	int tries = 0;

	if (!is_settled(engine))
		return LOST;
	do {
		outcome = apply_together(engine, ops, n);
		if (outcome == UNCERTAIN)
			outcome = settle(engine);
	} while (try_again(engine, outcome, ++tries));
	return outcome == AGAIN ? FAILED : outcome;
}

static void refuse(struct engine *engine, struct store_op **ops, size_t n,
		   enum outcome outcome)
{
	for (size_t i = 0; i < n; i++)
		ops[i]->result = outcome == UNCERTAIN
				     ? RESULT_STORE_UNCERTAIN
				     : db_result(engine->db.base.error);
}

/* True where anything could be written. */
static bool apply_batch(struct engine *engine, struct store_op **ops, size_t n)
{
	enum outcome outcome = apply_until_known(engine, ops, n);
	bool first, second;

	if (outcome == DONE)
		return true;
	engine->short_timeout = engine->short_timeout || outcome == BLOCKED;
	if ((outcome == FAILED || outcome == BLOCKED) && n > 1 &&
	    pgsql_db_time_left(&engine->db) > 2 * PGSQL_SHORT_LOCK_MS) {
		first = apply_batch(engine, ops, n / 2);
		second = apply_batch(engine, ops + n / 2, n - n / 2);
		return first || second;
	}
	refuse(engine, ops, n, outcome);
	return false;
}

/*
 * Creates are better together, so what can wait goes behind them: what happens
 * to the outbox, by ports that wait for the answer; then those that concern no
 * other operation, but lock a row that all daemons share, in one order.
 */
static enum verb_rank rank_of(struct store_op *const *ops, size_t n,
			      size_t index)
{
	enum verb_rank rank = ops[index]->verb->rank;

	if (rank != RANK_LATER)
		return rank;
	for (size_t i = index + 1; i < n; i++) {
		if (ops[i]->port == ops[index]->port)
			return RANK_IN_PLACE;
	}
	return RANK_LATER;
}

static void put_in_order(struct store_op **ops, size_t n,
			 struct store_op **ret_ops)
{
	enum verb_rank ranks[BATCH_MAX];
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		ranks[i] = rank_of(ops, n, i);
	for (int rank = RANK_IN_PLACE; rank < RANKS; rank++) {
		for (size_t i = 0; i < n; i++) {
			if ((int)ranks[i] == rank)
				ret_ops[count++] = ops[i];
		}
	}
}

static bool engine_apply(struct engine *engine, struct store_op **ops, size_t n,
			 struct fail *fail)
{
	struct store_op *ordered[BATCH_MAX];

	put_in_order(ops, n, ordered);
	pgsql_db_set_deadline(&engine->db, SLICE_MS);
	engine->short_timeout = false;
	if (apply_batch(engine, ordered, n))
		return true;
	fail_set(fail, "%s", pgsql_db_why(&engine->db));
	return false;
}

/* ---- reading ---- */

static int reader_open(struct engine *engine, struct reader **ret_reader,
		       struct fail *fail)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return fail_set(fail, "out of memory");
	pgsql_db_init(&reader->db, engine->url);
	memcpy(reader->db.base.hash_key, engine->db.base.hash_key,
	       sizeof(reader->db.base.hash_key));
	*ret_reader = reader;
	return 0;
}

static void reader_close(struct reader *reader)
{
	pgsql_db_close(&reader->db);
	free(reader);
}

/* All of `ops` together, once more where the connection was lost. */
static bool read_together(struct pgsql_db *db, struct store_op **ops, size_t n)
{
	do {
		db->base.error = DB_FINE;
		if (!pgsql_db_connect(db))
			return false;
		if (pgsql_read(db, ops, n))
			return true;
	} while (db->base.error == DB_LOST && !pgsql_is_dropped(db) &&
		 pgsql_db_time_left(db) > 0);
	return false;
}

/* Where they fail together, somebody may be the cause: then one by one. */
static bool reader_read_many(struct reader *reader, struct store_op **ops,
			     size_t n, struct fail *fail)
{
	struct pgsql_db *db = &reader->db;
	bool lost;

	pgsql_db_set_deadline(db, SLICE_MS);
	db->dropped = ops[0]->slow ? &ops[0]->dropped : NULL;
	if (read_together(db, ops, n))
		return true;
	lost = db->base.error == DB_LOST;
	for (size_t i = 0; i < n; i++) {
		if (lost || n == 1 || pgsql_db_time_left(db) < PGSQL_LOCK_MS ||
		    !read_together(db, &ops[i], 1)) {
			ops[i]->result = db_result(db->base.error);
			ops[i]->leaves = false;
		}
		lost = lost || db->base.error == DB_LOST;
	}
	if (lost)
		fail_set(fail, "%s", pgsql_db_why(db));
	return !lost;
}

/* ---- operator's commands ---- */

static int look_for(struct pgsql_db *db, const struct flaw *flaw, FILE *out)
{
	PGresult *result = pgsql_db_query(db, flaw->sql);
	int count = result ? PQntuples(result) : -1;

	for (int row = 0; row < count; row++)
		flaw_print(flaw, out, PQgetvalue(result, row, 0),
			   PQgetvalue(result, row, 1));
	PQclear(result);
	return count;
}

static int look_in_table(struct pgsql_db *db, size_t number, FILE *out)
{
	struct flaw flaw;
	struct buf sql;
	int count = 0;

	buf_init(&sql, SIZE_MAX);
	if (flaw_of_table(number, &sql, &flaw))
		count = look_for(db, &flaw, out);
	else
		db_no_memory(&db->base);
	buf_release(&sql);
	return count;
}

/* All of it as of one moment, however long it takes. */
static bool begin_check(struct pgsql_db *db)
{
	static const char *const statements[] = {
		"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		"SET LOCAL statement_timeout = 0",
		/* whole tables are joined */
		"SET LOCAL enable_hashjoin = on",
		"SET LOCAL enable_mergejoin = on",
		"SET LOCAL enable_seqscan = on",
	};

	pgsql_db_set_deadline(db, CHECK_MS);
	if (!pgsql_db_connect(db))
		return false;
	for (size_t i = 0; i < COUNT_OF(statements); i++)
		PQclear(pgsql_db_query(db, statements[i]));
	return !db->base.error;
}

static int engine_check(struct engine *engine, FILE *out, struct fail *fail)
{
	struct pgsql_db *db = &engine->db;
	int count = 0;

	if (!begin_check(db))
		return fail_set(fail, "could not check: %s", pgsql_db_why(db));
	for (size_t i = 0; i < flaw_count && !db->base.error; i++)
		count += look_for(db, &flaws[i], out);
	for (size_t i = 0; i < table_count && !db->base.error; i++)
		count += look_in_table(db, i, out);
	if (db->base.error)
		fail_set(fail, "could not check: %s", pgsql_db_why(db));
	pgsql_db_rollback(db);
	return db->base.error ? -1 : count;
}

static int engine_backup(struct engine *engine, const char *path,
			 struct fail *fail)
{
	(void)engine;
	(void)path;
	return fail_set(fail, "a PostgreSQL database is backed up with its own "
			      "tools: pg_dump for a copy, or base backups with "
			      "archived WAL for any moment in time");
}

static int engine_restore(const char *place, const char *file, FILE *out,
			  struct restored *ret_restored, struct fail *fail)
{
	(void)place;
	(void)file;
	(void)out;
	(void)ret_restored;
	return fail_set(fail, "a PostgreSQL database is restored with its own "
			      "tools: pg_restore, or a base backup with "
			      "archived WAL");
}

const struct engine_type pgsql_engine = {
	.schemes = { "postgres", "postgresql" },
	.shared = true,
	.open = engine_open,
	.close = engine_close,
	.apply = engine_apply,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.read_many = reader_read_many,
	.check = engine_check,
	.backup = engine_backup,
	.restore = engine_restore,
	.copy = &pgsql_copy,
};
