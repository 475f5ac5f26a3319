/*
 * engine.h: what the files of the embedded engine share. Private to the SQLite
 * engine.
 */
#ifndef STORE_SQLITE_ENGINE_H
#define STORE_SQLITE_ENGINE_H

#include "store/engine.h"
#include "store/sqlite/db.h"

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

/* ---- open.c ---- */

/* What of the file beside the database is locked: by who serves, and by who
 * works on the log. */
enum lock_byte { LOCK_SERVE = 0, LOCK_WAL = 1 };

/* Waits where `wait`; otherwise false where somebody else holds it. */
bool sqlite_lock(struct engine *engine, enum lock_byte byte, bool wait);
void sqlite_unlock(struct engine *engine, enum lock_byte byte);

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

/* ---- backup.c ---- */

int sqlite_backup(struct engine *engine, const char *path,
		  struct fail *fail) MUST_CHECK;

#endif
