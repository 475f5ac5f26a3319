/*
 * scrub.c: removes deleted data from the file and its log.
 *
 * Deleted rows are overwritten as they go (secure_delete), but a page that was
 * split may hold a copy of rows that moved to another page. So the file is
 * rewritten, and the log emptied, with exclusive access: see open.c.
 */
#include "base/base.h"

#include "store/sqlite/engine.h"

static int rewrite(struct engine *engine, struct fail *fail)
{
	int code;

	/* On disk: it is as large as the database. */
	if (sqlite_db_exec(&engine->db, "PRAGMA temp_store=FILE; VACUUM",
			   fail) < 0)
		return -1;
	code = sqlite3_wal_checkpoint_v2(
	    engine->db.handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	if (code != SQLITE_OK)
		return fail_set(fail, "could not empty the log: %s",
				sqlite3_errstr(code));
	return 0;
}

int sqlite_scrub(struct engine *engine, struct fail *fail)
{
	int status;

	if (engine->guest && !sqlite_lock(engine, LOCK_SERVE, false))
		return fail_set(fail, "invited is serving %s", engine->path);
	sqlite_lock(engine, LOCK_WAL, true);
	status = rewrite(engine, fail);
	sqlite_unlock(engine, LOCK_WAL);
	if (engine->guest)
		sqlite_unlock(engine, LOCK_SERVE);
	return status;
}
