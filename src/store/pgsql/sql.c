/*
 * sql.c: the text of each statement as PostgreSQL wants it.
 *
 * Most are those of sql.h. Here are those that differ: what is read to be
 * changed is locked first, since other daemons write too; and a few that this
 * engine has better ways for.
 */
#include "base/base.h"

#include "store/pgsql/sql.h"

#include "store/pgsql/db.h"

static const char *const names[PGSQL_COUNT] = {
#define X(name, text) [SQL_##name] = #name,
	STATEMENTS(X)
#undef X
	    [PGSQL_CREATE_MANY] = "CREATE_MANY",
	[PGSQL_LOCK_USERS] = "LOCK_USERS",
	[PGSQL_LOCK_PROJECTS] = "LOCK_PROJECTS",
	[PGSQL_LOCK_KEYS] = "LOCK_KEYS",
	[PGSQL_LOCK_INVITES] = "LOCK_INVITES",
	[PGSQL_SETTLE] = "SETTLE",
	[PGSQL_HURRY] = "HURRY",
};

static const char *const common[SQL_COUNT] = {
#define X(name, text) [SQL_##name] = text,
	STATEMENTS(X)
#undef X
};

#define GRANTED_PROJECTS "json_array_elements(r.projects::json) g"

/* Of many organizations, some of which nobody knows yet: Citus has no such
 * locks, and does without. */
#define LOCK_MANY(table)                                       \
	"SELECT 1 FROM " table " WHERE id = ANY(?1::bigint[])" \
	" ORDER BY id FOR UPDATE"

static const char *const own[PGSQL_COUNT] = {
	/* Whatever the server's default is: each rule is kept by a lock or a
	 * unique index. */
	[SQL_BEGIN_WRITE] = "BEGIN ISOLATION LEVEL READ COMMITTED",

	[SQL_INVITE_TAKE] = "SELECT " INVITE_COLUMNS " FROM invite"
			    " WHERE id = ?1 AND organization = ?2 FOR UPDATE",
	[SQL_INVITATION_TAKE] = "SELECT " INVITE_COLUMNS " FROM invite"
				" WHERE id = ?1 AND secret_hash = ?2"
				" FOR UPDATE",
	[SQL_INVITE_HOLDERS] = "SELECT " INVITE_COLUMNS ", slot FROM invite"
			       " WHERE organization = ?1 AND address_hash = ?2"
			       " AND slot <= 0 FOR UPDATE",
	/* The invite's row is locked first, as whoever answers or deletes it
	 * does. */
	[SQL_OUTBOX_GET] = "SELECT o.attempts, o.queued_at_ms,"
			   " o.due_at_ms"
			   " FROM invite i, outbox o"
			   " WHERE i.id = ?1 AND i.organization = ?2"
			   " AND o.invite = ?1 AND o.organization = ?2"
			   " FOR UPDATE OF i, o",

	/*
	 * Mails that others claim just now are skipped, and those whose invite
	 * others have in hand: so a claim waits for nobody.
	 *
	 * Citus locks rows of one organization only. There, read what is due
	 * without the lock, and lease each by OUTBOX_RENEW: whoever changes
	 * the row has it.
	 */
	[SQL_OUTBOX_DUE] = "SELECT o.invite, o.secret, o.queued_at_ms,"
			   " o.attempts, o.organization"
			   " FROM outbox o JOIN invite i"
			   " ON i.organization = o.organization"
			   " AND i.id = o.invite WHERE o.due_at_ms <= ?1"
			   " ORDER BY o.due_at_ms, o.invite LIMIT ?2"
			   " FOR UPDATE SKIP LOCKED",

	[SQL_CLOCK_AHEAD] = "SELECT (extract(epoch FROM clock_timestamp())"
			    " * 1000)::bigint - ?1::bigint",
	[SQL_OUTBOX_FAR] = "UPDATE outbox o SET due_at_ms = ?1 FROM"
			   " (SELECT organization, invite FROM outbox"
			   "  WHERE due_at_ms > ?2 FOR UPDATE SKIP LOCKED) far"
			   " WHERE o.organization = far.organization"
			   " AND o.invite = far.invite",

	/* By the index of ids, however the planner sees the list. */
	[SQL_PROJECT_MANY] = "SELECT " PROJECT_COLUMNS " FROM project"
			     " WHERE organization = ?1 AND id = ANY(ARRAY("
			     "SELECT (g->>0)::bigint"
			     " FROM json_array_elements(?2::json) g))",
	[SQL_USER_MANY] = "SELECT " USER_COLUMNS " FROM \"user\""
			  " WHERE organization = ?1 AND email_key = ANY(ARRAY("
			  "SELECT json_array_elements_text(?2::json)))"
			  " ORDER BY id DESC",

	/* These walk the primary key; there is no index on states. */
	[SQL_INVITE_LIST] = "SELECT " INVITE_COLUMNS " FROM invite"
			    " WHERE organization = ?1 AND state <> 2"
			    " AND id < ?2 ORDER BY id DESC LIMIT ?3",
	[SQL_INVITE_LIST_EXPIRED] =
	    "SELECT " INVITE_COLUMNS " FROM invite"
	    " WHERE organization = ?1 AND id < ?2"
	    " AND (state = 3 OR state = 0 AND expires_at <= ?4)"
	    " ORDER BY id DESC LIMIT ?3",

	[SQL_PROJECT_USER_ADD] =
	    "INSERT INTO project_user(organization, project, \"user\", role,"
	    " added_at) VALUES(?1, ?2, ?3, ?4, ?5)"
	    " ON CONFLICT(organization, project, \"user\") DO UPDATE"
	    " SET role = greatest(project_user.role, excluded.role)",

	/*
	 * Many creates at once: see pgsql/create.c. Lookups are subqueries of
	 * their own, each by an index, for a join with the unknown number of
	 * rows in `r` might be planned as a scan of the whole table. The
	 * insertion is sorted, so that two daemons with the same addresses
	 * wait for each other in one direction only. Of the unique indexes it
	 * asks that of addresses alone: looking into the others for each row
	 * costs a twentieth of the whole, and an id that somebody else has
	 * drawn too is an error, after which the batch is run with new ones.
	 *
	 * Not for Citus, which looks up no row of a distributed table for each
	 * row of `r`: there, let pgsql_create() leave all to the careful verb.
	 */
	[PGSQL_CREATE_MANY] =
	    "WITH r AS MATERIALIZED (SELECT r.*, (SELECT o.default_project"
	    "  FROM organization o WHERE o.id = r.organization) AS standard"
	    " FROM unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
	    "  ?4::bigint[], ?5::bigint[], ?6::bigint[], ?7::bigint[],"
	    "  ?8::bigint[], ?9::bytea[], ?10::bytea[], ?11::text[],"
	    "  ?12::text[], ?13::text[], ?14::text[])"
	    " AS r(id, organization, actor, address_hash, role, at, at_ms,"
	    "  expires_at, secret_hash, secret, email, email_key, projects,"
	    "  projects_sent)"
	    " WHERE (r.actor = 0 OR (SELECT 1 FROM admin_key k"
	    "  WHERE k.id = r.actor AND k.revoked_at = 0) IS NOT NULL)"
	    " AND (SELECT 1 FROM \"user\" u WHERE u.organization ="
	    "  r.organization AND u.email_key = r.email_key) IS NULL"
	    " AND (SELECT 1 FROM invite i WHERE i.organization ="
	    "  r.organization AND i.address_hash = r.address_hash"
	    "  AND i.slot <= 0 LIMIT 1) IS NULL"
	    " AND NOT EXISTS (SELECT 1 FROM " GRANTED_PROJECTS
	    "  WHERE (SELECT 1 FROM project p WHERE p.organization ="
	    "   r.organization AND p.id = (g->>0)::bigint"
	    "   AND p.archived_at = 0) IS NULL)),"

	    " made AS (INSERT INTO invite(id, organization, address_hash, slot,"
	    "  state, role, created_at, expires_at, accepted_at, \"user\","
	    "  delivery, delivery_attempts, delivery_at, secret_hash, email,"
	    "  email_key, projects, projects_sent)"
	    " SELECT id, organization, address_hash, 0, 0, role, at,"
	    "  expires_at, 0, 0, CASE WHEN secret IS NULL THEN 0 ELSE 1 END, 0,"
	    "  CASE WHEN secret IS NULL THEN 0 ELSE at END, secret_hash, email,"
	    "  nullif(email_key, email),"
	    "  coalesce(projects, '[[' || standard::text || ',0]]'),"
	    "  projects_sent"
	    " FROM r WHERE standard IS NOT NULL"
	    " ORDER BY organization, address_hash"
	    " ON CONFLICT(organization, address_hash, slot) DO NOTHING"
	    " RETURNING id),"

	    " done AS MATERIALIZED (SELECT * FROM r"
	    "  WHERE id = ANY(ARRAY(SELECT id FROM made))),"

	    " mail AS (INSERT INTO outbox(invite, organization, secret,"
	    "  queued_at_ms, due_at_ms, attempts)"
	    " SELECT id, organization, secret, at_ms, at_ms + ?15::bigint, 0"
	    "  FROM done WHERE secret IS NOT NULL),"

	    /* The audit event's id: see pgsql/create.c. 1: AUDIT_INVITE_SENT */
	    " event AS (INSERT INTO audit(id, organization, at, actor, type,"
	    "  target)"
	    " SELECT id + 1, organization, at, actor, 1, id FROM done)"

	    " SELECT id, standard FROM done",

	[PGSQL_LOCK_USERS] = LOCK_MANY("\"user\""),
	[PGSQL_LOCK_PROJECTS] = LOCK_MANY("project"),
	[PGSQL_LOCK_KEYS] = LOCK_MANY("admin_key"),
	[PGSQL_LOCK_INVITES] = LOCK_MANY("invite"),

	/* 0: AUDIT_NONE. A write in either case, so that its COMMIT waits for
	 * the standbys that the other should have waited for. */
	[PGSQL_SETTLE] = "INSERT INTO audit(id, organization, at, actor, type,"
			 " target) VALUES(?1, ?2, 0, 0, 0, 0)"
			 " ON CONFLICT(organization, id)"
			 " DO UPDATE SET type = audit.type RETURNING type",

	[PGSQL_HURRY] = "SET LOCAL lock_timeout = " PGSQL_TEXT(PGSQL_HURRY_MS),
};

const char *pgsql_sql_name(int which)
{
	return names[which];
}

const char *pgsql_sql_text(int which)
{
	return own[which] ? own[which] : common[which];
}
