/*
 * write_answer.c: the invited person's answer: accept, decline.
 *
 * On acceptance the invite, the user, every membership and the audit events
 * change in one transaction or not at all.
 */
#include "base/base.h"

#include "store/write.h"

static enum result find_answerable(const struct writing *w)
{
	struct store_op *op = w->op;
	struct invitation *invitation = &op->invitation.ret_invitation;
	uint8_t hash[SHA256_SIZE];
	bool found;

	*invitation = (struct invitation){ .organization_name = "" };
	found = find_invitation(w->db, op, SQL_INVITATION_TAKE, invitation);
	secret_hash(op->invitation.token.secret, hash);
	return invite_on_answer(found ? &invitation->invite : NULL, hash,
				w->now);
}

/* The person in the organization, made or promoted; returns the user's id. */
static int64_t admit_user(const struct writing *w, const struct invite *invite,
			  const char *name)
{
	struct user user;
	struct statement *st;

	if (find_member(w, invite->email_key, &user)) {
		st = db_statement(w->db, SQL_USER_PROMOTE);
		db_bind_i64(st, 1, user.id);
		db_bind_i64(st, 2, w->op->organization);
		db_bind_i64(st, 3, invite->role);
		db_bind_text(st, 4, name);
		db_run(w->db, st);
		return user.id;
	}
	user.id = writing_id(w);
	st = db_statement(w->db, SQL_USER_INSERT);
	db_bind_i64(st, 1, user.id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_text(st, 3, invite->email);
	db_bind_text(st, 4, invite->email_key);
	db_bind_text(st, 5, name);
	db_bind_i64(st, 6, invite->role);
	db_bind_i64(st, 7, w->now);
	db_run(w->db, st);
	writing_audit(w, AUDIT_USER_ADDED, user.id);
	return user.id;
}

/* Every granted project but those archived since, which are returned as text
 * for the invite's row; NULL when there are none. */
static const char *admit_to_projects(const struct writing *w, int64_t user)
{
	struct invitation *invitation = &w->op->invitation.ret_invitation;
	struct grants grants = invitation->invite.grants;
	struct grants skipped = { NULL, 0 };
	const char *text;
	struct statement *st;

	skipped.at =
	    arena_array(w->op->arena, grants.count + 1, sizeof(*skipped.at));
	if (!skipped.at) {
		db_no_memory(w->db);
		return NULL;
	}
	for (size_t i = 0; i < grants.count; i++) {
		if (invitation->grants[i].archived) {
			skipped.at[skipped.count++] = grants.at[i];
			continue;
		}
		st = db_statement(w->db, SQL_PROJECT_USER_ADD);
		db_bind_i64(st, 1, w->op->organization);
		db_bind_i64(st, 2, grants.at[i].project);
		db_bind_i64(st, 3, user);
		db_bind_i64(st, 4, grants.at[i].role);
		db_bind_i64(st, 5, w->now);
		db_run(w->db, st);
	}
	if (skipped.count == 0)
		return NULL;
	text = grants_format(w->op->arena, skipped);
	if (!text)
		db_no_memory(w->db);
	return text;
}

enum result write_invitation_accept(const struct writing *w)
{
	struct store_op *op = w->op;
	struct invite *invite = &op->invitation.ret_invitation.invite;
	enum result result = find_answerable(w);
	const char *skipped;
	struct statement *st;

	op->invitation.ret_again = result == RESULT_INVITE_ACCEPTED;
	op->invitation.ret_user = invite->user;
	if (op->invitation.ret_again)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;

	invite->user = admit_user(w, invite, op->invitation.name);
	skipped = admit_to_projects(w, invite->user);
	invite->state = INVITE_ACCEPTED;
	invite->accepted_at = w->now;
	op->invitation.ret_user = invite->user;
	st = db_statement(w->db, SQL_INVITE_ACCEPT);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, op->organization);
	db_bind_i64(st, 3, w->now);
	db_bind_i64(st, 4, invite->user);
	db_bind_text(st, 5, skipped);
	db_run(w->db, st);
	writing_run(w, SQL_OUTBOX_DELETE, invite->id);
	writing_audit(w, AUDIT_INVITE_ACCEPTED, invite->id);
	return RESULT_OK;
}

enum result write_invitation_decline(const struct writing *w)
{
	struct invite *invite = &w->op->invitation.ret_invitation.invite;
	enum result result = find_answerable(w);
	struct statement *st;

	w->op->invitation.ret_again = result == RESULT_INVITATION_DECLINED;
	if (w->op->invitation.ret_again)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	invite_decline(invite, w->now);
	st = db_statement(w->db, SQL_INVITE_DECLINE);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, invite->declined_at);
	db_bind_i64(st, 4, invite->expires_at);
	db_run(w->db, st);
	writing_run(w, SQL_OUTBOX_DELETE, invite->id);
	writing_audit(w, AUDIT_INVITE_DECLINED, invite->id);
	return RESULT_OK;
}
