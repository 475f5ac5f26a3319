/*
 * db.c: the traffic on a connection, and transactions. pgsql/connect.c makes
 * the connection, pgsql/statement.c are the statements.
 *
 * The surprises:
 *
 * COMMIT of a transaction that failed before succeeds, as far as the protocol
 * is concerned: it says ROLLBACK. So the command tag is checked.
 *
 * A connection that is lost while COMMIT is under way leaves nobody knowing
 * whether it happened. That is COMMIT_UNKNOWN; pgsql/engine.c finds out. So is
 * a COMMIT with a warning: its wait for a synchronous standby was cancelled,
 * and it may be on the primary only.
 */
#include "base/base.h"

#include "store/pgsql/db.h"

#include <errno.h>
#include <poll.h>

#include "base/buf.h"
#include "base/clock.h"

#define GLANCE_MS 50 /* between two checks whether anybody still waits */

bool pgsql_is_dropped(const struct pgsql_db *db)
{
	return db->dropped && *db->dropped;
}

void pgsql_db_set_deadline(struct pgsql_db *db, int64_t ms)
{
	db->base.error = DB_FINE;
	db_forget(&db->base);
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

/* Keeps the first error, and why. */
static void pgsql_note(struct pgsql_db *db, enum db_error error,
		       const char *why)
{
	if (db->base.error == DB_FINE)
		fail_set(&db->why, "%s", why);
	db_note(&db->base, error);
}

void pgsql_note_lost(struct pgsql_db *db, const char *why)
{
	char line[256];

	/* libpq's messages end in a line break, and may have several lines. */
	snprintf(line, sizeof(line), "%s", why);
	line[strcspn(line, "\n")] = '\0';
	pgsql_note(db, DB_LOST, line);
	pgsql_db_drop(db);
}

/*
 * What an SQLSTATE means for the caller. Anything that a new connection would
 * cure counts as a lost one: a server that shuts down or has become read-only
 * (25006), a plan that a migration has outdated (0A000); and so does a COMMIT
 * whose outcome the server does not know (40003).
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

	pgsql_note(db, is_last_word(result) ? DB_LOST : error_of(state),
		   text ? text : "the connection was lost");
}

/* ---- the wire ---- */

/* Until something can be read, or written where we have something to say. */
static bool wait_for_server(struct pgsql_db *db, bool writing)
{
	struct pollfd socket = { .fd = PQsocket(db->conn),
				 .events = POLLIN | (writing ? POLLOUT : 0) };
	int64_t left = pgsql_db_time_left(db);
	bool glance = db->dropped && left > GLANCE_MS;
	int n = left > 0 ? poll(&socket, 1, glance ? GLANCE_MS : (int)left) : 0;

	if (pgsql_is_dropped(db))
		pgsql_note_lost(db, "nobody waits for the answer any more");
	else if (n > 0 || (n < 0 && errno == EINTR) || glance)
		return true;
	else
		pgsql_note_lost(db, "the database did not answer in time");
	return false;
}

/* The next result, or NULL between two; false where the connection is lost. */
static bool next_result(struct pgsql_db *db, PGresult **ret_result)
{
	while (db->conn) {
		int unsent = PQflush(db->conn);

		if (unsent < 0) {
			pgsql_note_lost(db, PQerrorMessage(db->conn));
			break;
		}
		if (!PQisBusy(db->conn)) {
			*ret_result = PQgetResult(db->conn);
			return true;
		}
		if (!wait_for_server(db, unsent > 0))
			break;
		if (!PQconsumeInput(db->conn))
			pgsql_note_lost(db, PQerrorMessage(db->conn));
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
		pgsql_note_lost(db, "out of step with the database");
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
		pgsql_note_lost(db, "out of step with the database");
	}
	return result;
}

/* The sync point after what was sent: from here on errors are cleared. */
static void take_mark(struct pgsql_db *db)
{
	PGresult *mark;

	if (!next_result(db, &mark))
		return;
	if (PQresultStatus(mark) != PGRES_PIPELINE_SYNC)
		pgsql_note_lost(db, "out of step with the database");
	PQclear(mark);
}

static bool is_expected(const struct pgsql_db *db, size_t place, size_t next)
{
	return next < db->expected_count && db->expected[next].place == place;
}

/* Where a preparation failed, or something before it did, it has to be sent
 * again. */
static void take_expected(const struct expected *expected, PGresult *result)
{
	struct pgsql_statement *st = expected->st;

	if (expected->rows) {
		st->result = result;
		st->row = -1;
		return;
	}
	if (!result)
		st->prepared = 0;
	PQclear(result);
}

bool pgsql_db_exchange(struct pgsql_db *db,
		       void (*take)(void *context, PGresult *result),
		       void *context)
{
	size_t unanswered = db->unanswered, next = 0;

	db->unanswered = 0;
	if (!db->conn || (unanswered > 0 && !PQpipelineSync(db->conn))) {
		pgsql_note_lost(db, "the connection was lost");
		return false;
	}
	for (size_t i = 0; i < unanswered && db->conn; i++) {
		PGresult *result = statement_result(db);

		if (is_expected(db, i, next))
			take_expected(&db->expected[next++], result);
		else if (result && take)
			take(context, result);
		else
			PQclear(result);
	}
	db->expected_count = 0;
	if (unanswered > 0 && db->conn)
		take_mark(db);
	if (db->conn && db->base.error == DB_LOST)
		pgsql_db_drop(db);
	return db->base.error == DB_FINE;
}
void pgsql_keep_last(void *context, PGresult *result)
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
	if (pgsql_db_exchange(db, pgsql_keep_last, &result))
		return result;
	PQclear(result);
	return NULL;
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
		/* If there is no memory for that, ending the connection has the
		 * same effect. */
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
	if (!db->base.error && pgsql_db_exchange(db, pgsql_keep_last, &last)) {
		done = last && strcmp(PQcmdStatus(last), "COMMIT") == 0;
		PQclear(last);
		if (done)
			return db->warned ? COMMIT_UNKNOWN : COMMIT_DONE;
		pgsql_note(db, DB_FAILED, "the transaction had failed before");
		return COMMIT_FAILED;
	}
	PQclear(last);
	if (!db->conn && db->base.error == DB_LOST)
		return COMMIT_UNKNOWN;
	pgsql_db_rollback(db);
	return COMMIT_FAILED;
}
