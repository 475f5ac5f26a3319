/*
 * bounces.c: a mail that a server accepted and then could not deliver.
 */
#include "base/base.h"

#include "store/mail/bounces.h"

#include "core/token.h"
#include "store/lock.h"
#include "store/rows.h"

#define INVITE_BY_ID "SELECT " INVITE_COLUMNS " FROM invite WHERE id = ?1"

STATEMENT(bounced_invite, .text = INVITE_BY_ID,
	  .pgsql = INVITE_BY_ID " FOR UPDATE");

static bool find_bounced(struct work *work, int64_t id, struct invite *invite)
{
	struct statement *st = db_statement(work->db, &sql_bounced_invite);
	struct invite_row row;

	db_bind_i64(st, 1, id);
	if (!find_invite_row(work, st, &row))
		return false;
	*invite = row.invite;
	work->organization = invite->organization;
	return true;
}

/* Whether the mail carried the link that is valid now. */
static bool is_its_mail(const struct work *work, const struct invite *invite,
			const struct return_code *code)
{
	const struct return_code own =
	    return_code_of(work->db->hash_key, invite->id, invite->secret_hash);

	return return_code_same(&own, code);
}

/* A mail that still seems to wait may have been handed over already: the report
 * may come before that is recorded. */
static bool may_fail(const struct invite *invite)
{
	return invite->state == INVITE_OPEN &&
	       invite->delivery.status != DELIVERY_NONE &&
	       invite->delivery.status != DELIVERY_FAILED;
}

static enum result mail_bounced(struct work *work, const void *input,
				void *output)
{
	const struct mail_bounced_in *in = input;
	struct mail_bounced_out *out = output;
	struct invite invite;

	if (!find_bounced(work, in->code.id, &invite) ||
	    !is_its_mail(work, &invite, &in->code))
		return RESULT_INVITE_NOT_FOUND;
	out->invite = invite.id;
	out->failed = may_fail(&invite);
	if (!out->failed)
		return RESULT_OK;
	drop_mail(work, &invite);
	record_failure(work, &invite, in->reason);
	return RESULT_OK;
}

static void lock_bounced(const void *input, int64_t organization,
			 struct lock_set *set)
{
	const struct mail_bounced_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->code.id);
}

const struct verb verb_mail_bounced = {
	VERB(mail_bounced),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct mail_bounced_in),
	.size_out = sizeof(struct mail_bounced_out),
	.locks = lock_bounced,
	.run = mail_bounced,
};
