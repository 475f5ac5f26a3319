/*
 * pgsql_connect.c: how a connection to PostgreSQL is made, and made again.
 *
 * What the URL does not say is chosen so that trouble shows soon: a host that
 * does not answer is given up after seconds, and only a server that takes
 * writes will do (of several hosts in the URL, the primary). The password is
 * better kept in PGPASSFILE than in the URL: libpq reads it at each connection,
 * so that a changed one needs no restart.
 *
 * The database being away is nothing special: the first turn that notices
 * waits for it, in case it comes back at once; those after it fail without
 * waiting, so that nobody queues behind a dead server.
 */
#include "base/base.h"

#include "store/pgsql_db.h"

#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/pgsql_sql.h"

#define RETRY_FIRST_MS 25
#define RETRY_MAX_MS   500
#define SLOW_MS	       500 /* an attempt that is not repeated in its turn */

/* Settings that not every relative of PostgreSQL knows: those that it has. The
 * verbs look rows up by index; a plan must not depend on how many there are. */
static const char set_what_there_is[] =
    "SELECT set_config(s.name, v.value, false) FROM (VALUES"
    " ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'),"
    " ('enable_seqscan', 'off'), ('enable_mergejoin', 'off'),"
    " ('lock_timeout', '1500'),"
    " ('idle_in_transaction_session_timeout', '10000'))"
    " v(name, value) JOIN pg_settings s ON s.name = v.name";

/* A statement whose client has given up should not go on for long. */
static const char set_timeout[] = "SET statement_timeout = '2000ms'";

char *pgsql_url_of(const char *place)
{
	size_t size = strlen(place) + sizeof("postgresql:");
	char *url = malloc(size);

	if (url)
		snprintf(url, size, "%s%s",
			 strncmp(place, "//", 2) == 0 ? "postgresql:" : "",
			 place);
	return url;
}

/* Not what the parser says, which could quote a password. */
int pgsql_check_url(const char *url, struct fail *fail)
{
	PQconninfoOption *options = PQconninfoParse(url, NULL);

	if (!options)
		return fail_set(fail,
				"the database's URL is malformed: expected "
				"postgres://[USER@]HOST[:PORT][,...]/NAME"
				"[?PARAMETER=VALUE&...], with %% and what is "
				"special in it percent-encoded");
	PQconninfoFree(options);
	return 0;
}

/* Else libpq writes to standard error. */
static void ignore_notice(void *context, const char *text)
{
	(void)context;
	(void)text;
}

static PGconn *connect_to(const char *url)
{
	static const char *const names[] = {
		"connect_timeout",     "target_session_attrs",
		"tcp_user_timeout",    "keepalives_idle",
		"keepalives_interval", "keepalives_count",
		"application_name",    "dbname",
		"client_encoding",     NULL,
	};
	const char *values[COUNT_OF(names)] = {
		"2", "read-write", "3000", "5",	   "2",
		"2", "invited",	   url,	   "UTF8", NULL,
	};

	return PQconnectdbParams(names, values, 1);
}

/* Several lines, of which the last says the most. */
static void say_why(struct pgsql_db *db, const char *message)
{
	char text[sizeof(db->why.message)];
	size_t len;

	snprintf(text, sizeof(text), "%s", message);
	for (len = strlen(text); len > 0 && text[len - 1] == '\n';)
		text[--len] = '\0';
	for (char *c = text; *c; c++) {
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	}
	fail_set(&db->why, "%s", text);
}

static bool set_up(struct pgsql_db *db)
{
	const char *encoding = PQparameterStatus(db->conn, "server_encoding");
	PGresult *result;

	if (encoding && strcmp(encoding, "UTF8") != 0 &&
	    strcmp(encoding, "UNICODE") != 0) {
		fail_set(&db->why,
			 "the database's encoding is %s; it has to be UTF8",
			 encoding);
		return false;
	}
	PQsetNoticeProcessor(db->conn, ignore_notice, NULL);
	if (PQsetnonblocking(db->conn, 1) < 0 || !PQenterPipelineMode(db->conn))
		return false;
	result = pgsql_db_query(db, set_timeout);
	PQclear(result);
	if (!result)
		return false;
	result = pgsql_db_query(db, set_what_there_is);
	PQclear(result);
	return result != NULL;
}

static bool send_prepare(struct pgsql_db *db, int which)
{
	char text[4096];
	int len = snprintf(text, sizeof(text), "%s", pgsql_sql_text(which));

	if (len >= (int)sizeof(text))
		return false;
	for (char *c = text; *c; c++) {
		if (*c == '?')
			*c = '$';
	}
	return PQsendPrepare(db->conn, pgsql_sql_name(which), text, 0, NULL);
}

/* All at once, at the beginning: one round trip, and never one more. */
bool pgsql_db_prepare(struct pgsql_db *db)
{
	db->prepared = true;
	for (int i = 0; i < PGSQL_COUNT; i++) {
		if (i == SQL_BEGIN_READ) /* reads have none */
			continue;
		if (!send_prepare(db, i))
			return false;
		db->unanswered++;
	}
	return pgsql_db_exchange(db, NULL, NULL);
}

static bool try_once(struct pgsql_db *db)
{
	db->base.error = DB_FINE;
	db->conn = connect_to(db->url);
	if (PQstatus(db->conn) != CONNECTION_OK) {
		say_why(db, PQerrorMessage(db->conn));
		pgsql_db_drop(db);
		return false;
	}
	if (set_up(db) && (!db->prepared || pgsql_db_prepare(db)))
		return true;
	pgsql_db_drop(db);
	return false;
}

static void pause_until(int64_t ms)
{
	int64_t left = ms - clock_mono_ms();
	struct timespec time = { .tv_sec = left / 1000,
				 .tv_nsec = left % 1000 * 1000000 };

	if (left > 0)
		nanosleep(&time, NULL);
}

/* The next attempt, later each time and not together with everybody's. */
static void plan_retry(struct pgsql_db *db)
{
	int64_t pause = RETRY_MAX_MS;

	if (db->failures < 5)
		pause = RETRY_FIRST_MS << db->failures;
	db->failures++;
	db->retry_at = clock_mono_ms() + pause / 2 +
		       (int64_t)(random_u64() % (uint64_t)pause) / 2;
}

/*
 * A demoted primary tells its sessions; these go, and a new one looks for the
 * server that takes writes.
 */
static bool is_writable(struct pgsql_db *db)
{
	const char *read_only =
	    PQparameterStatus(db->conn, "default_transaction_read_only");

	return !read_only || strcmp(read_only, "on") != 0;
}

bool pgsql_db_connect(struct pgsql_db *db)
{
	int64_t started;

	if (db->conn && !is_writable(db))
		pgsql_db_drop(db);
	while (!db->conn) {
		if (clock_mono_ms() < db->retry_at &&
		    (db->down || db->retry_at >= db->deadline))
			break;
		pause_until(db->retry_at);
		started = clock_mono_ms();
		if (try_once(db)) {
			db->failures = 0;
			db->retry_at = 0;
			db->down = false;
			break;
		}
		plan_retry(db);
		if (db->down || clock_mono_ms() - started > SLOW_MS)
			break;
	}
	if (db->conn)
		return true;
	db->down = true;
	db->base.error = DB_LOST;
	return false;
}
