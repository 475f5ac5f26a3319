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

void db_no_memory(struct db *db)
{
	db_note(db, DB_NO_MEMORY);
}

enum result db_result(enum db_error error)
{
	return error == DB_NO_MEMORY ? RESULT_OUT_OF_MEMORY
				     : RESULT_STORE_UNAVAILABLE;
}

/* ---- statements ---- */

struct statement *db_statement(struct db *db, enum sql which)
{
	return db->error ? NULL : db->driver->statement(db, which);
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
