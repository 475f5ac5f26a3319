/*
 * answers.c: the other answers of the holder of a link: that the invitation was
 * not meant for them, and that they would like a new one.
 *
 * Both are rare, and the inviter is told of each. So unlike acceptances, they
 * are not done many at once.
 */
#include "base/base.h"

#include "store/invites/invitations.h"

#include "base/hash.h"
#include "store/invites/blocked_addresses.h"
#include "store/lock.h"
#include "store/mail/notices.h"
#include "store/rows.h"

/* ---- not meant for them ---- */

STATEMENT(invite_opt_out, .text = "UPDATE invite SET opted_out_at = ?3"
				  " WHERE id = ?1 AND organization = ?2");

/* It is declined, and more. */
static void opt_out(struct work *work, struct invite *invite)
{
	struct statement *st;

	invite->opted_out_at = work->now;
	record_decline(work, invite);
	st = db_statement(work->db, &sql_invite_opt_out);
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->opted_out_at);
	db_run(work->db, st);
	block_address(work, invite->email_key);
	tell_inviter(work, MAIL_OPTED_OUT, invite);
	work->actor.email = invite->email;
	work_audit(work, AUDIT_INVITE_OPTED_OUT, invite->id);
}

static enum result invitation_opt_out(struct work *work, const void *input,
				      void *output)
{
	struct invitation_out *out = output;
	enum result result = find_answerable(work, &sql_invitation_take, input,
					     &out->invitation);

	out->again = result == RESULT_INVITATION_OPTED_OUT;
	if (result == RESULT_OK)
		opt_out(work, &out->invitation.invite);
	return out->again ? RESULT_OK : result;
}

const struct verb verb_invitation_opt_out = {
	VERB(invitation_opt_out),
	.flags = VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_invitation,
	.run = invitation_opt_out,
};

/* ---- asking for a new one ---- */

STATEMENT(invite_request, .text = "UPDATE invite SET resend_requested_at = ?3"
				  " WHERE id = ?1 AND organization = ?2");

static void request(struct work *work, struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_invite_request);

	invite->resend_requested_at = work->now;
	db_bind_i64(st, 1, invite->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, invite->resend_requested_at);
	db_run(work->db, st);
	tell_inviter(work, MAIL_REQUESTED, invite);
	work->actor.email = invite->email;
	work_audit(work, AUDIT_INVITE_REQUESTED, invite->id);
}

/* By opting out of another invitation. */
static bool has_opted_out(const struct work *work, const struct invite *invite)
{
	int64_t hash = hash63(work->db->hash_key, str_of(invite->email_key));

	return check_address(work, invite->email_key, hash) ==
	       RESULT_ADDRESS_BLOCKED;
}

static enum result invitation_request(struct work *work, const void *input,
				      void *output)
{
	struct invitation_out *out = output;
	struct invite *invite = &out->invitation.invite;
	enum result result = invite_on_request(find_answerable(
	    work, &sql_invitation_take, input, &out->invitation));

	if (result != RESULT_OK)
		return result;
	out->again = invite->resend_requested_at != 0;
	/* No owner is asked for what nobody could grant: whoever holds the link
	 * is told the same, and learns nothing of the address. */
	if (!out->again && !has_opted_out(work, invite))
		request(work, invite);
	return RESULT_OK;
}

const struct verb verb_invitation_request = {
	VERB(invitation_request),
	.flags = VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct invitation_in),
	.size_out = sizeof(struct invitation_out),
	.locks = lock_invitation,
	.run = invitation_request,
};
