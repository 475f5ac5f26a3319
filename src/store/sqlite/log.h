/*
 * log.h: writes SQLite's log in few large pieces. Private to the SQLite
 * engine.
 */
#ifndef STORE_SQLITE_LOG_H
#define STORE_SQLITE_LOG_H

#include "base/base.h"

/*
 * The name of a VFS that is the process's default one, but for the log of a
 * database (the file ending in "-wal"): what is written there one after the
 * other is written together. NULL when out of memory. For the writer's
 * connection. Call it again before each connection is opened: the default may
 * have changed.
 */
const char *sqlite_log_vfs(void) MUST_CHECK;

#endif
