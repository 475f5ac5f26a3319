/*
 * open.c: a database file is locked, opened and prepared.
 *
 * The surprise: SQLite before 3.51.3 can lose pages when one connection
 * checkpoints while another one writes. So within a daemon only the writer
 * checkpoints, and a command that writes beside a running daemon (a guest)
 * never does, and keeps the daemon from doing it meanwhile. Two bytes of a
 * file beside the database are the locks for that; the database file itself
 * must not be closed by other means (files.c).
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/sqlite/log.h"
#include "store/sqlite/schema.h"

/*
 * Small on purpose. A commit that split a page in the middle of an index makes
 * SQLite look at every page that its cache holds (its balancing borrows the
 * number of a page far beyond the end, and the commit then cuts the cache
 * there), and a batch nearly always splits one. What is evicted from this cache
 * is still in the kernel's.
 */
#define WRITER_CACHE_KIB "8192"

/* What the log is cut to when it begins anew, after it had to grow: twice what
 * it is in the ordinary course (CHECKPOINT_PAGES), for growing a file costs
 * more than overwriting it. */
#define LOG_MAX "33554432"

/* ---- locks ---- */

bool sqlite_lock(struct engine *engine, enum lock_byte byte, bool wait)
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

void sqlite_unlock(struct engine *engine, enum lock_byte byte)
{
	struct flock range = { .l_type = F_UNLCK,
			       .l_whence = SEEK_SET,
			       .l_start = byte,
			       .l_len = 1 };

	(void)fcntl(engine->lock_file, F_OFD_SETLK, &range);
}

bool sqlite_is_served(const struct engine *engine)
{
	struct flock range = { .l_type = F_WRLCK,
			       .l_whence = SEEK_SET,
			       .l_start = LOCK_SERVE,
			       .l_len = 1 };

	return !engine->guest ||
	       (fcntl(engine->lock_file, F_OFD_GETLK, &range) == 0 &&
		range.l_type != F_UNLCK);
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
	engine->served = serve && !sqlite_lock(engine, LOCK_SERVE, false);
	if (engine->served)
		return fail_set(fail,
				"another invited is serving %s; stop it first",
				engine->path);
	engine->guest = !serve;
	return 0;
}

/* ---- opening ---- */

int sqlite_engine_find(struct engine *engine, const char *place, bool serve,
		       struct fail *fail)
{
	engine->lock_file = engine->held = -1;
	engine->path = sqlite_files_resolve(place, fail);
	if (!engine->path ||
	    (serve && sqlite_files_check_directory(engine->path, fail) < 0))
		return -1;
	return take_locks(engine, serve, fail);
}

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
			   "PRAGMA secure_delete=ON;"
			   "PRAGMA journal_size_limit=" LOG_MAX,
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

	/* A guest may only want to read, for example when the disk is full. */
	if (engine->guest || sqlite_engine.apply(engine, ops, 1, &why))
		return 0;
	if (sqlite_is_full(engine)) {
		engine->full = true; /* reads go on meanwhile */
		return 0;
	}
	return fail_set(fail, "it cannot be written: %s", why.message);
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

/* Before SQLite opens it, which would create read-only files beside it. */
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

static int find_log(struct engine *engine, struct fail *fail)
{
	if (engine->guest || /* of the database that it may be a backup of */
	    sqlite3_file_control(engine->db.handle, "main",
				 SQLITE_FCNTL_JOURNAL_POINTER,
				 &engine->log) == SQLITE_OK)
		return 0;
	return fail_set(fail, "it has no write-ahead log");
}

/* Another program's database must not be changed at all. */
static int prepare(struct engine *engine, struct fail *fail)
{
	return schema_examine(&engine->db, fail) < 0 ||
		       set_up_writer(engine, fail) < 0 ||
		       schema_bring_up(&engine->db, !engine->guest, fail) < 0 ||
		       find_log(engine, fail) < 0 ||
		       check_writable(engine, fail) < 0
		   ? -1
		   : 0;
}

static int open_and_prepare(struct engine *engine, struct fail *fail)
{
	struct fail why = { .message = "" };
	mode_t mask = umask(0077);
	int create = engine->guest ? 0 : SQLITE_OPEN_CREATE;
	const char *vfs = sqlite_log_vfs();
	int status =
	    vfs ? sqlite_db_open(&engine->db, engine->path,
				 SQLITE_OPEN_READWRITE | create, vfs, fail)
		: fail_set(fail, "out of memory");

	if (status == 0 && !engine->guest)
		status = sqlite_files_hold(engine, fail);
	if (status == 0 && prepare(engine, &why) < 0) {
		fail_set(fail, "could not use %s: %s", engine->path,
			 why.message);
		status = -1;
	}
	umask(mask);
	return status;
}

void sqlite_engine_close(struct engine *engine)
{
	bool whole = !engine->log || sqlite_log_is_whole(engine->log);

	if (!whole) /* there is nothing to initialise it with */
		sqlite3_db_config(engine->db.handle,
				  SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	/* The log may still hold secrets that left the outbox. No guest may
	 * write while it is emptied, here or by SQLite as it closes. */
	if (engine->db.handle && !engine->guest && whole) {
		sqlite_lock(engine, LOCK_WAL, true);
		sqlite3_wal_checkpoint_v2(engine->db.handle, "main",
					  SQLITE_CHECKPOINT_TRUNCATE, NULL,
					  NULL);
	}
	sqlite_db_close(&engine->db);
	sqlite_files_let_go(engine);
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
	if (sqlite_engine_find(engine, place, serve, fail) < 0 ||
	    check_mode(engine, fail) < 0 ||
	    open_and_prepare(engine, fail) < 0) {
		*ret_served = engine->served;
		sqlite_engine_close(engine);
		return -1;
	}
	*ret_engine = engine;
	return 0;
}

struct sqlite_db *sqlite_engine_db(struct engine *engine)
{
	return &engine->db;
}
