/*
 * db.h: one SQLite connection and its prepared statements. Private to
 * the SQLite engine.
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "store/db.h"

/* How long another process may hold the database's lock before an operation is
 * refused. */
#define SQLITE_BUSY_MS 10000

struct sqlite_statement {
	struct statement base;
	sqlite3_stmt *handle;
};

struct sqlite_db {
	struct db base;
	sqlite3 *handle;
	sqlite3_stmt *rollback; /* ready: there may be no memory then */
	int code;		/* what SQLite said when `base.error` was set */
};

/* Opens the file at `path`; `flags` and `vfs` as sqlite3_open_v2(). */
int sqlite_db_open(struct sqlite_db *db, const char *path, int flags,
		   const char *vfs, struct fail *fail) MUST_CHECK;
void sqlite_db_close(struct sqlite_db *db);

/* Runs statements that return nothing. */
int sqlite_db_exec(struct sqlite_db *db, const char *sql,
		   struct fail *fail) MUST_CHECK;

/* Writes "<what>: <SQLite's reason>" and returns -1. */
int sqlite_db_fail(struct sqlite_db *db, struct fail *fail, const char *what);

/*
 * Must be called before anything else of SQLite, which cannot be configured
 * once it is initialised. From then on the messages that it logs are kept:
 * which call failed on which file, and why. sqlite_db_words() returns the text
 * of the error code, followed by what SQLite has logged in this thread since
 * the last call.
 */
void sqlite_db_configure(void);
void sqlite_db_words(int code, struct fail *fail);

/* Ends a transaction if there is one. */
void sqlite_db_roll_back(struct sqlite_db *db);

/* Runs a statement without parameters, such as COMMIT. */
void sqlite_db_run(struct sqlite_db *db, const struct sql *sql);

#endif
