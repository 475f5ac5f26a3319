/*
 * db.c: the driver of one SQLite connection.
 */
#include "base/base.h"

#include "store/sqlite/db.h"

static const char *const sql_texts[] = {
#define X(name, text) [SQL_##name] = text,
	STATEMENTS(X)
#undef X
};

int sqlite_db_fail(struct sqlite_db *db, struct fail *fail, const char *what)
{
	return fail_set(fail, "%s: %s", what, sqlite3_errmsg(db->handle));
}

int sqlite_db_exec(struct sqlite_db *db, const char *sql, struct fail *fail)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sqlite_db_fail(db, fail, "could not use the database");
}

void sqlite_db_run(struct sqlite_db *db, enum sql which)
{
	db_run(&db->base, db_statement(&db->base, which));
}

/* ---- the driver ---- */

static void note(struct db *base, int code)
{
	struct sqlite_db *db = (struct sqlite_db *)base;

	if (base->error == DB_FINE)
		db->code = code;
	db_note(base, code == SQLITE_NOMEM ? DB_NO_MEMORY : DB_FAILED);
}

static sqlite3_stmt *handle_of(const struct statement *st)
{
	return ((const struct sqlite_statement *)st)->handle;
}

static struct statement *get_statement(struct db *base, enum sql which)
{
	struct sqlite_db *db = (struct sqlite_db *)base;
	struct sqlite_statement *st = &db->statements[which];
	int code;

	if (st->handle) {
		sqlite3_reset(st->handle);
		return &st->base;
	}
	st->base.db = base;
	code = sqlite3_prepare_v3(db->handle, sql_texts[which], -1,
				  SQLITE_PREPARE_PERSISTENT, &st->handle, NULL);
	if (code == SQLITE_OK)
		return &st->base;
	note(base, code);
	return NULL;
}

static void bind_i64(struct statement *st, int index, int64_t value)
{
	sqlite3_bind_int64(handle_of(st), index, value);
}

static void bind_bytes(struct statement *st, int index, enum db_type type,
		       struct str value)
{
	if (type == DB_TEXT)
		sqlite3_bind_text(handle_of(st), index, value.data,
				  (int)value.len, SQLITE_STATIC);
	else
		sqlite3_bind_blob(handle_of(st), index, value.data,
				  (int)value.len, SQLITE_STATIC);
}

static bool row(struct statement *st)
{
	int code = sqlite3_step(handle_of(st));

	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		note(st->db, code);
	sqlite3_reset(handle_of(st));
	return false;
}

static void run(struct statement *st)
{
	int code = sqlite3_step(handle_of(st));

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		note(st->db, code);
	sqlite3_reset(handle_of(st));
}

static int64_t run_counting(struct statement *st)
{
	run(st);
	return st->db->error
		   ? 0
		   : sqlite3_changes(sqlite3_db_handle(handle_of(st)));
}

static void done(struct statement *st)
{
	sqlite3_reset(handle_of(st));
}

static int64_t get_i64(struct statement *st, int column)
{
	return sqlite3_column_int64(handle_of(st), column);
}

static struct str get_bytes(struct statement *st, int column)
{
	sqlite3_stmt *handle = handle_of(st);
	int type = sqlite3_column_type(handle, column);
	const char *data;

	if (type == SQLITE_NULL)
		return (struct str){ NULL, 0 };
	data = type == SQLITE_BLOB
		   ? sqlite3_column_blob(handle, column)
		   : (const char *)sqlite3_column_text(handle, column);
	if (data)
		return (struct str){ data, (size_t)sqlite3_column_bytes(
					       handle, column) };
	if (type != SQLITE_BLOB) /* an empty one has no address */
		note(st->db, SQLITE_NOMEM);
	return STR("");
}

static const struct db_driver sqlite_driver = {
	.statement = get_statement,
	.bind_i64 = bind_i64,
	.bind_bytes = bind_bytes,
	.row = row,
	.run = run,
	.run_counting = run_counting,
	.done = done,
	.column_i64 = get_i64,
	.column_bytes = get_bytes,
};

/* ---- opening and closing ---- */

int sqlite_db_open(struct sqlite_db *db, const char *path, int flags,
		   const char *vfs, struct fail *fail)
{
	memset(db, 0, sizeof(*db));
	db->base.driver = &sqlite_driver;
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX,
			    vfs) == SQLITE_OK) {
		sqlite3_busy_timeout(db->handle, 10000);
		return 0;
	}
	fail_set(fail, "could not open %s: %s", path,
		 db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
	sqlite3_close(db->handle);
	db->handle = NULL;
	return -1;
}

void sqlite_db_close(struct sqlite_db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statements[i].handle);
	sqlite3_close(db->handle);
	memset(db, 0, sizeof(*db));
}
