/*
 * t_bounce.c: mails that come back: which invites they are about, and when they
 * make no difference.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/mail/bounces.h"

#define REASON "bounced: 550 5.1.1 User unknown"

/* Claims the mail that waits and has it sent; the code it went out with. */
static struct return_code sent(void)
{
	struct store_op op = claim_op(1, MINUTE_MS), settle;
	const struct outbox_mail *mail;

	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 1);
	mail = out_of(&op, outbox_claim_out)->mails;
	settle = settle_op(mail->token.invite, OUTBOX_SENT);
	assert_granted(&settle);
	return mail->return_code;
}

static struct store_op bounce_op(struct return_code code)
{
	struct store_op op = op_of(&verb_mail_bounced);

	*in_of(&op, mail_bounced_in) =
	    (struct mail_bounced_in){ .code = code, .reason = REASON };
	return op;
}

/* Whether it made a difference. */
static bool bounced(struct return_code code)
{
	struct store_op op = bounce_op(code);

	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, mail_bounced_out)->invite, code.id);
	return out_of(&op, mail_bounced_out)->failed;
}

static struct delivery delivery_of(const struct store_op *create)
{
	return invite_now(out_of(create, invite_create_out)->invite.id)
	    .delivery;
}

static int64_t failures(void)
{
	return rows("audit WHERE type = 28");
}

START_TEST(test_fails_the_delivery_once)
{
	struct store_op create = invited("ada@example.com");
	struct return_code code = sent();

	f.now_ms += HOUR_MS;
	ck_assert(bounced(code));
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
	ck_assert_int_eq(delivery_of(&create).attempts, 1);
	ck_assert_str_eq(delivery_of(&create).last_error, REASON);
	ck_assert_int_eq(delivery_of(&create).updated_at, f.now_ms / 1000);
	ck_assert_int_eq(failures(), 1);
	f.now_ms += HOUR_MS;
	ck_assert(!bounced(code));
	ck_assert_int_eq(failures(), 1);
}
END_TEST

/* The server's answer to the mail was lost, or is not recorded yet: that it
 * came back says that it was taken, and so nobody sends it again. */
START_TEST(test_one_that_seems_to_wait_waits_no_more)
{
	struct store_op create = invited("ada@example.com");
	struct store_op claim = claim_op(1, MINUTE_MS), settle;
	struct return_code code;

	assert_granted(&claim);
	code = out_of(&claim, outbox_claim_out)->mails[0].return_code;
	ck_assert(bounced(code));
	ck_assert_int_eq(rows("outbox"), 0);
	settle = settle_op(code.id, OUTBOX_SENT);
	assert_granted(&settle);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
}
END_TEST

START_TEST(test_a_mail_of_before_fails_nothing)
{
	struct store_op create = invited("ada@example.com");
	struct store_op resend = op_of(&verb_invite_resend), op;
	struct return_code before = sent(), now;

	*in_of(&resend, invite_resend_in) = (struct invite_resend_in){
		.id = before.id,
		.queue_mail = true,
		.ttl_seconds = TTL,
		.secret = { 9 },
	};
	assert_granted(&resend);
	op = bounce_op(before);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	now = sent();
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert(bounced(now));
}
END_TEST

/* The reminder may have arrived since. */
START_TEST(test_only_the_last_of_its_mails_counts)
{
	struct store_op create = invited("ada@example.com"), op;
	struct return_code first = sent(), reminder;

	f.now_ms += TTL * SECOND_MS - HOUR_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	reminder = sent();
	op = bounce_op(first);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert(bounced(reminder));
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
}
END_TEST

START_TEST(test_a_link_that_was_copied_is_no_mail)
{
	struct store_op create = invited("ada@example.com");
	struct store_op copy = op_of(&verb_invite_link);
	struct return_code code = sent();

	*in_of(&copy, invite_link_in) =
	    (struct invite_link_in){ .id = code.id, .secret = { 9 } };
	assert_granted(&copy);
	ck_assert(bounced(code));
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_FAILED);
}
END_TEST

START_TEST(test_a_forged_one_fails_nothing)
{
	struct store_op create = invited("ada@example.com"), op;
	struct return_code code = sent(), forged = code;

	forged.mac[0] ^= 1;
	op = bounce_op(forged);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	forged = code;
	forged.id++;
	op = bounce_op(forged);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
}
END_TEST

/* Whoever accepted had the mail, or its link from elsewhere. */
START_TEST(test_an_accepted_invite_does_not_fail)
{
	struct store_op create = invited("ada@example.com"), accept;
	struct return_code code = sent();

	accept = answer_op(&verb_invitation_accept, token_of(&create));
	assert_granted(&accept);
	ck_assert(!bounced(code));
	ck_assert_int_eq(delivery_of(&create).status, DELIVERY_SENT);
	ck_assert_int_eq(failures(), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_fails_the_delivery_once);
	tcase_add_test(tests, test_one_that_seems_to_wait_waits_no_more);
	tcase_add_test(tests, test_a_mail_of_before_fails_nothing);
	tcase_add_test(tests, test_only_the_last_of_its_mails_counts);
	tcase_add_test(tests, test_a_link_that_was_copied_is_no_mail);
	tcase_add_test(tests, test_a_forged_one_fails_nothing);
	tcase_add_test(tests, test_an_accepted_invite_does_not_fail);
}

int main(int argc, char **argv)
{
	return store_tests("bounce", argc, argv, add);
}
