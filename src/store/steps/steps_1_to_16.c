/*
 * steps_1_to_16.c: the tables of the first release, and what came to them with
 * groups, roles and lists.
 */
#include "base/base.h"

#include "store/steps/steps.h"

static const struct step steps[] = {
	/* 1: the beginning. Times are Unix seconds unless named _ms; 0 stands
	 * for "never". Enumerations are those of core/. */
	{ .sqlite =
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
	      " email TEXT NOT NULL, email_key TEXT NOT NULL,"
	      " name TEXT NOT NULL, role INTEGER NOT NULL,"
	      " added_at INTEGER NOT NULL);"
	      "CREATE UNIQUE INDEX user_address"
	      " ON user(organization, email_key);"
	      "CREATE INDEX user_list ON user(organization);"

	      "CREATE TABLE project_user("
	      " organization INTEGER NOT NULL, project INTEGER NOT NULL,"
	      " user INTEGER NOT NULL, role INTEGER NOT NULL,"
	      " added_at INTEGER NOT NULL,"
	      " PRIMARY KEY(project, user)) WITHOUT ROWID;"

	      /* slot: 0 while the invite holds its address (one open invite
	       * each), its own id once it let go; below 0: see find_open().
	       * email_key: NULL where it equals email. projects, skipped: see
	       * grants_format(); skipped is NULL unless projects had been
	       * archived when the invite was accepted. */
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
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE organization("
	      " id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE,"
	      " created_at BIGINT NOT NULL, default_project BIGINT NOT NULL)",

	      "CREATE TABLE admin_key("
	      " id BIGINT PRIMARY KEY, organization BIGINT NOT NULL,"
	      " secret_hash BYTEA NOT NULL UNIQUE, name TEXT NOT NULL,"
	      " redacted TEXT NOT NULL, created_at BIGINT NOT NULL,"
	      " last_used_at BIGINT NOT NULL, revoked_at BIGINT NOT NULL)",
	      "CREATE INDEX admin_key_list ON admin_key(organization, id)",

	      "CREATE TABLE project("
	      " id BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " name TEXT NOT NULL, created_at BIGINT NOT NULL,"
	      " archived_at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, id))",

	      "CREATE TABLE \"user\"("
	      " id BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " email TEXT NOT NULL, email_key TEXT COLLATE \"C\" NOT NULL,"
	      " name TEXT NOT NULL, role BIGINT NOT NULL,"
	      " added_at BIGINT NOT NULL, PRIMARY KEY(organization, id))",
	      "CREATE UNIQUE INDEX user_address"
	      " ON \"user\"(organization, email_key)",

	      "CREATE TABLE project_user("
	      " organization BIGINT NOT NULL, project BIGINT NOT NULL,"
	      " \"user\" BIGINT NOT NULL, role BIGINT NOT NULL,"
	      " added_at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, project, \"user\"))",

	      "CREATE TABLE invite("
	      " id BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " address_hash BIGINT NOT NULL, slot BIGINT NOT NULL,"
	      " state BIGINT NOT NULL, role BIGINT NOT NULL,"
	      " created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,"
	      " accepted_at BIGINT NOT NULL, \"user\" BIGINT NOT NULL,"
	      " delivery BIGINT NOT NULL, delivery_attempts BIGINT NOT NULL,"
	      " delivery_at BIGINT NOT NULL, delivery_error TEXT,"
	      " secret_hash BYTEA NOT NULL, email TEXT NOT NULL,"
	      " email_key TEXT, projects TEXT NOT NULL, skipped TEXT,"
	      " PRIMARY KEY(organization, id))",
	      "CREATE UNIQUE INDEX invite_address"
	      " ON invite(organization, address_hash, slot)",
	      "CREATE INDEX invite_number ON invite(id)",

	      "CREATE TABLE outbox("
	      " invite BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " secret BYTEA NOT NULL, queued_at_ms BIGINT NOT NULL,"
	      " due_at_ms BIGINT NOT NULL, attempts BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, invite))",
	      "CREATE INDEX outbox_due ON outbox(due_at_ms, invite)",

	      "CREATE TABLE audit("
	      " id BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " at BIGINT NOT NULL, actor BIGINT NOT NULL,"
	      " type BIGINT NOT NULL, target BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, id))",
	  } },

	/* 2: the order in which projects were sent; NULL where it is that of
	 * `projects`, which is sorted, as older programs insist. */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN projects_sent TEXT;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN projects_sent TEXT",
	  } },

	/* 3: when it was declined */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN declined_at INTEGER NOT NULL"
	      " DEFAULT 0;",
	  /* What stands in it is a step of its own: this one locks the table,
	   * and that one takes a while. */
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite"
	      " ADD COLUMN declined_at BIGINT NOT NULL DEFAULT 0",
	  } },

	/* 4: what older programs left in the audit event only (type 4 is
	 * AUDIT_INVITE_DECLINED, state 3 is INVITE_DECLINED). A declined invite
	 * expires no later than it was declined. */
	{ .sqlite =
	      "UPDATE invite SET declined_at = a.at,"
	      " expires_at = min(expires_at, a.at)"
	      " FROM (SELECT target, min(at) AS at FROM audit WHERE type = 4"
	      " GROUP BY target) a WHERE a.target = invite.id AND state = 3;"
	      "UPDATE invite SET declined_at = created_at,"
	      " expires_at = min(expires_at, created_at)"
	      " WHERE state = 3 AND declined_at = 0;",
	  /* An older program that declines beside us leaves 0; the invite
	   * counts as declined all the same. */
	  .oldest = 1,
	  .pgsql = {
	      "UPDATE invite SET declined_at = a.at,"
	      " expires_at = least(expires_at, a.at)"
	      " FROM (SELECT organization, target, min(at) AS at FROM audit"
	      " WHERE type = 4 GROUP BY organization, target) a"
	      " WHERE a.organization = invite.organization"
	      " AND a.target = invite.id AND state = 3",
	      "UPDATE invite SET declined_at = created_at,"
	      " expires_at = least(expires_at, created_at)"
	      " WHERE state = 3 AND declined_at = 0",
	  } },

	/* 5: what a project was made with; 0 stands for none */
	{ .sqlite =
	      "ALTER TABLE project ADD COLUMN residency INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE project ADD COLUMN geography INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE project ADD COLUMN external_key_id TEXT;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE project"
	      " ADD COLUMN residency BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN geography BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN external_key_id TEXT",
	  } },

	/* 6: how long a key lives and for whom it was made (0: for ever, for
	 * nobody); and a number that moves with an organization's rights */
	{ .sqlite =
	      "ALTER TABLE admin_key ADD COLUMN expires_at INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE admin_key ADD COLUMN \"user\" INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "CREATE TABLE rights("
	      " organization INTEGER PRIMARY KEY, generation INTEGER NOT NULL);"
	      "INSERT INTO rights SELECT id, 1 FROM organization;",
	  /* Older programs do not move it, and make organizations without
	   * it. */
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE admin_key"
	      " ADD COLUMN expires_at BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN \"user\" BIGINT NOT NULL DEFAULT 0",
	      "CREATE TABLE rights("
	      " organization BIGINT PRIMARY KEY, generation BIGINT NOT NULL)",
	      "INSERT INTO rights SELECT id, 1 FROM organization",
	  } },

	/* 7: groups */
	{ .sqlite =
	      "CREATE TABLE \"group\"("
	      " id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	      " name TEXT NOT NULL, created_at INTEGER NOT NULL);"
	      "CREATE INDEX group_list ON \"group\"(organization);"
	      "CREATE TABLE group_user("
	      " organization INTEGER NOT NULL, \"group\" INTEGER NOT NULL,"
	      " \"user\" INTEGER NOT NULL, added_at INTEGER NOT NULL,"
	      " PRIMARY KEY(\"group\", \"user\")) WITHOUT ROWID;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE \"group\"("
	      " id BIGINT PRIMARY KEY, organization BIGINT NOT NULL,"
	      " name TEXT NOT NULL, created_at BIGINT NOT NULL)",
	      "CREATE INDEX group_list ON \"group\"(organization, id)",
	      "CREATE TABLE group_user("
	      " organization BIGINT NOT NULL, \"group\" BIGINT NOT NULL,"
	      " \"user\" BIGINT NOT NULL, added_at BIGINT NOT NULL,"
	      " PRIMARY KEY(\"group\", \"user\"))",
	  } },

	/* 8: what groups may do: in the organization (0: nothing by itself),
	 * and in projects; and which groups somebody is in */
	{ .sqlite =
	      "ALTER TABLE \"group\" ADD COLUMN role INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "CREATE TABLE project_group("
	      " organization INTEGER NOT NULL, project INTEGER NOT NULL,"
	      " \"group\" INTEGER NOT NULL, role INTEGER NOT NULL,"
	      " added_at INTEGER NOT NULL,"
	      " PRIMARY KEY(organization, project, \"group\"))"
	      " WITHOUT ROWID;"
	      "CREATE INDEX project_group_of"
	      " ON project_group(organization, \"group\");"
	      "CREATE INDEX group_user_of"
	      " ON group_user(organization, \"user\");",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE \"group\""
	      " ADD COLUMN role BIGINT NOT NULL DEFAULT 0",
	      "CREATE TABLE project_group("
	      " organization BIGINT NOT NULL, project BIGINT NOT NULL,"
	      " \"group\" BIGINT NOT NULL, role BIGINT NOT NULL,"
	      " added_at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, project, \"group\"))",
	      "CREATE INDEX project_group_of"
	      " ON project_group(organization, \"group\", project)",
	      "CREATE INDEX group_user_of"
	      " ON group_user(organization, \"user\", \"group\")",
	  } },

	/* 9: what an audit event says besides its type and target. "user": the
	 * person who acted, or whose key did. What is personal stands at its
	 * side, by the person, for erasure; side_hash is of that. */
	{ .sqlite =
	      "ALTER TABLE audit ADD COLUMN \"user\" INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE audit ADD COLUMN project INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE audit ADD COLUMN detail TEXT;"
	      "ALTER TABLE audit ADD COLUMN side_hash BLOB;"
	      "CREATE TABLE audit_side("
	      " organization INTEGER NOT NULL, event INTEGER NOT NULL,"
	      " person INTEGER NOT NULL, salt BLOB NOT NULL, email TEXT,"
	      " address TEXT, agent TEXT,"
	      " PRIMARY KEY(organization, person, event)) WITHOUT ROWID;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE audit"
	      " ADD COLUMN \"user\" BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN project BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN detail TEXT,"
	      " ADD COLUMN side_hash BYTEA",
	      "CREATE TABLE audit_side("
	      " organization BIGINT NOT NULL, event BIGINT NOT NULL,"
	      " person BIGINT NOT NULL, salt BYTEA NOT NULL, email TEXT,"
	      " address TEXT, agent TEXT,"
	      " PRIMARY KEY(organization, person, event))",
	  } },

	/* 10: who accepted (types 2, AUDIT_INVITE_ACCEPTED, and 5,
	 * AUDIT_USER_ADDED), as far as older programs left it to be found;
	 * which project was made (type 6, AUDIT_PROJECT_CREATED); and an index
	 * for what happened to one thing. It leaves out type 1,
	 * AUDIT_INVITE_SENT, so that a create has no more to write: that
	 * event's id is its invite's plus one. */
	{ .sqlite =
	      "UPDATE audit SET \"user\" = target WHERE type = 5;"
	      "UPDATE audit SET \"user\" = coalesce((SELECT i.\"user\""
	      " FROM invite i WHERE i.id = target), 0) WHERE type = 2;"
	      "UPDATE audit SET project = target WHERE type = 6;"
	      "CREATE INDEX audit_target ON audit(organization, target)"
	      " WHERE type > 1;",
	  .oldest = 1,
	  .pgsql = {
	      "UPDATE audit SET \"user\" = target WHERE type = 5",
	      "UPDATE audit SET \"user\" = coalesce((SELECT i.\"user\""
	      " FROM invite i WHERE i.organization = audit.organization"
	      " AND i.id = target), 0) WHERE type = 2",
	      "UPDATE audit SET project = target WHERE type = 6",
	      "CREATE INDEX audit_target ON audit(organization, target, id)"
	      " WHERE type > 1",
	  } },

	/* 11: who was removed (removed_at; 0: nobody), and what is found by a
	 * person; what the API keeps of a person for others (NULL: nothing).
	 * The index of addresses stays as it is, for older programs insist on
	 * it: a closed row's key is no address any more (users.c). */
	{ .sqlite =
	      "ALTER TABLE user ADD COLUMN removed_at INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE user ADD COLUMN technical_level TEXT;"
	      "ALTER TABLE user ADD COLUMN developer_persona TEXT;"
	      "DROP INDEX user_list;"
	      "CREATE INDEX user_present ON user(organization)"
	      " WHERE removed_at = 0;"
	      "CREATE INDEX user_owner ON user(organization)"
	      " WHERE role = 1 AND removed_at = 0;"
	      "CREATE INDEX project_user_of ON project_user(organization, user);",
	  /* Older programs go on showing whom a newer one has removed, without
	   * projects, groups and keys. */
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE \"user\""
	      " ADD COLUMN removed_at BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN technical_level TEXT,"
	      " ADD COLUMN developer_persona TEXT",
	      "CREATE INDEX user_present ON \"user\"(organization, id)"
	      " WHERE removed_at = 0",
	      "CREATE INDEX user_owner ON \"user\"(organization, id)"
	      " WHERE role = 1 AND removed_at = 0",
	      "CREATE INDEX project_user_of"
	      " ON project_user(organization, \"user\", project)",
	  } },

	/* 12: own roles, of the organization (project 0) or of a project;
	 * permissions are texts, each on a line. Predefined roles are in no
	 * table, and who has one is said by the rows of users, groups and who
	 * is in a project; the rest by role_assignment. */
	{ .sqlite =
	      "CREATE TABLE role("
	      " id INTEGER PRIMARY KEY, organization INTEGER NOT NULL,"
	      " project INTEGER NOT NULL, name TEXT NOT NULL,"
	      " description TEXT, permissions TEXT NOT NULL,"
	      " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);"
	      "CREATE INDEX role_list ON role(organization, project);"
	      "CREATE UNIQUE INDEX role_name"
	      " ON role(organization, project, name);"
	      "CREATE TABLE role_assignment("
	      " organization INTEGER NOT NULL, principal_type INTEGER NOT NULL,"
	      " principal INTEGER NOT NULL, project INTEGER NOT NULL,"
	      " role INTEGER NOT NULL, assigned_at INTEGER NOT NULL,"
	      " PRIMARY KEY(organization, principal_type, principal, project,"
	      " role)) WITHOUT ROWID;"
	      "CREATE INDEX role_assignment_of"
	      " ON role_assignment(organization, role, principal_type,"
	      " principal, project);",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE role("
	      " id BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " project BIGINT NOT NULL, name TEXT NOT NULL,"
	      " description TEXT, permissions TEXT NOT NULL,"
	      " created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, id))",
	      "CREATE INDEX role_list ON role(organization, project, id)",
	      "CREATE UNIQUE INDEX role_name"
	      " ON role(organization, project, name)",
	      "CREATE TABLE role_assignment("
	      " organization BIGINT NOT NULL, principal_type BIGINT NOT NULL,"
	      " principal BIGINT NOT NULL, project BIGINT NOT NULL,"
	      " role BIGINT NOT NULL, assigned_at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, principal_type, principal, project,"
	      " role))",
	      "CREATE INDEX role_assignment_of"
	      " ON role_assignment(organization, role, principal_type,"
	      " principal, project)",
	  } },

	/* 13: lists that cost a page, however much lies between its rows: by
	 * expiry (state 3 is INVITE_DECLINED, which expires, too), of one
	 * state, of what is not put away; and withdrawn invites (state 2) are
	 * found by their address no more: see sql_invite_let_go. */
	{ .sqlite =
	      "CREATE INDEX invite_expiry"
	      " ON invite(organization, state, expires_at)"
	      " WHERE state = 0 OR state = 3;"
	      "UPDATE invite SET address_hash = id WHERE state = 2;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE INDEX invite_list ON invite(organization, state, id)",
	      "CREATE INDEX invite_expiry"
	      " ON invite(organization, state, expires_at, id)"
	      " WHERE state = 0 OR state = 3",
	      "CREATE INDEX project_active"
	      " ON project(organization, (-archived_at), id)",
	      "DROP INDEX user_present",
	      "CREATE INDEX user_present"
	      " ON \"user\"(organization, (-removed_at), id)",
	      "UPDATE invite SET address_hash = id WHERE state = 2",
	  } },

	/* 14: which mails wait because the mail server could not be reached;
	 * they are due at once when it is back. Few are: not all that wait are
	 * tried meanwhile. */
	{ .sqlite =
	      "ALTER TABLE outbox ADD COLUMN unreached INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "CREATE INDEX outbox_unreached ON outbox(unreached)"
	      " WHERE unreached = 1;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE outbox"
	      " ADD COLUMN unreached BIGINT NOT NULL DEFAULT 0",
	      "CREATE INDEX outbox_unreached ON outbox(organization, invite)"
	      " WHERE unreached = 1",
	  } },

	/* 15: admin keys that were not revoked, to be listed */
	{ .sqlite =
	      "CREATE INDEX admin_key_present ON admin_key(organization)"
	      " WHERE revoked_at = 0;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE INDEX admin_key_present"
	      " ON admin_key(organization, (-revoked_at), id)",
	  } },

	/* 16: withdrawn invites (state 2) that still have their address, by
	 * when they were withdrawn, which declined_at says of them; of those of
	 * before, that they have expired is all that is known. */
	{ .sqlite =
	      "UPDATE invite SET declined_at = expires_at"
	      " WHERE state = 2 AND declined_at = 0;"
	      "CREATE INDEX invite_withdrawn ON invite(organization, declined_at)"
	      " WHERE state = 2 AND email <> '';",
	  .oldest = 1,
	  .pgsql = {
	      "UPDATE invite SET declined_at = expires_at"
	      " WHERE state = 2 AND declined_at = 0",
	      "CREATE INDEX invite_withdrawn"
	      " ON invite(organization, declined_at)"
	      " WHERE state = 2 AND email <> ''",
	  } },
};

const struct step_part steps_1_to_16 = { steps, COUNT_OF(steps) };
