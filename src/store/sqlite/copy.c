/*
 * copy.c: a SQLite file as the source or the target of a copy.
 *
 * A source is opened as any command opens it: a daemon may be using the file,
 * and only cannot empty its log while the copy reads. A target is opened as a
 * daemon opens it, so that none can start on it meanwhile.
 */
#include "base/base.h"

#include "store/copy_end.h"
#include "store/sqlite/engine.h"

/* For the random pages of the index of addresses. */
#define TARGET_CACHE "PRAGMA cache_size=-32768"

struct sqlite_end {
	struct copy_end base;
	struct engine *engine;
	sqlite3 *handle;
	sqlite3_stmt *insert; /* into `table`; NULL between two tables */
	const struct table *table;
};

static struct sqlite_end *end_of(struct copy_end *base)
{
	return (struct sqlite_end *)base;
}

/* Notes the reason, and whether it is temporary. */
static int refused(struct sqlite_end *end, struct fail *fail)
{
	int code = sqlite3_errcode(end->handle) & 0xff;

	end->base.again = code == SQLITE_BUSY || code == SQLITE_FULL;
	return fail_set(fail, "%s: %s", end->base.name,
			sqlite3_errmsg(end->handle));
}

static int no_memory(struct fail *fail)
{
	return fail_set(fail, "out of memory");
}

/* ---- SQL ---- */

static int prepare(struct sqlite_end *end, struct buf *sql,
		   sqlite3_stmt **ret_st, struct fail *fail)
{
	int code;

	if (!buf_ok(sql)) {
		buf_release(sql);
		return no_memory(fail);
	}
	code = sqlite3_prepare_v2(end->handle, sql->data, -1, ret_st, NULL);
	buf_release(sql);
	return code == SQLITE_OK ? 0 : refused(end, fail);
}

static int answer(sqlite3_stmt *st, copy_take *take, void *context,
		  struct fail *fail)
{
	return take ? take(context,
			   str_of((const char *)sqlite3_column_text(st, 0)),
			   fail)
		    : 0;
}

static int sqlite_ask(struct copy_end *base, const char *sql, copy_take *take,
		      void *context, struct fail *fail)
{
	struct sqlite_end *end = end_of(base);
	sqlite3_stmt *st;
	int code, status = 0;

	if (sqlite3_prepare_v2(end->handle, sql, -1, &st, NULL) != SQLITE_OK)
		return refused(end, fail);
	while (status == 0 && (code = sqlite3_step(st)) == SQLITE_ROW)
		status = answer(st, take, context, fail);
	if (status == 0 && code != SQLITE_DONE)
		status = refused(end, fail);
	sqlite3_finalize(st);
	return status;
}

/* ---- reading ---- */

static struct str bytes_of(sqlite3_stmt *st, int column, enum column_type type)
{
	const char *data = type == COLUMN_BLOB
			       ? sqlite3_column_blob(st, column)
			       : (const char *)sqlite3_column_text(st, column);

	if (!data) /* an empty one has no address */
		return STR("");
	return (struct str){ data, (size_t)sqlite3_column_bytes(st, column) };
}

/* What SQLite calls a column's type. */
static const int stored_types[] = {
	[COLUMN_NUMBER] = SQLITE_INTEGER,
	[COLUMN_TEXT] = SQLITE_TEXT,
	[COLUMN_BLOB] = SQLITE_BLOB,
};

/* SQLite stores any type of value in any column, and would convert it
 * silently. */
static int put_row(struct buf *row, sqlite3_stmt *st, const struct table *table,
		   struct fail *fail)
{
	int n = (int)table->count;

	row_begin(row, table);
	for (int i = 0; i < n; i++) {
		enum column_type type = table->columns[i].type;
		int stored = sqlite3_column_type(st, i);

		if (stored == SQLITE_NULL)
			row_add_bytes(row, (struct str){ NULL, 0 });
		else if (stored != stored_types[type])
			return fail_set(fail,
					"%s has a value in its column %s that "
					"is not of the column's type",
					table->name, table->columns[i].name);
		else if (type == COLUMN_NUMBER)
			row_add_number(row, sqlite3_column_int64(st, i));
		else
			row_add_bytes(row, bytes_of(st, i, type));
	}
	return 0;
}

/* Whether the row is complete. */
static bool is_whole(struct sqlite_end *end, struct buf *row)
{
	return buf_ok(row) && sqlite3_errcode(end->handle) != SQLITE_NOMEM;
}

static int read_rows(struct sqlite_end *end, sqlite3_stmt *st,
		     const struct table *table, copy_take *take, void *context,
		     struct fail *fail)
{
	struct buf row;
	int code, status = 0;

	buf_init(&row, SIZE_MAX);
	while (status == 0 && (code = sqlite3_step(st)) == SQLITE_ROW) {
		status = put_row(&row, st, table, fail);
		if (status == 0)
			status = is_whole(end, &row)
				     ? take(context, buf_str(&row), fail)
				     : no_memory(fail);
	}
	buf_release(&row);
	if (status == 0 && code != SQLITE_DONE)
		return refused(end, fail);
	return status;
}

static int sqlite_read(struct copy_end *base, const struct table *table,
		       copy_take *take, void *context, struct fail *fail)
{
	struct sqlite_end *end = end_of(base);
	sqlite3_stmt *st;
	struct buf sql;
	int status;

	buf_init(&sql, 4096);
	buf_add_text(&sql, "SELECT ");
	table_add_columns(&sql, table);
	buf_add_text(&sql, " FROM ");
	table_add_name(&sql, table);
	if (prepare(end, &sql, &st, fail) < 0)
		return -1;
	status = read_rows(end, st, table, take, context, fail);
	sqlite3_finalize(st);
	return status;
}

/* ---- writing ---- */

static int sqlite_write_begin(struct copy_end *base, const struct table *table,
			      struct fail *fail)
{
	struct sqlite_end *end = end_of(base);
	size_t n = table->count;
	struct buf sql;

	end->table = table;
	buf_init(&sql, 4096);
	buf_add_text(&sql, "INSERT INTO ");
	table_add_name(&sql, table);
	buf_add_text(&sql, "(");
	table_add_columns(&sql, table);
	buf_add_text(&sql, ") VALUES(");
	for (size_t i = 0; i < n; i++)
		buf_add_text(&sql, i ? ", ?" : "?");
	buf_add_text(&sql, ")");
	return prepare(end, &sql, &end->insert, fail);
}

static void bind_field(sqlite3_stmt *st, int index, enum column_type type,
		       struct str field)
{
	if (!field.data)
		sqlite3_bind_null(st, index);
	else if (type == COLUMN_NUMBER)
		sqlite3_bind_int64(st, index, row_number(field));
	else if (type == COLUMN_TEXT)
		sqlite3_bind_text(st, index, field.data, (int)field.len,
				  SQLITE_STATIC);
	else
		sqlite3_bind_blob(st, index, field.data, (int)field.len,
				  SQLITE_STATIC);
}

static int sqlite_write(struct copy_end *base, struct str row,
			struct fail *fail)
{
	struct sqlite_end *end = end_of(base);
	const struct column *column = end->table->columns;
	struct str rest = row_first(row);

	for (int i = 0; rest.len > 0; i++)
		bind_field(end->insert, i + 1, column[i].type, row_next(&rest));
	if (sqlite3_step(end->insert) != SQLITE_DONE)
		return refused(end, fail);
	sqlite3_reset(end->insert);
	return 0;
}

static int sqlite_write_end(struct copy_end *base, struct fail *fail)
{
	struct sqlite_end *end = end_of(base);

	(void)fail;
	sqlite3_finalize(end->insert);
	end->insert = NULL;
	return 0;
}

/* ---- opening and closing ---- */

static int sqlite_open(struct copy_end *base, const char *place,
		       enum copy_side side, struct fail *fail)
{
	struct sqlite_end *end = end_of(base);
	bool target = side == COPY_TARGET;
	struct sqlite_db *db;

	snprintf(base->name, sizeof(base->name), "sqlite:%s", place);
	if (sqlite_engine_open(place, target, &end->engine, &base->again,
			       fail) < 0)
		return -1;
	db = sqlite_engine_db(end->engine);
	end->handle = db->handle;
	memcpy(base->hash_key, db->base.hash_key, sizeof(base->hash_key));
	if (target && sqlite_ask(base, TARGET_CACHE, NULL, NULL, fail) < 0)
		return -1;
	return sqlite_ask(base, target ? "BEGIN IMMEDIATE" : "BEGIN", NULL,
			  NULL, fail);
}

static int sqlite_commit(struct copy_end *base, struct fail *fail)
{
	return sqlite_ask(base, "COMMIT", NULL, NULL, fail);
}

static void sqlite_close(struct copy_end *base)
{
	struct sqlite_end *end = end_of(base);

	if (!end->engine)
		return;
	sqlite3_finalize(end->insert);
	if (!sqlite3_get_autocommit(end->handle))
		sqlite3_exec(end->handle, "ROLLBACK", NULL, NULL, NULL);
	sqlite_engine_close(end->engine);
}

const struct copy_type sqlite_copy = {
	.size = sizeof(struct sqlite_end),
	.open = sqlite_open,
	.close = sqlite_close,
	.ask = sqlite_ask,
	.read = sqlite_read,
	.write_begin = sqlite_write_begin,
	.write = sqlite_write,
	.write_end = sqlite_write_end,
	.commit = sqlite_commit,
	.columns = { "SELECT name FROM pragma_table_info('", "')" },
	.empty = { "DELETE FROM \"", "\"" },
	.hash_key = { "UPDATE meta SET value = x'",
		      "' WHERE key = 'hash_key'" },
};
