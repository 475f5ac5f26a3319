/*
 * sqlite_db.c: one SQLite connection, its statements, and rows as structs.
 *
 * The surprise: nothing here returns an error. The first failure is kept in
 * `error`, every later call does as little as it can, and whoever began the
 * transaction looks once before it commits or answers.
 */
#include "base/base.h"

#include "store/sqlite_db.h"

static const char *const sql_texts[] = {
#define X(name, text) [SQL_##name] = text,
	STATEMENTS(X)
#undef X
};

int db_fail(struct sqlite_db *db, struct fail *fail, const char *what)
{
	return fail_set(fail, "%s: %s", what, sqlite3_errmsg(db->handle));
}

int db_open(struct sqlite_db *db, const char *path, int flags, const char *vfs,
	    struct fail *fail)
{
	memset(db, 0, sizeof(*db));
	if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX,
			    vfs) == SQLITE_OK) {
		sqlite3_busy_timeout(db->handle, 10000);
		return 0;
	}
	fail_set(fail, "could not open %s: %s", path,
		 db->handle ? sqlite3_errmsg(db->handle) : "out of memory");
	sqlite3_close(db->handle);
	db->handle = NULL;
	return -1;
}

void db_close(struct sqlite_db *db)
{
	for (size_t i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statements[i]);
	sqlite3_close(db->handle);
	memset(db, 0, sizeof(*db));
}

int db_exec(struct sqlite_db *db, const char *sql, struct fail *fail)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return db_fail(db, fail, "could not use the database");
}

static void note_error(struct sqlite_db *db, int code)
{
	if (db->error == 0)
		db->error = code;
}

void db_no_memory(struct sqlite_db *db)
{
	note_error(db, SQLITE_NOMEM);
}

sqlite3_stmt *db_statement(struct sqlite_db *db, enum sql which)
{
	sqlite3_stmt **st = &db->statements[which];
	int code;

	if (db->error)
		return NULL;
	if (*st) {
		sqlite3_reset(*st);
		return *st;
	}
	code = sqlite3_prepare_v3(db->handle, sql_texts[which], -1,
				  SQLITE_PREPARE_PERSISTENT, st, NULL);
	if (code != SQLITE_OK)
		note_error(db, code);
	return *st;
}

void db_bind_i64(sqlite3_stmt *st, int index, int64_t value)
{
	if (st)
		sqlite3_bind_int64(st, index, value);
}

void db_bind_text(sqlite3_stmt *st, int index, const char *value)
{
	if (st)
		sqlite3_bind_text(st, index, value, -1, SQLITE_STATIC);
}

void db_bind_blob(sqlite3_stmt *st, int index, const void *data, size_t len)
{
	if (st)
		sqlite3_bind_blob(st, index, data, (int)len, SQLITE_STATIC);
}

bool db_row(struct sqlite_db *db, sqlite3_stmt *st)
{
	int code;

	if (!st || db->error)
		return false;
	code = sqlite3_step(st);
	if (code == SQLITE_ROW)
		return true;
	if (code != SQLITE_DONE)
		note_error(db, code);
	sqlite3_reset(st);
	return false;
}

void db_run(struct sqlite_db *db, sqlite3_stmt *st)
{
	int code;

	if (!st || db->error)
		return;
	code = sqlite3_step(st);
	if (code != SQLITE_DONE && code != SQLITE_ROW)
		note_error(db, code);
	sqlite3_reset(st);
}

void db_done(sqlite3_stmt *st)
{
	if (st)
		sqlite3_reset(st);
}

const char *db_text(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		    int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);
	const char *copy;

	if (!text) {
		if (sqlite3_column_type(st, column) != SQLITE_NULL)
			db_no_memory(db);
		return NULL;
	}
	copy = arena_str(
	    arena,
	    (struct str){ text, (size_t)sqlite3_column_bytes(st, column) });
	if (copy)
		return copy;
	db_no_memory(db);
	return "";
}

static struct str column_str(sqlite3_stmt *st, int column)
{
	const char *text = (const char *)sqlite3_column_text(st, column);

	if (!text) /* out of memory, whatever its size */
		return (struct str){ NULL, 0 };
	return (struct str){ text, (size_t)sqlite3_column_bytes(st, column) };
}

/* In the order of INVITE_COLUMNS. */
void row_invite(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		struct invite *invite)
{
	const void *hash = sqlite3_column_blob(st, 12);

	*invite = (struct invite){
		.id = sqlite3_column_int64(st, 0),
		.organization = sqlite3_column_int64(st, 1),
		.state = (enum invite_state)sqlite3_column_int(st, 2),
		.role = (enum role)sqlite3_column_int(st, 3),
		.created_at = sqlite3_column_int64(st, 4),
		.expires_at = sqlite3_column_int64(st, 5),
		.accepted_at = sqlite3_column_int64(st, 6),
		.user = sqlite3_column_int64(st, 7),
		.delivery = {
			.status = (enum delivery_status)sqlite3_column_int(st,
									   8),
			.attempts = sqlite3_column_int(st, 9),
			.updated_at = sqlite3_column_int64(st, 10),
			.last_error = db_text(db, arena, st, 11),
		},
		.email = db_text(db, arena, st, 13),
		.email_key = db_text(db, arena, st, 14),
	};
	if (hash && sqlite3_column_bytes(st, 12) == SHA256_SIZE)
		memcpy(invite->secret_hash, hash, SHA256_SIZE);
	if (!invite->email_key)
		invite->email_key = invite->email;
	if (grants_parse(arena, column_str(st, 15), &invite->grants) < 0)
		db_no_memory(db);
}

void row_project(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		 struct project *project)
{
	*project = (struct project){
		.id = sqlite3_column_int64(st, 0),
		.organization = sqlite3_column_int64(st, 1),
		.name = db_text(db, arena, st, 2),
		.created_at = sqlite3_column_int64(st, 3),
		.archived_at = sqlite3_column_int64(st, 4),
	};
}

void row_user(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
	      struct user *user)
{
	*user = (struct user){
		.id = sqlite3_column_int64(st, 0),
		.organization = sqlite3_column_int64(st, 1),
		.email = db_text(db, arena, st, 2),
		.name = db_text(db, arena, st, 3),
		.role = (enum role)sqlite3_column_int(st, 4),
		.added_at = sqlite3_column_int64(st, 5),
	};
}

void row_key(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
	     struct admin_key *key)
{
	*key = (struct admin_key){
		.id = sqlite3_column_int64(st, 0),
		.organization = sqlite3_column_int64(st, 1),
		.name = db_text(db, arena, st, 2),
		.redacted = db_text(db, arena, st, 3),
		.created_at = sqlite3_column_int64(st, 4),
		.last_used_at = sqlite3_column_int64(st, 5),
		.revoked_at = sqlite3_column_int64(st, 6),
	};
}

void row_organization(struct sqlite_db *db, struct arena *arena,
		      sqlite3_stmt *st, struct organization *organization)
{
	*organization = (struct organization){
		.id = sqlite3_column_int64(st, 0),
		.name = db_text(db, arena, st, 1),
		.created_at = sqlite3_column_int64(st, 2),
		.default_project = sqlite3_column_int64(st, 3),
	};
}

bool find_invite(struct sqlite_db *db, struct store_op *op, int64_t id,
		 struct invite *ret_invite)
{
	sqlite3_stmt *st = db_statement(db, SQL_INVITE_GET);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, op->organization);
	if (!db_row(db, st))
		return false;
	row_invite(db, op->arena, st, ret_invite);
	db_done(st);
	return true;
}

bool find_project(struct sqlite_db *db, struct store_op *op, int64_t id,
		  struct project *ret_project)
{
	sqlite3_stmt *st = db_statement(db, SQL_PROJECT_GET);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, op->organization);
	if (!db_row(db, st))
		return false;
	row_project(db, op->arena, st, ret_project);
	db_done(st);
	return true;
}

static bool is_skipped(struct grants skipped, int64_t project)
{
	for (size_t i = 0; i < skipped.count; i++) {
		if (skipped.at[i].project == project)
			return true;
	}
	return false;
}

/* An accepted invite shows what was archived when it was accepted; any other
 * what is archived now. */
void name_invitation(struct sqlite_db *db, struct store_op *op,
		     struct invitation *invitation, struct str skipped)
{
	struct invite *invite = &invitation->invite;
	struct grants skips = { NULL, 0 };
	sqlite3_stmt *st = db_statement(db, SQL_ORGANIZATION_GET);

	invitation->organization_name = "";
	db_bind_i64(st, 1, invite->organization);
	if (db_row(db, st)) {
		invitation->organization_name = db_text(db, op->arena, st, 1);
		db_done(st);
	}
	invitation->grants = arena_array(op->arena, invite->grants.count + 1,
					 sizeof(*invitation->grants));
	if (!invitation->grants ||
	    (skipped.len && grants_parse(op->arena, skipped, &skips) < 0)) {
		db_no_memory(db);
		return;
	}
	op->organization = invite->organization;
	for (size_t i = 0; i < invite->grants.count; i++) {
		struct grant *grant = &invite->grants.at[i];
		struct project project = { .name = "" };

		if (find_project(db, op, grant->project, &project) &&
		    invite->state == INVITE_ACCEPTED)
			project.archived_at = is_skipped(skips, grant->project);
		invitation->grants[i] =
		    (struct named_grant){ project.name, grant->role,
					  project.archived_at != 0 };
	}
}

bool find_invitation(struct sqlite_db *db, struct store_op *op, int64_t number,
		     struct invitation *ret_invitation)
{
	sqlite3_stmt *st = db_statement(db, SQL_INVITE_BY_NUMBER);
	const char *skipped;

	db_bind_i64(st, 1, number);
	if (!db_row(db, st))
		return false;
	row_invite(db, op->arena, st, &ret_invitation->invite);
	skipped = db_text(db, op->arena, st, 16);
	db_done(st);
	name_invitation(db, op, ret_invitation, str_of(skipped));
	return true;
}
