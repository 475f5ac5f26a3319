/*
 * engine.c: the embedded engine: files, locks, transactions.
 *
 * The surprise: SQLite before 3.51.3 can lose pages when one connection
 * checkpoints while another one writes. So within a daemon only the writer
 * checkpoints, and a command that writes beside a running daemon (a guest)
 * never does, and keeps the daemon from doing it meanwhile. Two bytes of a
 * file beside the database are the locks for that; the database file itself
 * must not be opened by other means, or SQLite's own locks would be dropped.
 */
#include "base/base.h"

#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/flaw.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/engine.h"
#include "store/sqlite/log.h"
#include "store/work.h"

/*
 * Small on purpose. A commit that split a page in the middle of an index makes
 * SQLite look at every page that its cache holds (its balancing borrows the
 * number of a page far beyond the end, and the commit then cuts the cache
 * there), and a batch nearly always splits one. What falls out of this cache
 * is in the kernel's.
 */
#define WRITER_CACHE_KIB "8192"
#define READER_CACHE_KIB "2048"

/* A checkpoint holds up the writer for about 10 us a page: 40 ms. */
#define CHECKPOINT_PAGES 4000

enum lock_byte { LOCK_SERVE = 0, LOCK_WAL = 1 };

struct engine {
	struct sqlite_db db;
	struct id_source ids;
	char *path;
	int lock_file;
	bool guest;	/* a daemon is serving the same file */
	bool served;	/* and so we cannot */
	int wal_pages;	/* in the log after the last commit */
	bool uncertain; /* whether what failed is on disk all the same */
};

struct reader {
	struct sqlite_db db;
	bool in_transaction;
};

/* ---- locks ---- */

/* Waits where `wait`; otherwise false where somebody else holds it. */
static bool lock(struct engine *engine, enum lock_byte byte, bool wait)
{
	struct flock range = { .l_type = F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = byte,
			       .l_len = 1 };
	int status;

	do {
		status = fcntl(engine->lock_file,
			       wait ? F_OFD_SETLKW : F_OFD_SETLK, &range);
	} while (status < 0 && errno == EINTR);
	return status == 0;
}

static void unlock(struct engine *engine, enum lock_byte byte)
{
	struct flock range = { .l_type = F_UNLCK,
			       .l_whence = SEEK_SET,
			       .l_start = byte,
			       .l_len = 1 };

	(void)fcntl(engine->lock_file, F_OFD_SETLK, &range);
}

static int take_locks(struct engine *engine, bool serve, struct fail *fail)
{
	char name[4096];

	if (snprintf(name, sizeof(name), "%s-lock", engine->path) >=
	    (int)sizeof(name))
		return fail_set(fail, "the database's path is too long");
	engine->lock_file = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (engine->lock_file < 0)
		return fail_errno(fail, errno, "could not open %s", name);
	engine->served = serve && !lock(engine, LOCK_SERVE, false);
	if (engine->served)
		return fail_set(fail, "another invited is serving %s",
				engine->path);
	engine->guest = !serve;
	return 0;
}

/* ---- opening ---- */

static int count_wal_pages(void *context, sqlite3 *handle, const char *name,
			   int pages)
{
	(void)handle;
	(void)name;
	*(int *)context = pages;
	return SQLITE_OK;
}

static int set_up_writer(struct engine *engine, struct fail *fail)
{
	struct sqlite_db *db = &engine->db;
	int persist = 1;

	sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_PERSIST_WAL,
			     &persist);
	if (engine->guest)
		sqlite3_db_config(db->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
				  1, NULL);
	if (!engine->guest && sqlite3_db_readonly(db->handle, "main") == 1)
		return fail_set(fail, "it is read-only");
	if (!engine->guest &&
	    sqlite_db_exec(db, "PRAGMA journal_mode=WAL", fail) < 0)
		return -1;
	/* secure_delete: what leaves the outbox is a secret; pages that it
	 * frees are wiped too. */
	if (sqlite_db_exec(db,
			   "PRAGMA synchronous=FULL;"
			   "PRAGMA cache_size=-" WRITER_CACHE_KIB ";"
			   "PRAGMA mmap_size=0; PRAGMA temp_store=MEMORY;"
			   "PRAGMA secure_delete=ON",
			   fail) < 0)
		return -1;
	/* The hook takes the place of the automatic checkpoint. */
	sqlite3_wal_hook(db->handle, count_wal_pages, &engine->wal_pages);
	return 0;
}

static int check_writable(struct engine *engine, struct fail *fail)
{
	struct store_op op = { .verb = &verb_probe };
	struct store_op *ops[] = { &op };
	struct fail why;

	/* A guest may only want to look, at a full disk above all. */
	if (engine->guest || sqlite_engine.apply(engine, ops, 1, &why))
		return 0;
	return fail_set(fail, "it cannot be written: %s", why.message);
}

/*
 * Nobody else serves this file: who leased a mail is gone, and will not settle
 * it late; it need not wait for its lease to end. One that was tried before
 * waits all the same: its lease looks like the pause before its next attempt.
 */
static int end_leases(struct engine *engine, struct fail *fail)
{
	if (engine->guest)
		return 0;
	return sqlite_db_exec(
	    &engine->db,
	    "UPDATE outbox SET due_at_ms = queued_at_ms"
	    " WHERE attempts = 0 AND due_at_ms > unixepoch() * 1000",
	    fail);
}

/*
 * SQLite gives the files beside a database the mode that it has when they are
 * made. Those made while it was read-only would be in the way for good, so they
 * get the mode that it has now.
 */
static int mend_mode(const char *path, const char *suffix, mode_t mode,
		     struct fail *fail)
{
	char name[4096];

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >=
	    (int)sizeof(name))
		return fail_set(fail, "the database's path is too long");
	if (eaccess(name, W_OK) == 0 || errno == ENOENT ||
	    chmod(name, mode) == 0)
		return 0;
	return fail_errno(fail, errno, "could not make %s writable", name);
}

/* Before SQLite sees it, and makes files that are read-only too. */
static int check_mode(const struct engine *engine, struct fail *fail)
{
	struct stat file;
	mode_t mode;

	if (engine->guest || stat(engine->path, &file) < 0)
		return 0;
	if (eaccess(engine->path, W_OK) < 0)
		return fail_errno(fail, errno, "could not open %s for writing",
				  engine->path);
	mode = file.st_mode & 0666;
	return mend_mode(engine->path, "-wal", mode, fail) < 0 ||
		       mend_mode(engine->path, "-shm", mode, fail) < 0
		   ? -1
		   : 0;
}

static int open_and_prepare(struct engine *engine, struct fail *fail)
{
	struct fail why = { "" };
	mode_t mask = umask(0077);
	int create = engine->guest ? 0 : SQLITE_OPEN_CREATE;
	int status = sqlite_db_open(&engine->db, engine->path,
				    SQLITE_OPEN_READWRITE | create,
				    sqlite_log_vfs(), fail);

	/* Nothing of another program's database may be changed. */
	if (status == 0 &&
	    (schema_examine(&engine->db, &why) < 0 ||
	     set_up_writer(engine, &why) < 0 ||
	     schema_bring_up(&engine->db, !engine->guest, &why) < 0 ||
	     check_writable(engine, &why) < 0)) {
		fail_set(fail, "could not use %s: %s", engine->path,
			 why.message);
		status = -1;
	}
	umask(mask);
	return status;
}

void sqlite_engine_close(struct engine *engine)
{
	/* The log may still hold secrets that left the outbox. No guest may
	 * write while it is emptied, here or by SQLite as it closes. */
	if (engine->db.handle && !engine->guest) {
		lock(engine, LOCK_WAL, true);
		sqlite3_wal_checkpoint_v2(engine->db.handle, "main",
					  SQLITE_CHECKPOINT_TRUNCATE, NULL,
					  NULL);
	}
	sqlite_db_close(&engine->db);
	if (engine->lock_file >= 0)
		close(engine->lock_file);
	free(engine->path);
	free(engine);
}

int sqlite_engine_open(const char *place, bool serve,
		       struct engine **ret_engine, bool *ret_served,
		       struct fail *fail)
{
	struct engine *engine;

	*ret_served = false;
	if (!serve && access(place, F_OK) < 0)
		return fail_errno(fail, errno,
				  "there is no database at %s (--data says "
				  "where)",
				  place);
	engine = calloc(1, sizeof(*engine));
	if (!engine)
		return fail_set(fail, "out of memory");
	engine->lock_file = -1;
	engine->path = strdup(place);
	if (!engine->path) {
		sqlite_engine_close(engine);
		return fail_set(fail, "out of memory");
	}
	if (take_locks(engine, serve, fail) < 0 ||
	    check_mode(engine, fail) < 0 ||
	    open_and_prepare(engine, fail) < 0) {
		*ret_served = engine->served;
		sqlite_engine_close(engine);
		return -1;
	}
	*ret_engine = engine;
	return 0;
}

static int engine_open(const char *place, bool serve,
		       struct engine **ret_engine, struct fail *fail)
{
	struct engine *engine;
	struct fail why;
	bool served;

	if (sqlite_engine_open(place, serve, &engine, &served, fail) < 0)
		return -1;
	if (end_leases(engine, &why) == 0) {
		*ret_engine = engine;
		return 0;
	}
	sqlite_engine_close(engine);
	return fail_set(fail, "could not use %s: %s", place, why.message);
}

struct sqlite_db *sqlite_engine_db(struct engine *engine)
{
	return &engine->db;
}

/* ---- writing ---- */

/* All of `ops` in one transaction; false where that failed. */
static bool apply_together(struct engine *engine, struct store_op **ops,
			   size_t n)
{
	struct sqlite_db *db = &engine->db;
	bool written;

	db->base.error = DB_FINE;
	db->base.key = 0;
	sqlite_db_run(db, &sql_begin_write);
	for (size_t i = 0; i < n && db->base.error == DB_FINE; i++)
		ops[i]->result = work_run(&db->base, &engine->ids, ops[i]);
	written = db->base.error == DB_FINE;
	sqlite_db_run(db, &sql_commit);
	if (db->base.error == DB_FINE)
		return true;
	engine->uncertain = written && db->code == SQLITE_IOERR;
	/* Some errors have rolled back already; then this one fails. */
	sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

/*
 * What cannot be synced may be in the log all the same. The next commit takes
 * its place; but if the machine stops before, it has happened after all.
 */
static enum result why_not(const struct engine *engine)
{
	if (engine->uncertain)
		return RESULT_STORE_UNCERTAIN;
	return db_result(engine->db.base.error);
}

/*
 * Where a batch fails, somebody in it may be the cause: each gets its own
 * transaction, so that the others are not harmed. But where another process
 * has kept the database locked for as long as we wait, the rest need not wait
 * as long once more, each.
 */
static bool apply_batch(struct engine *engine, struct store_op **ops, size_t n,
			struct fail *fail)
{
	bool any = false;

	engine->uncertain = false;
	if (apply_together(engine, ops, n))
		return true;
	for (size_t i = 0; i < n; i++) {
		if (engine->db.code != SQLITE_BUSY &&
		    apply_together(engine, &ops[i], 1))
			any = true;
		else
			ops[i]->result = why_not(engine);
	}
	if (!any)
		fail_set(fail, "%s",
			 engine->db.base.error == DB_NO_MEMORY
			     ? "out of memory"
			     : sqlite3_errstr(engine->db.code));
	return any;
}

static bool engine_apply(struct engine *engine, struct store_op **ops, size_t n,
			 struct fail *fail)
{
	bool applied;

	if (!engine->guest)
		return apply_batch(engine, ops, n, fail);
	lock(engine, LOCK_WAL, true);
	applied = apply_batch(engine, ops, n, fail);
	unlock(engine, LOCK_WAL);
	return applied;
}

/* Moves the log into the database once it is long, with the batch answered. */
static void engine_tidy(struct engine *engine)
{
	if (engine->guest || engine->wal_pages < CHECKPOINT_PAGES)
		return;
	lock(engine, LOCK_WAL, true);
	sqlite3_wal_checkpoint_v2(engine->db.handle, "main",
				  SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	unlock(engine, LOCK_WAL);
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

static void reader_rest(struct reader *reader)
{
	struct sqlite_db *db = &reader->db;

	if (!reader->in_transaction)
		return;
	db->base.error = DB_FINE;
	sqlite_db_run(db, &sql_commit);
	if (db->base.error) /* or the next BEGIN would fail as well */
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	reader->in_transaction = false;
}

static void reader_close(struct reader *reader)
{
	reader_rest(reader);
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
	reader_rest(reader);
}

static bool reader_read_many(struct reader *reader, struct store_op **ops,
			     size_t n, struct fail *fail)
{
	(void)fail; /* what is wrong with a file shows when it is written */
	for (size_t i = 0; i < n; i++) {
		reader_read(reader, ops[i]);
		reader_rest(reader);
	}
	return true;
}

/* ---- operator's commands ---- */

/* How many flaws of this kind there are, each printed; or -1. */
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

static int engine_check(struct engine *engine, FILE *out, struct fail *fail)
{
	static const struct flaw damage = {
		"", "", NULL,
		"SELECT integrity_check FROM pragma_integrity_check"
		" WHERE integrity_check <> 'ok'"
	};
	int count = look_for(engine, &damage, out, fail);

	for (size_t i = 0; i < flaw_count && count >= 0; i++) {
		int more = look_for(engine, &flaws[i], out, fail);

		count = more < 0 ? -1 : count + more;
	}
	return count;
}

static int copy_pages(struct engine *engine, struct sqlite_db *copy,
		      struct fail *fail)
{
	sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main",
						     engine->db.handle, "main");
	int code;

	if (!backup)
		return sqlite_db_fail(copy, fail, "could not begin the backup");
	code = sqlite3_backup_step(backup, -1);
	sqlite3_backup_finish(backup);
	if (code != SQLITE_DONE)
		return fail_set(fail, "could not finish the backup: %s",
				sqlite3_errstr(code));
	/* One file, with nothing beside it. */
	return sqlite_db_exec(copy, "PRAGMA journal_mode=DELETE", fail);
}

static int sync_directory_of(const char *path, struct fail *fail)
{
	char name[4096];
	char *slash;
	int fd;

	snprintf(name, sizeof(name), "%s", path);
	slash = strrchr(name, '/');
	if (slash)
		slash[1] = '\0';
	else
		snprintf(name, sizeof(name), ".");
	fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) < 0) {
		int error = errno;

		if (fd >= 0)
			close(fd);
		return fail_errno(fail, error, "could not sync %s", name);
	}
	close(fd);
	return 0;
}

/* A new, empty file at `path`; what a killed backup left there goes. */
static int make_partial(const char *path, struct fail *fail)
{
	int fd;

	unlink(path);
	fd = open(path, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(fail, errno, "could not make %s", path);
	close(fd);
	return 0;
}

static int copy_to(struct engine *engine, const char *path, struct fail *fail)
{
	struct sqlite_db copy;
	int status;

	if (make_partial(path, fail) < 0 ||
	    sqlite_db_open(&copy, path, SQLITE_OPEN_READWRITE, NULL, fail) < 0)
		return -1;
	status = copy_pages(engine, &copy, fail);
	sqlite_db_close(&copy);
	return status;
}

/* The copy gets its name when it is whole, and nothing of that name is lost. */
static int engine_backup(struct engine *engine, const char *path,
			 struct fail *fail)
{
	char partial[4096];
	int status;

	if (access(path, F_OK) == 0)
		return fail_errno(fail, EEXIST, "could not make %s", path);
	if (snprintf(partial, sizeof(partial), "%s.partial", path) >=
	    (int)sizeof(partial))
		return fail_set(fail, "the backup's path is too long");
	status = copy_to(engine, partial, fail);
	if (status == 0 && link(partial, path) < 0)
		status = fail_errno(fail, errno, "could not make %s", path);
	unlink(partial);
	return status == 0 ? sync_directory_of(path, fail) : -1;
}

const struct engine_type sqlite_engine = {
	.schemes = { "sqlite" },
	.open = engine_open,
	.close = sqlite_engine_close,
	.apply = engine_apply,
	.tidy = engine_tidy,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.read = reader_read,
	.reader_rest = reader_rest,
	.read_many = reader_read_many,
	.check = engine_check,
	.backup = engine_backup,
	.copy = &sqlite_copy,
};
