/*
 * withdraw.c: an invite is deleted, as the API calls it: its row stays, without
 * the address.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "store/lock.h"
#include "store/rows.h"
#include "store/together.h"

static void lock_invite(const void *input, int64_t organization,
			struct lock_set *set)
{
	const struct id_in *in = input;

	(void)organization;
	lock_set_add(set, LOCK_INVITE, in->id);
}

/* _TAKE: to be changed, in whatever state */
STATEMENT(invite_take,
	  .text = "SELECT " INVITE_COLUMNS " FROM invite"
		  " WHERE id = ?1 AND organization = ?2",
	  .pgsql = "SELECT " INVITE_COLUMNS " FROM invite"
		   " WHERE id = ?1 AND organization = ?2 FOR UPDATE");

static enum result withdraw(const struct work *work, bool found,
			    const struct invite *invite)
{
	enum result result = invite_on_delete(found ? invite : NULL);

	if (result != RESULT_OK)
		return result;
	invite_release_address(work, invite, INVITE_WITHDRAWN);
	work_audit(work, AUDIT_INVITE_DELETED, invite->id);
	return RESULT_OK;
}

static enum result invite_delete(struct work *work, const void *input,
				 void *output)
{
	const struct id_in *in = input;
	struct invite_out *out = output;
	bool found = find_invite(work, &sql_invite_take, in->id, &out->invite);

	return withdraw(work, found, &out->invite);
}

static int64_t id_to_delete(const void *input)
{
	return ((const struct id_in *)input)->id;
}

static enum result delete_one(struct work *work, const struct together *all,
			      struct together_one *one)
{
	struct invite_out *out = one->op->out;

	(void)all;
	out->invite = one->row.invite;
	return withdraw(work, one->found, &out->invite);
}

static const struct together_verb deletes = {
	TOGETHER,
	.wishes = TOGETHER_KEYS,
	.id_of = id_to_delete,
	.one = delete_one,
};

const struct verb verb_invite_delete = {
	VERB(invite_delete),
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct invite_out),
	.locks = lock_invite,
	.run = invite_delete,
	.together = &deletes.verb,
};
