/*
 * wire.c: resources as JSON.
 *
 * `projects` is always an array, has_more always a boolean, cursors are null
 * when there is nothing: between them the official clients insist on all of
 * it. `invited_at` is what `created_at` was called until May 2026.
 */
#include "base/base.h"

#include "core/id.h"
#include "http/wire.h"

void wire_id(struct jw *jw, enum id_kind kind, int64_t id)
{
	char text[ID_TEXT_SIZE];

	jw_text(jw, id_format(kind, id, text));
}

void wire_time(struct jw *jw, int64_t seconds)
{
	if (seconds)
		jw_i64(jw, seconds);
	else
		jw_null(jw);
}

static void member_text(struct jw *jw, const char *key, const char *value)
{
	jw_key(jw, key);
	jw_text(jw, value);
}

static void member_id(struct jw *jw, enum id_kind kind, int64_t id)
{
	jw_key(jw, "id");
	wire_id(jw, kind, id);
}

static void member_time(struct jw *jw, const char *key, int64_t seconds)
{
	jw_key(jw, key);
	wire_time(jw, seconds);
}

static void member_bool(struct jw *jw, const char *key, bool value)
{
	jw_key(jw, key);
	jw_bool(jw, value);
}

static void wire_grants(struct jw *jw, struct grants grants)
{
	jw_key(jw, "projects");
	jw_array(jw);
	for (size_t i = 0; i < grants.count; i++) {
		jw_object(jw);
		member_id(jw, ID_PROJECT, grants.at[i].project);
		member_text(jw, "role", project_role_name(grants.at[i].role));
		jw_end_object(jw);
	}
	jw_end_array(jw);
}

static void wire_delivery(struct jw *jw, const struct delivery *delivery)
{
	jw_key(jw, "delivery");
	jw_object(jw);
	member_text(jw, "status", delivery_status_name(delivery->status));
	jw_key(jw, "attempts");
	jw_i64(jw, delivery->attempts);
	member_text(jw, "last_error", delivery->last_error);
	member_time(jw, "updated_at", delivery->updated_at);
	jw_end_object(jw);
}

void wire_invite(struct jw *jw, const struct invite *invite,
		 int64_t now_seconds, const char *accept_url)
{
	enum invite_status status = invite_status(invite, now_seconds);

	jw_object(jw);
	member_text(jw, "object", "organization.invite");
	member_id(jw, ID_INVITE, invite->id);
	member_text(jw, "email", invite->email);
	member_text(jw, "role", role_name(invite->role));
	member_text(jw, "status", invite_status_name(status));
	member_time(jw, "created_at", invite->created_at);
	member_time(jw, "invited_at", invite->created_at);
	member_time(jw, "expires_at", invite->expires_at);
	member_time(jw, "accepted_at", invite->accepted_at);
	member_time(jw, "declined_at", invite->declined_at);
	wire_grants(jw, invite->grants);
	wire_delivery(jw, &invite->delivery);
	if (accept_url)
		member_text(jw, "accept_url", accept_url);
	jw_end_object(jw);
}

void wire_project(struct jw *jw, const struct project *project)
{
	jw_object(jw);
	member_text(jw, "object", "organization.project");
	member_id(jw, ID_PROJECT, project->id);
	member_text(jw, "name", project->name);
	member_time(jw, "created_at", project->created_at);
	member_time(jw, "archived_at", project->archived_at);
	member_text(jw, "status", project->archived_at ? "archived" : "active");
	member_text(jw, "residency",
		    vocabulary_word(&residencies, project->residency));
	member_text(jw, "geography",
		    vocabulary_word(&geographies, project->geography));
	member_text(jw, "external_key_id", project->external_key_id);
	jw_end_object(jw);
}

void wire_user(struct jw *jw, const struct user *user)
{
	jw_object(jw);
	member_text(jw, "object", "organization.user");
	member_id(jw, ID_USER, user->id);
	member_text(jw, "name", user->name);
	member_text(jw, "email", user->email);
	member_text(jw, "role", role_name(user->role));
	member_time(jw, "added_at", user->added_at);
	member_time(jw, "created", user->added_at);
	member_bool(jw, "is_service_account", false);
	jw_end_object(jw);
}

void wire_project_user(struct jw *jw, const struct project_user *user)
{
	jw_object(jw);
	member_text(jw, "object", "organization.project.user");
	member_id(jw, ID_USER, user->id);
	member_text(jw, "name", user->name);
	member_text(jw, "email", user->email);
	member_text(jw, "role", project_role_name(user->role));
	member_time(jw, "added_at", user->added_at);
	jw_end_object(jw);
}

static const char *invitation_status(const struct invite *invite)
{
	if (invite->state == INVITE_DECLINED)
		return "declined";
	return invite->state == INVITE_ACCEPTED ? "accepted" : "pending";
}

static void wire_named_grants(struct jw *jw,
			      const struct invitation *invitation)
{
	size_t count = invitation->invite.grants.count;

	jw_key(jw, "projects");
	jw_array(jw);
	for (size_t i = 0; i < count; i++) {
		const struct named_grant *grant = &invitation->grants[i];

		if (grant->archived)
			continue;
		jw_object(jw);
		member_text(jw, "name", grant->project_name);
		member_text(jw, "role", project_role_name(grant->role));
		jw_end_object(jw);
	}
	jw_end_array(jw);
	jw_key(jw, "skipped_projects");
	jw_array(jw);
	for (size_t i = 0; i < count; i++) {
		if (invitation->grants[i].archived)
			jw_text(jw, invitation->grants[i].project_name);
	}
	jw_end_array(jw);
}

void wire_invitation(struct jw *jw, const struct invitation *invitation,
		     int64_t user, const char *welcome_url)
{
	const struct invite *invite = &invitation->invite;

	jw_object(jw);
	member_text(jw, "object", "invitation");
	member_text(jw, "status", invitation_status(invite));
	jw_key(jw, "organization");
	jw_object(jw);
	member_text(jw, "name", invitation->organization_name);
	jw_end_object(jw);
	member_text(jw, "email", invite->email);
	member_text(jw, "role", role_name(invite->role));
	wire_named_grants(jw, invitation);
	member_time(jw, "expires_at", invite->expires_at);
	member_time(jw, "accepted_at", invite->accepted_at);
	jw_key(jw, "user_id");
	if (user)
		wire_id(jw, ID_USER, user);
	else
		jw_null(jw);
	member_text(jw, "welcome_url", welcome_url);
	jw_end_object(jw);
}

void wire_deleted(struct jw *jw, const char *object, enum id_kind kind,
		  int64_t id)
{
	char gone[64];

	snprintf(gone, sizeof(gone), "%s.deleted", object);
	jw_object(jw);
	member_text(jw, "object", gone);
	member_id(jw, kind, id);
	member_bool(jw, "deleted", true);
	jw_end_object(jw);
}

void wire_list_begin(struct jw *jw)
{
	jw_object(jw);
	member_text(jw, "object", "list");
	jw_key(jw, "data");
	jw_array(jw);
}

static void member_cursor(struct jw *jw, const char *key, bool there,
			  enum id_kind kind, int64_t id)
{
	jw_key(jw, key);
	if (there)
		wire_id(jw, kind, id);
	else
		jw_null(jw);
}

void wire_list_end(struct jw *jw, const struct list_out *page,
		   enum id_kind kind, int64_t first, int64_t last)
{
	jw_end_array(jw);
	member_cursor(jw, "first_id", page->count > 0, kind, first);
	member_cursor(jw, "last_id", page->count > 0, kind, last);
	member_bool(jw, "has_more", page->has_more);
	jw_end_object(jw);
}
