/*
 * webhook_body.c: the JSON that is sent for an event: what happened, when, and
 * the thing it happened to, as it is now. If that is gone, was erased or is
 * damaged, its id alone is sent.
 */
#include "base/base.h"

#include "base/jw.h"
#include "store/rows.h"
#include "store/webhooks/webhook_queue.h"

#include <time.h>

static void write_text(struct jw *jw, const char *name, const char *text)
{
	jw_key(jw, name);
	jw_text(jw, text && *text ? text : NULL);
}

static void write_time(struct jw *jw, const char *name, int64_t seconds)
{
	jw_key(jw, name);
	if (seconds)
		jw_i64(jw, seconds);
	else
		jw_null(jw);
}

static void write_id(struct jw *jw, const char *name, enum id_kind kind,
		     int64_t id)
{
	char text[ID_TEXT_SIZE];

	jw_key(jw, name);
	jw_text(jw, id ? id_format(kind, id, text) : NULL);
}

static void write_head(struct jw *jw, const char *object, enum id_kind kind,
		       int64_t id)
{
	write_text(jw, "object", object);
	write_id(jw, "id", kind, id);
}

static void write_metadata(struct jw *jw, const char *text)
{
	jw_key(jw, "metadata");
	jw_json(jw, text ? str_of(text) : STR("{}"));
}

/* ---- what it happened to ---- */

STATEMENT(webhook_invite, .text = "SELECT " INVITE_COLUMNS " FROM invite"
				  " WHERE id = ?1 AND organization = ?2");
STATEMENT(webhook_user, .text = "SELECT " USER_COLUMNS " FROM \"user\""
				" WHERE id = ?1 AND organization = ?2");
STATEMENT(webhook_key,
	  .text = "SELECT name, redacted, project, \"user\", service_account,"
		  " created_at, expires_at, revoked_at FROM project_key"
		  " WHERE id = ?1 AND organization = ?2");

static struct statement *find_target(const struct work *work,
				     const struct sql *sql,
				     const struct webhook_event *event)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, event->target);
	db_bind_i64(st, 2, event->organization);
	return st;
}

static void show_invite(struct jw *jw, const struct work *work,
			const struct invite *invite, bool all)
{
	write_text(jw, "email", invite->email);
	write_text(jw, "role", vocabulary_word(&roles, invite->role));
	write_text(jw, "status",
		   vocabulary_word(&invite_statuses,
				   invite_status(invite, work->now)));
	write_time(jw, "created_at", invite->created_at);
	write_time(jw, "expires_at", invite->expires_at);
	write_time(jw, "accepted_at", invite->accepted_at);
	write_time(jw, "declined_at", invite->declined_at);
	write_id(jw, "user_id", ID_USER, invite->user);
	write_text(
	    jw, "delivery",
	    vocabulary_word(&delivery_statuses, invite->delivery.status));
	write_text(jw, "delivery_error", invite->delivery.last_error);
	write_text(jw, "external_id", invite->external_id);
	if (all)
		write_metadata(jw, invite->metadata);
}

static void write_invite(struct jw *jw, const struct work *work,
			 const struct webhook_event *event, bool all)
{
	struct statement *st = find_target(work, &sql_webhook_invite, event);
	struct invite_row row;

	write_head(jw, "organization.invite", ID_INVITE, event->target);
	if (!db_row(work->db, st))
		return;
	if (read_invite(work, st, &row) && row.invite.email[0])
		show_invite(jw, work, &row.invite, all);
	db_done(st);
}

static void write_user(struct jw *jw, const struct work *work,
		       const struct webhook_event *event, bool all)
{
	struct statement *st = find_target(work, &sql_webhook_user, event);
	struct user user;

	write_head(jw, "organization.user", ID_USER, event->target);
	if (!db_row(work->db, st))
		return;
	if (read_user(work, st, &user) && user.email[0]) {
		write_text(jw, "email", user.email);
		write_text(jw, "name", user.name);
		write_text(jw, "role", vocabulary_word(&roles, user.role));
		write_time(jw, "added_at", user.added_at);
		write_text(jw, "external_id", user.external_id);
		if (all)
			write_metadata(jw, user.metadata);
	}
	db_done(st);
}

static void write_key(struct jw *jw, const struct work *work,
		      const struct webhook_event *event)
{
	struct statement *st = find_target(work, &sql_webhook_key, event);
	struct arena *arena = work->arena;

	write_head(jw, "organization.project.api_key", ID_API_KEY,
		   event->target);
	if (!db_row(work->db, st))
		return;
	write_text(jw, "name", column_text(st, arena, 0));
	write_text(jw, "redacted_value", column_text(st, arena, 1));
	write_id(jw, "project_id", ID_PROJECT, column_i64(st, 2));
	write_id(jw, "user_id", ID_USER, column_i64(st, 3));
	write_id(jw, "service_account_id", ID_SERVICE_ACCOUNT,
		 column_i64(st, 4));
	write_time(jw, "created_at", column_i64(st, 5));
	write_time(jw, "expires_at", column_i64(st, 6));
	write_time(jw, "revoked_at", column_i64(st, 7));
	db_done(st);
}

/* By the family that its number is of. */
static void write_data(struct jw *jw, const struct work *work,
		       const struct webhook_event *event, bool all)
{
	jw_key(jw, "data");
	jw_object(jw);
	if (event->type >= EVENT_WEBHOOK_TEST)
		write_head(jw, "organization.webhook", ID_WEBHOOK,
			   event->target);
	else if (event->type >= EVENT_API_KEY_CREATED)
		write_key(jw, work, event);
	else if (event->type >= EVENT_USER_ADDED)
		write_user(jw, work, event, all);
	else
		write_invite(jw, work, event, all);
	jw_end_object(jw);
}

/* ---- all of it ---- */

static void write_timestamp(struct jw *jw, int64_t seconds)
{
	char text[32] = "";
	time_t time = (time_t)seconds;
	struct tm parts;

	if (gmtime_r(&time, &parts))
		(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ",
			       &parts);
	write_text(jw, "timestamp", text);
}

static void compose(struct buf *text, const struct work *work,
		    const struct webhook_event *event, bool all)
{
	struct jw jw;

	buf_clear(text);
	jw_init(&jw, text);
	jw_object(&jw);
	write_head(&jw, "event", ID_EVENT, event->id);
	write_text(&jw, "type", vocabulary_word(&events, event->type));
	write_timestamp(&jw, event->at);
	write_time(&jw, "created_at", event->at);
	write_id(&jw, "organization_id", ID_ORGANIZATION, event->organization);
	write_data(&jw, work, event, all);
	jw_end_object(&jw);
}

/* Metadata is left out where there is no room for it. */
const char *webhook_body(const struct work *work,
			 const struct webhook_event *event)
{
	const char *body = NULL;
	struct buf text;

	buf_init(&text, SIZE_MAX);
	compose(&text, work, event, true);
	if (text.len > WEBHOOK_BODY_MAX)
		compose(&text, work, event, false);
	if (buf_ok(&text))
		body = arena_str(work->arena, buf_str(&text));
	buf_release(&text);
	if (!body)
		db_no_memory(work->db);
	return body;
}
