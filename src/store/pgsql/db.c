/*
 * db.c: statements and transactions on one connection; the driver.
 * pgsql/connect.c makes the connection.
 *
 * The surprises:
 *
 * COMMIT of a transaction that failed before succeeds, as far as the protocol
 * is concerned: it says ROLLBACK. So the answer's word is looked at.
 *
 * A connection that is lost while COMMIT is under way leaves nobody knowing
 * whether it happened. That is COMMIT_UNKNOWN; pgsql/engine.c finds out. So is
 * a COMMIT that was done with a warning: somebody has ended its wait for a
 * synchronous standby, and it may be on the primary only.
 */
#include "base/base.h"

#include "store/pgsql/db.h"

#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <poll.h>

#include "base/buf.h"
#include "base/clock.h"
#include "store/pgsql/attempt.h"

void pgsql_db_set_deadline(struct pgsql_db *db, int64_t ms)
{
	db->base.error = DB_FINE;
	db->base.key = 0;
	db->deadline = clock_mono_ms() + ms;
}

int64_t pgsql_db_time_left(const struct pgsql_db *db)
{
	int64_t left = db->deadline - clock_mono_ms();

	return left > 0 ? left : 0;
}

/* ---- errors ---- */

const char *pgsql_db_why(const struct pgsql_db *db)
{
	return db->base.error == DB_NO_MEMORY ? "out of memory"
					      : db->why.message;
}

static void note(struct pgsql_db *db, enum db_error error, const char *why)
{
	if (db->base.error == DB_FINE)
		fail_set(&db->why, "%s", why);
	db_note(&db->base, error);
}

static void note_lost(struct pgsql_db *db, const char *why)
{
	char line[256];

	/* libpq's messages end in a line break, and may have several lines. */
	snprintf(line, sizeof(line), "%s", why);
	line[strcspn(line, "\n")] = '\0';
	note(db, DB_LOST, line);
	pgsql_db_drop(db);
}

/*
 * What an SQLSTATE means for who was refused with it. Whatever a new
 * connection would cure is a lost one: a server that goes down or has become
 * read-only (25006), a plan that a migration has outdated (0A000); and so is
 * one that does not know itself how a COMMIT ended (40003).
 */
static enum db_error error_of(const char *state)
{
	static const struct {
		const char *prefix;
		enum db_error error;
	} errors[] = {
		{ "40003", DB_LOST },
		{ "40", DB_AGAIN },    /* deadlock etc. */
		{ "23505", DB_AGAIN }, /* somebody else was first */
		{ "55P03", DB_BLOCKED },
		{ "08", DB_LOST },
		{ "57P", DB_LOST },
		{ "25006", DB_LOST },
		{ "0A000", DB_LOST },
		{ "26000", DB_LOST }, /* prepared statements are gone */
	};

	for (size_t i = 0; state && i < COUNT_OF(errors); i++) {
		size_t len = strlen(errors[i].prefix);

		if (strncmp(state, errors[i].prefix, len) == 0)
			return errors[i].error;
	}
	return state ? DB_FAILED : DB_LOST;
}

/* The server says it and hangs up. */
static bool is_last_word(const PGresult *result)
{
	const char *severity =
	    PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);

	return severity && (strcmp(severity, "FATAL") == 0 ||
			    strcmp(severity, "PANIC") == 0);
}

static void note_refused(struct pgsql_db *db, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	note(db, is_last_word(result) ? DB_LOST : error_of(state),
	     text ? text : "the connection was lost");
}

/* ---- the wire ---- */

/* Until something can be read, or written where we have something to say. */
static bool wait_for_server(struct pgsql_db *db, bool writing)
{
	struct pollfd socket = { .fd = PQsocket(db->conn),
				 .events = POLLIN | (writing ? POLLOUT : 0) };
	int64_t left = pgsql_db_time_left(db);
	int n = left > 0 ? poll(&socket, 1, (int)left) : 0;

	if (n > 0 || (n < 0 && errno == EINTR))
		return true;
	note_lost(db, "the database did not answer in time");
	return false;
}

/* The next result, or NULL between two; false where the connection is lost. */
static bool next_result(struct pgsql_db *db, PGresult **ret_result)
{
	while (db->conn) {
		int unsent = PQflush(db->conn);

		if (unsent < 0) {
			note_lost(db, PQerrorMessage(db->conn));
			break;
		}
		if (!PQisBusy(db->conn)) {
			*ret_result = PQgetResult(db->conn);
			return true;
		}
		if (!wait_for_server(db, unsent > 0))
			break;
		if (!PQconsumeInput(db->conn))
			note_lost(db, PQerrorMessage(db->conn));
	}
	return false;
}

static bool is_success(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
}

/* The result of one statement; NULL where it failed. */
static PGresult *statement_result(struct pgsql_db *db)
{
	PGresult *result, *end;

	if (!next_result(db, &result))
		return NULL;
	if (!result) {
		note_lost(db, "out of step with the database");
		return NULL;
	}
	if (!is_success(result)) {
		if (PQresultStatus(result) != PGRES_PIPELINE_ABORTED)
			note_refused(db, result);
		PQclear(result);
		result = NULL;
	}
	if (next_result(db, &end) && end) {
		PQclear(end);
		note_lost(db, "out of step with the database");
	}
	return result;
}

/* The mark behind what was sent: from here on all is well again. */
static void take_mark(struct pgsql_db *db)
{
	PGresult *mark;

	if (!next_result(db, &mark))
		return;
	if (PQresultStatus(mark) != PGRES_PIPELINE_SYNC)
		note_lost(db, "out of step with the database");
	PQclear(mark);
}

static bool is_preparation(const struct pgsql_db *db, size_t place, size_t next)
{
	return next < db->preparation_count &&
	       db->preparations[next].place == place;
}

/* Where it failed, or something before it did, it has to be sent again. */
static void end_preparation(struct pgsql_db *db, size_t which, PGresult *result)
{
	if (!result)
		db->preparations[which].st->prepared = 0;
	PQclear(result);
}

bool pgsql_db_exchange(struct pgsql_db *db,
		       void (*take)(void *context, PGresult *result),
		       void *context)
{
	size_t expected = db->unanswered, preparation = 0;

	db->unanswered = 0;
	if (!db->conn || (expected > 0 && !PQpipelineSync(db->conn))) {
		note_lost(db, "the connection was lost");
		return false;
	}
	for (size_t i = 0; i < expected && db->conn; i++) {
		PGresult *result = statement_result(db);

		if (is_preparation(db, i, preparation)) {
			end_preparation(db, preparation++, result);
			continue;
		}
		if (result && take)
			take(context, result);
		else
			PQclear(result);
	}
	db->preparation_count = 0;
	if (expected > 0 && db->conn)
		take_mark(db);
	if (db->conn && db->base.error == DB_LOST)
		pgsql_db_drop(db);
	return db->base.error == DB_FINE;
}

/* ---- statements ---- */

static void forget_result(struct pgsql_statement *st)
{
	if (!st->borrowed)
		PQclear(st->result);
	st->result = NULL;
	st->borrowed = false;
}

static struct statement *get_statement(struct db *base, const struct sql *sql)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct pgsql_statement *st;

	if (!db->conn) {
		note_lost(db, "the connection was lost");
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

/* With parameters as the server writes them: $1, $2. */
static bool server_text(const struct sql *sql, struct buf *text)
{
	int bare = 0; /* parameters that are numbered by their place */

	buf_init(text, SIZE_MAX);
	for (const char *at = sql->pgsql ? sql->pgsql : sql->text; *at; at++) {
		buf_add_char(text, *at == '?' ? '$' : *at);
		if (*at == '?' && !(at[1] >= '0' && at[1] <= '9'))
			buf_add_i64(text, ++bare);
	}
	buf_add_char(text, '\0');
	return buf_ok(text);
}

/* Notes that the next answer is to a preparation. */
static bool expect_preparation(struct pgsql_db *db, struct pgsql_statement *st)
{
	struct preparation *more = db->preparations;

	if (db->preparation_count == db->preparation_room) {
		size_t room =
		    db->preparation_room ? db->preparation_room * 2 : 16;

		more = realloc(more, room * sizeof(*more));
		if (!more)
			return false;
		db->preparations = more;
		db->preparation_room = room;
	}
	more[db->preparation_count++] =
	    (struct preparation){ db->unanswered, st };
	return true;
}

static void send_preparation(struct pgsql_db *db, struct pgsql_statement *st)
{
	const struct sql *sql = st->base.sql;
	struct buf text;

	if (!server_text(sql, &text) || !expect_preparation(db, st)) {
		db_no_memory(&db->base);
	} else if (PQsendPrepare(db->conn, sql->name, text.data, 0, NULL)) {
		st->prepared = db->number;
		db->unanswered++;
	} else {
		note_lost(db, PQerrorMessage(db->conn));
	}
	buf_release(&text);
}

void pgsql_prepare(struct pgsql_db *db, struct statement *base)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	if (st && !db->base.error && st->prepared != db->number)
		send_preparation(db, st);
}

/* A statement is prepared in the flight that needs it first. */
void pgsql_send(struct pgsql_db *db, struct pgsql_statement *st)
{
	static const int binary[PGSQL_PARAMS] = { 1, 1, 1, 1, 1, 1, 1, 1,
						  1, 1, 1, 1, 1, 1, 1, 1,
						  1, 1, 1, 1, 1, 1, 1, 1 };

	pgsql_prepare(db, &st->base);
	if (db->base.error)
		return;
	if (PQsendQueryPrepared(db->conn, st->base.sql->name, st->params,
				st->values, st->lengths, binary, 1))
		db->unanswered++;
	else
		note_lost(db, PQerrorMessage(db->conn));
}

static void keep_last(void *context, PGresult *result)
{
	PGresult **last = context;

	PQclear(*last);
	*last = result;
}

PGresult *pgsql_db_query(struct pgsql_db *db, const char *sql)
{
	PGresult *result = NULL;

	if (db->base.error || !db->conn)
		return NULL;
	if (PQsendQueryParams(db->conn, sql, 0, NULL, NULL, NULL, NULL, 0))
		db->unanswered++;
	if (pgsql_db_exchange(db, keep_last, &result))
		return result;
	PQclear(result);
	return NULL;
}

/* Executes it, and whatever was sent before. */
static bool execute(struct pgsql_statement *st)
{
	struct pgsql_db *db = (struct pgsql_db *)st->base.db;

	pgsql_send(db, st);
	if (pgsql_db_exchange(db, keep_last, &st->result) && st->result)
		return true;
	forget_result(st);
	return false;
}

/* ---- transactions ---- */

static void send_bare(struct pgsql_db *db, const struct sql *sql)
{
	struct statement *st = db_statement(&db->base, sql);

	if (st)
		pgsql_send(db, (struct pgsql_statement *)st);
}

STATEMENT(short_timeout,
	  .pgsql = "SET LOCAL lock_timeout = " PGSQL_TEXT(PGSQL_SHORT_LOCK_MS));

void pgsql_db_begin(struct pgsql_db *db, bool short_timeout)
{
	send_bare(db, &sql_begin_write);
	if (short_timeout)
		send_bare(db, &sql_short_timeout);
}

void pgsql_db_rollback(struct pgsql_db *db)
{
	enum db_error error = db->base.error;
	struct fail why = db->why;

	db->base.error = DB_FINE;
	if (db->conn) {
		send_bare(db, &sql_rollback);
		/* Without memory to say so, the end of the connection does. */
		if (!pgsql_db_exchange(db, NULL, NULL))
			pgsql_db_drop(db);
	}
	db->base.error = error;
	db->why = why;
}

enum pgsql_commit pgsql_db_commit(struct pgsql_db *db)
{
	PGresult *last = NULL;
	bool done;

	send_bare(db, &sql_commit);
	db->warned = false;
	if (!db->base.error && pgsql_db_exchange(db, keep_last, &last)) {
		done = last && strcmp(PQcmdStatus(last), "COMMIT") == 0;
		PQclear(last);
		if (done)
			return db->warned ? COMMIT_UNKNOWN : COMMIT_DONE;
		note(db, DB_FAILED, "the transaction had failed before");
		return COMMIT_FAILED;
	}
	PQclear(last);
	if (!db->conn && db->base.error == DB_LOST)
		return COMMIT_UNKNOWN;
	pgsql_db_rollback(db);
	return COMMIT_FAILED;
}

/* ---- the driver ---- */

static void bind(struct statement *base, int index, const void *data,
		 size_t len)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	assert(index >= 1 && index <= PGSQL_PARAMS);
	st->values[index - 1] = data;
	st->lengths[index - 1] = (int)len;
	if (st->params < index)
		st->params = index;
}

static void bind_i64(struct statement *base, int index, int64_t value)
{
	struct pgsql_statement *st = (struct pgsql_statement *)base;

	assert(index >= 1 && index <= PGSQL_PARAMS);
	st->numbers[index - 1] = htobe64((uint64_t)value);
	bind(base, index, &st->numbers[index - 1], sizeof(uint64_t));
}

static void bind_bytes(struct statement *base, int index, enum db_type type,
		       struct str value)
{
	(void)type; /* the server knows */
	bind(base, index, value.data, value.len);
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
		st->row = 0;
	}
	if (st->result && st->row < PQntuples(st->result))
		return true;
	forget_result(st);
	return false;
}

static void run(struct statement *base)
{
	pgsql_send((struct pgsql_db *)base->db, (struct pgsql_statement *)base);
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
	.row = row,
	.run = run,
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
	db->preparation_count = 0;
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
	free(db->preparations);
	db->preparations = NULL;
	pgsql_db_drop(db);
}
