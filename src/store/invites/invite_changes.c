/*
 * invite_changes.c: an invite is sent again, or what it grants is changed.
 *
 * Sent again, it has a new link, and the old ones are dead: an old one may lie
 * in the wrong hands, which is often why it is sent again. Changed, it keeps
 * the link: the page shows what is granted when it is opened.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "base/buf.h"
#include "store/invites/blocked_addresses.h"
#include "store/invites/create.h"
#include "store/lock.h"
#include "store/rows.h"

/* ---- sent again ---- */

static void lock_resent(const void *input, int64_t organization,
			struct lock_set *set)
{
	const struct invite_resend_in *in = input;

	lock_rights(in, organization, set); /* see limits_hold() */
	lock_set_add(set, LOCK_INVITE, in->id);
}

/* The address is the invite's again; an expired one may have lost it, and takes
 * a seat as a new one does. */
static enum result take_address(const struct work *work,
				const struct invite *invite,
				struct creation *ret_place)
{
	const struct invite_create_in in = {
		.email = { invite->email, invite->email_key },
	};
	struct creation place = creation_of(work, &in, ret_place->out);
	enum result result;

	if (find_open(work, &place) && place.open.id == invite->id)
		place.open.id = 0;
	*ret_place = place;
	ret_place->in = NULL;
	result = check_address(work, invite->email_key, place.hash);
	if (result != RESULT_OK)
		return result;
	if (place.open.id &&
	    invite_status(&place.open, work->now) == STATUS_PENDING) {
		place.out->invite = place.open;
		return RESULT_INVITE_EXISTS;
	}
	if (invite_status(invite, work->now) == STATUS_EXPIRED)
		result = limits_check(work, &place);
	if (result == RESULT_OK)
		result =
		    external_id_check(work, invite->external_id, invite->id,
				      &ret_place->namesake, place.out);
	return result;
}

STATEMENT(invite_reopen, .text = "UPDATE invite SET slot = CASE WHEN slot <= 0"
				 " THEN slot ELSE ?3 END, expires_at = ?4,"
				 " reminded_at = 0, expiry_told = 0,"
				 " other_hash = NULL, resend_requested_at = 0"
				 " WHERE id = ?1 AND organization = ?2");

static void reopen(const struct work *work, const struct invite_resend_in *in,
		   const struct creation *place, struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_reopen);
	int64_t expires_at = work->now + in->ttl_seconds;

	if (!in->has_ttl && expires_at < invite->expires_at)
		expires_at = invite->expires_at;
	invite_renew_expiry(invite, expires_at);
	memset(invite->other_hash, 0, SHA256_SIZE);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, place->slot_taken ? -invite->id : 0);
	db_bind_i64(st, 4, invite->expires_at);
	db_run(work->db, st);
}

static enum result invite_resend(struct work *work, const void *input,
				 void *output)
{
	const struct invite_resend_in *in = input;
	struct invite_create_out *out = output;
	struct creation place = { .out = out };
	struct invite invite;
	enum result result;
	bool found, renew;

	limits_hold(work);
	found = find_invite(work, &sql_invite_take, in->id, &invite);
	result = invite_on_resend(found ? &invite : NULL);
	if (result == RESULT_OK)
		result = take_address(work, &invite, &place);
	renew = !in->queue_mail || !invite_mail_waits(&invite);
	if (result == RESULT_OK && in->queue_mail && renew)
		result = limits_check_mail(work, invite.email_key, out);
	if (result != RESULT_OK)
		return result;
	if (place.open.id)
		invite_supersede(work, &place.open);
	if (place.namesake.id && place.namesake.id != place.open.id)
		invite_supersede(work, &place.namesake);
	if (invite_status(&invite, work->now) == STATUS_EXPIRED)
		limits_count_invite(work);
	reopen(work, in, &place, &invite);
	if (renew)
		renew_link(work, in->secret, in->queue_mail, &invite);
	out->link = !in->queue_mail;
	work_audit(work, AUDIT_INVITE_RESENT, invite.id);
	out->invite = invite;
	return RESULT_OK;
}

const struct verb verb_invite_resend = {
	VERB(invite_resend),
	.size_in = sizeof(struct invite_resend_in),
	.size_out = sizeof(struct invite_create_out),
	.locks = lock_resent,
	.run = invite_resend,
};

/* ---- changed ---- */

static void lock_changed(const void *input, int64_t organization,
			 struct lock_set *set)
{
	const struct invite_change_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->id);
}

/* What was asked for, as recorded in the event. */
struct invite_changes {
	const char *role, *projects; /* a line each; NULL: they stay */
	const char *expires_at;	     /* NULL: it stays */
};

#define CHANGES_DETAIL(FIRST, MORE)                              \
	FIRST(TEXT, "role", struct invite_changes, role)         \
	MORE(LINES, "projects", struct invite_changes, projects) \
	MORE(TEXT, "expires_at", struct invite_changes, expires_at)
DETAIL(invite_changes, CHANGES_DETAIL);

/* "proj_...:member", each on a line. */
static const char *grant_lines(const struct work *work, struct grants grants)
{
	const char *lines = NULL;
	char id[ID_TEXT_SIZE];
	struct buf text;

	buf_init(&text, SIZE_MAX);
	for (size_t i = 0; i < grants.count; i++)
		buf_addf(&text, "%s%s:%s", i ? "\n" : "",
			 id_format(ID_PROJECT, grants.at[i].project, id),
			 vocabulary_word(&project_roles, grants.at[i].role));
	if (buf_ok(&text))
		lines = arena_str(work->arena, buf_str(&text));
	buf_release(&text);
	if (!lines)
		db_no_memory(work->db);
	return lines;
}

static void note_change(const struct work *work,
			const struct invite_change_in *in,
			const struct invite *invite)
{
	const struct invite_changes changes = {
		.role = in->has_role ? vocabulary_word(&roles, in->role) : NULL,
		.projects =
		    in->has_grants ? grant_lines(work, in->grants) : NULL,
		.expires_at = in->ttl_seconds
				  ? arena_printf(work->arena, "%jd",
						 (intmax_t)invite->expires_at)
				  : NULL,
	};

	work_audit_event(
	    work, &(struct audit_event){
		      .type = AUDIT_INVITE_UPDATED,
		      .target = invite->id,
		      .detail = audit_detail(work, &invite_changes_detail,
					     &changes) });
}

STATEMENT(invite_change, .text = "UPDATE invite SET role = ?3, projects = ?4,"
				 " projects_sent = ?5, expires_at = ?6,"
				 " external_id = ?7, metadata = ?8,"
				 " reminded_at = ?9, expiry_told = ?10,"
				 " resend_requested_at = ?11"
				 " WHERE id = ?1 AND organization = ?2");

static void write_change(const struct work *work, const struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_change);
	struct project_texts projects =
	    project_texts_of(work->db, work->arena, invite->grants);

	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->role);
	db_bind_text(st, 4, projects.sorted);
	db_bind_text(st, 5, projects.sent);
	db_bind_i64(st, 6, invite->expires_at);
	db_bind_text(st, 7, invite->external_id);
	db_bind_text(st, 8, invite->metadata);
	db_bind_i64(st, 9, invite->reminded_at);
	db_bind_i64(st, 10, invite->expiry_told);
	db_bind_i64(st, 11, invite->resend_requested_at);
	db_run(work->db, st);
}

void change_invite(const struct work *work, const struct invite_change_in *in,
		   struct invite *invite)
{
	if (in->has_role)
		invite->role = in->role;
	if (in->has_grants)
		invite->grants = in->grants;
	if (in->ttl_seconds)
		invite_renew_expiry(invite, work->now + in->ttl_seconds);
	if (in->has_external_id)
		invite->external_id = in->external_id;
	if (in->has_metadata)
		invite->metadata = in->metadata;
	write_change(work, invite);
	note_change(work, in, invite);
}

static bool changes_something(const struct invite_change_in *in)
{
	return in->has_role || in->has_grants || in->ttl_seconds ||
	       in->has_external_id || in->has_metadata;
}

static enum result invite_change(struct work *work, const void *input,
				 void *output)
{
	const struct invite_change_in *in = input;
	struct invite_create_out *out = output;
	struct invite invite, namesake = { .id = 0 };
	bool found = find_invite(work, &sql_invite_take, in->id, &invite);
	enum result result =
	    invite_on_change(found ? &invite : NULL, work->now);

	if (result == RESULT_OK && in->has_grants)
		result = check_projects(work, in->grants, &out->index);
	if (result == RESULT_OK && in->has_external_id)
		result = external_id_check(work, in->external_id, in->id,
					   &namesake, out);
	if (result != RESULT_OK)
		return result;
	if (namesake.id)
		invite_supersede(work, &namesake);
	if (changes_something(in))
		change_invite(work, in, &invite);
	out->invite = invite;
	return RESULT_OK;
}

const struct verb verb_invite_change = {
	VERB(invite_change),
	.size_in = sizeof(struct invite_change_in),
	.size_out = sizeof(struct invite_create_out),
	.locks = lock_changed,
	.run = invite_change,
};

/* ---- copied ---- */

static void lock_copied(const void *input, int64_t organization,
			struct lock_set *set)
{
	const struct invite_link_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->id);
}

static enum result invite_link(struct work *work, const void *input,
			       void *output)
{
	const struct invite_link_in *in = input;
	struct invite_create_out *out = output;
	bool found = find_invite(work, &sql_invite_take, in->id, &out->invite);
	enum result result =
	    invite_on_change(found ? &out->invite : NULL, work->now);
	uint8_t hash[SHA256_SIZE];

	if (result != RESULT_OK)
		return result;
	secret_hash(in->secret, hash);
	invite_copy_link(&out->invite, hash);
	write_link(work, &out->invite);
	work_audit(work, AUDIT_INVITE_LINK_CREATED, in->id);
	out->link = true;
	return RESULT_OK;
}

const struct verb verb_invite_link = {
	VERB(invite_link),
	.size_in = sizeof(struct invite_link_in),
	.size_out = sizeof(struct invite_create_out),
	.locks = lock_copied,
	.run = invite_link,
};
