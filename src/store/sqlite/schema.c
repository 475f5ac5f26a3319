/*
 * schema.c: an SQLite file is brought up to today's tables, by the steps that
 * it lacks (steps/).
 */
#include "base/base.h"

#include "store/sqlite/schema.h"

#include "base/random.h"
#include "store/steps/steps.h"

/* "inv1" in the file's header: tells our databases from others'. */
#define APPLICATION_ID 0x696e7631

static int pragma_i64(struct sqlite_db *db, const char *sql, int64_t *ret,
		      struct fail *fail)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &st, NULL) != SQLITE_OK)
		return sqlite_db_fail(db, fail, "could not read the database");
	if (sqlite3_step(st) != SQLITE_ROW) {
		sqlite3_finalize(st);
		return sqlite_db_fail(db, fail, "could not read the database");
	}
	*ret = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return 0;
}

static int take_step(struct sqlite_db *db, size_t number, struct fail *fail)
{
	char stamp[96];

	snprintf(stamp, sizeof(stamp),
		 "PRAGMA user_version = %zu; PRAGMA application_id = %d",
		 number, APPLICATION_ID);
	if (sqlite_db_exec(db, "BEGIN IMMEDIATE", fail) == 0 &&
	    sqlite_db_exec(db, step_number(number)->sqlite, fail) == 0 &&
	    sqlite_db_exec(db, stamp, fail) == 0 &&
	    sqlite_db_exec(db, "COMMIT", fail) == 0)
		return 0;
	sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return -1;
}

/* The key of hash63() for addresses: made once, kept for good. */
static int load_hash_key(struct sqlite_db *db, bool migrate, struct fail *fail)
{
	static const char insert[] = "INSERT INTO meta(key, value)"
				     " VALUES('hash_key', ?1)"
				     " ON CONFLICT(key) DO NOTHING";
	static const char select[] =
	    "SELECT value FROM meta WHERE key = 'hash_key'";
	sqlite3_stmt *st;
	int status;

	if (migrate) {
		random_bytes(db->base.hash_key, sizeof(db->base.hash_key));
		if (sqlite3_prepare_v2(db->handle, insert, -1, &st, NULL))
			return sqlite_db_fail(db, fail,
					      "could not write to it");
		sqlite3_bind_blob(st, 1, db->base.hash_key,
				  sizeof(db->base.hash_key), SQLITE_STATIC);
		status = sqlite3_step(st);
		sqlite3_finalize(st);
		if (status != SQLITE_DONE)
			return sqlite_db_fail(db, fail,
					      "could not write to it");
	}
	if (sqlite3_prepare_v2(db->handle, select, -1, &st, NULL))
		return sqlite_db_fail(db, fail, "could not read it");
	if (sqlite3_step(st) != SQLITE_ROW ||
	    sqlite3_column_bytes(st, 0) != sizeof(db->base.hash_key)) {
		sqlite3_finalize(st);
		return fail_set(fail, "its hash key is missing");
	}
	memcpy(db->base.hash_key, sqlite3_column_blob(st, 0),
	       sizeof(db->base.hash_key));
	sqlite3_finalize(st);
	return 0;
}

static int read_version(struct sqlite_db *db, int64_t *ret_version,
			struct fail *fail)
{
	return pragma_i64(db, "PRAGMA user_version", ret_version, fail);
}

int schema_has_tables(struct sqlite_db *db, bool *ret_has, struct fail *fail)
{
	int64_t count;

	if (pragma_i64(db, "SELECT count(*) FROM sqlite_schema", &count, fail) <
	    0)
		return -1;
	*ret_has = count > 0;
	return 0;
}

int schema_examine(struct sqlite_db *db, struct fail *fail)
{
	int64_t version, application;
	bool used;

	if (read_version(db, &version, fail) < 0 ||
	    pragma_i64(db, "PRAGMA application_id", &application, fail) < 0 ||
	    schema_has_tables(db, &used, fail) < 0)
		return -1;
	if ((version != 0 || used) && application != APPLICATION_ID)
		return fail_set(fail, "it is another program's database");
	if (version > (int64_t)step_count())
		return fail_set(fail,
				"its schema is version %lld, newer than this "
				"program's %zu: use a newer invited, or "
				"restore a backup from before the upgrade",
				(long long)version, step_count());
	return 0;
}

int schema_bring_up(struct sqlite_db *db, bool migrate, struct fail *fail)
{
	int64_t version;

	if (schema_examine(db, fail) < 0 ||
	    read_version(db, &version, fail) < 0)
		return -1;
	if (version < (int64_t)step_count() && !migrate)
		return fail_set(fail,
				"its schema is version %lld, older than this "
				"program's %zu: `invited serve` brings it up "
				"to date",
				(long long)version, step_count());
	for (size_t step = (size_t)version; step < step_count(); step++) {
		if (take_step(db, step + 1, fail) < 0)
			return -1;
	}
	return load_hash_key(db, migrate, fail);
}
