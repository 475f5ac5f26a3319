/*
 * sql.h: every statement that the verbs use. Private to store/.
 *
 * One text serves all engines where they agree; where they do not, the engine
 * has its own beside its driver. Parameters are numbered ?1, ?2, ... Every
 * statement names the organization, but for those that begin with a secret or
 * are about no one organization: keys by their hash, tokens, the outbox's
 * clock, the operator's lists.
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#define INVITE_COLUMNS                                                      \
	"id, organization, state, role, created_at, expires_at, "           \
	"accepted_at, \"user\", delivery, delivery_attempts, delivery_at, " \
	"delivery_error, secret_hash, email, email_key, "                   \
	"coalesce(projects_sent, projects), skipped, declined_at"
#define INVITE_SLOT 18 /* where a statement has `slot` behind them */
#define PROJECT_COLUMNS                                     \
	"id, organization, name, created_at, archived_at, " \
	"residency, geography, external_key_id"
#define USER_COLUMNS "id, organization, email, name, role, added_at"
#define KEY_COLUMNS                                      \
	"id, organization, name, redacted, created_at, " \
	"last_used_at, revoked_at"

#define STATEMENTS(X)                                                          \
	X(BEGIN_WRITE, "BEGIN IMMEDIATE")                                      \
	X(BEGIN_READ, "BEGIN")                                                 \
	X(COMMIT, "COMMIT")                                                    \
	X(ROLLBACK, "ROLLBACK")                                                \
	X(PROBE, "INSERT INTO meta(key, value)"                                \
		 " VALUES('probe', CAST(?1 AS BIGINT))"                        \
		 " ON CONFLICT(key) DO UPDATE SET value = excluded.value")     \
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
	  " archived_at, residency, geography, external_key_id)"               \
	  " VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7)")                            \
	X(PROJECT_GET, "SELECT " PROJECT_COLUMNS " FROM project"               \
		       " WHERE id = ?1 AND organization = ?2")                 \
	/* by a list of grants, [[id,role],...] */                             \
	X(PROJECT_MANY, "SELECT " PROJECT_COLUMNS " FROM project"              \
			" WHERE organization = ?1 AND id IN (SELECT"           \
			" json_extract(value, '$[0]') FROM json_each(?2))")    \
	X(PROJECT_LIST, "SELECT " PROJECT_COLUMNS " FROM project"              \
			" WHERE organization = ?1 AND id < ?2"                 \
			" ORDER BY id DESC LIMIT ?3")                          \
	X(PROJECT_LIST_ACTIVE, "SELECT " PROJECT_COLUMNS " FROM project"       \
			       " WHERE organization = ?1 AND id < ?2"          \
			       " AND archived_at = 0"                          \
			       " ORDER BY id DESC LIMIT ?3")                   \
                                                                               \
	X(USER_INSERT, "INSERT INTO \"user\"(id, organization, email, "        \
		       "email_key, name, role,"                                \
		       " added_at) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")        \
	X(USER_PROMOTE, "UPDATE \"user\" SET role ="                           \
			" CASE WHEN role < ?3 THEN ?3 ELSE role END,"          \
			" name = CASE name WHEN '' THEN ?4 ELSE name END"      \
			" WHERE id = ?1 AND organization = ?2")                \
	X(USER_BY_ADDRESS, "SELECT " USER_COLUMNS " FROM \"user\""             \
			   " WHERE organization = ?1 AND email_key = ?2")      \
	/* by a list of addresses, ["ada@example.com",...] */                  \
	X(USER_MANY, "SELECT " USER_COLUMNS " FROM \"user\""                   \
		     " WHERE organization = ?1 AND email_key IN (SELECT"       \
		     " value FROM json_each(?2)) ORDER BY id DESC")            \
	X(USER_GET, "SELECT " USER_COLUMNS " FROM \"user\""                    \
		    " WHERE id = ?1 AND organization = ?2")                    \
	X(USER_LIST, "SELECT " USER_COLUMNS " FROM \"user\""                   \
		     " WHERE organization = ?1 AND id < ?2"                    \
		     " ORDER BY id DESC LIMIT ?3")                             \
                                                                               \
	X(PROJECT_USER_ADD,                                                    \
	  "INSERT INTO project_user(organization, project, \"user\", role,"    \
	  " added_at) VALUES(?1, ?2, ?3, ?4, ?5)"                              \
	  " ON CONFLICT(project, \"user\") DO UPDATE SET role = CASE WHEN"     \
	  " excluded.role > project_user.role THEN excluded.role"              \
	  " ELSE project_user.role END")                                       \
	X(PROJECT_USER_LIST,                                                   \
	  "SELECT u.id, u.email, u.name, m.role, m.added_at"                   \
	  " FROM project_user m JOIN \"user\" u ON u.id = m.\"user\""          \
	  " AND u.organization = m.organization"                               \
	  " WHERE m.project = ?4 AND m.organization = ?1 AND m.\"user\" < ?2"  \
	  " ORDER BY m.\"user\" DESC LIMIT ?3")                                \
                                                                               \
	X(INVITE_INSERT,                                                       \
	  "INSERT INTO invite(id, organization, address_hash, slot, state,"    \
	  " role, created_at, expires_at, accepted_at, \"user\", delivery,"    \
	  " delivery_attempts, delivery_at, secret_hash, email, email_key,"    \
	  " projects, projects_sent) VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, 0," \
	  " 0, ?8, 0, ?9, ?10, ?11, ?12, ?13, ?14)")                           \
	X(INVITE_GET, "SELECT " INVITE_COLUMNS " FROM invite"                  \
		      " WHERE id = ?1 AND organization = ?2 AND state <> 2")   \
	/* _TAKE: to be changed, in whatever state */                          \
	X(INVITE_TAKE, "SELECT " INVITE_COLUMNS " FROM invite"                 \
		       " WHERE id = ?1 AND organization = ?2")                 \
	X(INVITATION_GET, "SELECT " INVITE_COLUMNS " FROM invite"              \
			  " WHERE id = ?1 AND secret_hash = ?2")               \
	X(INVITATION_TAKE, "SELECT " INVITE_COLUMNS " FROM invite"             \
			   " WHERE id = ?1 AND secret_hash = ?2")              \
	X(INVITE_HOLDERS, "SELECT " INVITE_COLUMNS ", slot FROM invite"        \
			  " WHERE organization = ?1 AND address_hash = ?2"     \
			  " AND slot <= 0")                                    \
	X(INVITE_LET_GO, "UPDATE invite SET slot = id, state = ?3"             \
			 " WHERE id = ?1 AND organization = ?2")               \
	X(INVITE_ACCEPT, "UPDATE invite SET slot = id, state = 1,"             \
			 " accepted_at = ?3, \"user\" = ?4, skipped = ?5,"     \
			 " delivery = CASE WHEN delivery IN (1, 3) THEN 2"     \
			 " ELSE delivery END"                                  \
			 " WHERE id = ?1 AND organization = ?2")               \
	X(INVITE_DECLINE, "UPDATE invite SET slot = id, state = 3,"            \
			  " declined_at = ?3, expires_at = ?4,"                \
			  " delivery = CASE WHEN delivery IN (1, 3) THEN 2"    \
			  " ELSE delivery END"                                 \
			  " WHERE id = ?1 AND organization = ?2")              \
	X(INVITE_NEW_SECRET, "UPDATE invite SET secret_hash = ?3,"             \
			     " delivery = ?4, delivery_attempts = 0,"          \
			     " delivery_error = NULL, delivery_at = ?5"        \
			     " WHERE id = ?1 AND organization = ?2")           \
	X(INVITE_DELIVERY, "UPDATE invite SET delivery = ?3,"                  \
			   " delivery_attempts = ?4, delivery_error = ?5,"     \
			   " delivery_at = ?6"                                 \
			   " WHERE id = ?1 AND organization = ?2")             \
	X(INVITE_LIST, "SELECT " INVITE_COLUMNS " FROM invite"                 \
		       " WHERE organization = ?1 AND state = 0 AND id < ?2"    \
		       " UNION ALL SELECT " INVITE_COLUMNS " FROM invite"      \
		       " WHERE organization = ?1 AND state = 1 AND id < ?2"    \
		       " UNION ALL SELECT " INVITE_COLUMNS " FROM invite"      \
		       " WHERE organization = ?1 AND state = 3 AND id < ?2"    \
		       " ORDER BY 1 DESC LIMIT ?3")                            \
	X(INVITE_LIST_STATE, "SELECT " INVITE_COLUMNS " FROM invite"           \
			     " WHERE organization = ?1 AND state = ?4"         \
			     " AND id < ?2 AND expires_at > ?5"                \
			     " AND expires_at <= ?6"                           \
			     " ORDER BY id DESC LIMIT ?3")                     \
	/* declined ones are among them */                                     \
	X(INVITE_LIST_EXPIRED, "SELECT " INVITE_COLUMNS " FROM invite"         \
			       " WHERE organization = ?1 AND state = 0"        \
			       " AND id < ?2 AND expires_at <= ?4"             \
			       " UNION ALL SELECT " INVITE_COLUMNS             \
			       " FROM invite WHERE organization = ?1"          \
			       " AND state = 3 AND id < ?2"                    \
			       " ORDER BY 1 DESC LIMIT ?3")                    \
	X(INVITE_LIST_ADDRESS, "SELECT " INVITE_COLUMNS " FROM invite"         \
			       " WHERE organization = ?1"                      \
			       " AND address_hash = ?4"                        \
			       " AND coalesce(email_key, email) = ?5"          \
			       " AND state <> 2 AND id < ?2"                   \
			       " AND (CAST(?6 AS BIGINT) < 0 OR state = ?9"    \
			       "  OR state = ?6 AND expires_at > ?7"           \
			       "  AND expires_at <= ?8)"                       \
			       " ORDER BY id DESC LIMIT ?3")                   \
                                                                               \
	X(OUTBOX_INSERT,                                                       \
	  "INSERT INTO outbox(invite, organization, secret, queued_at_ms,"     \
	  " due_at_ms, attempts) VALUES(?1, ?2, ?3, ?4, ?5, 0)")               \
	X(OUTBOX_DELETE, "DELETE FROM outbox"                                  \
			 " WHERE invite = ?1 AND organization = ?2")           \
	X(OUTBOX_DUE, "SELECT invite, secret, queued_at_ms, attempts,"         \
		      " organization"                                          \
		      " FROM outbox WHERE due_at_ms <= ?1"                     \
		      " ORDER BY due_at_ms, invite LIMIT ?2")                  \
	X(OUTBOX_LEASE, "UPDATE outbox SET due_at_ms = ?3"                     \
			" WHERE invite = ?1 AND organization = ?2")            \
	X(OUTBOX_RENEW, "UPDATE outbox SET due_at_ms = ?3"                     \
			" WHERE invite = ?1 AND organization = ?2"             \
			" AND due_at_ms = ?4")                                 \
	/* How far the clock that leases are by is ahead of ?1, ours. */       \
	X(CLOCK_AHEAD, "SELECT ?1 - ?1")                                       \
	X(OUTBOX_FAR, "UPDATE outbox SET due_at_ms = ?1 WHERE due_at_ms > ?2") \
	X(OUTBOX_NEXT, "SELECT MIN(due_at_ms) FROM outbox")                    \
	X(OUTBOX_GET, "SELECT attempts, queued_at_ms, due_at_ms FROM outbox"   \
		      " WHERE invite = ?1 AND organization = ?2")              \
	X(OUTBOX_DEFER, "UPDATE outbox SET due_at_ms = ?3, attempts = ?4"      \
			" WHERE invite = ?1 AND organization = ?2")            \
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

#endif
