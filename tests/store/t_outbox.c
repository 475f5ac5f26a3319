/*
 * t_outbox.c: mails that wait: leased, settled, too late, or not wanted any
 * more.
 */
#include "base/base.h"
#include "fixture.h"

#define LEASE_MS (5 * MINUTE_MS)

static struct delivery delivery_of(const struct store_op *create)
{
	return invite_now(out_of(create, invite_create_out)->invite.id)
	    .delivery;
}

/* Claims all there is; how many it was. */
static size_t claim(struct store_op *op)
{
	*op = claim_op(100, LEASE_MS);
	assert_granted(op);
	return out_of(op, outbox_claim_out)->count;
}

START_TEST(test_nothing_waits)
{
	struct store_op op, count = op_of(&verb_outbox_count);

	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms, 0);
	assert_granted(&count);
	ck_assert_int_eq(out_of(&count, outbox_count_out)->waiting, 0);
	ck_assert_int_eq(out_of(&count, outbox_count_out)->oldest_ms, 0);
}
END_TEST

START_TEST(test_claim)
{
	struct store_op create = invited("ada@example.com"), op;
	const struct outbox_mail *mail;

	f.now_ms += 1;
	ck_assert_uint_eq(claim(&op), 1);
	mail = &out_of(&op, outbox_claim_out)->mails[0];
	ck_assert_int_eq(mail->token.invite,
			 out_of(&create, invite_create_out)->invite.id);
	ck_assert_mem_eq(mail->token.secret,
			 in_of(&create, invite_create_in)->secret, SECRET_SIZE);
	ck_assert_str_eq(mail->to.invite.email, "ada@example.com");
	ck_assert_str_eq(mail->to.organization_name, "First");
	ck_assert_str_eq(mail->to.grants[0].project_name, "Default project");
	ck_assert_int_eq(mail->attempts, 0);
	ck_assert_int_eq(mail->queued_at_ms, START_MS);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 f.now_ms + LEASE_MS);
}
END_TEST

START_TEST(test_leased_is_not_claimed)
{
	struct store_op op;

	(void)invited("ada@example.com");
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_uint_eq(claim(&op), 0);
	f.now_ms += LEASE_MS - 1;
	ck_assert_uint_eq(claim(&op), 0);
	f.now_ms += 1;
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].attempts, 0);
}
END_TEST

START_TEST(test_a_lease_is_renewed)
{
	struct store_op op, renew;

	(void)invited("ada@example.com");
	ck_assert_uint_eq(claim(&op), 1);
	f.now_ms += LEASE_MS - 1;
	renew = renew_op(&out_of(&op, outbox_claim_out)->mails[0],
			 f.now_ms + LEASE_MS);
	assert_granted(&renew);
	f.now_ms += LEASE_MS - 1;
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 f.now_ms + 1);
	f.now_ms += 1;
	ck_assert_uint_eq(claim(&op), 1);
}
END_TEST

/* A lease that has ended, and another's begun, is nobody's to prolong. */
START_TEST(test_a_lost_lease_is_not_renewed)
{
	struct store_op first, second, op, renew;

	(void)invited("ada@example.com");
	ck_assert_uint_eq(claim(&first), 1);
	f.now_ms += LEASE_MS;
	ck_assert_uint_eq(claim(&second), 1);
	renew = renew_op(&out_of(&first, outbox_claim_out)->mails[0],
			 f.now_ms + DAY_MS);
	assert_granted(&renew);
	f.now_ms += LEASE_MS;
	ck_assert_uint_eq(claim(&op), 1);
}
END_TEST

START_TEST(test_the_oldest_first_and_no_more_than_asked)
{
	struct store_op op, create[5];

	for (int i = 0; i < 5; i++) {
		char address[32];

		snprintf(address, sizeof(address), "user%d@example.com", i);
		f.now_ms += 1;
		create[i] = invited(address);
	}
	for (int i = 0; i < 4; i += 2) {
		op = claim_op(2, LEASE_MS);
		assert_granted(&op);
		ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 2);
		for (int k = 0; k < 2; k++)
			ck_assert_int_eq(
			    out_of(&op, outbox_claim_out)
				->mails[k]
				.token.invite,
			    out_of(&create[i + k], invite_create_out)
				->invite.id);
		ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
				 START_MS + i + 3);
	}
	ck_assert_uint_eq(claim(&op), 1);
}
END_TEST

START_TEST(test_sent)
{
	struct store_op create = invited("ada@example.com"), op;
	int64_t id = out_of(&create, invite_create_out)->invite.id;

	ck_assert_uint_eq(claim(&op), 1);
	f.now_ms += SECOND_MS;
	op = settle_op(id, OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
	ck_assert_ptr_null(delivery_of(&create).last_error);
	ck_assert_int_eq(delivery_of(&create).updated_at, f.now_ms / 1000);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

START_TEST(test_deferred_then_sent)
{
	struct store_op create = invited("ada@example.com"), op;
	int64_t id = out_of(&create, invite_create_out)->invite.id;

	ck_assert_uint_eq(claim(&op), 1);
	op = settle_op(id, OUTBOX_DEFERRED);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_DEFERRED);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
	ck_assert_str_eq(delivery_of(&create).last_error, "550 no such user");
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 f.now_ms + MINUTE_MS);
	f.now_ms += MINUTE_MS;
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].attempts, 1);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].queued_at_ms,
			 START_MS);
	op = settle_op(id, OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(delivery_of(&create).attempts, 2);
	ck_assert_ptr_null(delivery_of(&create).last_error);
}
END_TEST

/* Claims one and has its attempt end so; which invite it was. */
static int64_t put_off(bool unreached)
{
	struct store_op op, verdict;
	int64_t invite;

	ck_assert_uint_eq(claim(&op), 1);
	invite = out_of(&op, outbox_claim_out)->mails[0].token.invite;
	verdict = settle_op(invite, OUTBOX_DEFERRED);
	in_of(&verdict, outbox_settle_in)->unreached = unreached;
	in_of(&verdict, outbox_settle_in)->pause_ms = HOUR_MS / 2;
	assert_granted(&verdict);
	return invite;
}

/* What failed for the connection is due when that is back: the oldest first,
 * and nothing that waits for another reason or is in somebody's hands. */
START_TEST(test_recalled_when_the_server_is_back)
{
	struct store_op op, recall = op_of(&verb_outbox_recall);
	int64_t first, second;

	(void)invited("ada@example.com");
	first = put_off(true);
	f.now_ms += SECOND_MS;
	(void)invited("bob@example.com");
	second = put_off(true);
	(void)invited("greylisted@example.com");
	(void)put_off(false);
	(void)invited("eve@example.com");
	ck_assert_uint_eq(claim(&op), 1); /* in hand */
	ck_assert_uint_eq(claim(&op), 0);
	assert_granted(&recall);
	ck_assert_uint_eq(claim(&op), 2);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].token.invite,
			 first);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[1].token.invite,
			 second);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].attempts, 1);
	/* Taken in hand they are recalled no more. */
	recall = op_of(&verb_outbox_recall);
	assert_granted(&recall);
	ck_assert_uint_eq(claim(&op), 0);
}
END_TEST

START_TEST(test_failed)
{
	struct store_op create = invited("ada@example.com"), op, look;

	ck_assert_uint_eq(claim(&op), 1);
	op = settle_op(out_of(&create, invite_create_out)->invite.id,
		       OUTBOX_FAILED);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
	ck_assert_str_eq(delivery_of(&create).last_error, "550 no such user");
	ck_assert_int_eq(rows("outbox"), 0);
	/* The link still works: it may have been read over the phone. */
	look = answer_op(&verb_invitation_lookup, token_of(&create));
	assert_granted(&look);
}
END_TEST

/* Said at once, but only a look an hour later drops the mail. */
START_TEST(test_expired_before_delivery)
{
	struct store_op create = invited("ada@example.com"), op;

	f.now_ms += TTL * SECOND_MS;
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 f.now_ms + HOUR_MS);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
	ck_assert_int_eq(delivery_of(&create).attempts, 0);
	ck_assert_ptr_nonnull(
	    strstr(delivery_of(&create).last_error, "expired"));
	f.now_ms += HOUR_MS;
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms, 0);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* ---- a clock that was days ahead for a moment ---- */

#define AHEAD_MS (30 * DAY_MS)

static int64_t id_of(const struct store_op *create)
{
	return out_of(create, invite_create_out)->invite.id;
}

/* What was queued, leased, put off, or dropped as expired then. */
static void jump(int what, struct store_op *ret_create)
{
	struct store_op op;

	if (what > 0)
		*ret_create = invited("ada@example.com");
	if (what == 1) /* while somebody has it in hand */
		ck_assert_uint_eq(claim(&op), 1);
	f.now_ms += AHEAD_MS;
	switch (what) {
	case 0:
		*ret_create = invited("ada@example.com");
		break;
	case 1:
		op = settle_op(id_of(ret_create), OUTBOX_DEFERRED);
		assert_granted(&op);
		break;
	case 2:
		ck_assert_uint_eq(claim(&op), 0);
		ck_assert_int_eq(delivery_of(ret_create).status,
				 DELIVERY_FAILED);
		break;
	}
	f.now_ms -= AHEAD_MS;
}

START_TEST(test_a_clock_that_was_ahead_puts_nothing_off)
{
	struct store_op create, op;

	jump(_i, &create);
	f.now_ms += SECOND_MS;
	ck_assert_uint_eq(claim(&op), 1);
	op = settle_op(id_of(&create), OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* The same invite is asked for before the mail is looked at again. */
START_TEST(test_created_again_after_a_clock_was_ahead)
{
	struct store_op create, op;

	jump(2, &create);
	op = invited("ada@example.com");
	ck_assert(!out_of(&op, invite_create_out)->created);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_QUEUED);
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

/* One that is too late takes nobody else's place. */
START_TEST(test_expired_beside_others)
{
	struct store_op op, short_lived = invite_op("late@example.com");

	in_of(&short_lived, invite_create_in)->ttl_seconds = 60;
	assert_granted(&short_lived);
	f.now_ms += MINUTE_MS;
	(void)invited("ada@example.com");
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_str_eq(
	    out_of(&op, outbox_claim_out)->mails[0].to.invite.email,
	    "ada@example.com");
}
END_TEST

/* Deleted, declined, accepted: while it waits, and while it is sent. */
static void end_invite(int how, const struct store_op *create)
{
	struct store_op op =
	    how == 0   ? by_id(&verb_invite_delete,
			       out_of(create, invite_create_out)->invite.id)
	    : how == 1 ? answer_op(&verb_invitation_decline, token_of(create))
		       : answer_op(&verb_invitation_accept, token_of(create));

	assert_granted(&op);
}

START_TEST(test_ended_while_it_waits)
{
	struct store_op create = invited("ada@example.com"), op;

	end_invite(_i, &create);
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms, 0);
}
END_TEST

START_TEST(test_ended_while_it_is_sent)
{
	static const enum outbox_outcome outcomes[] = { OUTBOX_SENT,
							OUTBOX_DEFERRED,
							OUTBOX_FAILED };
	struct store_op create = invited("ada@example.com"), op;

	ck_assert_uint_eq(claim(&op), 1);
	end_invite(_i / 3, &create);
	op = settle_op(out_of(&create, invite_create_out)->invite.id,
		       outcomes[_i % 3]);
	assert_granted(&op);
	f.now_ms += DAY_MS;
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(rows("outbox"), 0);
	if (_i / 3 == 2)
		ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
}
END_TEST

/*
 * Somebody who was away for longer than the lease comes back: meanwhile the
 * mail has failed and another was queued, which is not the one he sent.
 */
START_TEST(test_settling_a_mail_of_before)
{
	struct store_op create = invited("ada@example.com"), op, late;
	int64_t id = out_of(&create, invite_create_out)->invite.id;

	ck_assert_uint_eq(claim(&op), 1);
	late = settle_op(id, OUTBOX_SENT);
	in_of(&late, outbox_settle_in)->queued_at_ms =
	    out_of(&op, outbox_claim_out)->mails[0].queued_at_ms;
	op = settle_op(id, OUTBOX_FAILED);
	assert_granted(&op);
	f.now_ms += HOUR_MS;
	(void)invited("ada@example.com");
	assert_granted(&late);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_QUEUED);
	ck_assert_uint_eq(claim(&op), 1);
	in_of(&late, outbox_settle_in)->queued_at_ms =
	    out_of(&op, outbox_claim_out)->mails[0].queued_at_ms;
	assert_granted(&late);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* How an attempt at `mail` ended, by whoever claimed it as it is here. */
static struct store_op verdict(const struct outbox_mail *mail,
			       enum outbox_outcome outcome)
{
	struct store_op op = settle_op(mail->token.invite, outcome);

	in_of(&op, outbox_settle_in)->queued_at_ms = mail->queued_at_ms;
	in_of(&op, outbox_settle_in)->leased_until_ms = mail->leased_until_ms;
	return op;
}

/* Claimed; when the lease has ended, claimed by another. */
static struct store_op claimed_twice(struct outbox_mail *ret_first,
				     struct outbox_mail *ret_second)
{
	struct store_op create = invited("ada@example.com"), op;

	ck_assert_uint_eq(claim(&op), 1);
	*ret_first = out_of(&op, outbox_claim_out)->mails[0];
	f.now_ms += LEASE_MS;
	ck_assert_uint_eq(claim(&op), 1);
	*ret_second = out_of(&op, outbox_claim_out)->mails[0];
	return create;
}

/* Who has lost the mail does not say that it failed: the other succeeds. */
START_TEST(test_late_failure)
{
	static const enum outbox_outcome outcomes[] = { OUTBOX_DEFERRED,
							OUTBOX_FAILED };
	struct outbox_mail first, second;
	struct store_op create = claimed_twice(&first, &second), op;

	op = verdict(&first, outcomes[_i]);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_QUEUED);
	ck_assert_int_eq(delivery_of(&create).attempts, 0);
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 second.leased_until_ms);
	op = verdict(&second, OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* It has arrived, whoever has it now, and however that ends. */
START_TEST(test_late_success)
{
	struct outbox_mail first, second;
	struct store_op create = claimed_twice(&first, &second), op;

	op = verdict(&first, OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(rows("outbox"), 0);
	op = verdict(&second, _i == 0 ? OUTBOX_DEFERRED : OUTBOX_FAILED);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* Its lease has ended, but nobody took it: that is not late. */
START_TEST(test_failure_after_the_lease)
{
	struct store_op create = invited("ada@example.com"), op;

	ck_assert_uint_eq(claim(&op), 1);
	f.now_ms += LEASE_MS;
	op = verdict(&out_of(&op, outbox_claim_out)->mails[0], OUTBOX_FAILED);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* A renewal that was asked for: it was done, or (odd) was not. */
START_TEST(test_failure_beside_a_renewal)
{
	struct store_op create = invited("ada@example.com"), op, renew;
	int64_t until = f.now_ms + LEASE_MS + SECOND_MS;
	bool renewed = _i % 2 == 0;

	ck_assert_uint_eq(claim(&op), 1);
	renew = renew_op(&out_of(&op, outbox_claim_out)->mails[0], until);
	if (renewed)
		assert_granted(&renew);
	op = verdict(&out_of(&op, outbox_claim_out)->mails[0],
		     _i < 2 ? OUTBOX_DEFERRED : OUTBOX_FAILED);
	in_of(&op, outbox_settle_in)->asked_until_ms = until;
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).status,
			 _i < 2 ? DELIVERY_DEFERRED : DELIVERY_FAILED);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
	if (!renewed) /* it comes after the verdict, and changes nothing */
		assert_granted(&renew);
	ck_assert_uint_eq(claim(&op), 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->next_due_ms,
			 _i < 2 ? f.now_ms + MINUTE_MS : 0);
}
END_TEST

/* What was recorded, but without an answer, is recorded again: once. */
START_TEST(test_the_same_verdict_again)
{
	struct store_op create = invited("ada@example.com"), op;

	ck_assert_uint_eq(claim(&op), 1);
	op = verdict(&out_of(&op, outbox_claim_out)->mails[0], OUTBOX_DEFERRED);
	assert_granted(&op);
	assert_granted(&op);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
}
END_TEST

START_TEST(test_settling_what_never_was)
{
	struct store_op op = settle_op(12345, OUTBOX_DEFERRED);

	assert_granted(&op);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

START_TEST(test_count)
{
	struct store_op op, count = op_of(&verb_outbox_count);

	(void)invited("ada@example.com");
	f.now_ms += HOUR_MS;
	(void)invited("bob@example.com");
	ck_assert_uint_eq(claim(&op), 2);
	assert_granted(&count);
	ck_assert_int_eq(out_of(&count, outbox_count_out)->waiting, 2);
	ck_assert_int_eq(out_of(&count, outbox_count_out)->oldest_ms, START_MS);
}
END_TEST

/* A second mail after one that failed is a mail of its own. */
START_TEST(test_requeued_is_due_at_once)
{
	struct store_op create = invited("ada@example.com"), op;

	ck_assert_uint_eq(claim(&op), 1);
	op = settle_op(out_of(&create, invite_create_out)->invite.id,
		       OUTBOX_FAILED);
	assert_granted(&op);
	f.now_ms += HOUR_MS;
	create = invited("ada@example.com");
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].attempts, 0);
	ck_assert_int_eq(out_of(&op, outbox_claim_out)->mails[0].queued_at_ms,
			 f.now_ms);
	ck_assert_mem_eq(out_of(&op, outbox_claim_out)->mails[0].token.secret,
			 in_of(&create, invite_create_in)->secret, SECRET_SIZE);
}
END_TEST

/*
 * Where there is one daemon, whoever held the leases is gone with it; where
 * there are others, they may hold them, and each lease ends by itself. A mail
 * that was tried before keeps its pause.
 */
START_TEST(test_leases_end_with_the_only_daemon)
{
	struct store_op op, tried = invited("tried@example.com");

	ck_assert_uint_eq(claim(&op), 1);
	op = settle_op(out_of(&tried, invite_create_out)->invite.id,
		       OUTBOX_DEFERRED);
	assert_granted(&op);
	(void)invited("ada@example.com");
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_uint_eq(claim(&op), 0);
	close_store();
	open_store();
	if (store_is_shared(f.store)) {
		ck_assert_uint_eq(claim(&op), 0);
		return;
	}
	ck_assert_uint_eq(claim(&op), 1);
	ck_assert_str_eq(
	    out_of(&op, outbox_claim_out)->mails[0].to.invite.email,
	    "ada@example.com");
}
END_TEST

/* The secret is in the database only until the mail was handed over. */
START_TEST(test_no_secret_stays)
{
	struct store_op create = invited("ada@example.com"), op;
	struct store_op link = invite_op("bob@example.com");

	in_of(&link, invite_create_in)->queue_mail = false;
	assert_granted(&link);
	op = settle_op(out_of(&create, invite_create_out)->invite.id,
		       OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(rows("outbox"), 0);
	ck_assert_int_eq(rows("invite WHERE secret_hash IS NOT NULL"), 2);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_nothing_waits);
	tcase_add_test(tests, test_claim);
	tcase_add_test(tests, test_leased_is_not_claimed);
	tcase_add_test(tests, test_a_lease_is_renewed);
	tcase_add_test(tests, test_a_lost_lease_is_not_renewed);
	tcase_add_test(tests, test_the_oldest_first_and_no_more_than_asked);
	tcase_add_test(tests, test_sent);
	tcase_add_test(tests, test_deferred_then_sent);
	tcase_add_test(tests, test_recalled_when_the_server_is_back);
	tcase_add_test(tests, test_failed);
	tcase_add_test(tests, test_expired_before_delivery);
	tcase_add_test(tests, test_expired_beside_others);
	tcase_add_loop_test(tests, test_a_clock_that_was_ahead_puts_nothing_off,
			    0, 3);
	tcase_add_test(tests, test_created_again_after_a_clock_was_ahead);
	tcase_add_loop_test(tests, test_ended_while_it_waits, 0, 3);
	tcase_add_loop_test(tests, test_ended_while_it_is_sent, 0, 9);
	tcase_add_test(tests, test_settling_a_mail_of_before);
	tcase_add_loop_test(tests, test_late_failure, 0, 2);
	tcase_add_loop_test(tests, test_late_success, 0, 2);
	tcase_add_test(tests, test_failure_after_the_lease);
	tcase_add_loop_test(tests, test_failure_beside_a_renewal, 0, 4);
	tcase_add_test(tests, test_the_same_verdict_again);
	tcase_add_test(tests, test_settling_what_never_was);
	tcase_add_test(tests, test_count);
	tcase_add_test(tests, test_requeued_is_due_at_once);
	tcase_add_test(tests, test_leases_end_with_the_only_daemon);
	tcase_add_test(tests, test_no_secret_stays);
}

int main(int argc, char **argv)
{
	return store_tests("outbox", argc, argv, add);
}
