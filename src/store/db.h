/*
 * db.h: a connection to a database that speaks SQL, as the verbs see it.
 * Private to store/.
 *
 * The verbs (see verb.h) are written once, against this; a driver
 * (sqlite/db.c, pgsql/db.c) does what they say. What differs between engines
 * is below this line (drivers) or in the wording of a statement (sql.h).
 *
 * Errors stick: verbs bind and step without looking, and whoever began the
 * transaction (or the read) asks once, at its end, whether `error` was set.
 * So a verb reads like what it does, and no error can be forgotten.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/hash.h"
#include "core/id.h"
#include "core/result.h"
#include "core/settings.h"
#include "store/sql.h"

enum db_error {
	DB_FINE,
	DB_NO_MEMORY,
	DB_FAILED,  /* the driver knows why */
	DB_AGAIN,   /* a conflict with others: trying again may succeed */
	DB_BLOCKED, /* the same, and others have held a lock for long */
	DB_LOST,    /* the connection is gone or unusable */
	DB_WAITS    /* no error: the answer is yet to come, see pgsql/read.c */
};

/* An audit event: there if and only if its transaction was committed. */
struct commit_marker {
	int64_t organization, id; /* id 0: none */
};

/* The statements of a connection, found by what they are of. */
struct statement_set {
	struct statement **at; /* NULL: free. Their number is a power of two */
	size_t size, count;
};

/* What an organization's limits leave to the key that asks, once this
 * transaction has looked; see limits.c. */
struct limits {
	int64_t organization; /* 0: it has not */
	int64_t key;
	struct organization_settings settings; /* texts: of who looked */
	int64_t seats_left, invites_left;      /* INT64_MAX: of no limit */
	int64_t wait_seconds; /* until there are invites left */
};

struct db {
	const struct db_driver *driver;
	struct statement_set statements;
	enum db_error error; /* the first; DB_FINE = none */
	uint8_t hash_key[SHA256_SIZE];
	bool damaged;  /* a row that this operation needs: db_damaged() */
	int64_t key;   /* writer: a key that this transaction has found to be in
			* force; 0 = none yet */
	bool limited;  /* its organization limits its invites */
	bool webhooks; /* and has some */
	struct limits limits;
	uint64_t turns; /* that were given out: see struct store_op */
	struct commit_marker marker; /* writer: of the transaction under way */
	int64_t clock_ahead_ms;	     /* writer: of the clock that leases are by,
				      * as the last claim measured it */
};

/* A prepared statement; drivers put theirs around it. */
struct statement {
	struct db *db;
	const struct sql *sql;
};

enum db_type { DB_TEXT, DB_BLOB };

struct db_driver {
	/* As the functions below, but `st` is never NULL. */
	struct statement *(*statement)(struct db *db, const struct sql *sql);
	void (*bind_i64)(struct statement *st, int index, int64_t value);
	/* NULL data binds NULL. */
	void (*bind_bytes)(struct statement *st, int index, enum db_type type,
			   struct str value);
	void (*ask)(struct statement *st); /* NULL: nothing to be gained */
	bool (*row)(struct statement *st);
	void (*run)(struct statement *st);
	/* As db_each(); NULL: one after the other. */
	void (*each)(struct db *db, size_t n,
		     void (*ask)(void *context, size_t i), void *context);
	void (*gather)(struct db *db); /* NULL, as flush: likewise */
	void (*flush)(struct db *db);
	int64_t (*run_counting)(struct statement *st);
	void (*done)(struct statement *st);
	int64_t (*column_i64)(struct statement *st, int column);
	struct str (*column_bytes)(struct statement *st, int column);
};

/* Every transaction's. */
extern const struct sql sql_begin_write, sql_commit, sql_rollback;

/* ---- for drivers ---- */

/* The connection's statement of `sql`; NULL: there is none yet. */
struct statement *statement_find(const struct db *db, const struct sql *sql);

/*
 * A new one, zeroed but for its head, of the driver's `size`; it stays until
 * statements_release(). NULL with the error noted when out of memory.
 */
struct statement *statement_add(struct db *db, const struct sql *sql,
				size_t size);

/* Frees all of them, each first by `release`. */
void statements_release(struct db *db, void (*release)(struct statement *st));

/* ---- for verbs ---- */

/* Keeps the first error. */
void db_note(struct db *db, enum db_error error);

/* Forgets what this transaction has found out about keys and limits. */
void db_forget(struct db *db);

/* The arena gave nothing. */
void db_no_memory(struct db *db);

/*
 * A row that the operation under way cannot do without is damaged: what is left
 * of it does nothing, and it ends as RESULT_DAMAGED. Returns false.
 */
bool db_damaged(struct db *db);

/*
 * The statement, reset and ready to be bound from parameter 1 on with the
 * db_bind_ functions. NULL (with `error` set) where it does not prepare; every
 * function below takes that as "nothing".
 */
struct statement *db_statement(struct db *db, const struct sql *sql);

/* What is bound is borrowed until the statement was stepped. */
void db_bind_i64(struct statement *st, int index, int64_t value);
void db_bind_text(struct statement *st, int index, const char *value);
void db_bind_blob(struct statement *st, int index, const void *data,
		  size_t len);

/*
 * Sends a SELECT before its rows are read, so that all SELECTs that are sent
 * before the next db_row() take one round trip. What is bound stays borrowed
 * until then.
 */
void db_ask(struct db *db, struct statement *st);

/*
 * Calls `ask` for each of `n`, which only reads: on a remote database the
 * queries of all of them share round trips. So `ask` may be called several
 * times for each, from its beginning, and has to ask the same each time.
 */
void db_each(struct db *db, size_t n, void (*ask)(void *context, size_t i),
	     void *context);

/* True: a row is there to be read. False: no (more) row, or `error` is set. */
bool db_row(struct db *db, struct statement *st) MUST_CHECK;

/* Steps to the end and resets. For statements without rows. */
void db_run(struct db *db, struct statement *st);

/* The same; returns the number of rows changed. */
int64_t db_run_counting(struct db *db, struct statement *st);

/*
 * From db_gather() to db_flush(), db_run() of a statement that has a wording
 * for many (sql.h) only gathers its parameters; each statement is then run once
 * for all. So code in between must not depend on what was gathered, nor change
 * a row twice.
 */
void db_gather(struct db *db);
void db_flush(struct db *db);

/* Ends a SELECT before its last row. */
void db_done(struct statement *st);

/* Of the current row. NULL gives 0, and a str whose data is NULL. */
int64_t column_i64(struct statement *st, int column);
struct str column_bytes(struct statement *st, int column);

/* A copy in the arena; NULL gives NULL. Out of memory notes it, gives "". */
const char *column_text(struct statement *st, struct arena *arena, int column);

/* The result of an operation that met this error. */
enum result db_result(enum db_error error);

#endif
