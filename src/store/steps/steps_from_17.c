/*
 * steps_from_17.c: keys of projects, settings, limits, webhooks and what came
 * since. A new step is appended here.
 */
#include "base/base.h"

#include "store/steps/steps.h"

static const struct step steps[] = {
	/* 17: members of a project that are programs, and keys of projects: a
	 * person's or a service account's. A key names its id, and that is how
	 * it is found, so that there is no index on what is random. */
	{ .sqlite =
	      "CREATE TABLE service_account(id INTEGER PRIMARY KEY,"
	      " organization INTEGER NOT NULL, project INTEGER NOT"
	      " NULL, name TEXT NOT NULL, role INTEGER NOT NULL,"
	      " created_at INTEGER NOT NULL);"
	      "CREATE TABLE project_key(id INTEGER PRIMARY KEY,"
	      " organization INTEGER NOT NULL, project INTEGER NOT"
	      " NULL, \"user\" INTEGER NOT NULL, service_account"
	      " INTEGER NOT NULL, secret_hash BLOB NOT NULL, name TEXT"
	      " NOT NULL, redacted TEXT NOT NULL, scopes TEXT,"
	      " created_at INTEGER NOT NULL, last_used_at INTEGER NOT"
	      " NULL, revoked_at INTEGER NOT NULL, expires_at INTEGER"
	      " NOT NULL);"
	      "CREATE INDEX service_account_list ON"
	      " service_account(organization, project);"
	      "CREATE INDEX project_key_list ON"
	      " project_key(organization, project) WHERE revoked_at ="
	      " 0;"
	      "CREATE INDEX project_key_owner ON"
	      " project_key(\"user\", service_account, organization)"
	      " WHERE revoked_at = 0;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE service_account(id BIGINT PRIMARY KEY,"
	      " organization BIGINT NOT NULL, project BIGINT NOT NULL,"
	      " name TEXT NOT NULL, role BIGINT NOT NULL, created_at"
	      " BIGINT NOT NULL)",
	      "CREATE TABLE project_key(id BIGINT PRIMARY KEY,"
	      " organization BIGINT NOT NULL, project BIGINT NOT NULL,"
	      " \"user\" BIGINT NOT NULL, service_account BIGINT NOT"
	      " NULL, secret_hash BYTEA NOT NULL, name TEXT NOT NULL,"
	      " redacted TEXT NOT NULL, scopes TEXT, created_at BIGINT"
	      " NOT NULL, last_used_at BIGINT NOT NULL, revoked_at"
	      " BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
	      "CREATE INDEX service_account_list ON"
	      " service_account(organization, project, id)",
	      "CREATE INDEX project_key_list ON"
	      " project_key(organization, project, id) WHERE revoked_at"
	      " = 0",
	      "CREATE INDEX project_key_owner ON"
	      " project_key(\"user\", service_account, organization)"
	      " WHERE revoked_at = 0",
	  } },

	/* 18: the models that a key is restricted to, each on a line; how long
	 * it was given to live, which is told no more by when it ends once that
	 * was brought forward */
	{ .sqlite =
	      "ALTER TABLE project_key ADD COLUMN models TEXT;"
	      "ALTER TABLE project_key ADD COLUMN lifetime INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "UPDATE project_key SET lifetime = max(1, expires_at - created_at)"
	      " WHERE expires_at <> 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE project_key ADD COLUMN models TEXT,"
	      " ADD COLUMN lifetime BIGINT NOT NULL DEFAULT 0",
	      "UPDATE project_key SET lifetime = greatest(1, expires_at -"
	      " created_at) WHERE expires_at <> 0",
	  } },

	/* 19: who invites, as it was when they did. Found by the address for
	 * erasure; NULL where it is not said, which costs nothing. */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN inviter_name TEXT;"
	      "ALTER TABLE invite ADD COLUMN inviter_email TEXT;"
	      "ALTER TABLE invite ADD COLUMN inviter_key TEXT;"
	      "CREATE INDEX invite_inviter ON invite(organization,"
	      " coalesce(inviter_key, inviter_email))"
	      " WHERE inviter_email IS NOT NULL;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN inviter_name TEXT,"
	      " ADD COLUMN inviter_email TEXT,"
	      " ADD COLUMN inviter_key TEXT",
	      "CREATE INDEX invite_inviter ON invite(organization,"
	      " (coalesce(inviter_key, inviter_email)))"
	      " WHERE inviter_email IS NOT NULL",
	  } },

	/* 20: what organizations have set, once they have set anything */
	{ .sqlite =
	      "CREATE TABLE organization_settings("
	      " organization INTEGER PRIMARY KEY, updated_at INTEGER NOT NULL,"
	      " display_name TEXT, line TEXT, color TEXT, reply_to TEXT);",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE organization_settings("
	      " organization BIGINT PRIMARY KEY, updated_at BIGINT NOT NULL,"
	      " display_name TEXT, line TEXT, color TEXT, reply_to TEXT)",
	  } },

	/* 21: invites whose mail is put off (3) or failed (4): what people look
	 * for among a million, and what no create touches. */
	{ .sqlite =
	      "CREATE INDEX invite_trouble ON invite(organization, delivery)"
	      " WHERE delivery >= 3;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE INDEX invite_trouble"
	      " ON invite(organization, delivery, id) WHERE delivery >= 3",
	  } },

	/* 22: how long new keys of projects may live at most; 0: for ever */
	{ .sqlite =
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " max_key_lifetime_seconds INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE project ADD COLUMN"
	      " max_key_lifetime_seconds INTEGER NOT NULL DEFAULT 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " max_key_lifetime_seconds BIGINT NOT NULL DEFAULT 0",
	      "ALTER TABLE project ADD COLUMN"
	      " max_key_lifetime_seconds BIGINT NOT NULL DEFAULT 0",
	  } },

	/* 23: languages: of an organization, and of an invite */
	{ .sqlite =
	      "ALTER TABLE organization_settings ADD COLUMN locale TEXT;"
	      "ALTER TABLE invite ADD COLUMN locale TEXT;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE organization_settings ADD COLUMN locale TEXT",
	      "ALTER TABLE invite ADD COLUMN locale TEXT",
	  } },

	/* 24: what was done by an Idempotency-Key, for a day: see once.c */
	{ .sqlite =
	      "CREATE TABLE once(organization INTEGER NOT NULL,"
	      " key_hash BLOB NOT NULL, body_hash BLOB NOT NULL,"
	      " target INTEGER NOT NULL, at INTEGER NOT NULL,"
	      " PRIMARY KEY(organization, key_hash)) WITHOUT ROWID;"
	      "CREATE INDEX once_age ON once(organization, at);",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE once(organization BIGINT NOT NULL,"
	      " key_hash BYTEA NOT NULL, body_hash BYTEA NOT NULL,"
	      " target BIGINT NOT NULL, at BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, key_hash))",
	      "CREATE INDEX once_age ON once(organization, at)",
	  } },

	/* 25: what callers hang on an invite, and so on who accepts it */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN metadata TEXT;"
	      "ALTER TABLE user ADD COLUMN metadata TEXT;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN metadata TEXT",
	      "ALTER TABLE \"user\" ADD COLUMN metadata TEXT",
	  } },

	/* 26: who may be invited, and how many */
	{ .sqlite =
	      "ALTER TABLE organization_settings ADD COLUMN allowed_domains TEXT;"
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " max_seats INTEGER NOT NULL DEFAULT 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE organization_settings ADD COLUMN allowed_domains TEXT,"
	      " ADD COLUMN max_seats BIGINT NOT NULL DEFAULT 0",
	  } },

	/* 27: mails that are about a key (kind 1, 2), not an invite: they have
	 * an id of their own; subject is the key, recipient a user. When the
	 * owner of a key is told next of its end, and how often that was. */
	{ .sqlite =
	      "ALTER TABLE outbox ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE outbox ADD COLUMN subject INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE outbox ADD COLUMN recipient INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "CREATE INDEX outbox_notice ON outbox(due_at_ms) WHERE kind > 0;"
	      "ALTER TABLE project_key ADD COLUMN warn_at INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE project_key ADD COLUMN warned INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "UPDATE project_key SET warn_at = 1 WHERE expires_at <> 0"
	      " AND revoked_at = 0;"
	      "CREATE INDEX project_key_warn ON project_key(warn_at)"
	      " WHERE warn_at > 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE outbox ADD COLUMN kind BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN subject BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN recipient BIGINT NOT NULL DEFAULT 0",
	      "CREATE INDEX outbox_notice ON outbox(due_at_ms, invite)"
	      " WHERE kind > 0",
	      "ALTER TABLE project_key ADD COLUMN warn_at BIGINT NOT NULL"
	      " DEFAULT 0, ADD COLUMN warned BIGINT NOT NULL DEFAULT 0",
	      "UPDATE project_key SET warn_at = 1 WHERE expires_at <> 0"
	      " AND revoked_at = 0",
	      "CREATE INDEX project_key_warn ON project_key(warn_at)"
	      " WHERE warn_at > 0",
	  } },

	/* 28: what callers call those whom they invite: of what is open one
	 * invite alone, since that has a slot up to 0, and any other its id.
	 * What is NULL costs nothing. */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN external_id TEXT;"
	      "ALTER TABLE user ADD COLUMN external_id TEXT;"
	      "CREATE UNIQUE INDEX invite_external"
	      " ON invite(organization, external_id, slot)"
	      " WHERE external_id IS NOT NULL;"
	      "CREATE INDEX user_external ON user(organization, external_id)"
	      " WHERE external_id IS NOT NULL AND removed_at = 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN external_id TEXT",
	      "ALTER TABLE \"user\" ADD COLUMN external_id TEXT",
	      "CREATE UNIQUE INDEX invite_external"
	      " ON invite(organization, external_id, slot)"
	      " WHERE external_id IS NOT NULL",
	      "CREATE INDEX user_external ON \"user\"(organization,"
	      " external_id, id)"
	      " WHERE external_id IS NOT NULL AND removed_at = 0",
	  } },

	/* 29: how often something was done within a time: mails to an address
	 * (the subject is its hash), invites made by a key (minus its id) */
	{ .sqlite =
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " mails_per_day INTEGER NOT NULL DEFAULT 0;"
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " invites_per_minute INTEGER NOT NULL DEFAULT 0;"
	      "CREATE TABLE rate(organization INTEGER NOT NULL,"
	      " subject INTEGER NOT NULL, since INTEGER NOT NULL,"
	      " count INTEGER NOT NULL,"
	      " PRIMARY KEY(organization, subject)) WITHOUT ROWID;"
	      "CREATE INDEX rate_age ON rate(organization, since);",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE organization_settings"
	      " ADD COLUMN mails_per_day BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN invites_per_minute BIGINT NOT NULL DEFAULT 0",
	      "CREATE TABLE rate(organization BIGINT NOT NULL,"
	      " subject BIGINT NOT NULL, since BIGINT NOT NULL,"
	      " count BIGINT NOT NULL, PRIMARY KEY(organization, subject))",
	      "CREATE INDEX rate_age ON rate(organization, since)",
	  } },

	/* 30: webhooks, what waits to be told them, and what they were told */
	{ .sqlite =
	      "CREATE TABLE webhook(id INTEGER PRIMARY KEY,"
	      " organization INTEGER NOT NULL, url TEXT NOT NULL,"
	      " events INTEGER NOT NULL,"
	      " status INTEGER NOT NULL CHECK(status IN (1, 2)),"
	      " reason INTEGER NOT NULL, created_at INTEGER NOT NULL,"
	      " disabled_at INTEGER NOT NULL, failures INTEGER NOT NULL,"
	      " failing_since INTEGER NOT NULL, retry_at_ms INTEGER NOT NULL,"
	      " secret BLOB NOT NULL, old_secret BLOB NOT NULL,"
	      " old_secret_until INTEGER NOT NULL);"
	      "CREATE INDEX webhook_list ON webhook(organization);"
	      "CREATE TABLE webhook_event(webhook INTEGER NOT NULL,"
	      " event INTEGER NOT NULL, organization INTEGER NOT NULL,"
	      " type INTEGER NOT NULL, target INTEGER NOT NULL,"
	      " at INTEGER NOT NULL, due_at_ms INTEGER NOT NULL,"
	      " attempts INTEGER NOT NULL, in_hand INTEGER NOT NULL,"
	      " body TEXT, PRIMARY KEY(webhook, event)) WITHOUT ROWID;"
	      "CREATE INDEX webhook_event_due"
	      " ON webhook_event(webhook, due_at_ms);"
	      "CREATE INDEX webhook_event_in_hand ON webhook_event(webhook)"
	      " WHERE in_hand = 1;"
	      "CREATE INDEX webhook_event_about"
	      " ON webhook_event(organization, target)"
	      " WHERE body IS NOT NULL;"
	      "CREATE TABLE webhook_attempt(webhook INTEGER NOT NULL,"
	      " attempt INTEGER NOT NULL, organization INTEGER NOT NULL,"
	      " event INTEGER NOT NULL, type INTEGER NOT NULL,"
	      " target INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
	      " outcome INTEGER NOT NULL, status INTEGER NOT NULL,"
	      " duration_ms INTEGER NOT NULL, error TEXT, answer TEXT,"
	      " body TEXT, PRIMARY KEY(webhook, attempt)) WITHOUT ROWID;"
	      "CREATE INDEX webhook_attempt_about"
	      " ON webhook_attempt(organization, target)"
	      " WHERE body IS NOT NULL;",
	  .oldest = 1,
	  .pgsql = {
	      "CREATE TABLE webhook(id BIGINT PRIMARY KEY,"
	      " organization BIGINT NOT NULL, url TEXT NOT NULL,"
	      " events BIGINT NOT NULL,"
	      " status BIGINT NOT NULL CHECK(status IN (1, 2)),"
	      " reason BIGINT NOT NULL, created_at BIGINT NOT NULL,"
	      " disabled_at BIGINT NOT NULL, failures BIGINT NOT NULL,"
	      " failing_since BIGINT NOT NULL, retry_at_ms BIGINT NOT NULL,"
	      " secret BYTEA NOT NULL, old_secret BYTEA NOT NULL,"
	      " old_secret_until BIGINT NOT NULL)",
	      "CREATE INDEX webhook_list ON webhook(organization, id)",
	      "CREATE TABLE webhook_event(webhook BIGINT NOT NULL,"
	      " event BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " type BIGINT NOT NULL, target BIGINT NOT NULL,"
	      " at BIGINT NOT NULL, due_at_ms BIGINT NOT NULL,"
	      " attempts BIGINT NOT NULL, in_hand BIGINT NOT NULL,"
	      " body TEXT, PRIMARY KEY(webhook, event))",
	      "CREATE INDEX webhook_event_due"
	      " ON webhook_event(webhook, due_at_ms)",
	      "CREATE INDEX webhook_event_in_hand ON webhook_event(webhook)"
	      " WHERE in_hand = 1",
	      "CREATE INDEX webhook_event_about"
	      " ON webhook_event(organization, target)"
	      " WHERE body IS NOT NULL",
	      "CREATE TABLE webhook_attempt(webhook BIGINT NOT NULL,"
	      " attempt BIGINT NOT NULL, organization BIGINT NOT NULL,"
	      " event BIGINT NOT NULL, type BIGINT NOT NULL,"
	      " target BIGINT NOT NULL, at_ms BIGINT NOT NULL,"
	      " outcome BIGINT NOT NULL, status BIGINT NOT NULL,"
	      " duration_ms BIGINT NOT NULL, error TEXT, answer TEXT,"
	      " body TEXT, PRIMARY KEY(webhook, attempt))",
	      "CREATE INDEX webhook_attempt_about"
	      " ON webhook_attempt(organization, target)"
	      " WHERE body IS NOT NULL",
	  } },

	/* 31: whom an organization's mails are from */
	{ .sqlite =
	      "ALTER TABLE organization_settings ADD COLUMN sender_email TEXT;"
	      "ALTER TABLE organization_settings ADD COLUMN sender_name TEXT;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE organization_settings ADD COLUMN sender_email TEXT,"
	      " ADD COLUMN sender_name TEXT",
	  } },

	/* 32: a second secret that opens an invite (NULL: there is none);
	 * whether its person is to be reminded, and was; the expiry that was
	 * told. Of a mail with a link (kind 0) subject says whether it is a
	 * reminder. invite_mark: see expiry.c. */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN other_hash BLOB;"
	      "ALTER TABLE invite ADD COLUMN reminder INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE invite ADD COLUMN reminded_at INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE invite ADD COLUMN expiry_told INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " reminder_hours_before INTEGER NOT NULL DEFAULT 48;"
	      "CREATE TABLE invite_mark("
	      " organization INTEGER NOT NULL, kind INTEGER NOT NULL,"
	      " expires_at INTEGER NOT NULL, invite INTEGER NOT NULL,"
	      " PRIMARY KEY(organization, kind)) WITHOUT ROWID;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN other_hash BYTEA,"
	      " ADD COLUMN reminder BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN reminded_at BIGINT NOT NULL DEFAULT 0,"
	      " ADD COLUMN expiry_told BIGINT NOT NULL DEFAULT 0",
	      "ALTER TABLE organization_settings ADD COLUMN"
	      " reminder_hours_before BIGINT NOT NULL DEFAULT 48",
	      "CREATE TABLE invite_mark("
	      " organization BIGINT NOT NULL, kind BIGINT NOT NULL,"
	      " expires_at BIGINT NOT NULL, invite BIGINT NOT NULL,"
	      " PRIMARY KEY(organization, kind))",
	  } },

	/* 33: addresses that say that an invite was not meant for them, as
	 * hashes: those of the invites' address_hash. Of an invite: whether
	 * they did, and whether a new one was asked for. */
	{ .sqlite =
	      "ALTER TABLE invite ADD COLUMN opted_out_at INTEGER NOT NULL"
	      " DEFAULT 0;"
	      "ALTER TABLE invite ADD COLUMN resend_requested_at INTEGER"
	      " NOT NULL DEFAULT 0;"
	      "CREATE TABLE blocked_address(id INTEGER PRIMARY KEY,"
	      " organization INTEGER NOT NULL, created_at INTEGER NOT NULL,"
	      " address_hash INTEGER NOT NULL);"
	      "CREATE INDEX blocked_address_list"
	      " ON blocked_address(organization);"
	      "CREATE UNIQUE INDEX blocked_address_hash"
	      " ON blocked_address(organization, address_hash);",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE invite ADD COLUMN opted_out_at BIGINT NOT NULL"
	      " DEFAULT 0, ADD COLUMN resend_requested_at BIGINT NOT NULL"
	      " DEFAULT 0",
	      "CREATE TABLE blocked_address(id BIGINT NOT NULL,"
	      " organization BIGINT NOT NULL, created_at BIGINT NOT NULL,"
	      " address_hash BIGINT NOT NULL, PRIMARY KEY(organization, id))",
	      "CREATE UNIQUE INDEX blocked_address_hash"
	      " ON blocked_address(organization, address_hash)",
	  } },

	/* 34: which key took a rotated one's place */
	{ .sqlite =
	      "ALTER TABLE project_key ADD COLUMN replaced_by INTEGER NOT NULL"
	      " DEFAULT 0;",
	  .oldest = 1,
	  .pgsql = {
	      "ALTER TABLE project_key"
	      " ADD COLUMN replaced_by BIGINT NOT NULL DEFAULT 0",
	  } },
};

const struct step_part steps_from_17 = { steps, COUNT_OF(steps) };
