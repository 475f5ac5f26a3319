/*
 * model_expiry.c: the rules of what opens an invite, of reminders, and of who
 * is told that it has expired, once more, without a database.
 */
#include "base/base.h"
#include "model.h"

#include "core/settings.h"

#define LEAD (REMINDER_HOURS * 3600)

/* ---- links ---- */

static bool waits(const struct model_invite *invite)
{
	return invite->row.delivery.status == DELIVERY_QUEUED ||
	       invite->row.delivery.status == DELIVERY_DEFERRED;
}

static void set_first(struct model_invite *invite,
		      const uint8_t secret[SECRET_SIZE])
{
	memcpy(invite->secret, secret, SECRET_SIZE);
	secret_hash(secret, invite->row.secret_hash);
}

static void set_other(struct model_invite *invite,
		      const uint8_t secret[SECRET_SIZE])
{
	if (invite->has_other)
		memcpy(invite->dead, invite->other, SECRET_SIZE);
	invite->has_other = secret != NULL;
	memset(invite->row.other_hash, 0, SHA256_SIZE);
	if (!secret)
		return;
	memcpy(invite->other, secret, SECRET_SIZE);
	secret_hash(secret, invite->row.other_hash);
}

void model_renew_link(struct model_invite *invite,
		      const uint8_t secret[SECRET_SIZE])
{
	set_other(invite, waits(invite) ? invite->secret : NULL);
	if (!invite->has_other)
		memcpy(invite->dead, invite->secret, SECRET_SIZE);
	set_first(invite, secret);
}

bool model_is_opened_by(const struct model_invite *invite,
			const uint8_t secret[SECRET_SIZE])
{
	return memcmp(invite->secret, secret, SECRET_SIZE) == 0 ||
	       (invite->has_other &&
		memcmp(invite->other, secret, SECRET_SIZE) == 0);
}

enum result model_invite_link(struct model *model, const struct store_op *op)
{
	const struct invite_link_in *in = in_of(op, invite_link_in);
	struct model_invite *invite = model_invite(model, in->id);

	if (!invite || invite->row.organization != op->organization ||
	    invite->row.state == INVITE_WITHDRAWN)
		return RESULT_INVITE_NOT_FOUND;
	if (invite->row.state == INVITE_ACCEPTED)
		return RESULT_INVITE_ACCEPTED;
	if (invite->row.state == INVITE_DECLINED ||
	    op->now_ms / 1000 >= invite->row.expires_at)
		return RESULT_INVITE_EXPIRED;
	set_other(invite, in->secret);
	return RESULT_OK;
}

/* ---- look ---- */

static struct expiry_mark *mark_of(struct model *model,
				   const struct store_op *op,
				   enum expiry_kind kind)
{
	for (size_t i = 0; i < model->mark_count; i++) {
		if (model->marks[i].organization == op->organization)
			return &model->marks[i].at[kind];
	}
	ck_assert_uint_lt(model->mark_count, COUNT_OF(model->marks));
	model->marks[model->mark_count].organization = op->organization;
	return &model->marks[model->mark_count++].at[kind];
}

static bool is_behind(const struct invite *invite, struct expiry_mark mark)
{
	return invite->expires_at > mark.expires_at ||
	       (invite->expires_at == mark.expires_at &&
		invite->id > mark.invite);
}

/* The first one behind the mark; NULL: there is none until then. */
static const struct invite *next_behind(const struct model *model,
					const struct store_op *op,
					struct expiry_mark mark, int64_t until)
{
	const struct invite *first = NULL;

	for (size_t i = 0; i < model->invite_count; i++) {
		const struct invite *invite = &model->invites[i].row;

		if (invite->organization == op->organization &&
		    invite->state == INVITE_OPEN &&
		    invite->expires_at <= until && is_behind(invite, mark) &&
		    (!first ||
		     !is_behind(invite, (struct expiry_mark){ first->expires_at,
							      first->id })))
			first = invite;
	}
	return first;
}

enum result model_expiry_look(struct model *model, const struct store_op *op)
{
	enum expiry_kind kind = in_of(op, expiry_look_in)->kind;
	const struct expiry_look_out *out = op->out;
	struct expiry_mark mark = *mark_of(model, op, kind);
	int64_t now = op->now_ms / 1000;
	int64_t until = kind == EXPIRY_REMINDER ? now + LEAD : now;
	const struct invite *invite;

	if (mark.expires_at == 0)
		mark = (struct expiry_mark){ now, INT64_MAX };
	else if (mark.expires_at > until)
		mark = (struct expiry_mark){ until, INT64_MAX };
	for (size_t i = 0; i < out->count; i++) {
		invite = next_behind(model, op, mark, until);
		ck_assert_ptr_nonnull(invite);
		ck_assert_int_eq(out->invites[i], invite->id);
		mark = (struct expiry_mark){ invite->expires_at, invite->id };
	}
	ck_assert_int_eq(out->has_more,
			 next_behind(model, op, mark, until) != NULL);
	ck_assert_int_eq(out->mark.expires_at, mark.expires_at);
	ck_assert_int_eq(out->mark.invite, mark.invite);
	return RESULT_OK;
}

/* ---- settle ---- */

static bool is_due(const struct invite *invite, int64_t now)
{
	int64_t due = invite->expires_at - LEAD;

	return invite->state == INVITE_OPEN && now < invite->expires_at &&
	       now >= due && invite->reminder == REMINDER_WANTED &&
	       !invite->reminded_at &&
	       invite->delivery.status == DELIVERY_SENT &&
	       invite->delivery.updated_at <= due;
}

static void remind(struct model_invite *invite,
		   const uint8_t secret[SECRET_SIZE], int64_t now_ms)
{
	if (!invite->has_other)
		set_other(invite, invite->secret);
	else
		memcpy(invite->dead, invite->secret, SECRET_SIZE);
	set_first(invite, secret);
	invite->row.reminded_at = now_ms / 1000;
	invite->row.delivery = (struct delivery){ .status = DELIVERY_QUEUED,
						  .updated_at = now_ms / 1000 };
	invite->waits = true;
	invite->letter = LETTER_REMINDER;
	invite->due_ms = invite->queued_ms = now_ms;
	invite->waiting_attempts = 0;
}

static bool is_news(const struct invite *invite, int64_t now)
{
	return invite->state == INVITE_OPEN && now >= invite->expires_at &&
	       invite->expiry_told != invite->expires_at;
}

static int by_id_of(const void *a, const void *b)
{
	int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

	return (one > other) - (one < other);
}

enum result model_expiry_settle(struct model *model, const struct store_op *op)
{
	const struct expiry_settle_in *in = in_of(op, expiry_settle_in);
	int64_t ids[EXPIRY_AT_ONCE], now = op->now_ms / 1000, count = 0;

	memcpy(ids, in->invites, in->count * sizeof(*ids));
	qsort(ids, in->count, sizeof(*ids), by_id_of);
	for (size_t i = 0; i < in->count; i++) {
		struct model_invite *invite = model_invite(model, ids[i]);

		ck_assert_ptr_nonnull(invite);
		if (in->kind == EXPIRY_REMINDER && is_due(&invite->row, now)) {
			remind(invite, in->secrets[i], op->now_ms);
			model->reminded++;
			count++;
		} else if (in->kind == EXPIRY_PASSED &&
			   is_news(&invite->row, now)) {
			invite->row.expiry_told = invite->row.expires_at;
			model->told++;
			count++;
		}
	}
	ck_assert_int_eq(out_of(op, expiry_settle_out)->count, count);
	*mark_of(model, op, in->kind) = in->mark;
	return RESULT_OK;
}
