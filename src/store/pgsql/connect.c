/*
 * connect.c: how a connection to PostgreSQL is made, and made again.
 *
 * libpq makes it in a thread of its own (pgsql/attempt.c): a host that says
 * nothing, or four of them, may take longer than anybody here can wait. A time
 * slice waits for it while it can; the attempt goes on, and a later slice takes
 * its result.
 *
 * If the database is down, the first slice that notices waits for it, in case
 * it comes back at once; later ones fail almost without waiting, so that nobody
 * queues behind a dead server.
 *
 * The password is better kept in PGPASSFILE than in the URL: libpq reads it at
 * each connection, so that a changed one needs no restart.
 *
 * Reads go where writes go. A server that accepts no writes may have been
 * replaced as primary, and may not know the latest invites or which keys were
 * revoked; so reads are refused there too.
 */
#include "base/base.h"

#include "store/pgsql/db.h"

#include <time.h>

#include "base/clock.h"
#include "base/random.h"
#include "store/pgsql/attempt.h"

#define RETRY_FIRST_MS 25
#define RETRY_MAX_MS   500
#define GLANCE_MS      250 /* that a slice waits after one that failed */

/*
 * Settings that not every relative of PostgreSQL has; those that exist are set.
 * The verbs look rows up by index, and lists follow the order of one; a plan
 * must not depend on how many rows there are. To read all matches and then sort
 * them, whole or in part, only looks cheap while they are few.
 */
static const char set_what_there_is[] =
    "SELECT set_config(s.name, v.value, false) FROM (VALUES"
    " ('plan_cache_mode', 'force_generic_plan'), ('jit', 'off'),"
    " ('enable_seqscan', 'off'), ('enable_bitmapscan', 'off'),"
    " ('enable_incremental_sort', 'off'), ('enable_mergejoin', 'off'),"
    " ('enable_hashjoin', 'off'),"
    " ('client_connection_check_interval', '250'),"
    " ('lock_timeout', '" PGSQL_TEXT(
	PGSQL_LOCK_MS) "'),"
		       " ('idle_in_transaction_session_timeout', '5000'))"
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

/*
 * Whether there is a second '@': then the first was part of a password, and
 * libpq would take the rest of that for the host's name and quote it in its
 * message.
 */
static bool has_stray_at(const char *url)
{
	const char *start = strstr(url, "://");
	size_t len;

	if (!start)
		return false;
	start += 3;
	len = strcspn(start, "@/");
	if (start[len] == '@')
		start += len + 1;
	return start[strcspn(start, "@?")] == '@';
}

/*
 * Whether its ports are numbers, or left out. Anything else after the host's
 * colon may be a password, which libpq would quote in its message.
 */
static bool has_sound_ports(const PQconninfoOption *option)
{
	for (; option->keyword; option++) {
		const char *value = option->val;

		if (value && strcmp(option->keyword, "port") == 0)
			return value[strspn(value, "0123456789,")] == '\0';
	}
	return true;
}

/* Not what the parser says, which could quote a password. */
int pgsql_check_url(const char *url, struct fail *fail)
{
	PQconninfoOption *options = NULL;
	bool sound;

	if (!has_stray_at(url))
		options = PQconninfoParse(url, NULL);
	sound = options && has_sound_ports(options);
	PQconninfoFree(options);
	if (!sound)
		return fail_set(fail,
				"the database's URL is malformed: expected "
				"postgres://[USER@]HOST[:PORT][,...]/NAME"
				"[?PARAMETER=VALUE&...], with %% and what is "
				"special in it percent-encoded");
	return 0;
}

/*
 * Discards notices, which libpq would write to standard error (and does, if one
 * arrives before the connection is made, since it cannot be told before). But a
 * warning at COMMIT means that it is less durable than was asked for: see
 * pgsql_db_commit().
 */
static void take_notice(void *context, const PGresult *notice)
{
	struct pgsql_db *db = context;
	const char *severity =
	    PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);

	if (severity && strcmp(severity, "WARNING") == 0)
		db->warned = true;
}

/* Several lines, the later ones indented, as one. */
static void say_why(struct pgsql_db *db, const char *message)
{
	char text[sizeof(db->why.message)];
	size_t len = 0;

	for (; *message && len < sizeof(text) - 1; message++) {
		bool blank = strchr(" \n\t", *message) != NULL;

		if (!blank)
			text[len++] = *message;
		else if (len > 0 && text[len - 1] != ' ')
			text[len++] = ' ';
	}
	if (len > 0 && text[len - 1] == ' ')
		len--;
	text[len] = '\0';
	fail_set(&db->why, "%s%s", text,
		 strstr(text, "no password supplied")
		     ? " (put it into PGPASSFILE, a file that nobody else may "
		       "read)"
		     : "");
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
		db->hopeless = true;
		return false;
	}
	PQsetNoticeReceiver(db->conn, take_notice, db);
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

/* Takes over the result of an attempt. */
static bool take_over(struct pgsql_db *db, PGconn *conn)
{
	db->base.error = DB_FINE;
	db->hopeless = false;
	db->conn = conn;
	db->number++;
	if (PQstatus(conn) != CONNECTION_OK) {
		say_why(db, conn ? PQerrorMessage(conn) : "out of memory");
		pgsql_db_drop(db);
		return false;
	}
	if (set_up(db))
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

/* When to try next: later each time, with jitter. */
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
 * A demoted primary tells its sessions, which are closed; a new one looks for
 * the server that accepts writes.
 */
static bool is_writable(struct pgsql_db *db)
{
	const char *read_only =
	    PQparameterStatus(db->conn, "default_transaction_read_only");

	return !read_only || strcmp(read_only, "on") != 0;
}

/* Begins an attempt unless one is under way. False where it is not time yet,
 * and will not be within this slice. */
static bool begin_attempt(struct pgsql_db *db)
{
	if (db->attempt)
		return true;
	if (clock_mono_ms() < db->retry_at &&
	    (db->down || db->retry_at >= db->deadline))
		return false;
	pause_until(db->retry_at);
	db->attempt = attempt_begin(db->url);
	if (!db->attempt)
		fail_set(&db->why, "out of memory");
	return db->attempt != NULL;
}

/*
 * Waits for the attempt. False where it is still under way: then what an
 * attempt before it failed for says more than that time is up.
 */
static bool end_attempt(struct pgsql_db *db, PGconn **ret_conn)
{
	int64_t left = pgsql_db_time_left(db);

	if (db->down && left > GLANCE_MS)
		left = GLANCE_MS;
	if (attempt_wait(db->attempt, left, ret_conn)) {
		db->attempt = NULL;
		return true;
	}
	if (!db->down && db->failures == 0)
		fail_set(&db->why, "the database did not answer in time");
	return false;
}

static bool try_to_connect(struct pgsql_db *db)
{
	PGconn *conn;

	while (begin_attempt(db) && end_attempt(db, &conn)) {
		if (take_over(db, conn)) {
			db->failures = 0;
			db->retry_at = 0;
			return true;
		}
		plan_retry(db);
		if (db->down || db->hopeless || db->single_attempt)
			break;
	}
	return false;
}

bool pgsql_db_connect(struct pgsql_db *db)
{
	if (db->conn && !is_writable(db))
		pgsql_db_drop(db);
	if (!db->conn) {
		db->down = !try_to_connect(db);
		if (db->down)
			db->base.error = DB_LOST;
	}
	return !db->down;
}
