/*
 * fuzz_row.c: rows of every table with any number and any octets in them, once
 * as PostgreSQL answers them and once as SQLite does. A row that is taken holds
 * words of its vocabularies only, and nothing below 0 that may not be.
 */
#include "base/base.h"
#include "fuzz.h"

#include "base/arena.h"
#include "store/pgsql/db.h"
#include "store/sqlite/db.h"
#include "store/table.h"
#include "store/work.h"

#define ROW_MAX 4096 /* octets of the largest struct of a row */

/* The next value: how long it is, and what. */
static struct str cut_value(struct str *rest)
{
	size_t len = rest->len ? (unsigned char)rest->data[0] % 17 : 0;
	struct str value = { rest->data + 1, 0 };

	if (rest->len == 0)
		return (struct str){ "", 0 };
	value.len = len < rest->len - 1 ? len : rest->len - 1;
	rest->data += value.len + 1;
	rest->len -= value.len + 1;
	return value;
}

static int64_t number_of(struct str value)
{
	uint64_t number = 0;

	for (size_t i = 0; i < value.len && i < sizeof(number); i++)
		number = number << 8 | (unsigned char)value.data[i];
	return (int64_t)number;
}

static void check_row(const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];
		int64_t number;

		if (column->type != COLUMN_NUMBER || column->size == 0)
			continue;
		number = column_number(column, row);
		if (column->words)
			require(vocabulary_has(column->words, number));
		else
			require(number >= 0 || column->negative);
	}
}

static void read_row(const struct table *table, struct statement *st)
{
	static max_align_t row[ROW_MAX / sizeof(max_align_t)];
	struct arena arena;

	arena_init(&arena, 1 << 20);
	memset(row, 0, sizeof(row));
	st->db->error = DB_FINE;
	st->db->damaged = false;
	if (table_read(table, &arena, st, row))
		check_row(table, row);
	arena_release(&arena);
}

static void as_postgresql(const struct table *table, struct str rest)
{
	PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	static char name[] = "x";
	PGresAttDesc columns[64] = { { .name = name, .format = 1 } };
	struct pgsql_statement st = { .result = result };
	struct pgsql_db db;

	require(table->count <= COUNT_OF(columns) && result);
	for (size_t i = 0; i < table->count; i++)
		columns[i] = columns[0];
	require(PQsetResultAttrs(result, (int)table->count, columns));
	for (size_t i = 0; i < table->count; i++) {
		struct str value = cut_value(&rest);

		require(PQsetvalue(result, 0, (int)i, (char *)value.data,
				   value.len == 16 ? -1 : (int)value.len));
	}
	pgsql_db_init(&db, "");
	st.base.db = &db.base;
	read_row(table, &st.base);
	PQclear(result);
}

static void bind(sqlite3_stmt *st, int at, const struct column *column,
		 struct str value)
{
	if (value.len == 16)
		sqlite3_bind_null(st, at);
	else if (value.len == 15)
		sqlite3_bind_double(st, at, (double)number_of(value));
	else if (column->type == COLUMN_NUMBER && value.len % 4 != 3)
		sqlite3_bind_int64(st, at, number_of(value));
	else if (column->type == COLUMN_BLOB)
		sqlite3_bind_blob(st, at, value.data, (int)value.len,
				  SQLITE_TRANSIENT);
	else
		sqlite3_bind_text(st, at, value.data, (int)value.len,
				  SQLITE_TRANSIENT);
}

static void as_sqlite(const struct table *table, struct str rest)
{
	static struct sqlite_db db;
	struct sqlite_statement st = { .base.db = &db.base };
	struct buf sql;

	if (!db.handle)
		require(sqlite_db_open(&db, ":memory:", SQLITE_OPEN_READWRITE,
				       NULL,
				       &(struct fail){ .passing = 0 }) == 0);
	buf_init(&sql, 1024);
	buf_add_text(&sql, "SELECT ?");
	for (size_t i = 1; i < table->count; i++)
		buf_add_text(&sql, ",?");
	require(buf_ok(&sql));
	require(sqlite3_prepare_v2(db.handle, sql.data, -1, &st.handle, NULL) ==
		SQLITE_OK);
	for (size_t i = 0; i < table->count; i++)
		bind(st.handle, (int)i + 1, &table->columns[i],
		     cut_value(&rest));
	require(sqlite3_step(st.handle) == SQLITE_ROW);
	read_row(table, &st.base);
	sqlite3_finalize(st.handle);
	buf_release(&sql);
}

/* Others are only copied. */
static bool has_struct(const struct table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		if (table->columns[i].size == 0)
			return false;
	}
	return true;
}

int fuzz_one(const uint8_t *data, size_t size)
{
	struct str rest = { (const char *)data, size };
	const struct table *table;

	if (size == 0)
		return 0;
	table = tables[data[0] % table_count];
	if (!has_struct(table))
		return 0;
	rest.data++;
	rest.len--;
	as_postgresql(table, rest);
	as_sqlite(table, rest);
	return 0;
}
