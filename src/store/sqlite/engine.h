/*
 * engine.h: the embedded engine's own, for who works on its file past
 * the verbs. Private to the SQLite engine.
 */
#ifndef STORE_SQLITE_ENGINE_H
#define STORE_SQLITE_ENGINE_H

#include "store/engine.h"
#include "store/sqlite/db.h"

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

#endif
