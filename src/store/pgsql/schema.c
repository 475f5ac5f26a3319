/*
 * schema.c: a PostgreSQL database is brought up to today's tables, by the steps
 * that it lacks (steps/). What differs there from SQLite's tables:
 *
 * The organization leads every primary key and index, and nothing outside of
 * one organization is ever joined: the tables are laid out to be distributed by
 * it. Exceptions are organization, admin_key and meta, small tables to be
 * copied to every node, since a request begins with a key whose organization is
 * not known yet; invite_number, which finds the invite that a link is for; and
 * outbox_due, since a daemon sends everybody's mail. What else stands in the
 * way on Citus: doc/relatives.md.
 *
 * One open invite for each address: a unique index on (organization,
 * address_hash, slot), as in SQLite. A partial one on the address itself would
 * be smaller, but of eight times wider entries, of no use to the list by
 * address, and different from the other engine's for each rule and test.
 *
 * Only features that the relatives of PostgreSQL share. For ON CONFLICT the
 * unique indexes begin with the distribution column; there are no sequences, no
 * foreign keys, no triggers.
 *
 * Several daemons work on one database and are renewed one after the other. So
 * a change takes two releases: the first expands (adds what the new program
 * needs and the old one can do without), the second, once no old program runs
 * any more, contracts. Each step says which programs can still work with what
 * it leaves; a program that finds itself too old refuses to start. A daemon
 * that is running is not stopped.
 */
#include "base/base.h"

#include "store/rekey.h"
#include "store/pgsql/schema.h"

#include "base/encode.h"
#include "base/random.h"
#include "store/steps/steps.h"

/*
 * Serialises migrations; released at commit. Where there are no such locks, or
 * where CREATE TABLE ends the transaction (CockroachDB, YugabyteDB), no row
 * lock would do either: there, one daemon is started alone when the version
 * changes. See doc/relatives.md.
 */
#define LOCK_NUMBER  "1768846897" /* "inv1" */
#define LOCK	     "SELECT pg_advisory_xact_lock(" LOCK_NUMBER ")"
#define TRY_LOCK     "SELECT pg_try_advisory_lock(" LOCK_NUMBER ")"

#define MIGRATION_MS (10LL * 60 * 1000)

/* What meta says: how many steps were taken, and who can work with it. */
struct version {
	int64_t steps, oldest;
};

static int run(struct pgsql_db *db, const char *sql, struct fail *fail)
{
	PGresult *result = pgsql_db_query(db, sql);

	PQclear(result);
	return result ? 0 : fail_set(fail, "%s", pgsql_db_why(db));
}

/* A value of meta; false where there is none. */
static bool read_meta(struct pgsql_db *db, const char *key, char *out,
		      size_t size)
{
	char sql[128];
	PGresult *result;
	bool found;

	snprintf(sql, sizeof(sql), "SELECT value FROM meta WHERE key = '%s'",
		 key);
	result = pgsql_db_query(db, sql);
	found = result && PQntuples(result) == 1;
	if (found)
		snprintf(out, size, "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	return found;
}

static int read_version(struct pgsql_db *db, struct version *ret,
			struct fail *fail)
{
	char text[64];
	struct str steps_text, oldest_text;

	*ret = (struct version){ 0, 0 };
	if (!read_meta(db, "schema", text, sizeof(text)))
		return db->base.error ? fail_set(fail, "%s", pgsql_db_why(db))
				      : 0;
	if (!str_cut(str_of(text), ' ', &steps_text, &oldest_text) ||
	    !str_to_i64(steps_text, &ret->steps) ||
	    !str_to_i64(oldest_text, &ret->oldest))
		return fail_set(fail, "its schema is marked \"%s\"", text);
	return 0;
}

static int take_step(struct pgsql_db *db, size_t number, struct fail *fail)
{
	const struct step *step = step_number(number);
	char sql[192];

	for (size_t i = 0; i < COUNT_OF(step->pgsql) && step->pgsql[i]; i++) {
		if (run(db, step->pgsql[i], fail) < 0)
			return -1;
	}
	snprintf(sql, sizeof(sql),
		 "INSERT INTO meta(key, value) VALUES('schema', '%zu %zu')"
		 " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
		 number, step->oldest);
	return run(db, sql, fail);
}

/* The key of hash63() for addresses: made once, the same for all daemons. */
static int make_hash_key(struct pgsql_db *db, struct fail *fail)
{
	uint8_t key[SHA256_SIZE];
	char hex[HEX_LEN(SHA256_SIZE) + 1], sql[256];

	random_bytes(key, sizeof(key));
	hex_encode(key, sizeof(key), hex);
	snprintf(sql, sizeof(sql),
		 "INSERT INTO meta(key, value) VALUES('hash_key', '%s')"
		 " ON CONFLICT(key) DO NOTHING",
		 hex);
	return run(db, sql, fail);
}

static bool hex_decode(const char *text, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned byte;

		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		out[i] = (uint8_t)byte;
	}
	return strlen(text) == 2 * len;
}

static int load_hash_key(struct pgsql_db *db, struct fail *fail)
{
	char hex[HEX_LEN(SHA256_SIZE) + 2];

	if (read_meta(db, "hash_key", hex, sizeof(hex)) &&
	    hex_decode(hex, db->base.hash_key, SHA256_SIZE))
		return 0;
	return fail_set(fail, "%s",
			db->base.error ? pgsql_db_why(db)
				       : "its hash key is missing");
}

static int check_oldest(const struct version *version, struct fail *fail)
{
	if (version->oldest > (int64_t)step_count())
		return fail_set(fail,
				"its schema is version %lld and needs a "
				"program of version %lld at least, which this "
				"one (%zu) is not: use a newer invited, or a "
				"backup from before the upgrade",
				(long long)version->steps,
				(long long)version->oldest, step_count());
	return 0;
}

/*
 * A database without our tables should have no others either: most likely it is
 * the wrong one. Tables of extensions do not count.
 */
static int look_for_others(struct pgsql_db *db, struct fail *fail)
{
	PGresult *result = pgsql_db_query(
	    db, "SELECT c.relname FROM pg_catalog.pg_class c"
		" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
		" WHERE n.nspname = current_schema()"
		" AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
		" AND c.relname <> 'meta'"
		" AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d"
		"  WHERE d.objid = c.oid AND d.deptype = 'e')"
		" ORDER BY c.relname LIMIT 1");
	int status = 0;

	if (!result)
		return fail_set(fail, "%s", pgsql_db_why(db));
	if (PQntuples(result) > 0)
		status = fail_set(fail,
				  "it holds a table of another program, "
				  "\"%s\"; give invited a database, or a "
				  "schema, of its own",
				  PQgetvalue(result, 0, 0));
	PQclear(result);
	return status;
}

/* What stands behind all steps. */
static int finish(struct pgsql_db *db, struct fail *fail)
{
	if (make_hash_key(db, fail) < 0 || load_hash_key(db, fail) < 0)
		return -1;
	rekey_addresses(&db->base);
	return db->base.error ? fail_set(fail, "%s", pgsql_db_why(db)) : 0;
}

/* In a transaction that holds the lock; `ret_more`: there is more to do. */
static int advance(struct pgsql_db *db, bool *ret_more, struct fail *fail)
{
	struct version version;

	*ret_more = false;
	if (read_version(db, &version, fail) < 0 ||
	    check_oldest(&version, fail) < 0)
		return -1;
	if (version.steps >= (int64_t)step_count())
		return finish(db, fail);
	if (version.steps == 0 && look_for_others(db, fail) < 0)
		return -1;
	*ret_more = true;
	return take_step(db, (size_t)version.steps + 1, fail);
}

static int take_lock(struct pgsql_db *db, struct fail *fail)
{
	/* Otherwise changes made by others while we waited might not be
	 * seen. */
	if (run(db, "BEGIN ISOLATION LEVEL READ COMMITTED", fail) < 0 ||
	    run(db, "SET LOCAL statement_timeout = 0", fail) < 0 ||
	    run(db, "SET LOCAL lock_timeout = 0", fail) < 0)
		return -1;
	if (run(db, LOCK, fail) == 0)
		return 0;
	return fail_set(fail,
			"another daemon, or a tool of the database's, has not "
			"released the schema's lock: %s",
			fail->message);
}

/* Where there is no such table, to ask it would be an error. */
static bool has_meta(struct pgsql_db *db)
{
	PGresult *result =
	    pgsql_db_query(db, "SELECT 1 WHERE"
			       " to_regclass('meta') IS NOT NULL");
	bool found = result && PQntuples(result) == 1;

	PQclear(result);
	return found;
}

/* Not IF NOT EXISTS, which a role that may create nothing is refused, though
 * the table is there: such a role is enough once the schema is up to date. */
static int make_meta(struct pgsql_db *db, struct fail *fail)
{
	if (has_meta(db))
		return 0;
	return run(db,
		   "CREATE TABLE meta("
		   "key TEXT PRIMARY KEY, value TEXT NOT NULL)",
		   fail);
}

int pgsql_schema_bring_up(struct pgsql_db *db, struct fail *fail)
{
	bool more;

	db->deadline += MIGRATION_MS;
	do {
		if (take_lock(db, fail) < 0 || make_meta(db, fail) < 0 ||
		    advance(db, &more, fail) < 0) {
			pgsql_db_rollback(db);
			return -1;
		}
		if (run(db, "COMMIT", fail) < 0)
			return -1;
	} while (more);
	return load_hash_key(db, fail);
}

int pgsql_schema_examine(struct pgsql_db *db, struct fail *fail)
{
	struct version version = { 0, 0 };

	if (has_meta(db) && read_version(db, &version, fail) < 0)
		return -1;
	if (db->base.error)
		return fail_set(fail, "%s", pgsql_db_why(db));
	if (version.steps == 0)
		return fail_set(fail, "it has no tables of invited: "
				      "`invited serve` creates them");
	if (version.steps < (int64_t)step_count())
		return fail_set(fail,
				"its schema is version %lld, older than this "
				"program's %zu: `invited serve` brings it up "
				"to date",
				(long long)version.steps, step_count());
	if (check_oldest(&version, fail) < 0)
		return -1;
	return load_hash_key(db, fail);
}

bool pgsql_schema_lock(struct pgsql_db *db)
{
	PGresult *result = pgsql_db_query(db, TRY_LOCK);
	bool locked = result && PQgetvalue(result, 0, 0)[0] == 't';

	PQclear(result);
	return locked;
}
