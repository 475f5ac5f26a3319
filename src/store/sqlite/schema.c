/*
 * schema.c: the tables, as numbered steps from nothing to today.
 *
 * What a create costs is the number of random pages that it dirties. Hence:
 * ids grow with time and are the row's key; an invite's projects lie in its
 * row; what is random (the address) has one index, and secrets, expiry and
 * audit events have none.
 *
 * To change the schema, append a step. Never edit one that was released.
 */
#include "base/base.h"

#include "store/sqlite/schema.h"

#include "base/random.h"

/* "inv1" in the file's header: tells our databases from others'. */
#define APPLICATION_ID 0x696e7631

static const char *const steps[] = {
	/* 1: the beginning. Times are Unix seconds unless named _ms; 0 stands
	 * for "never". Enumerations are those of core/. */
	"CREATE TABLE meta("
	" key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"

	"CREATE TABLE organization("
	" id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	" created_at INTEGER NOT NULL, default_project INTEGER NOT NULL);"

	"CREATE TABLE admin_key("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" secret_hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL,"
	" redacted TEXT NOT NULL, created_at INTEGER NOT NULL,"
	" last_used_at INTEGER NOT NULL, revoked_at INTEGER NOT NULL);"
	"CREATE INDEX admin_key_list ON admin_key(organization);"

	"CREATE TABLE project("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" name TEXT NOT NULL, created_at INTEGER NOT NULL,"
	" archived_at INTEGER NOT NULL);"
	"CREATE INDEX project_list ON project(organization);"
	"CREATE INDEX project_active ON project(organization)"
	" WHERE archived_at = 0;"

	"CREATE TABLE user("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" email TEXT NOT NULL, email_key TEXT NOT NULL, name TEXT NOT NULL,"
	" role INTEGER NOT NULL, added_at INTEGER NOT NULL);"
	"CREATE UNIQUE INDEX user_address ON user(organization, email_key);"
	"CREATE INDEX user_list ON user(organization);"

	"CREATE TABLE project_user("
	" organization INTEGER NOT NULL, project INTEGER NOT NULL,"
	" user INTEGER NOT NULL, role INTEGER NOT NULL,"
	" added_at INTEGER NOT NULL,"
	" PRIMARY KEY(project, user)) WITHOUT ROWID;"

	/* slot: 0 while the invite holds its address (one open invite each),
	 * its own id once it let go; below 0: see find_open(). email_key:
	 * NULL where it equals email. projects, skipped: see grants_format();
	 * skipped is NULL unless projects had been archived when the invite
	 * was accepted. */
	"CREATE TABLE invite("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" address_hash INTEGER NOT NULL, slot INTEGER NOT NULL,"
	" state INTEGER NOT NULL, role INTEGER NOT NULL,"
	" created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
	" accepted_at INTEGER NOT NULL, user INTEGER NOT NULL,"
	" delivery INTEGER NOT NULL, delivery_attempts INTEGER NOT NULL,"
	" delivery_at INTEGER NOT NULL, delivery_error TEXT,"
	" secret_hash BLOB NOT NULL, email TEXT NOT NULL, email_key TEXT,"
	" projects TEXT NOT NULL, skipped TEXT);"
	"CREATE UNIQUE INDEX invite_address"
	" ON invite(organization, address_hash, slot);"
	"CREATE INDEX invite_list ON invite(organization, state);"

	/* The secret is here only until the mail was handed over. */
	"CREATE TABLE outbox("
	" invite INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" secret BLOB NOT NULL, queued_at_ms INTEGER NOT NULL,"
	" due_at_ms INTEGER NOT NULL, attempts INTEGER NOT NULL);"
	"CREATE INDEX outbox_due ON outbox(due_at_ms);"

	"CREATE TABLE audit("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" at INTEGER NOT NULL, actor INTEGER NOT NULL,"
	" type INTEGER NOT NULL, target INTEGER NOT NULL);",

	/* 2: the order in which projects were sent; NULL where it is that of
	 * `projects`, which is sorted, as older programs insist. */
	"ALTER TABLE invite ADD COLUMN projects_sent TEXT;",

	/* 3: when it was declined */
	"ALTER TABLE invite ADD COLUMN declined_at INTEGER NOT NULL DEFAULT 0;",

	/* 4: what older programs left in the audit event only (type 4 is
	 * AUDIT_INVITE_DECLINED, state 3 is INVITE_DECLINED). A declined invite
	 * expires no later than it was declined. */
	"UPDATE invite SET declined_at = a.at,"
	" expires_at = min(expires_at, a.at)"
	" FROM (SELECT target, min(at) AS at FROM audit WHERE type = 4"
	" GROUP BY target) a WHERE a.target = invite.id AND state = 3;"
	"UPDATE invite SET declined_at = created_at,"
	" expires_at = min(expires_at, created_at)"
	" WHERE state = 3 AND declined_at = 0;",

	/* 5: what a project was made with; 0 stands for none */
	"ALTER TABLE project ADD COLUMN residency INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE project ADD COLUMN geography INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE project ADD COLUMN external_key_id TEXT;",

	/* 6: how long a key lives and for whom it was made (0: for ever, for
	 * nobody); and a number that moves with an organization's rights */
	"ALTER TABLE admin_key ADD COLUMN expires_at INTEGER NOT NULL"
	" DEFAULT 0;"
	"ALTER TABLE admin_key ADD COLUMN \"user\" INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE rights("
	" organization INTEGER PRIMARY KEY, generation INTEGER NOT NULL);"
	"INSERT INTO rights SELECT id, 1 FROM organization;",

	/* 7: groups */
	"CREATE TABLE \"group\"("
	" id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	" name TEXT NOT NULL, created_at INTEGER NOT NULL);"
	"CREATE INDEX group_list ON \"group\"(organization);"
	"CREATE TABLE group_user("
	" organization INTEGER NOT NULL, \"group\" INTEGER NOT NULL,"
	" \"user\" INTEGER NOT NULL, added_at INTEGER NOT NULL,"
	" PRIMARY KEY(\"group\", \"user\")) WITHOUT ROWID;",
};

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
	    sqlite_db_exec(db, steps[number - 1], fail) == 0 &&
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

static int has_tables(struct sqlite_db *db, int64_t *ret_has, struct fail *fail)
{
	return pragma_i64(db, "SELECT count(*) > 0 FROM sqlite_schema", ret_has,
			  fail);
}

int schema_examine(struct sqlite_db *db, struct fail *fail)
{
	int64_t version, application, used;

	if (read_version(db, &version, fail) < 0 ||
	    pragma_i64(db, "PRAGMA application_id", &application, fail) < 0 ||
	    has_tables(db, &used, fail) < 0)
		return -1;
	if ((version != 0 || used) && application != APPLICATION_ID)
		return fail_set(fail, "it is another program's database");
	if (version > (int64_t)COUNT_OF(steps))
		return fail_set(fail,
				"its schema is version %lld, newer than this "
				"program's %zu: use a newer invited",
				(long long)version, COUNT_OF(steps));
	return 0;
}

int schema_bring_up(struct sqlite_db *db, bool migrate, struct fail *fail)
{
	int64_t version;

	if (schema_examine(db, fail) < 0 ||
	    read_version(db, &version, fail) < 0)
		return -1;
	if (version < (int64_t)COUNT_OF(steps) && !migrate)
		return fail_set(fail,
				"its schema is version %lld, older than this "
				"program's %zu: `invited serve` brings it up "
				"to date",
				(long long)version, COUNT_OF(steps));
	for (size_t step = (size_t)version; step < COUNT_OF(steps); step++) {
		if (take_step(db, step + 1, fail) < 0)
			return -1;
	}
	return load_hash_key(db, migrate, fail);
}
