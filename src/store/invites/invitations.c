/*
 * invitations.c: the invited person's answer: look, accept, decline.
 *
 * On acceptance the invite, the user, every membership and the audit events
 * change in one transaction or not at all.
 */
#include "base/base.h"

#include "store/invites/invitations.h"

#include "store/lock.h"
#include "store/members/standing.h"
#include "store/rows.h"
#include "store/together.h"

/* ---- names ---- */

static bool is_skipped(struct grants skipped, int64_t project)
{
	for (size_t i = 0; i < skipped.count; i++) {
		if (skipped.at[i].project == project)
			return true;
	}
	return false;
}

/* Whether each project was among those archived: when it was accepted, for an
 * accepted invite; now, for any other. */
static bool name_among(const struct work *work, struct invitation *invitation,
		       struct grants skips, const struct project *projects,
		       size_t count)
{
	const struct invite *invite = &invitation->invite;
	struct grants grants = invite->grants;
	bool all = true;

	for (size_t i = 0; i < grants.count; i++) {
		struct grant *grant = &grants.at[i];
		const struct project *project = project_among(
		    projects, count, invite->organization, grant->project);
		struct named_grant *named = &invitation->grants[i];

		*named = (struct named_grant){ "", grant->role, false };
		if (project) {
			named->project_name =
			    arena_str(work->arena, str_of(project->name));
			named->archived =
			    invite->state == INVITE_ACCEPTED
				? is_skipped(skips, grant->project)
				: project->archived_at != 0;
		}
		if (!named->project_name)
			db_no_memory(work->db);
		all = all && project;
	}
	return all;
}

static void name_grants(const struct work *work, struct invitation *invitation,
			struct grants skips)
{
	struct grants grants = invitation->invite.grants;
	struct project *projects =
	    arena_array(work->arena, grants.count + 1, sizeof(*projects));
	size_t count;

	if (!projects) {
		db_no_memory(work->db);
		return;
	}
	count = find_projects(work, grants, projects);
	(void)name_among(work, invitation, skips, projects, count);
}

/* Room for their names. */
static bool begin_names(const struct work *work, struct invitation *invitation)
{
	invitation->grants =
	    arena_array(work->arena, invitation->invite.grants.count + 1,
			sizeof(*invitation->grants));
	if (!invitation->grants)
		db_no_memory(work->db);
	return invitation->grants != NULL;
}

/* Either of two secrets opens it: see struct invite. */
#define OPENED_BY(hash) "(secret_hash = " hash " OR other_hash = " hash ")"

STATEMENT(invitation_get, .text = "SELECT " INVITE_COLUMNS " FROM invite"
				  " WHERE id = ?1 AND " OPENED_BY("?2"));

STATEMENT(invitation_organization,
	  .text = "SELECT " SETTINGS_COLUMNS ", o.name FROM organization o"
		  " LEFT JOIN organization_settings"
		  " ON organization = o.id WHERE o.id = ?1");

/* The organization's name and settings. */
static void find_inviting(const struct work *work,
			  struct invitation *invitation)
{
	struct statement *st =
	    db_statement(work->db, &sql_invitation_organization);
	struct organization_settings *settings = &invitation->settings;

	db_bind_i64(st, 1, work->organization);
	if (!db_row(work->db, st))
		return;
	if (read_settings(work, st, work->organization, settings))
		name_inviting(invitation,
			      column_text(st, work->arena, SETTINGS_BEHIND));
	else
		(void)db_damaged(work->db);
	db_done(st);
}

/* From then on the work is about the invite's organization. */
static void name_invitation(struct work *work, struct invitation *invitation,
			    struct grants skips)
{
	work->organization = invitation->invite.organization;
	find_inviting(work, invitation);
	if (begin_names(work, invitation))
		name_grants(work, invitation, skips);
}

/* ---- what a link opens ---- */

/* The invitation that the token opens, with names; by &sql_invitation_get or
 * _TAKE. */
static bool find_invitation(struct work *work, const struct sql *sql,
			    const struct token *token,
			    const uint8_t hash[SHA256_SIZE],
			    struct invitation *ret_invitation)
{
	struct statement *st = db_statement(work->db, sql);
	struct invite_row row;

	db_bind_i64(st, 1, token->invite);
	db_bind_blob(st, 2, hash, SHA256_SIZE);
	if (!find_invite_row(work, st, &row))
		return false;
	ret_invitation->invite = row.invite;
	name_invitation(work, ret_invitation, row.skips);
	return true;
}

enum result find_answerable(struct work *work, const struct sql *sql,
			    const struct invitation_in *in,
			    struct invitation *invitation)
{
	uint8_t hash[SHA256_SIZE];
	bool found;

	invitation->organization_name = "";
	secret_hash(in->token.secret, hash);
	found = find_invitation(work, sql, &in->token, hash, invitation);
	return invite_on_answer(found ? &invitation->invite : NULL, hash,
				work->now);
}

/* If the user was removed since, the link opens nothing any more. */
static enum result if_member(enum result result, bool is_member)
{
	return result == RESULT_INVITE_ACCEPTED && !is_member
		   ? RESULT_INVITATION_WITHDRAWN
		   : result;
}

/* find_answerable() for an invite that is shown or accepted. */
static enum result find_for_member(struct work *work, const struct sql *sql,
				   const struct invitation_in *in,
				   struct invitation *invitation)
{
	enum result result = find_answerable(work, sql, in, invitation);
	struct user user;

	if (result != RESULT_INVITE_ACCEPTED)
		return result;
	return if_member(result,
			 find_user(work, invitation->invite.user, &user));
}

static enum result invitation_lookup(struct work *work, const void *input,
				     void *output)
{
	struct invitation_out *out = output;
	enum result result =
	    find_for_member(work, &sql_invitation_get, input, &out->invitation);

	out->again = result == RESULT_INVITE_ACCEPTED;
	out->user = out->invitation.invite.user;
	return out->again ? RESULT_OK : result;
}

const struct verb verb_invitation_lookup = {
	VERB(invitation_lookup),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.run = invitation_lookup,
};

/* ---- many answers ---- */

static int64_t id_to_answer(const void *input)
{
	return ((const struct invitation_in *)input)->token.invite;
}

/* As find_answerable(), from what was read for all of them. If a project is
 * missing, this one is left to be done alone. */
static enum result find_among(struct work *work, const struct together *all,
			      struct together_one *one)
{
	const struct invitation_in *in = one->op->in;
	struct invitation_out *out = one->op->out;
	struct invitation *invitation = &out->invitation;
	uint8_t hash[SHA256_SIZE];

	invitation->organization_name = "";
	secret_hash(in->token.secret, hash);
	if (!one->found || !invite_is_opened_by(&one->row.invite, hash))
		return RESULT_INVITATION_NOT_FOUND;
	invitation->invite = one->row.invite;
	invitation->settings = one->settings;
	name_inviting(invitation, one->organization_name);
	work->organization = one->row.invite.organization;
	if (begin_names(work, invitation))
		one->apart = !name_among(work, invitation, one->row.skips,
					 all->at_projects, all->project_count);
	return invite_on_answer(&invitation->invite, hash, work->now);
}

/* ---- accept ---- */

void lock_invitation(const void *input, int64_t organization,
		     struct lock_set *set)
{
	const struct invitation_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->token.invite);
}

STATEMENT(invitation_take,
	  .text = "SELECT " INVITE_COLUMNS " FROM invite"
		  " WHERE id = ?1 AND " OPENED_BY("?2"),
	  .pgsql = "SELECT " INVITE_COLUMNS " FROM invite"
		   " WHERE id = ?1 AND " OPENED_BY("?2") " FOR UPDATE");

static void lock_for_accept(const void *input, int64_t organization,
			    struct lock_set *set)
{
	const struct invitation_in *in = input;

	lock_set_add(set, LOCK_RIGHTS_OF_INVITE, in->token.invite);
	lock_invitation(in, organization, set);
}

struct refusal {
	const char *reason;
};

#define REFUSAL_DETAIL(FIRST, MORE) \
	FIRST(TEXT, "reason", struct refusal, reason)
DETAIL(refusal, REFUSAL_DETAIL);

/* The reason why the holder of a right link comes too late; NULL: they do
 * not. */
static const char *reason_of(enum result result)
{
	switch (result) {
	case RESULT_INVITATION_EXPIRED:
		return "expired";
	case RESULT_INVITATION_WITHDRAWN:
		return "withdrawn";
	case RESULT_INVITATION_DECLINED:
		return "declined";
	case RESULT_INVITATION_OPTED_OUT:
		return "opted_out";
	default:
		return NULL;
	}
}

/* Recorded once, however often they come back. */
static void remember_refusal(struct work *work, enum result result,
			     const struct invite *invite)
{
	const struct refusal refusal = { reason_of(result) };

	if (!refusal.reason || !*invite->email ||
	    work_has_audit(work, AUDIT_INVITE_REFUSED, invite->id))
		return;
	work->actor.email = invite->email;
	work_audit_event(work, &(struct audit_event){
				   .type = AUDIT_INVITE_REFUSED,
				   .target = invite->id,
				   .detail = audit_detail(work, &refusal_detail,
							  &refusal) });
}

/* Whether there is nothing to do any more, or nothing may be. */
static bool is_answered(enum result result, struct invitation_out *out)
{
	out->again = result == RESULT_INVITE_ACCEPTED;
	out->user = out->invitation.invite.user;
	return result != RESULT_OK;
}

static void accept(struct work *work, const struct invitation_in *in,
		   const struct user *member, struct invitation_out *out)
{
	admit_invited(work, &out->invitation, member, in->name);
	out->user = out->invitation.invite.user;
}

static enum result invitation_accept(struct work *work, const void *input,
				     void *output)
{
	struct invitation_out *out = output;
	struct user member;
	bool is_member;
	enum result result = find_for_member(work, &sql_invitation_take, input,
					     &out->invitation);

	if (is_answered(result, out)) {
		remember_refusal(work, result, &out->invitation.invite);
		return out->again ? RESULT_OK : result;
	}
	work_move_rights(work);
	is_member =
	    find_member(work, out->invitation.invite.email_key, &member);
	accept(work, input, is_member ? &member : NULL, out);
	return RESULT_OK;
}

static enum result accept_one(struct work *work, const struct together *all,
			      struct together_one *one)
{
	struct invitation_out *out = one->op->out;
	enum result result = find_among(work, all, one);

	result = if_member(result,
			   one->is_member &&
			       one->member.id == out->invitation.invite.user);
	/* A refusal is recorded, which takes one more query. */
	one->apart = one->apart || reason_of(result);
	if (one->apart || is_answered(result, out))
		return out->again ? RESULT_OK : result;
	work_move_rights(work);
	accept(work, one->op->in, one->is_member ? &one->member : NULL, out);
	return RESULT_OK;
}

static const struct together_verb accepts = {
	TOGETHER,
	.wishes = TOGETHER_PROJECTS | TOGETHER_MEMBERS,
	.id_of = id_to_answer,
	.one = accept_one,
};

const struct verb verb_invitation_accept = {
	VERB(invitation_accept),
	.flags = VERB_RIGHTS | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_for_accept,
	.run = invitation_accept,
	.together = &accepts.verb,
};

/* ---- decline ---- */

STATEMENT(invite_decline_many,
	  .pgsql = "UPDATE invite i SET slot = i.id, state = 3,"
		   " declined_at = r.at, expires_at = r.expires_at,"
		   " delivery = CASE WHEN i.delivery IN (1, 3) THEN 2"
		   " ELSE i.delivery END FROM unnest(?1::bigint[],"
		   " ?2::bigint[], ?3::bigint[], ?4::bigint[])"
		   " r(id, organization, at, expires_at)"
		   " WHERE i.id = r.id AND i.organization = r.organization");
STATEMENT(invite_decline,
	  .text = "UPDATE invite SET slot = id, state = 3,"
		  " declined_at = ?3, expires_at = ?4,"
		  " delivery = CASE WHEN delivery IN (1, 3) THEN 2"
		  " ELSE delivery END"
		  " WHERE id = ?1 AND organization = ?2",
	  .many = &sql_invite_decline_many);

void record_decline(const struct work *work, struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_decline);

	invite_decline(invite, work->now);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->declined_at);
	db_bind_i64(st, 4, invite->expires_at);
	db_run(work->db, st);
	drop_mail(work, invite);
}

static enum result decline(struct work *work, enum result result,
			   struct invitation_out *out)
{
	out->again = result == RESULT_INVITATION_DECLINED;
	if (out->again)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	work->actor.email = out->invitation.invite.email;
	record_decline(work, &out->invitation.invite);
	work_audit(work, AUDIT_INVITE_DECLINED, out->invitation.invite.id);
	return RESULT_OK;
}

static enum result invitation_decline(struct work *work, const void *input,
				      void *output)
{
	struct invitation_out *out = output;

	return decline(work,
		       find_answerable(work, &sql_invitation_take, input,
				       &out->invitation),
		       out);
}

static enum result decline_one(struct work *work, const struct together *all,
			       struct together_one *one)
{
	enum result result = find_among(work, all, one);

	return one->apart ? result : decline(work, result, one->op->out);
}

static const struct together_verb declines = {
	TOGETHER,
	.wishes = TOGETHER_PROJECTS,
	.id_of = id_to_answer,
	.one = decline_one,
};

const struct verb verb_invitation_decline = {
	VERB(invitation_decline),
	.flags = VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_invitation,
	.run = invitation_decline,
	.together = &declines.verb,
};
