/*
 * engine.c: the embedded engine: batches as transactions, reads, a check.
 * open.c opens it, backup.c copies it, scrub.c writes it anew.
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

#include <sys/stat.h>

#include "base/metric.h"
#include "store/flaw.h"
#include "store/rekey.h"
#include "store/sqlite/log.h"
#include "store/table.h"
#include "store/work.h"

#define READER_CACHE_KIB "2048"

/* A checkpoint holds up the writer for about 10 us a page: 40 ms. */
#define CHECKPOINT_PAGES 4000

#define LEASES_MAX	 "10000" /* leases that are looked for after a start */

struct reader {
	struct sqlite_db db;
	bool in_transaction;
};

/* ---- opening ---- */

/*
 * Nobody else serves this file: whoever leased a mail is gone and will not
 * settle it, so it need not wait for the lease to end. A mail that was tried
 * before waits all the same, since its lease looks like the pause before the
 * next attempt. Leases end soon, so they are among the first that are due, and
 * only a bounded number is examined.
 */
static int end_leases(struct engine *engine, struct fail *fail)
{
	if (engine->guest || engine->full)
		return 0;
	return sqlite_db_exec(
	    &engine->db,
	    "UPDATE outbox SET due_at_ms = queued_at_ms"
	    " WHERE attempts = 0 AND invite IN (SELECT invite FROM outbox"
	    " WHERE due_at_ms > unixepoch() * 1000"
	    " ORDER BY due_at_ms LIMIT " LEASES_MAX ")",
	    fail);
}

/* The clock may be behind what it was when the last ids were made. */
static int start_ids(struct engine *engine, struct fail *fail)
{
	sqlite3_stmt *st = NULL;
	struct buf greatest;
	int code = SQLITE_NOMEM;

	buf_init(&greatest, SIZE_MAX);
	tables_add_greatest_id(&greatest, false);
	if (buf_ok(&greatest))
		code = sqlite3_prepare_v2(engine->db.handle, greatest.data,
					  (int)greatest.len, &st, NULL);
	buf_release(&greatest);
	if (code == SQLITE_OK)
		code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		id_start_after(&engine->ids, sqlite3_column_int64(st, 0));
	sqlite3_finalize(st);
	if (code == SQLITE_ROW)
		return 0;
	return sqlite_db_fail(&engine->db, fail, "could not read it");
}

/* See rekey.h. */
static int rekey_all(struct engine *engine, struct fail *fail)
{
	struct sqlite_db *db = &engine->db;

	if (engine->guest)
		return 0;
	db->base.error = DB_FINE;
	sqlite_db_run(db, &sql_begin_write);
	rekey_addresses(&db->base);
	sqlite_db_run(db, &sql_commit);
	if (db->base.error == DB_FINE)
		return 0;
	sqlite_db_roll_back(db);
	return fail_set(fail, "%s", sqlite3_errstr(db->code));
}

static int engine_open(const char *place, bool serve,
		       struct engine **ret_engine, struct fail *fail)
{
	struct engine *engine;
	struct fail why;
	bool served;

	if (sqlite_engine_open(place, serve, &engine, &served, fail) < 0)
		return -1;
	if (end_leases(engine, &why) == 0 && start_ids(engine, &why) == 0 &&
	    rekey_all(engine, &why) == 0) {
		*ret_engine = engine;
		return 0;
	}
	sqlite_engine_close(engine);
	return fail_set(fail, "could not use %s: %s", place, why.message);
}

/* ---- writing ---- */

/* To SQLite an exceeded quota is not "full", but a failed write. To be called
 * before anything else is done with the database. */
static bool found_no_room(const struct sqlite_db *db)
{
	return db->code == SQLITE_FULL ||
	       (db->code == SQLITE_IOERR &&
		sqlite3_extended_errcode(db->handle) == SQLITE_IOERR_WRITE);
}

bool sqlite_is_full(const struct engine *engine)
{
	return engine->no_room;
}

static bool engine_look(struct engine *engine, struct fail *fail)
{
	if (engine->full)
		fail_set(fail, "%s", "the disk was full at the start");
	return !engine->full && sqlite_files_in_place(engine, fail);
}

/* Writes no longer reach the file that the path leads to. */
static bool away(struct engine *engine, bool written)
{
	db_note(&engine->db.base, DB_FAILED);
	engine->away = true;
	engine->uncertain |= written;
	return false;
}

/* All of `ops` in one transaction; false where that failed, and why in `fail`
 * where SQLite does not know it. */
static bool apply_together(struct engine *engine, struct store_op **ops,
			   size_t n, struct fail *fail)
{
	struct sqlite_db *db = &engine->db;
	bool written;

	db->base.error = DB_FINE;
	db_forget(&db->base);
	/* If all was well before, checking after the commit is enough: what is
	 * not acknowledged may be lost. */
	if (engine->away && !sqlite_files_in_place(engine, fail))
		return away(engine, false);
	engine->away = false;
	sqlite_db_run(db, &sql_begin_write);
	for (size_t i = 0; i < n && db->base.error == DB_FINE; i++)
		ops[i]->result = work_run(&db->base, &engine->ids, ops[i]);
	written = db->base.error == DB_FINE;
	sqlite_db_run(db, &sql_commit);
	if (db->base.error == DB_FINE) {
		engine->full = engine->uncertain = false;
		return sqlite_files_are_served(engine) ||
		       sqlite_files_in_place(engine, fail) ||
		       away(engine, true);
	}
	engine->uncertain |= written && db->code == SQLITE_IOERR;
	engine->no_room = found_no_room(db);
	/* After some errors SQLite has rolled back already; then this fails,
	 * harmlessly. */
	sqlite_db_roll_back(db);
	if (written && !sqlite_files_in_place(engine, fail))
		return away(engine, true);
	return false;
}

/*
 * A commit whose sync failed may be in the log all the same. The next commit
 * overwrites it; but if the machine stops before that, it has happened after
 * all.
 */
static enum result why_not(const struct engine *engine)
{
	if (engine->uncertain)
		return RESULT_STORE_UNCERTAIN;
	return db_result(engine->db.base.error);
}

/*
 * If a batch fails, one operation in it may be the cause: each gets its own
 * transaction, so that the others succeed. But if another process has held the
 * lock for as long as we wait, the rest need not each wait that long again.
 */
static bool apply_batch(struct engine *engine, struct store_op **ops, size_t n,
			struct fail *fail)
{
	bool any = false;

	engine->uncertain = false;
	if (apply_together(engine, ops, n, fail))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (engine->db.code != SQLITE_BUSY && !engine->away &&
		    apply_together(engine, &ops[i], 1, fail))
			any = true;
		else
			ops[i]->result = why_not(engine);
	}
	if (any || engine->away)
		return any;
	if (engine->db.base.error == DB_NO_MEMORY)
		fail_set(fail, "out of memory");
	else
		sqlite_db_words(engine->db.code, fail);
	return false;
}

static bool engine_apply(struct engine *engine, struct store_op **ops, size_t n,
			 struct fail *fail)
{
	bool applied;

	if (!engine->guest)
		return apply_batch(engine, ops, n, fail);
	sqlite_lock(engine, LOCK_WAL, true);
	applied = apply_batch(engine, ops, n, fail);
	sqlite_unlock(engine, LOCK_WAL);
	return applied;
}

/* Checkpoints the log once it is long, after the batch is answered. */
static void engine_tidy(struct engine *engine)
{
	if (engine->guest || engine->wal_pages < CHECKPOINT_PAGES ||
	    !sqlite_log_is_whole(engine->log))
		return;
	sqlite_files_renew_lock(engine);
	sqlite_lock(engine, LOCK_WAL, true);
	sqlite3_wal_checkpoint_v2(engine->db.handle, "main",
				  SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	sqlite_unlock(engine, LOCK_WAL);
}

/*
 * Empties the log when nobody writes: it may have grown long under a
 * long-running read, and holds old versions of pages, with secrets of mails
 * that were sent. Present readers are not waited for.
 */
static bool engine_rest(struct engine *engine)
{
	sqlite3 *handle = engine->db.handle;
	int code;

	if (engine->guest || !sqlite_log_is_whole(engine->log))
		return false;
	sqlite_files_renew_lock(engine);
	if (!sqlite_lock(engine, LOCK_WAL, false))
		return true;
	sqlite3_busy_timeout(handle, 0);
	code = sqlite3_wal_checkpoint_v2(
	    handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	sqlite3_busy_timeout(handle, SQLITE_BUSY_MS);
	sqlite_unlock(engine, LOCK_WAL);
	if (code == SQLITE_OK)
		engine->wal_pages = 0;
	return code != SQLITE_OK;
}

static const struct metric log_bytes = {
	.name = "invited_store_log_bytes",
	.type = METRIC_GAUGE,
	.help = "Octets of the write-ahead log beside the database.",
};

static void engine_metrics(const struct engine *engine, struct buf *out)
{
	struct stat file;
	char name[4096];

	snprintf(name, sizeof(name), "%s-wal", engine->path);
	metric_write(out, &log_bytes,
		     stat(name, &file) == 0 ? file.st_size : 0);
}

/* ---- reading ---- */

static int reader_open(struct engine *engine, struct reader **ret_reader,
		       struct fail *fail)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return fail_set(fail, "out of memory");
	if (sqlite_db_open(&reader->db, engine->path, SQLITE_OPEN_READWRITE,
			   NULL, fail) < 0) {
		free(reader);
		return -1;
	}
	sqlite3_db_config(reader->db.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
			  1, NULL);
	if (sqlite_db_exec(&reader->db,
			   "PRAGMA query_only=1; PRAGMA wal_autocheckpoint=0;"
			   "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
			   "PRAGMA cache_size=-" READER_CACHE_KIB,
			   fail) < 0) {
		sqlite_db_close(&reader->db);
		free(reader);
		return -1;
	}
	memcpy(reader->db.base.hash_key, engine->db.base.hash_key,
	       sizeof(reader->db.base.hash_key));
	*ret_reader = reader;
	return 0;
}

static void reader_idle(struct reader *reader)
{
	struct sqlite_db *db = &reader->db;

	if (!reader->in_transaction)
		return;
	db->base.error = DB_FINE;
	sqlite_db_run(db, &sql_commit);
	if (db->base.error) /* or the next BEGIN would fail as well */
		sqlite_db_roll_back(db);
	reader->in_transaction = false;
}

static void reader_close(struct reader *reader)
{
	reader_idle(reader);
	sqlite_db_close(&reader->db);
	free(reader);
}

STATEMENT(begin_read, .text = "BEGIN");

static void reader_read(struct reader *reader, struct store_op *op)
{
	struct sqlite_db *db = &reader->db;

	db->base.error = DB_FINE;
	if (!reader->in_transaction) {
		sqlite_db_run(db, &sql_begin_read);
		reader->in_transaction = db->base.error == DB_FINE;
	}
	op->result = work_run(&db->base, NULL, op);
	if (db->base.error == DB_FINE)
		return;
	op->result = db_result(db->base.error);
	reader->in_transaction = !sqlite3_get_autocommit(db->handle);
	reader_idle(reader);
}

#define LOOK_AFTER 1000 /* of SQLite's steps, some tens of microseconds */

static int is_dropped(void *context)
{
	const struct store_op *op = context;

	return op->dropped;
}

static bool reader_read_many(struct reader *reader, struct store_op **ops,
			     size_t n, struct fail *fail)
{
	(void)fail; /* an error on a file shows when it is written */
	for (size_t i = 0; i < n; i++) {
		sqlite3_progress_handler(reader->db.handle, LOOK_AFTER,
					 is_dropped, ops[i]);
		reader_read(reader, ops[i]);
		sqlite3_progress_handler(reader->db.handle, 0, NULL, NULL);
		reader_idle(reader);
	}
	return true;
}

/* ---- operator's commands ---- */

/* Prints each flaw of this kind; returns how many, or -1. */
static int look_for(struct engine *engine, const struct flaw *flaw, FILE *out,
		    struct fail *fail)
{
	sqlite3_stmt *st;
	int code, count = 0;

	if (sqlite3_prepare_v2(engine->db.handle, flaw->sql, -1, &st, NULL))
		return sqlite_db_fail(&engine->db, fail, "could not check");
	for (; (code = sqlite3_step(st)) == SQLITE_ROW; count++)
		flaw_print(flaw, out, (const char *)sqlite3_column_text(st, 0),
			   (const char *)sqlite3_column_text(st, 1));
	sqlite3_finalize(st);
	if (code == SQLITE_DONE)
		return count;
	return sqlite_db_fail(&engine->db, fail, "could not check");
}

static int look_in_table(struct engine *engine, size_t number, FILE *out,
			 struct fail *fail)
{
	struct flaw flaw;
	struct buf sql;
	int count;

	buf_init(&sql, SIZE_MAX);
	count = flaw_of_table(number, &sql, &flaw)
		    ? look_for(engine, &flaw, out, fail)
		    : fail_set(fail, "out of memory");
	buf_release(&sql);
	return count;
}

static int engine_check(struct engine *engine, FILE *out, struct fail *fail)
{
	static const struct flaw damage = {
		.before = "",
		.between = "",
		.sql = "SELECT integrity_check FROM pragma_integrity_check"
		       " WHERE integrity_check <> 'ok'"
	};
	int count = look_for(engine, &damage, out, fail);

	for (size_t i = 0; i < flaw_count && count >= 0; i++) {
		int more = look_for(engine, &flaws[i], out, fail);

		count = more < 0 ? -1 : count + more;
	}
	for (size_t i = 0; i < table_count && count >= 0; i++) {
		int more = look_in_table(engine, i, out, fail);

		count = more < 0 ? -1 : count + more;
	}
	return count;
}

const struct engine_type sqlite_engine = {
	.schemes = { "sqlite" },
	.open = engine_open,
	.close = sqlite_engine_close,
	.is_served = sqlite_is_served,
	.apply = engine_apply,
	.full = sqlite_is_full,
	.tidy = engine_tidy,
	.look = engine_look,
	.rest = engine_rest,
	.metrics = engine_metrics,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.read = reader_read,
	.reader_idle = reader_idle,
	.read_many = reader_read_many,
	.check = engine_check,
	.backup = sqlite_backup,
	.scrub = sqlite_scrub,
	.restore = sqlite_restore,
	.copy = &sqlite_copy,
};
