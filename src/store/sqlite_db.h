/*
 * sqlite_db.h: one SQLite connection and its prepared statements. Private to
 * the SQLite engine.
 *
 * Errors stick: verbs bind and step without looking, and the batch (or the
 * read) asks once, at its end, whether `error` was set. So a verb reads like
 * what it does, and no error can be forgotten.
 */
#ifndef STORE_SQLITE_DB_H
#define STORE_SQLITE_DB_H

#include <sqlite3.h>

#include "core/id.h"
#include "store/store.h"

/* Every statement on the hot paths: name, SQL. Prepared once, on first use. */
#define INVITE_COLUMNS                                                  \
	"id, organization, state, role, created_at, expires_at, "       \
	"accepted_at, user, delivery, delivery_attempts, delivery_at, " \
	"delivery_error, secret_hash, email, email_key, projects, skipped"
#define INVITE_SLOT	17 /* where a statement has `slot` behind them */
#define PROJECT_COLUMNS "id, organization, name, created_at, archived_at"
#define USER_COLUMNS	"id, organization, email, name, role, added_at"
#define KEY_COLUMNS                                      \
	"id, organization, name, redacted, created_at, " \
	"last_used_at, revoked_at"

#define STATEMENTS(X)                                                          \
	X(BEGIN_WRITE, "BEGIN IMMEDIATE")                                      \
	X(BEGIN_READ, "BEGIN")                                                 \
	X(COMMIT, "COMMIT")                                                    \
	X(ROLLBACK, "ROLLBACK")                                                \
	X(PROBE, "INSERT OR REPLACE INTO meta(key, value)"                     \
		 " VALUES('probe', ?1)")                                       \
                                                                               \
	X(ORGANIZATION_ANY, "SELECT 1 FROM organization LIMIT 1")              \
	X(ORGANIZATION_INSERT,                                                 \
	  "INSERT INTO organization(id, name, created_at, default_project)"    \
	  " VALUES(?1, ?2, ?3, ?4)")                                           \
	X(ORGANIZATION_BY_NAME, "SELECT id FROM organization WHERE name = ?1") \
	X(ORGANIZATION_GET, "SELECT id, name, created_at, default_project"     \
			    " FROM organization WHERE id = ?1")                \
	X(ORGANIZATION_LIST, "SELECT id, name, created_at, default_project"    \
			     " FROM organization WHERE id < ?1"                \
			     " ORDER BY id DESC LIMIT ?2")                     \
                                                                               \
	X(KEY_INSERT,                                                          \
	  "INSERT INTO admin_key(id, organization, secret_hash, name,"         \
	  " redacted, created_at, last_used_at, revoked_at)"                   \
	  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, 0, 0)")                             \
	X(KEY_BY_HASH,                                                         \
	  "SELECT " KEY_COLUMNS " FROM admin_key WHERE secret_hash = ?1")      \
	X(KEY_IN_FORCE, "SELECT 1 FROM admin_key"                              \
			" WHERE id = ?1 AND revoked_at = 0")                   \
	X(KEY_REVOKE, "UPDATE admin_key SET revoked_at = ?3"                   \
		      " WHERE id = ?1 AND organization = ?2"                   \
		      " AND revoked_at = 0")                                   \
	X(KEY_TOUCH, "UPDATE admin_key SET last_used_at = ?3"                  \
		     " WHERE id = ?1 AND organization = ?2"                    \
		     " AND last_used_at < ?3")                                 \
	X(KEY_LIST, "SELECT " KEY_COLUMNS " FROM admin_key"                    \
		    " WHERE organization = ?1 AND id < ?2"                     \
		    " ORDER BY id DESC LIMIT ?3")                              \
                                                                               \
	X(PROJECT_INSERT,                                                      \
	  "INSERT INTO project(id, organization, name, created_at,"            \
	  " archived_at) VALUES(?1, ?2, ?3, ?4, 0)")                           \
	X(PROJECT_GET, "SELECT " PROJECT_COLUMNS " FROM project"               \
		       " WHERE id = ?1 AND organization = ?2")                 \
	X(PROJECT_LIST, "SELECT " PROJECT_COLUMNS " FROM project"              \
			" WHERE organization = ?1 AND id < ?2"                 \
			" ORDER BY id DESC LIMIT ?3")                          \
	X(PROJECT_LIST_ACTIVE, "SELECT " PROJECT_COLUMNS " FROM project"       \
			       " WHERE organization = ?1 AND id < ?2"          \
			       " AND archived_at = 0"                          \
			       " ORDER BY id DESC LIMIT ?3")                   \
                                                                               \
	X(USER_INSERT,                                                         \
	  "INSERT INTO user(id, organization, email, email_key, name, role,"   \
	  " added_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                     \
	X(USER_PROMOTE, "UPDATE user SET role = MAX(role, ?3),"                \
			" name = CASE name WHEN '' THEN ?4 ELSE name END"      \
			" WHERE id = ?1 AND organization = ?2")                \
	X(USER_BY_ADDRESS, "SELECT " USER_COLUMNS " FROM user"                 \
			   " WHERE organization = ?1 AND email_key = ?2")      \
	X(USER_GET, "SELECT " USER_COLUMNS " FROM user"                        \
		    " WHERE id = ?1 AND organization = ?2")                    \
	X(USER_LIST, "SELECT " USER_COLUMNS " FROM user"                       \
		     " WHERE organization = ?1 AND id < ?2"                    \
		     " ORDER BY id DESC LIMIT ?3")                             \
                                                                               \
	X(PROJECT_USER_ADD,                                                    \
	  "INSERT INTO project_user(organization, project, user, role,"        \
	  " added_at) VALUES(?1, ?2, ?3, ?4, ?5)"                              \
	  " ON CONFLICT(project, user) DO UPDATE"                              \
	  " SET role = MAX(role, excluded.role)")                              \
	X(PROJECT_USER_LIST,                                                   \
	  "SELECT u.id, u.email, u.name, m.role, m.added_at"                   \
	  " FROM project_user m JOIN user u ON u.id = m.user"                  \
	  " WHERE m.project = ?1 AND m.organization = ?2 AND m.user < ?3"      \
	  " ORDER BY m.user DESC LIMIT ?4")                                    \
                                                                               \
	X(INVITE_INSERT,                                                       \
	  "INSERT INTO invite(id, organization, address_hash, slot, state,"    \
	  " role, created_at, expires_at, accepted_at, user, delivery,"        \
	  " delivery_attempts, delivery_at, secret_hash, email, email_key,"    \
	  " projects) VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, 0, 0, ?8, 0,"      \
	  " ?9, ?10, ?11, ?12, ?13)")                                          \
	X(INVITE_GET, "SELECT " INVITE_COLUMNS " FROM invite"                  \
		      " WHERE id = ?1 AND organization = ?2 AND state < 2")    \
	X(INVITE_BY_NUMBER,                                                    \
	  "SELECT " INVITE_COLUMNS " FROM invite WHERE id = ?1")               \
	X(INVITE_HOLDERS, "SELECT " INVITE_COLUMNS ", slot FROM invite"        \
			  " WHERE organization = ?1 AND address_hash = ?2"     \
			  " AND slot <= 0")                                    \
	X(INVITE_LET_GO, "UPDATE invite SET slot = id, state = ?2"             \
			 " WHERE id = ?1")                                     \
	X(INVITE_ACCEPT, "UPDATE invite SET slot = id, state = 1,"             \
			 " accepted_at = ?2, user = ?3, skipped = ?4,"         \
			 " delivery = CASE WHEN delivery IN (1, 3) THEN 2"     \
			 " ELSE delivery END WHERE id = ?1")                   \
	X(INVITE_NEW_SECRET, "UPDATE invite SET secret_hash = ?2,"             \
			     " delivery = ?3, delivery_attempts = 0,"          \
			     " delivery_error = NULL, delivery_at = ?4"        \
			     " WHERE id = ?1")                                 \
	X(INVITE_DELIVERY, "UPDATE invite SET delivery = ?2,"                  \
			   " delivery_attempts = ?3, delivery_error = ?4,"     \
			   " delivery_at = ?5 WHERE id = ?1")                  \
	X(INVITE_LIST, "SELECT " INVITE_COLUMNS " FROM invite"                 \
		       " WHERE organization = ?1 AND state = 0 AND id < ?2"    \
		       " UNION ALL SELECT " INVITE_COLUMNS " FROM invite"      \
		       " WHERE organization = ?1 AND state = 1 AND id < ?2"    \
		       " ORDER BY 1 DESC LIMIT ?3")                            \
	X(INVITE_LIST_STATE, "SELECT " INVITE_COLUMNS " FROM invite"           \
			     " WHERE organization = ?1 AND state = ?4"         \
			     " AND id < ?2 AND expires_at > ?5"                \
			     " AND expires_at <= ?6"                           \
			     " ORDER BY id DESC LIMIT ?3")                     \
	X(INVITE_LIST_ADDRESS, "SELECT " INVITE_COLUMNS " FROM invite"         \
			       " WHERE organization = ?1"                      \
			       " AND address_hash = ?4"                        \
			       " AND coalesce(email_key, email) = ?5"          \
			       " AND state < 2 AND id < ?2"                    \
			       " AND (?6 < 0 OR state = ?6)"                   \
			       " AND expires_at > ?7 AND expires_at <= ?8"     \
			       " ORDER BY id DESC LIMIT ?3")                   \
                                                                               \
	X(OUTBOX_INSERT,                                                       \
	  "INSERT INTO outbox(invite, organization, secret, queued_at_ms,"     \
	  " due_at_ms, attempts) VALUES(?1, ?2, ?3, ?4, ?4, 0)")               \
	X(OUTBOX_DELETE, "DELETE FROM outbox WHERE invite = ?1")               \
	X(OUTBOX_DUE, "SELECT invite, secret, queued_at_ms, attempts"          \
		      " FROM outbox WHERE due_at_ms <= ?1"                     \
		      " ORDER BY due_at_ms LIMIT ?2")                          \
	X(OUTBOX_LEASE, "UPDATE outbox SET due_at_ms = ?2"                     \
			" WHERE invite = ?1")                                  \
	X(OUTBOX_NEXT, "SELECT MIN(due_at_ms) FROM outbox")                    \
	X(OUTBOX_ATTEMPTS, "SELECT attempts FROM outbox WHERE invite = ?1")    \
	X(OUTBOX_DEFER, "UPDATE outbox SET due_at_ms = ?2, attempts = ?3"      \
			" WHERE invite = ?1")                                  \
	X(OUTBOX_COUNT, "SELECT count(*), min(queued_at_ms) FROM outbox")      \
                                                                               \
	X(AUDIT_INSERT, "INSERT INTO audit(id, organization, at, actor,"       \
			" type, target) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")

enum sql {
#define X(name, text) SQL_##name,
	STATEMENTS(X)
#undef X
	    SQL_COUNT
};

struct sqlite_db {
	sqlite3 *handle;
	sqlite3_stmt *statements[SQL_COUNT];
	int error; /* first result code that was no success; 0 = none */
	uint8_t hash_key[SHA256_SIZE];
	int64_t actor; /* writer: a key that is in force, as far as this
			* transaction has looked; 0 = it has not */
};

/* Opens the file at `path`; `flags` and `vfs` as sqlite3_open_v2(). */
int db_open(struct sqlite_db *db, const char *path, int flags, const char *vfs,
	    struct fail *fail) MUST_CHECK;
void db_close(struct sqlite_db *db);

/* Runs statements that return nothing. */
int db_exec(struct sqlite_db *db, const char *sql,
	    struct fail *fail) MUST_CHECK;

/* Writes "<what>: <SQLite's reason>" and returns -1. */
int db_fail(struct sqlite_db *db, struct fail *fail, const char *what);

/*
 * The statement, reset and ready to be bound from parameter 1 on with the
 * db_bind_ functions. NULL (with `error` set) where it does not prepare; every
 * function below takes that as "nothing".
 */
sqlite3_stmt *db_statement(struct sqlite_db *db, enum sql which);

void db_bind_i64(sqlite3_stmt *st, int index, int64_t value);
/* Borrowed until the next reset; a NULL text binds NULL. */
void db_bind_text(sqlite3_stmt *st, int index, const char *value);
void db_bind_blob(sqlite3_stmt *st, int index, const void *data, size_t len);

/* True: a row is there to be read. False: no (more) row, or `error` is set. */
bool db_row(struct sqlite_db *db, sqlite3_stmt *st) MUST_CHECK;

/* Steps to the end and resets. For statements without rows. */
void db_run(struct sqlite_db *db, sqlite3_stmt *st);

/* Ends a SELECT before its last row. */
void db_done(sqlite3_stmt *st);

/* The arena gave nothing: `error` as if SQLite had run out of memory. */
void db_no_memory(struct sqlite_db *db);

/* Copies of a column in the arena; NULL column gives NULL. Out of memory sets
 * `error` and gives "". */
const char *db_text(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		    int column);

/* Rows as the core's structs, from SELECT <..._COLUMNS>. */
void row_invite(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		struct invite *ret_invite);
void row_project(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
		 struct project *ret_project);
void row_user(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
	      struct user *ret_user);
void row_key(struct sqlite_db *db, struct arena *arena, sqlite3_stmt *st,
	     struct admin_key *ret_key);
void row_organization(struct sqlite_db *db, struct arena *arena,
		      sqlite3_stmt *st, struct organization *ret);

/* Single rows that both sides look up. False where there is none. */
bool find_invite(struct sqlite_db *db, struct store_op *op, int64_t id,
		 struct invite *ret_invite) MUST_CHECK;
bool find_project(struct sqlite_db *db, struct store_op *op, int64_t id,
		  struct project *ret_project) MUST_CHECK;
/* By its number alone: for who holds the secret. With names. */
bool find_invitation(struct sqlite_db *db, struct store_op *op, int64_t number,
		     struct invitation *ret_invitation) MUST_CHECK;
/* Fills the names of an invitation whose invite is there. */
void name_invitation(struct sqlite_db *db, struct store_op *op,
		     struct invitation *invitation, struct str skipped);

/* The verbs. Writes: inside a transaction of the writer. */
enum refusal sqlite_write(struct sqlite_db *db, struct id_source *ids,
			  struct store_op *op);
enum refusal sqlite_read(struct sqlite_db *db, struct store_op *op);

#endif
