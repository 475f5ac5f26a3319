/*
 * copy.c: a PostgreSQL database as the source or the target of a copy.
 *
 * The connection is made as the engine's are, but used without pipeline or
 * deadline: libpq waits. Rows are read one by one, so that no table is ever
 * held in memory, and written by COPY.
 *
 * Nobody else may be using a target. Since daemons hold no lock for as long as
 * they run, three measures are combined: no other session may be connected; we
 * take the lock that each daemon needs to start; and the tables are locked
 * against writers before they are read. The last alone would keep the rows
 * right; the others refuse the copy before it stops a daemon's work.
 *
 * Where a relative of PostgreSQL has no such locks (doc/relatives.md), who
 * copies sees to it that no daemon runs on the target.
 */
#include "base/base.h"

#include <time.h>

#include "base/clock.h"
#include "store/copy_end.h"
#include "store/pgsql/db.h"
#include "store/pgsql/schema.h"

#define OPEN_MS	   10000
#define BLOCK	   (64 * 1024) /* bytes of rows that are sent together */
#define PATIENCE   2000	       /* ms, for sessions that are just ending */
#define PAUSE_MS   20
#define BINARY_END "\xff\xff"

/* "PGCOPY\n\377\r\n\0", no flags, no extension. */
static const char binary_begin[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

/* Settings in which a copy differs from the verbs (pgsql/connect.c). The name
 * tells copies from daemons. */
static const char settings[] =
    "SELECT set_config(s.name, v.value, false) FROM (VALUES"
    " ('application_name', 'invited copy'), ('statement_timeout', '0'),"
    " ('idle_in_transaction_session_timeout', '0'), ('enable_seqscan', 'on'),"
    " ('enable_mergejoin', 'on'))"
    " v(name, value) JOIN pg_settings s ON s.name = v.name";

static const char others[] =
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'invited' AND pid <> pg_backend_pid()";

struct pgsql_end {
	struct copy_end base;
	struct pgsql_db db;
	char *url;
	struct buf block; /* rows on their way out */
};

static struct pgsql_end *end_of(struct copy_end *base)
{
	return (struct pgsql_end *)base;
}

/* ---- errors ---- */

/* Whether a retry may succeed: there is no connection, a conflict with others,
 * or the server is short of some resource. */
static bool may_pass(PGconn *conn, const PGresult *result)
{
	static const char *const classes[] = { "08", "40", "53", "55", "57" };
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (PQstatus(conn) != CONNECTION_OK)
		return true;
	for (size_t i = 0; state && i < COUNT_OF(classes); i++) {
		if (strncmp(state, classes[i], 2) == 0)
			return true;
	}
	return false;
}

/* `result` is the one that failed, or NULL; it is cleared. */
static int refused(struct pgsql_end *end, PGresult *result, struct fail *fail)
{
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (!text)
		text = PQerrorMessage(end->db.conn);
	end->base.again = may_pass(end->db.conn, result);
	fail_set(fail, "%s: %.*s", end->base.name, (int)strcspn(text, "\n"),
		 text);
	PQclear(result);
	return -1;
}

/* What the engine's own functions have noted. */
static int noted(struct pgsql_end *end, struct fail *fail)
{
	end->base.again = end->db.base.error == DB_LOST;
	return fail_set(fail, "%s: %s", end->base.name, pgsql_db_why(&end->db));
}

static bool is_fine(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

/* ---- SQL ---- */

static int pgsql_ask(struct copy_end *base, const char *sql, copy_take *take,
		     void *context, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);
	PGresult *result = PQexec(end->db.conn, sql);
	int status = 0;

	if (!is_fine(result))
		return refused(end, result, fail);
	for (int i = 0; take && status == 0 && i < PQntuples(result); i++)
		status = take(context, str_of(PQgetvalue(result, i, 0)), fail);
	PQclear(result);
	return status;
}

static int run(struct pgsql_end *end, const char *sql, struct fail *fail)
{
	return pgsql_ask(&end->base, sql, NULL, NULL, fail);
}

/* ---- reading ---- */

static void put_row(struct buf *row, const PGresult *result,
		    const struct table *table)
{
	int n = PQnfields(result);

	row_begin(row, table);
	for (int i = 0; i < n; i++) {
		struct str field = { PQgetvalue(result, 0, i),
				     (size_t)PQgetlength(result, 0, i) };

		if (PQgetisnull(result, 0, i))
			field = (struct str){ NULL, 0 };
		row_add_bytes(row, field);
	}
}

/* Reads the rest of a statement that failed, so that another can follow. */
static void drain(PGconn *conn)
{
	PGresult *result;

	while ((result = PQgetResult(conn)))
		PQclear(result);
}

static int read_rows(struct pgsql_end *end, const struct table *table,
		     copy_take *take, void *context, struct fail *fail)
{
	PGresult *result;
	struct buf row;
	int status = 0;

	buf_init(&row, SIZE_MAX);
	while (status == 0 && (result = PQgetResult(end->db.conn))) {
		if (PQresultStatus(result) != PGRES_SINGLE_TUPLE) {
			if (!is_fine(result))
				status = refused(end, result, fail);
			else
				PQclear(result); /* behind the last row */
			continue;
		}
		put_row(&row, result, table);
		PQclear(result);
		status = buf_ok(&row) ? take(context, buf_str(&row), fail)
				      : fail_set(fail, "out of memory");
	}
	buf_release(&row);
	return status;
}

static int pgsql_read(struct copy_end *base, const struct table *table,
		      copy_take *take, void *context, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);
	PGconn *conn = end->db.conn;
	struct buf sql;
	bool sent;

	buf_init(&sql, 4096);
	buf_add_text(&sql, "SELECT ");
	table_add_columns(&sql, table);
	buf_add_text(&sql, " FROM ");
	table_add_name(&sql, table);
	sent =
	    buf_ok(&sql) &&
	    PQsendQueryParams(conn, sql.data, 0, NULL, NULL, NULL, NULL, 1) &&
	    PQsetSingleRowMode(conn);
	buf_release(&sql);
	if (!sent)
		return refused(end, NULL, fail);
	return read_rows(end, table, take, context, fail);
}

/* ---- writing ---- */

static int send_block(struct pgsql_end *end, struct fail *fail)
{
	struct buf *block = &end->block;
	bool sent;

	if (!buf_ok(block))
		return fail_set(fail, "out of memory");
	sent = PQputCopyData(end->db.conn, block->data, (int)block->len) == 1;
	buf_clear(block);
	return sent ? 0 : refused(end, NULL, fail);
}

static int pgsql_write_begin(struct copy_end *base, const struct table *table,
			     struct fail *fail)
{
	struct pgsql_end *end = end_of(base);
	PGresult *result = NULL;
	struct buf sql;

	buf_init(&sql, 4096);
	buf_add_text(&sql, "COPY ");
	table_add_name(&sql, table);
	buf_add_text(&sql, "(");
	table_add_columns(&sql, table);
	buf_add_text(&sql, ") FROM STDIN (FORMAT binary)");
	if (buf_ok(&sql))
		result = PQexec(end->db.conn, sql.data);
	buf_release(&sql);
	if (PQresultStatus(result) != PGRES_COPY_IN)
		return refused(end, result, fail);
	PQclear(result);
	buf_clear(&end->block);
	buf_add(&end->block, binary_begin, sizeof(binary_begin) - 1);
	return 0;
}

static int pgsql_write(struct copy_end *base, struct str row, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);

	buf_add_str(&end->block, row);
	return end->block.len < BLOCK ? 0 : send_block(end, fail);
}

static int pgsql_write_end(struct copy_end *base, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);
	PGresult *result;

	buf_add(&end->block, BINARY_END, sizeof(BINARY_END) - 1);
	if (send_block(end, fail) < 0)
		return -1;
	if (PQputCopyEnd(end->db.conn, NULL) != 1)
		return refused(end, NULL, fail);
	result = PQgetResult(end->db.conn);
	if (!is_fine(result))
		return refused(end, result, fail);
	PQclear(result);
	drain(end->db.conn);
	return 0;
}

/* ---- opening ---- */

/* The server that we are connected to, and the database there. */
static void name_it(struct pgsql_end *end)
{
	PGconn *conn = end->db.conn;
	const char *host = PQhost(conn);

	if (host && host[0] == '/')
		snprintf(end->base.name, sizeof(end->base.name),
			 "postgres:%s (%s)", PQdb(conn), host);
	else
		snprintf(end->base.name, sizeof(end->base.name),
			 "postgres://%s:%s/%s", host ? host : "", PQport(conn),
			 PQdb(conn));
}

static int connect(struct pgsql_end *end, const char *place, struct fail *fail)
{
	struct pgsql_db *db = &end->db;

	buf_init(&end->block, SIZE_MAX);
	end->url = pgsql_url_of(place);
	if (!end->url)
		return fail_set(fail, "out of memory");
	if (pgsql_check_url(end->url, fail) < 0)
		return -1;
	pgsql_db_init(db, end->url);
	pgsql_db_set_deadline(db, OPEN_MS);
	if (pgsql_db_connect(db)) {
		name_it(end);
		return 0;
	}
	end->base.again = true;
	return fail_set(fail, "could not connect to the database: %s",
			pgsql_db_why(db));
}

/* Out of the engine's ways. */
static int set_up(struct pgsql_end *end, struct fail *fail)
{
	PGconn *conn = end->db.conn;

	memcpy(end->base.hash_key, end->db.base.hash_key,
	       sizeof(end->base.hash_key));
	if (!PQexitPipelineMode(conn) || PQsetnonblocking(conn, 0) < 0)
		return refused(end, NULL, fail);
	return run(end, settings, fail);
}

static int open_source(struct pgsql_end *end, struct fail *fail)
{
	struct fail why;

	if (pgsql_schema_examine(&end->db, &why) < 0) {
		end->base.again = end->db.base.error == DB_LOST;
		return fail_set(fail, "could not use %s: %s", end->base.name,
				why.message);
	}
	if (set_up(end, fail) < 0)
		return -1;
	return run(end, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
		   fail);
}

static int take_count(void *context, struct str value, struct fail *fail)
{
	int64_t *count = context;

	(void)fail;
	(void)!str_to_i64(value, count);
	return 0;
}

/* Connections of a program that has ended are there for a moment longer. */
static int wait_until_alone(struct pgsql_end *end, struct fail *fail)
{
	const struct timespec pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t deadline = clock_mono_ms() + PATIENCE, count = 0;

	for (;;) {
		if (pgsql_ask(&end->base, others, take_count, &count, fail) < 0)
			return -1;
		if (count == 0)
			return 0;
		if (clock_mono_ms() >= deadline)
			break;
		nanosleep(&pause, NULL);
	}
	end->base.again = true;
	return fail_set(fail, "another invited is using %s; stop it first",
			end->base.name);
}

/* From here on nobody writes, so what is there can be relied on. */
static int lock_tables(struct pgsql_end *end, struct fail *fail)
{
	struct buf sql;
	int status;

	buf_init(&sql, 4096);
	buf_add_text(&sql, "LOCK TABLE ");
	for (size_t i = 0; i < table_count; i++) {
		buf_add_text(&sql, i ? ", " : "");
		table_add_name(&sql, tables[i]);
	}
	buf_add_text(&sql, " IN EXCLUSIVE MODE");
	status = buf_ok(&sql) ? run(end, sql.data, fail)
			      : fail_set(fail, "out of memory");
	buf_release(&sql);
	return status;
}

static int open_target(struct pgsql_end *end, struct fail *fail)
{
	struct fail why;

	if (!pgsql_schema_lock(&end->db)) {
		if (end->db.base.error)
			return noted(end, fail);
		end->base.again = true;
		return fail_set(fail,
				"another invited is starting on %s, or copying "
				"to it",
				end->base.name);
	}
	if (pgsql_schema_bring_up(&end->db, &why) < 0 ||
	    pgsql_schema_examine(&end->db, &why) < 0) {
		end->base.again = end->db.base.error == DB_LOST;
		return fail_set(fail, "could not use %s: %s", end->base.name,
				why.message);
	}
	if (set_up(end, fail) < 0 || wait_until_alone(end, fail) < 0 ||
	    run(end, "BEGIN", fail) < 0)
		return -1;
	return lock_tables(end, fail);
}

static int pgsql_open(struct copy_end *base, const char *place,
		      enum copy_side side, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);

	if (connect(end, place, fail) < 0)
		return -1;
	return side == COPY_SOURCE ? open_source(end, fail)
				   : open_target(end, fail);
}

/* COMMIT of a transaction that failed before succeeds and says ROLLBACK. */
static int pgsql_commit(struct copy_end *base, struct fail *fail)
{
	struct pgsql_end *end = end_of(base);
	PGresult *result = PQexec(end->db.conn, "COMMIT");
	bool done =
	    is_fine(result) && strcmp(PQcmdStatus(result), "COMMIT") == 0;

	if (!done && PQstatus(end->db.conn) == CONNECTION_OK)
		return refused(end, result, fail);
	PQclear(result);
	if (done)
		return 0;
	base->again = true;
	return fail_set(fail,
			"the connection to %s was lost at the end: whether the "
			"copy was done is not known; run it again",
			base->name);
}

/* The server rolls back what was not committed. */
static void pgsql_close(struct copy_end *base)
{
	struct pgsql_end *end = end_of(base);

	pgsql_db_close(&end->db);
	buf_release(&end->block);
	free(end->url);
}

const struct copy_type pgsql_copy = {
	.size = sizeof(struct pgsql_end),
	.open = pgsql_open,
	.close = pgsql_close,
	.ask = pgsql_ask,
	.read = pgsql_read,
	.write_begin = pgsql_write_begin,
	.write = pgsql_write,
	.write_end = pgsql_write_end,
	.commit = pgsql_commit,
	.columns = { "SELECT column_name FROM information_schema.columns"
		     " WHERE table_schema = ANY(current_schemas(false))"
		     " AND table_name = '",
		     "'" },
	.empty = { "TRUNCATE \"", "\"" },
	.hash_key = { "UPDATE meta SET value = '", "' WHERE key = 'hash_key'" },
};
