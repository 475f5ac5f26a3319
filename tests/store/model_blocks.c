/*
 * model_blocks.c: the rules of who says that an invite was not meant for them,
 * and who asks for a new one, once more, without a database. Who is told of it
 * is not among them.
 */
#include "base/base.h"
#include "model.h"

#include "store/invites/blocked_addresses.h"

static struct model_block *block_of(struct model *model, int64_t organization,
				    const char *key)
{
	for (size_t i = 0; i < model->block_count; i++) {
		struct model_block *block = &model->blocks[i];

		if (block->organization == organization &&
		    strcmp(block->email_key, key) == 0)
			return block;
	}
	return NULL;
}

bool model_is_blocked(struct model *model, int64_t organization,
		      const char *key)
{
	return block_of(model, organization, key) != NULL;
}

enum result model_opt_out(struct model *model, const struct store_op *op)
{
	enum result result = model_answerable(model, op);
	struct model_invite *invite =
	    model_invite(model, in_of(op, invitation_in)->token.invite);
	int64_t now = op->now_ms / 1000;

	ck_assert_int_eq(out_of(op, invitation_out)->again,
			 result == RESULT_INVITATION_OPTED_OUT);
	if (result == RESULT_INVITATION_OPTED_OUT)
		return RESULT_OK;
	if (result != RESULT_OK)
		return result;
	model_decline(invite, now);
	invite->row.opted_out_at = now;
	if (model_is_blocked(model, invite->row.organization,
			     invite->row.email_key))
		return RESULT_OK;
	ck_assert_uint_lt(model->block_count, MODEL_BLOCKS);
	model->blocks[model->block_count++] = (struct model_block){
		.organization = invite->row.organization,
		.email_key = invite->row.email_key,
		.created_at = now,
	};
	return RESULT_OK;
}

/* Once an expiry, and not by who opted out of another. */
enum result model_request(struct model *model, const struct store_op *op)
{
	enum result result = model_answerable(model, op);
	struct model_invite *invite =
	    model_invite(model, in_of(op, invitation_in)->token.invite);

	if (result == RESULT_OK)
		return RESULT_INVITATION_OPEN;
	if (result != RESULT_INVITATION_EXPIRED)
		return result;
	ck_assert_int_eq(out_of(op, invitation_out)->again,
			 invite->row.resend_requested_at != 0);
	if (invite->row.resend_requested_at == 0 &&
	    (model_is_member(model, invite->row.organization,
			     invite->row.email_key) ||
	     !model_is_blocked(model, invite->row.organization,
			       invite->row.email_key)))
		invite->row.resend_requested_at = op->now_ms / 1000;
	return RESULT_OK;
}

/* Of one address, or how many there are. */
enum result model_block_list(struct model *model, const struct store_op *op)
{
	const char *key = in_of(op, block_list_in)->email_key;
	const struct list_out *page = op->out;
	struct model_block *block;
	size_t wanted = 0;

	if (!key) {
		for (size_t i = 0; i < model->block_count; i++)
			wanted +=
			    model->blocks[i].organization == op->organization;
		ck_assert_uint_eq(page->count, wanted);
		return RESULT_OK;
	}
	block = block_of(model, op->organization, key);
	ck_assert_uint_eq(page->count, block != NULL);
	if (block) {
		const struct block *row = page->rows;

		if (block->id == 0)
			block->id = row->id;
		ck_assert_int_eq(row->id, block->id);
		ck_assert_int_eq(row->created_at, block->created_at);
	}
	return RESULT_OK;
}

enum result model_block_delete(struct model *model, const struct store_op *op)
{
	for (size_t i = 0; i < model->block_count; i++) {
		struct model_block *block = &model->blocks[i];

		if (block->id != in_of(op, id_in)->id ||
		    block->organization != op->organization)
			continue;
		*block = model->blocks[--model->block_count];
		return RESULT_OK;
	}
	return RESULT_BLOCKED_ADDRESS_NOT_FOUND;
}
