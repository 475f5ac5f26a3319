/*
 * db.c: what the verbs know of every database: statements, rows, values.
 *
 * The surprise: nothing here returns an error. The first failure is kept in
 * `error`, every later call does as little as it can, and whoever began the
 * transaction looks once before it commits or answers.
 */
#include "base/base.h"

#include "store/db.h"

void db_note(struct db *db, enum db_error error)
{
	if (db->error == DB_FINE)
		db->error = error;
}

void db_forget(struct db *db)
{
	db->key = 0;
	db->limits.organization = 0;
}

void db_no_memory(struct db *db)
{
	db_note(db, DB_NO_MEMORY);
}

bool db_damaged(struct db *db)
{
	db->damaged = true;
	return false;
}

enum result db_result(enum db_error error)
{
	return error == DB_NO_MEMORY ? RESULT_OUT_OF_MEMORY
				     : RESULT_STORE_UNAVAILABLE;
}

/* ---- the statements of a connection ---- */

STATEMENT(begin_write, .text = "BEGIN IMMEDIATE",
	  /* Whatever the server's default is: each rule is kept by a lock or a
	   * unique index. */
	  .pgsql = "BEGIN ISOLATION LEVEL READ COMMITTED");

STATEMENT(commit, .text = "COMMIT");

STATEMENT(rollback, .text = "ROLLBACK");

/* Where it is, or may be put. */
static struct statement **find_place(const struct statement_set *set,
				     const struct sql *sql)
{
	size_t i = (uintptr_t)sql / sizeof(*sql);

	for (;; i++) {
		struct statement **place = &set->at[i & (set->size - 1)];

		if (!*place || (*place)->sql == sql)
			return place;
	}
}

struct statement *statement_find(const struct db *db, const struct sql *sql)
{
	return db->statements.size ? *find_place(&db->statements, sql) : NULL;
}

/* At least half of the places are free. */
static bool make_places(struct statement_set *set)
{
	struct statement_set more = { .size = set->size ? set->size * 2 : 64 };

	if (set->count < set->size / 2)
		return true;
	more.at = calloc(more.size, sizeof(struct statement *));
	if (!more.at)
		return false;
	for (size_t i = 0; i < set->size; i++) {
		if (set->at[i])
			*find_place(&more, set->at[i]->sql) = set->at[i];
	}
	more.count = set->count;
	free(set->at);
	*set = more;
	return true;
}

struct statement *statement_add(struct db *db, const struct sql *sql,
				size_t size)
{
	struct statement_set *set = &db->statements;
	struct statement *st = make_places(set) ? calloc(1, size) : NULL;

	if (!st) {
		db_no_memory(db);
		return NULL;
	}
	st->db = db;
	st->sql = sql;
	*find_place(set, sql) = st;
	set->count++;
	return st;
}

void statements_release(struct db *db, void (*release)(struct statement *st))
{
	for (size_t i = 0; i < db->statements.size; i++) {
		if (!db->statements.at[i])
			continue;
		release(db->statements.at[i]);
		free(db->statements.at[i]);
	}
	free(db->statements.at);
	db->statements = (struct statement_set){ .count = 0 };
}

/* ---- statements ---- */

struct statement *db_statement(struct db *db, const struct sql *sql)
{
	return db->error || db->damaged ? NULL : db->driver->statement(db, sql);
}

void db_bind_i64(struct statement *st, int index, int64_t value)
{
	if (st)
		st->db->driver->bind_i64(st, index, value);
}

void db_bind_text(struct statement *st, int index, const char *value)
{
	struct str text = { value, value ? strlen(value) : 0 };

	if (st)
		st->db->driver->bind_bytes(st, index, DB_TEXT, text);
}

void db_bind_blob(struct statement *st, int index, const void *data, size_t len)
{
	if (st)
		st->db->driver->bind_bytes(st, index, DB_BLOB,
					   (struct str){ data, len });
}

void db_ask(struct db *db, struct statement *st)
{
	if (st && !db->error && db->driver->ask)
		db->driver->ask(st);
}

void db_each(struct db *db, size_t n, void (*ask)(void *context, size_t i),
	     void *context)
{
	if (db->driver->each) {
		db->driver->each(db, n, ask, context);
		return;
	}
	for (size_t i = 0; i < n; i++)
		ask(context, i);
}

void db_gather(struct db *db)
{
	if (db->driver->gather)
		db->driver->gather(db);
}

void db_flush(struct db *db)
{
	if (db->driver->flush)
		db->driver->flush(db);
}

bool db_row(struct db *db, struct statement *st)
{
	if (!st)
		return false;
	if (!db->error)
		return db->driver->row(st);
	/* Of a loop over rows, one of which had no room: it ends here, or
	 * SQLite would go on showing the state of that moment. */
	db->driver->done(st);
	return false;
}

void db_run(struct db *db, struct statement *st)
{
	if (st && !db->error)
		db->driver->run(st);
}

int64_t db_run_counting(struct db *db, struct statement *st)
{
	return st && !db->error ? db->driver->run_counting(st) : 0;
}

void db_done(struct statement *st)
{
	if (st)
		st->db->driver->done(st);
}

int64_t column_i64(struct statement *st, int column)
{
	return st->db->driver->column_i64(st, column);
}

struct str column_bytes(struct statement *st, int column)
{
	return st->db->driver->column_bytes(st, column);
}

const char *column_text(struct statement *st, struct arena *arena, int column)
{
	struct str text = column_bytes(st, column);
	const char *copy;

	if (!text.data)
		return NULL;
	copy = arena_str(arena, text);
	if (copy)
		return copy;
	db_no_memory(st->db);
	return "";
}
