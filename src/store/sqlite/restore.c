/*
 * restore.c: replaces a database file by a backup.
 *
 * The backup is first copied beside the database and examined there: opened as
 * a daemon opens it, which brings its schema up to date, and checked. Only a
 * sound copy replaces the database, by one rename, so that there is a database
 * under the name at every moment. The old one gets another name, after its log
 * was checkpointed into it: a log left behind would be taken for the new one's.
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/sqlite/schema.h"

#define NAME_SIZE 4096

struct restoring {
	struct engine place; /* locked; its connection is to the present
			      * database */
	char partial[NAME_SIZE];
	struct restored *restored;
	FILE *out;
};

static int add_suffix(char out[NAME_SIZE], const char *path, const char *suffix,
		      struct fail *fail)
{
	if (snprintf(out, NAME_SIZE, "%s%s", path, suffix) < NAME_SIZE)
		return 0;
	return fail_set(fail, "the database's path is too long");
}

/* ---- the copy ---- */

/* What SQLite leaves beside a file goes with it. */
static void remove_partial(const struct restoring *restoring, bool all)
{
	static const char *const beside[] = { "-wal", "-shm", "-journal",
					      "-lock" };
	char name[NAME_SIZE];
	struct fail fail;

	if (all)
		unlink(restoring->partial);
	for (size_t i = 0; i < COUNT_OF(beside); i++) {
		if (add_suffix(name, restoring->partial, beside[i], &fail) == 0)
			unlink(name);
	}
}

static int make_partial(const struct restoring *restoring, struct fail *fail)
{
	int fd;

	remove_partial(restoring, true); /* of one that was killed */
	fd = open(restoring->partial, O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail_errno(fail, errno, "could not make %s",
				  restoring->partial);
	close(fd);
	return 0;
}

static int copy_pages(struct sqlite_db *from, struct sqlite_db *to,
		      const char *file, struct fail *fail)
{
	sqlite3_backup *backup =
	    sqlite3_backup_init(to->handle, "main", from->handle, "main");
	int code;

	if (!backup)
		return sqlite_db_fail(to, fail, "could not begin the copy");
	sqlite3_backup_step(backup, -1);
	code = sqlite3_backup_finish(backup);
	if (code == SQLITE_OK)
		return 0;
	return fail_set(fail, "could not read %s: %s", file,
			sqlite3_errstr(code));
}

/* SQLite takes an empty file for a database without tables, which a daemon
 * would fill: what a copy left behind where the disk was full. */
static int check_not_empty(struct sqlite_db *from, const char *file,
			   struct fail *fail)
{
	struct fail why;
	bool used;

	if (schema_has_tables(from, &used, &why) < 0)
		return fail_set(fail, "could not read %s: %s", file,
				why.message);
	if (used)
		return 0;
	return fail_set(fail, "%s is empty, so it is no backup", file);
}

static int copy_file(const struct restoring *restoring, const char *file,
		     struct fail *fail)
{
	struct sqlite_db from, to;
	int status = -1;

	if (make_partial(restoring, fail) < 0 ||
	    sqlite_db_open(&from, file, SQLITE_OPEN_READONLY, NULL, fail) < 0)
		return -1;
	if (check_not_empty(&from, file, fail) == 0 &&
	    sqlite_db_open(&to, restoring->partial, SQLITE_OPEN_READWRITE, NULL,
			   fail) == 0) {
		status = copy_pages(&from, &to, file, fail);
		sqlite_db_close(&to);
	}
	sqlite_db_close(&from);
	return status;
}

/* As a daemon would open it. */
static int check_copy(const struct restoring *restoring, const char *file,
		      struct fail *fail)
{
	struct engine *copy;
	struct fail why;
	bool served;
	int faults;

	if (sqlite_engine_open(restoring->partial, true, &copy, &served, &why) <
	    0)
		return fail_set(fail, "%s cannot be used: %s", file,
				why.message);
	faults = sqlite_engine.check(copy, restoring->out, &why);
	sqlite_engine_close(copy);
	if (faults < 0)
		return fail_set(fail, "%s is damaged: %s", file, why.message);
	if (faults > 0)
		return fail_set(fail, "%s is damaged: %d fault%s found", file,
				faults, faults == 1 ? "" : "s");
	return 0;
}

/* ---- the present database ---- */

static bool is_there(const char *path)
{
	struct stat file;

	return lstat(path, &file) == 0;
}

static int check_not_same(const struct restoring *restoring, const char *file,
			  struct fail *fail)
{
	struct stat a, b;

	if (stat(file, &a) < 0)
		return fail_errno(fail, errno, "could not read %s", file);
	if (!S_ISREG(a.st_mode))
		return fail_set(fail, "%s is not a file", file);
	if (stat(restoring->place.path, &b) < 0 || a.st_ino != b.st_ino ||
	    a.st_dev != b.st_dev)
		return 0;
	return fail_set(fail, "%s is the database itself", file);
}

/*
 * Checkpoints its log into it, which requires exclusive access. If it is
 * damaged, or newer, it stays as it is, and its log is renamed along with it.
 */
static int settle_old(struct restoring *restoring, struct fail *fail)
{
	struct sqlite_db *db = &restoring->place.db;
	struct fail ignored;

	if (sqlite_db_open(db, restoring->place.path, SQLITE_OPEN_READWRITE,
			   NULL, fail) < 0 ||
	    sqlite_files_hold(&restoring->place, fail) < 0)
		return -1;
	if (sqlite_db_exec(db, "PRAGMA journal_mode=DELETE", &ignored) < 0 &&
	    (sqlite3_errcode(db->handle) & 0xff) == SQLITE_BUSY) {
		restoring->restored->again = true;
		return fail_set(fail,
				"%s is in use by another command: try again",
				restoring->place.path);
	}
	sqlite_db_close(db);
	*db = (struct sqlite_db){ .handle = NULL };
	return 0;
}

static int move_beside(const struct restoring *restoring, const char *suffix,
		       struct fail *fail)
{
	char from[NAME_SIZE], to[NAME_SIZE];

	if (add_suffix(from, restoring->place.path, suffix, fail) < 0 ||
	    add_suffix(to, restoring->restored->aside, suffix, fail) < 0)
		return -1;
	if (rename(from, to) < 0 && errno != ENOENT)
		return fail_errno(fail, errno, "could not move %s", from);
	return 0;
}

/* An unused name, made from the time, with a number if there are several in one
 * second. */
static int link_aside(struct restoring *restoring, struct fail *fail)
{
	char *aside = restoring->restored->aside;
	time_t now = (time_t)(clock_now_ms() / 1000);
	char when[32], suffix[64];
	struct tm time;

	gmtime_r(&now, &time);
	strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &time);
	for (int i = 1; i < 100; i++) {
		snprintf(suffix, sizeof(suffix), ".before-%s", when);
		if (i > 1)
			snprintf(suffix, sizeof(suffix), ".before-%s-%d", when,
				 i);
		if (add_suffix(aside, restoring->place.path, suffix, fail) < 0)
			return -1;
		if (link(restoring->place.path, aside) == 0)
			return 0;
		if (errno != EEXIST)
			break;
	}
	return fail_errno(fail, errno, "could not make %s", aside);
}

/* A second link, which is the only one left once the copy has taken the first
 * name. */
static int keep_aside(struct restoring *restoring, struct fail *fail)
{
	if (link_aside(restoring, fail) < 0)
		return -1;
	if (move_beside(restoring, "-wal", fail) == 0 &&
	    move_beside(restoring, "-shm", fail) == 0)
		return 0;
	unlink(restoring->restored->aside);
	return -1;
}

/* ---- all of it ---- */

static int take_place(struct restoring *restoring, struct fail *fail)
{
	const char *path = restoring->place.path;

	remove_partial(restoring, false);
	if (is_there(path) && (settle_old(restoring, fail) < 0 ||
			       keep_aside(restoring, fail) < 0))
		return -1;
	if (rename(restoring->partial, path) < 0)
		return fail_errno(fail, errno, "could not rename %s",
				  restoring->partial);
	return sqlite_sync_directory_of(path, fail);
}

static int restore(struct restoring *restoring, const char *file,
		   struct fail *fail)
{
	int status;

	if (add_suffix(restoring->partial, restoring->place.path, ".restoring",
		       fail) < 0 ||
	    check_not_same(restoring, file, fail) < 0)
		return -1;
	status = copy_file(restoring, file, fail) < 0 ||
			 check_copy(restoring, file, fail) < 0 ||
			 take_place(restoring, fail) < 0
		     ? -1
		     : 0;
	remove_partial(restoring, true);
	return status;
}

int sqlite_restore(const char *place, const char *file, FILE *out,
		   struct restored *ret_restored, struct fail *fail)
{
	struct restoring restoring = { .restored = ret_restored, .out = out };
	struct engine *engine = &restoring.place;
	mode_t mask = umask(0077);
	int status = -1;

	if (sqlite_engine_find(engine, place, true, fail) == 0)
		status = restore(&restoring, file, fail);
	ret_restored->again = ret_restored->again || engine->served;
	sqlite_db_close(&engine->db);
	sqlite_files_let_go(engine);
	free(engine->path);
	umask(mask);
	return status;
}
