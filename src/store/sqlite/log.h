/*
 * log.h: writes SQLite's log in few large pieces. Private to the SQLite
 * engine.
 */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

#include "base/base.h"

struct sqlite3_file;

/*
 * The name of a VFS that is the process's default one, but for the log of a
 * database (the file ending in "-wal"): what is written there one after the
 * other is written together. NULL when out of memory. For the writer's
 * connection. Call it again before each connection is opened: the default may
 * have changed.
 */
const char *sqlite_log_vfs(void) MUST_CHECK;

/*
 * Whether a log that this VFS has opened is still the file under its name; from
 * any thread. Also false once a write has found that the file was truncated:
 * from then on nothing is written to it. Each commit checks both, while no
 * other process can be emptying the log, and fails if it is false.
 */
bool sqlite_log_in_place(struct sqlite3_file *file) MUST_CHECK;
bool sqlite_log_is_whole(struct sqlite3_file *file) MUST_CHECK;

#endif
