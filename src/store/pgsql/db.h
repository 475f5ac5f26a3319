/*
 * db.h: one connection to PostgreSQL, or to what speaks its protocol.
 * Private to the PostgreSQL engine.
 *
 * Statements without rows are only sent; they are answered together with the
 * next that has some, or at the end of the transaction. So a verb costs as many
 * round trips as it asks questions.
 *
 * Nothing here waits past `deadline`: a server that does not answer is a
 * connection that was lost.
 */
#ifndef STORE_PGSQL_DB_H
#define STORE_PGSQL_DB_H

#include <libpq-fe.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "store/db.h"
#include "store/pgsql/array.h"

#define PGSQL_PARAMS 40 /* that a statement may have */

/* How long a statement waits for a lock. An error is better than losing the
 * connection at its deadline, so a statement is not begun with less time
 * left. */
#define PGSQL_LOCK_MS	    800
#define PGSQL_SHORT_LOCK_MS 100
#define PGSQL_TEXT(x)	    PGSQL_TEXT_(x)
#define PGSQL_TEXT_(x)	    #x

struct pgsql_statement {
	struct statement base;
	uint64_t prepared; /* on the connection of this number */
	int params;
	const char *values[PGSQL_PARAMS];
	int lengths[PGSQL_PARAMS];
	enum oid types[PGSQL_PARAMS];
	uint64_t numbers[PGSQL_PARAMS]; /* in network order */
	PGresult *result;		/* NULL: was not executed */
	bool borrowed;			/* the result is somebody else's */
	bool asked;			/* and the result is on its way */
	int row;			/* the current one */
};

struct gathering;

struct pgsql_db {
	struct db base;
	const char *url;   /* borrowed */
	PGconn *conn;	   /* NULL: not connected */
	uint64_t number;   /* of the connection: 1 is the first */
	size_t unanswered; /* what was sent: to prepare, and to execute */

	/* Which of the unanswered are a statement's own, in order: its rows,
	 * which are kept for it, or that it was prepared. */
	struct expected {
		size_t place;
		struct pgsql_statement *st;
		bool rows;
	} * expected;
	size_t expected_count, expected_room;

	struct gathering
	    *gathering; /* NULL: statements are sent as they come */

	int64_t deadline; /* clock_mono_ms() */
	struct fail why;  /* of `base.error`, and of a failed connection */

	/* Of the next connection. Not before `retry_at` is it tried again. */
	struct attempt *attempt; /* NULL: none is under way */
	int64_t retry_at;
	int failures;
	bool down;	     /* for a whole time slice: the next hardly waits */
	bool hopeless;	     /* the last attempt: as will be the next */
	bool single_attempt; /* one attempt has to do */
	const atomic_bool *dropped; /* set once nobody waits for the answer; or
				     * NULL
				     */
	bool warned; /* by the server, since it was set to false */

	/*
	 * Where set, statements with rows are answered by this instead of
	 * being executed; NULL with an error noted where it has no answer.
	 */
	PGresult *(*ask)(struct pgsql_db *db, struct pgsql_statement *st);
	void *ask_context;
};

/* For libpq, from what follows the scheme: "//host/name" was a URL, anything
 * else is what libpq calls a conninfo. To be freed; NULL when out of memory. */
char *pgsql_url_of(const char *place);
int pgsql_check_url(const char *url, struct fail *fail) MUST_CHECK;

void pgsql_db_init(struct pgsql_db *db, const char *url);
void pgsql_db_close(struct pgsql_db *db);

/* Whether nobody waits for the answer. If the connection is then closed, the
 * server notices and stops the statement. */
bool pgsql_is_dropped(const struct pgsql_db *db);

/* A time slice begins: no error yet, and `ms` from now until its deadline. */
void pgsql_db_set_deadline(struct pgsql_db *db, int64_t ms);
int64_t pgsql_db_time_left(const struct pgsql_db *db);

/*
 * Ensures that there is a connection, trying repeatedly within the slice; after
 * a slice that failed it hardly waits. False with the error noted.
 */
bool pgsql_db_connect(struct pgsql_db *db) MUST_CHECK;

/* Notes DB_LOST, with the reason, unless there is an error already. */
void pgsql_note_lost(struct pgsql_db *db, const char *why);

/* The reason of the error, for people. */
const char *pgsql_db_why(const struct pgsql_db *db);

/* Gives the connection up; the next slice makes another. */
void pgsql_db_drop(struct pgsql_db *db);

/* Its text with parameters as the server writes them: $1, $2. False when out of
 * memory; `text` is to be released in any case. */
bool pgsql_text_of(const struct sql *sql, struct buf *text) MUST_CHECK;

/* Prepares it along with whatever is sent next, if it was not prepared before.
 * NULL is fine. */
void pgsql_prepare(struct pgsql_db *db, struct statement *st);

/* Sends it, to be answered by pgsql_db_exchange(). */
void pgsql_send(struct pgsql_db *db, struct pgsql_statement *st);

/*
 * Waits for the answers to all that was sent, and hands each result to `take`
 * (which may be NULL), in order, if it is one of success. The caller's to be
 * cleared. False with the error noted.
 */
bool pgsql_db_exchange(struct pgsql_db *db,
		       void (*take)(void *context, PGresult *result),
		       void *context) MUST_CHECK;

/* For pgsql_db_exchange(): the last of the results stays, in `*context`. */
void pgsql_keep_last(void *context, PGresult *result);

/* Runs SQL without parameters and returns its result, or NULL. */
PGresult *pgsql_db_query(struct pgsql_db *db, const char *sql);

/* ---- gather.c ---- */

/* As db_gather() and db_flush(). */
void pgsql_gather_begin(struct db *db);
void pgsql_gather_end(struct db *db);

/* Takes the statement as one of many; false where it is to be sent. */
bool pgsql_gather(struct pgsql_statement *st) MUST_CHECK;

/* ---- transactions ---- */

enum pgsql_commit {
	COMMIT_DONE,
	COMMIT_FAILED, /* nothing was written; the error is noted */
	COMMIT_UNKNOWN /* the connection was lost during COMMIT; or it is
			* committed locally but not confirmed by the standby, so
			* that a failover may lose it */
};

/* With the short timeout it does not wait for others' locks as long as
 * otherwise. */
void pgsql_db_begin(struct pgsql_db *db, bool short_timeout);
enum pgsql_commit pgsql_db_commit(struct pgsql_db *db) MUST_CHECK;
void pgsql_db_rollback(struct pgsql_db *db);

#endif
