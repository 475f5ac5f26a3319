/*
 * statement.c: statements on one connection, and the driver that verbs see.
 */
#include "base/base.h"

#include "store/pgsql/db.h"

#include <assert.h>
#include <endian.h>

#include "base/buf.h"
#include "store/pgsql/array.h"
#include "store/pgsql/attempt.h"
#include "store/pgsql/read.h"

/* ---- statements ---- */

static void forget_result(struct pgsql_statement *st)
{
	if (!st->borrowed)
		PQclear(st->result);
	st->result = NULL;
	st->borrowed = false;
	st->asked = false;
}

static struct statement *get_statement(struct db *base, const struct sql *sql)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct pgsql_statement *st;

	if (!db->conn) {
		pgsql_note_lost(db, "the connection was lost");
		return NULL;
	}
	st = (struct pgsql_statement *)statement_find(base, sql);
	if (!st)
		st = (struct pgsql_statement *)statement_add(base, sql,
							     sizeof(*st));
	if (!st)
		return NULL;
	forget_result(st);
	st->params = 0;
	return &st->base;
}

bool pgsql_text_of(const struct sql *sql, struct buf *text)
{
	int bare = 0; /* parameters that are numbered by their place */

	buf_init(text, SIZE_MAX);
	for (const char *at = sql->pgsql ? sql->pgsql : sql->text; *at; at++) {
		buf_add_char(text, *at == '?' ? '$' : *at);
		if (*at == '?' && !(at[1] >= '0' && at[1] <= '9'))
			buf_add_i64(text, ++bare);
	}
	return buf_ok(text);
}

/* Notes that the next answer is this statement's: its rows, or that it was
 * prepared. */
static bool expect(struct pgsql_db *db, struct pgsql_statement *st, bool rows)
{
	struct expected *more = db->expected;

	if (db->expected_count == db->expected_room) {
		size_t room = db->expected_room ? db->expected_room * 2 : 16;

		more = realloc(more, room * sizeof(*more));
		if (!more)
			return false;
		db->expected = more;
		db->expected_room = room;
	}
	more[db->expected_count++] =
	    (struct expected){ db->unanswered, st, rows };
	return true;
}

static void send_preparation(struct pgsql_db *db, struct pgsql_statement *st)
{
	const struct sql *sql = st->base.sql;
	struct buf text;

	if (!pgsql_text_of(sql, &text) || !expect(db, st, false)) {
		db_no_memory(&db->base);
	} else if (PQsendPrepare(db->conn, sql->name, text.data, 0, NULL)) {
		st->prepared = db->number;
		db->unanswered++;
	} else {
		pgsql_note_lost(db, PQerrorMessage(db->conn));
	}
	buf_release(&text);
}

void pgsql_prepare(struct pgsql_db *db, struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	if (st && !db->base.error && st->prepared != db->number)
		send_preparation(db, st);
}

/* A statement is prepared in the first flight that needs it. */
void pgsql_send(struct pgsql_db *db, struct pgsql_statement *st)
{
	int binary[PGSQL_PARAMS];

	for (int i = 0; i < st->params; i++)
		binary[i] = 1;
	pgsql_prepare(db, &st->base);
	if (db->base.error)
		return;
	if (PQsendQueryPrepared(db->conn, st->base.sql->name, st->params,
				st->values, st->lengths, binary, 1))
		db->unanswered++;
	else
		pgsql_note_lost(db, PQerrorMessage(db->conn));
}

/* Executes it, and whatever was sent before. */
static bool execute(struct pgsql_statement *st)
{
	struct pgsql_db *db = (struct pgsql_db *)st->base.db;

	if (st->asked) /* it is on its way */
		return pgsql_db_exchange(db, NULL, NULL) && st->result;
	pgsql_send(db, st);
	if (pgsql_db_exchange(db, pgsql_keep_last, &st->result) && st->result)
		return true;
	forget_result(st);
	return false;
}
/* ---- the driver ---- */

static void bind(struct statement *base, int index, enum oid type,
		 const void *data, size_t len)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	assert(index >= 1 && index <= PGSQL_PARAMS);
	st->values[index - 1] = data;
	st->lengths[index - 1] = (int)len;
	st->types[index - 1] = type;
	if (st->params < index)
		st->params = index;
}

static void bind_i64(struct statement *base, int index, int64_t value)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	assert(index >= 1 && index <= PGSQL_PARAMS);
	st->numbers[index - 1] = htobe64((uint64_t)value);
	bind(base, index, OID_BIGINT, &st->numbers[index - 1],
	     sizeof(uint64_t));
}

static void bind_bytes(struct statement *base, int index, enum db_type type,
		       struct str value)
{
	bind(base, index, type == DB_TEXT ? OID_TEXT : OID_BYTEA, value.data,
	     value.len);
}

static bool row(struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;
	struct pgsql_db *db = (struct pgsql_db *)base->db;

	if (st->result) {
		st->row++;
	} else if (db->ask) {
		st->result = db->ask(db, st);
		st->borrowed = true;
		st->row = 0;
	} else if (execute(st)) {
		st->row = 0; /* the first, answered just now */
	}
	if (st->result && st->row < PQntuples(st->result))
		return true;
	forget_result(st);
	return false;
}

/* Reads are sent together anyway. */
static void ask(struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;
	struct pgsql_db *db = (struct pgsql_db *)base->db;

	if (db->ask)
		return;
	pgsql_prepare(db, base);
	if (db->base.error)
		return;
	if (!expect(db, st, true))
		db_no_memory(&db->base);
	pgsql_send(db, st);
	st->asked = true;
}

static void run(struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	if (!pgsql_gather(st))
		pgsql_send((struct pgsql_db *)base->db, st);
}

static int64_t run_counting(struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;
	int64_t count = 0;

	if (!execute(st))
		return 0;
	(void)!str_to_i64(str_of(PQcmdTuples(st->result)), &count);
	forget_result(st);
	return count;
}

static void done(struct statement *base)
{
	forget_result((struct pgsql_statement *)base);
}

static int64_t get_i64(struct statement *base, int column)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;
	const char *data = PQgetvalue(st->result, st->row, column);
	int len = PQgetlength(st->result, st->row, column);
	uint64_t eight = 0;
	uint32_t four = 0;

	assert(column < PQnfields(st->result));
	if (len == (int)sizeof(eight)) {
		memcpy(&eight, data, sizeof(eight));
		return (int64_t)be64toh(eight);
	}
	if (len == (int)sizeof(four)) {
		memcpy(&four, data, sizeof(four));
		return (int32_t)be32toh(four);
	}
	return 0;
}

static struct str get_bytes(struct statement *base, int column)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	assert(column < PQnfields(st->result));
	if (PQgetisnull(st->result, st->row, column))
		return (struct str){ NULL, 0 };
	return (struct str){ PQgetvalue(st->result, st->row, column),
			     (size_t)PQgetlength(st->result, st->row, column) };
}

static const struct db_driver pgsql_driver = {
	.statement = get_statement,
	.bind_i64 = bind_i64,
	.bind_bytes = bind_bytes,
	.ask = ask,
	.row = row,
	.run = run,
	.each = pgsql_each,
	.gather = pgsql_gather_begin,
	.flush = pgsql_gather_end,
	.run_counting = run_counting,
	.done = done,
	.column_i64 = get_i64,
	.column_bytes = get_bytes,
};

void pgsql_db_init(struct pgsql_db *db, const char *url)
{
	*db = (struct pgsql_db){ .base.driver = &pgsql_driver, .url = url };
}

void pgsql_db_drop(struct pgsql_db *db)
{
	if (db->conn)
		PQfinish(db->conn);
	db->conn = NULL;
	db->unanswered = 0;
	db->expected_count = 0;
}

static void release_statement(struct statement *st)
{
	forget_result((struct pgsql_statement *)st);
}

void pgsql_db_close(struct pgsql_db *db)
{
	attempt_abandon(db->attempt);
	db->attempt = NULL;
	statements_release(&db->base, release_statement);
	free(db->expected);
	db->expected = NULL;
	pgsql_db_drop(db);
}
