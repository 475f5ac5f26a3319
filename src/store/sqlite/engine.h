/*
 * engine.h: what the files of the embedded engine share. Private to the SQLite
 * engine.
 */
#ifndef STORE_SQLITE_ENGINE_H
#define STORE_SQLITE_ENGINE_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "store/engine.h"
#include "store/sqlite/db.h"

struct engine {
	struct sqlite_db db;
	struct id_source ids;
	char *path;
	int lock_file, held;	  /* -1: not open. The second is the database */
	struct stat at_first;	  /* of the database, where `held` is open */
	struct sqlite3_file *log; /* its write-ahead log; NULL at first */
	bool guest;		  /* a daemon is serving the same file */
	bool served;		  /* and so we cannot */
	int wal_pages;		  /* in the log after the last commit */
	bool away;		  /* the files are not in place any more */
	atomic_bool full;	  /* at the start, and since */
	bool no_room;		  /* which was why the last batch failed */
	bool uncertain; /* whether what failed is on disk all the same */
};

/* ---- open.c ---- */

/* What of the file beside the database is locked: by who serves, and by who
 * works on the log. */
enum lock_byte { LOCK_SERVE = 0, LOCK_WAL = 1 };

/* Waits where `wait`; otherwise false where somebody else holds it. */
bool sqlite_lock(struct engine *engine, enum lock_byte byte, bool wait);
void sqlite_unlock(struct engine *engine, enum lock_byte byte);

/* Whether somebody serves the database, ourselves included. */
bool sqlite_is_served(const struct engine *engine);

/* To be called before anything is created at the path or beside it: resolves
 * the path and locks the file, with `serve` against other daemons. Zeroes
 * `engine`, which has to be closed in any case. */
int sqlite_engine_find(struct engine *engine, const char *place, bool serve,
		       struct fail *fail) MUST_CHECK;

/*
 * Opens the file and brings its schema up to date, or with `serve` false only
 * looks whether it is; rows stay as they are. `*ret_served`, in case of -1:
 * because somebody else serves it.
 */
int sqlite_engine_open(const char *place, bool serve,
		       struct engine **ret_engine, bool *ret_served,
		       struct fail *fail) MUST_CHECK;
void sqlite_engine_close(struct engine *engine);

/* The writer's connection. */
struct sqlite_db *sqlite_engine_db(struct engine *engine);

/* ---- files.c ---- */

/* The path that SQLite makes of `place`, all links followed; to be freed. NULL
 * with `fail`. */
char *sqlite_files_resolve(const char *place, struct fail *fail) MUST_CHECK;

/* -1 with `fail` where others can write to the directory that it is in. */
int sqlite_files_check_directory(const char *path,
				 struct fail *fail) MUST_CHECK;

/* Nobody else can serve the file until sqlite_files_let_go(), and it has one
 * name; or -1. For a file that SQLite has opened. */
int sqlite_files_hold(struct engine *engine, struct fail *fail) MUST_CHECK;

/* Once SQLite has closed it, everywhere in the process. */
void sqlite_files_let_go(struct engine *engine);

/* Whether the path still leads to the open file, which a commit does not notice
 * itself; the cheapest part of the next check. */
bool sqlite_files_are_served(const struct engine *engine) MUST_CHECK;

/* Whether writes still reach the files that the names lead to; from any
 * thread. */
bool sqlite_files_in_place(struct engine *engine, struct fail *fail) MUST_CHECK;

/* Recreates the lock file if somebody has removed it. */
void sqlite_files_renew_lock(struct engine *engine);

/* ---- engine.c ---- */

/* Whether what failed was a write for which there was no room, or to a disk
 * that takes none. */
bool sqlite_is_full(const struct engine *engine) MUST_CHECK;

/* ---- backup.c ---- */

int sqlite_backup(struct engine *engine, const char *path,
		  struct fail *fail) MUST_CHECK;

/* Makes a rename or a new file durable. */
int sqlite_sync_directory_of(const char *path, struct fail *fail) MUST_CHECK;

/* ---- restore.c ---- */

int sqlite_restore(const char *place, const char *file, FILE *out,
		   struct restored *ret_restored, struct fail *fail) MUST_CHECK;

/* ---- scrub.c ---- */

int sqlite_scrub(struct engine *engine, struct fail *fail) MUST_CHECK;

#endif
