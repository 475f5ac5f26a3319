/*
 * invite.c: the rules of an invite's life, and the words for its parts.
 *
 * Every engine of the store asks here, inside its transaction, so that what
 * may be done is decided in one place and from what is in the database at
 * that moment.
 */
#include "base/base.h"
#include "core/invite.h"

static const char *const role_words[] = {
	[ROLE_READER] = "reader",
	[ROLE_OWNER] = "owner",
};

static const char *const state_words[] = {
	[INVITE_OPEN] = "open",
	[INVITE_ACCEPTED] = "accepted",
	[INVITE_WITHDRAWN] = "withdrawn",
	[INVITE_DECLINED] = "declined",
};

static const char *const status_words[] = {
	[STATUS_PENDING] = "pending",
	[STATUS_ACCEPTED] = "accepted",
	[STATUS_EXPIRED] = "expired",
};

static const char *const delivery_words[] = {
	[DELIVERY_NONE] = "none",     [DELIVERY_QUEUED] = "queued",
	[DELIVERY_SENT] = "sent",     [DELIVERY_DEFERRED] = "deferred",
	[DELIVERY_FAILED] = "failed",
};

static const char *const reminder_words[] = {
	[REMINDER_WANTED] = "wanted",
	[REMINDER_UNWANTED] = "unwanted",
};

const struct vocabulary roles = VOCABULARY(role_words);
const struct vocabulary invite_states = VOCABULARY(state_words);
const struct vocabulary invite_statuses = VOCABULARY(status_words);
const struct vocabulary delivery_statuses = VOCABULARY(delivery_words);
const struct vocabulary invite_reminders = VOCABULARY(reminder_words);

const char *inviter_called(const struct inviter *inviter)
{
	return inviter->name ? inviter->name : inviter->email;
}

enum invite_status invite_status(const struct invite *invite,
				 int64_t now_seconds)
{
	if (invite->state == INVITE_ACCEPTED)
		return STATUS_ACCEPTED;
	/* The state counts, not only the time: the clock may have been set back
	 * since. */
	if (invite->state == INVITE_DECLINED ||
	    now_seconds >= invite->expires_at)
		return STATUS_EXPIRED;
	return STATUS_PENDING;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool is_asked_for(const struct invite *open, struct asked asked)
{
	return open->role == asked.role &&
	       grants_equal(open->grants, asked.grants) &&
	       same_text(open->external_id, asked.external_id);
}

enum create_verdict invite_on_create(const struct invite *open,
				     struct asked asked, int64_t now_seconds)
{
	if (!open || open->state != INVITE_OPEN)
		return CREATE_NEW;
	if (invite_status(open, now_seconds) == STATUS_EXPIRED)
		return CREATE_SUPERSEDE;
	return is_asked_for(open, asked) ? CREATE_REPLAY : CREATE_CONFLICT;
}

bool invite_is_opened_by(const struct invite *invite,
			 const uint8_t hash[SHA256_SIZE])
{
	/* Both are compared in either case, so that the time reveals nothing.
	 * No secret is known whose hash is all zero. */
	bool current = same_bytes(invite->secret_hash, hash, SHA256_SIZE);
	bool other = same_bytes(invite->other_hash, hash, SHA256_SIZE);

	return current || other;
}

enum result invite_on_answer(const struct invite *invite,
			     const uint8_t hash[SHA256_SIZE],
			     int64_t now_seconds)
{
	if (!invite || !invite_is_opened_by(invite, hash))
		return RESULT_INVITATION_NOT_FOUND;
	switch (invite->state) {
	case INVITE_ACCEPTED:
		return RESULT_INVITE_ACCEPTED;
	case INVITE_WITHDRAWN:
		return RESULT_INVITATION_WITHDRAWN;
	case INVITE_DECLINED:
		return invite->opted_out_at ? RESULT_INVITATION_OPTED_OUT
					    : RESULT_INVITATION_DECLINED;
	case INVITE_OPEN:
		break;
	}
	return now_seconds >= invite->expires_at ? RESULT_INVITATION_EXPIRED
						 : RESULT_OK;
}

enum result invite_on_request(enum result on_answer)
{
	if (on_answer == RESULT_INVITATION_EXPIRED)
		return RESULT_OK;
	return on_answer == RESULT_OK ? RESULT_INVITATION_OPEN : on_answer;
}

void invite_decline(struct invite *invite, int64_t now_seconds)
{
	invite->state = INVITE_DECLINED;
	invite->declined_at = now_seconds;
	if (invite->expires_at > now_seconds)
		invite->expires_at = now_seconds;
}

enum result invite_on_delete(const struct invite *invite)
{
	if (!invite || invite->state == INVITE_WITHDRAWN)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	return RESULT_OK;
}

enum result invite_on_resend(const struct invite *invite)
{
	enum result result = invite_on_delete(invite);

	return result == RESULT_OK && invite->state == INVITE_DECLINED
		   ? RESULT_ADDRESS_OPTED_OUT
		   : result;
}

enum result invite_on_change(const struct invite *invite, int64_t now_seconds)
{
	enum result result = invite_on_delete(invite);

	return result == RESULT_OK &&
		       invite_status(invite, now_seconds) == STATUS_EXPIRED
		   ? RESULT_INVITE_EXPIRED
		   : result;
}

bool invite_mail_waits(const struct invite *invite)
{
	return invite->delivery.status == DELIVERY_QUEUED ||
	       invite->delivery.status == DELIVERY_DEFERRED;
}

/* ---- what opens it ---- */

void invite_renew_link(struct invite *invite, const uint8_t hash[SHA256_SIZE])
{
	if (invite_mail_waits(invite))
		memcpy(invite->other_hash, invite->secret_hash, SHA256_SIZE);
	else
		memset(invite->other_hash, 0, SHA256_SIZE);
	memcpy(invite->secret_hash, hash, SHA256_SIZE);
}

void invite_copy_link(struct invite *invite, const uint8_t hash[SHA256_SIZE])
{
	memcpy(invite->other_hash, hash, SHA256_SIZE);
}

static bool has_other_link(const struct invite *invite)
{
	static const uint8_t none[SHA256_SIZE];

	return memcmp(invite->other_hash, none, SHA256_SIZE) != 0;
}

void invite_remind(struct invite *invite, const uint8_t hash[SHA256_SIZE],
		   int64_t now_seconds)
{
	if (!has_other_link(invite))
		memcpy(invite->other_hash, invite->secret_hash, SHA256_SIZE);
	memcpy(invite->secret_hash, hash, SHA256_SIZE);
	invite->reminded_at = now_seconds;
}

/* ---- its expiry ---- */

bool invite_wants_reminder(const struct invite *invite, int64_t lead,
			   int64_t now_seconds)
{
	const struct delivery *delivery = &invite->delivery;
	int64_t due_at = invite->expires_at - lead;

	return lead > 0 && invite->reminder == REMINDER_WANTED &&
	       invite->state == INVITE_OPEN && invite->reminded_at == 0 &&
	       invite_status(invite, now_seconds) == STATUS_PENDING &&
	       delivery->status == DELIVERY_SENT && now_seconds >= due_at &&
	       delivery->updated_at <= due_at;
}

bool invite_expiry_is_news(const struct invite *invite, int64_t now_seconds)
{
	return invite->state == INVITE_OPEN &&
	       now_seconds >= invite->expires_at &&
	       invite->expiry_told != invite->expires_at;
}

void invite_renew_expiry(struct invite *invite, int64_t expires_at)
{
	invite->expires_at = expires_at;
	invite->reminded_at = 0;
	invite->expiry_told = 0;
	invite->resend_requested_at = 0;
}
