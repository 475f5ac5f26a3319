/*
 * db.c: the driver of one SQLite connection.
 */
#include "base/base.h"

#include "store/sqlite/db.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>

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

void sqlite_db_roll_back(struct sqlite_db *db)
{
	if (sqlite3_get_autocommit(db->handle))
		return;
	sqlite3_step(db->rollback);
	sqlite3_reset(db->rollback);
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

void sqlite_db_run(struct sqlite_db *db, const struct sql *sql)
{
	db_run(&db->base, db_statement(&db->base, sql));
}

/* ---- what SQLite says ---- */

static _Thread_local char said[256];

/* Aborted statements are reported anyway, and this message would quote them. */
static void hear(void *context, int code, const char *message)
{
	(void)context;
	switch (code & 0xff) {
	case SQLITE_IOERR:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_CORRUPT:
	case SQLITE_WARNING:
		if (strncmp(message, "statement", strlen("statement")) != 0)
			snprintf(said, sizeof(said), "%s", message);
		break;
	default:
		break;
	}
}

/* Nobody asks how much memory it has; to count that takes a lock each time. */
static void configure(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_LOG, hear, NULL);
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

void sqlite_db_configure(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, configure);
}

void sqlite_db_words(int code, struct fail *fail)
{
	fail_set(fail, "%s%s%s", sqlite3_errstr(code), said[0] ? ": " : "",
		 said);
	said[0] = '\0';
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

static struct statement *prepare(struct sqlite_db *db, const struct sql *sql)
{
	sqlite3_stmt *handle;
	int code = sqlite3_prepare_v3(db->handle, sql->text, -1,
				      SQLITE_PREPARE_PERSISTENT, &handle, NULL);
	struct sqlite_statement *st;

	if (code != SQLITE_OK) {
		note(&db->base, code);
		return NULL;
	}
	st = (struct sqlite_statement *)statement_add(&db->base, sql,
						      sizeof(*st));
	if (!st) {
		sqlite3_finalize(handle);
		return NULL;
	}
	st->handle = handle;
	return &st->base;
}

static struct statement *get_statement(struct db *base, const struct sql *sql)
{
	struct statement *st = statement_find(base, sql);

	if (!st)
		return prepare((struct sqlite_db *)base, sql);
	sqlite3_reset(handle_of(st));
	return st;
}

/* Too many parameters are a bug. */
static void check_bound(struct statement *st, int code)
{
	assert(code == SQLITE_OK || code == SQLITE_NOMEM ||
	       code == SQLITE_TOOBIG);
	if (code != SQLITE_OK)
		note(st->db, code);
}

static void bind_i64(struct statement *st, int index, int64_t value)
{
	check_bound(st, sqlite3_bind_int64(handle_of(st), index, value));
}

static void bind_bytes(struct statement *st, int index, enum db_type type,
		       struct str value)
{
	if (type == DB_TEXT)
		check_bound(st,
			    sqlite3_bind_text(handle_of(st), index, value.data,
					      (int)value.len, SQLITE_STATIC));
	else
		check_bound(st,
			    sqlite3_bind_blob(handle_of(st), index, value.data,
					      (int)value.len, SQLITE_STATIC));
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

/* Fetched once, since each sqlite3_column_...() takes a mutex. The value may be
 * used without one, by the only thread that uses this connection. */
static sqlite3_value *get_value(struct statement *st, int column)
{
	assert(column < sqlite3_column_count(handle_of(st)));
	return sqlite3_column_value(handle_of(st), column);
}

static int64_t get_i64(struct statement *st, int column)
{
	sqlite3_value *value = get_value(st, column);
	int type = sqlite3_value_type(value);

	/* SQLite may hold a text in a column of numbers, and would read it as
	 * 0. What is read instead is not valid in any column. */
	if (type != SQLITE_INTEGER && type != SQLITE_NULL)
		return INT64_MIN;
	return sqlite3_value_int64(value);
}

static struct str get_bytes(struct statement *st, int column)
{
	sqlite3_value *value = get_value(st, column);
	int type = sqlite3_value_type(value);
	const char *data;

	if (type == SQLITE_NULL)
		return (struct str){ NULL, 0 };
	data = type == SQLITE_BLOB ? sqlite3_value_blob(value)
				   : (const char *)sqlite3_value_text(value);
	if (data)
		return (struct str){ data, (size_t)sqlite3_value_bytes(value) };
	if (type != SQLITE_BLOB) /* an empty one has no address */
		note(st->db, SQLITE_NOMEM);
	return STR("");
}

/* In the system's words where it is the system that refuses. */
static const char *reason_of(sqlite3 *handle)
{
	int error = handle ? sqlite3_system_errno(handle) : ENOMEM;

	return error && (!handle || sqlite3_errcode(handle) == SQLITE_CANTOPEN)
		   ? strerror(error)
		   : sqlite3_errmsg(handle);
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
			    vfs) == SQLITE_OK &&
	    sqlite3_prepare_v3(db->handle, "ROLLBACK", -1,
			       SQLITE_PREPARE_PERSISTENT, &db->rollback,
			       NULL) == SQLITE_OK) {
		sqlite3_busy_timeout(db->handle, SQLITE_BUSY_MS);
		return 0;
	}
	fail_set(fail, "could not open %s: %s", path, reason_of(db->handle));
	sqlite3_close(db->handle);
	db->handle = NULL;
	return -1;
}

static void finalize(struct statement *st)
{
	sqlite3_finalize(handle_of(st));
}

void sqlite_db_close(struct sqlite_db *db)
{
	statements_release(&db->base, finalize);
	sqlite3_finalize(db->rollback);
	sqlite3_close(db->handle);
	memset(db, 0, sizeof(*db));
}
