/*
 * t_opt_out.c: whoever has a link says that it was not meant for them, or asks
 * for a new one.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/invites/blocked_addresses.h"

static int64_t id_of(const struct store_op *create)
{
	return out_of(create, invite_create_out)->invite.id;
}

static struct store_op resend(int64_t invite)
{
	struct store_op op = op_of(&verb_invite_resend);

	*in_of(&op, invite_resend_in) =
	    (struct invite_resend_in){ .id = invite, .ttl_seconds = TTL };
	return op;
}

static struct store_op opt_out(const struct store_op *create)
{
	return answer_op(&verb_invitation_opt_out, token_of(create));
}

static struct store_op ask(const struct store_op *create)
{
	return answer_op(&verb_invitation_request, token_of(create));
}

static void opted_out(const char *address)
{
	struct store_op create = invited(address), op = opt_out(&create);

	assert_granted(&op);
}

static struct store_op blocked(const char *address)
{
	struct store_op op = list_op(&verb_block_list, 0, 10);

	if (address)
		in_of(&op, block_list_in)->email_key = email_of(address).key;
	assert_granted(&op);
	return op;
}

static void lift(const char *address)
{
	struct store_op op = blocked(address);

	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	op = by_id(&verb_block_delete, rows_of(&op, block)[0].id);
	assert_granted(&op);
}

START_TEST(test_opting_out_ends_the_invite_and_tells_the_owners)
{
	struct store_op create, op;
	int64_t owner = member("owner@example.com");
	struct invite invite;

	sql("UPDATE \"user\" SET role = 1 WHERE id = %lld", (long long)owner);
	create = invited("ada@example.com");
	op = opt_out(&create);
	assert_granted(&op);
	ck_assert(!out_of(&op, invitation_out)->again);
	invite = invite_now(id_of(&create));
	ck_assert_int_eq(invite.state, INVITE_DECLINED);
	ck_assert_int_eq(invite.opted_out_at, f.now_ms / 1000);
	ck_assert_int_eq(invite_status(&invite, f.now_ms / 1000),
			 STATUS_EXPIRED);
	ck_assert_int_eq(rows("outbox WHERE kind = 0"), 0);
	ck_assert_int_eq(rows("outbox WHERE kind = 3"), 1);
	ck_assert_int_eq(sql("SELECT recipient FROM outbox"), owner);
	ck_assert_int_eq(rows("audit WHERE type = 80"), 1);
	ck_assert_int_eq(rows("audit WHERE type = 4"), 0);
}
END_TEST

START_TEST(test_opting_out_again_is_told_the_same_and_does_no_more)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = opt_out(&create);
	int64_t events;

	assert_granted(&op);
	lift("ada@example.com");
	events = rows("audit");
	op = opt_out(&create);
	assert_granted(&op);
	ck_assert(out_of(&op, invitation_out)->again);
	ck_assert_int_eq(rows("audit"), events);
	ck_assert_int_eq(rows("blocked_address"), 0);
	op = answer_op(&verb_invitation_decline, token_of(&create));
	assert_ends(&op, RESULT_INVITATION_OPTED_OUT);
	op = answer_op(&verb_invitation_lookup, token_of(&create));
	assert_ends(&op, RESULT_INVITATION_OPTED_OUT);
}
END_TEST

START_TEST(test_nobody_opts_out_of_what_has_ended)
{
	struct store_op create = invited("ada@example.com"), op;

	op = answer_op(&verb_invitation_decline, token_of(&create));
	assert_granted(&op);
	op = opt_out(&create);
	assert_ends(&op, RESULT_INVITATION_DECLINED);
	create = invited("bob@example.com");
	op = answer_op(&verb_invitation_accept, token_of(&create));
	assert_granted(&op);
	op = opt_out(&create);
	assert_ends(&op, RESULT_INVITE_ACCEPTED);
	create = invited("eve@example.com");
	f.now_ms += TTL * SECOND_MS;
	op = opt_out(&create);
	assert_ends(&op, RESULT_INVITATION_EXPIRED);
	ck_assert_int_eq(rows("blocked_address"), 0);
}
END_TEST

/* However it is written, and whether a mail is wanted or a link. */
START_TEST(test_a_blocked_address_is_not_invited_until_that_is_lifted)
{
	struct store_op lines[2], op;

	opted_out("ada@example.com");
	op = invite_op("Ada@EXAMPLE.com");
	assert_ends(&op, RESULT_ADDRESS_BLOCKED);
	in_of(&op, invite_create_in)->queue_mail = false;
	assert_ends(&op, RESULT_ADDRESS_BLOCKED);
	in_of(&op, invite_create_in)->replace = true;
	assert_ends(&op, RESULT_ADDRESS_BLOCKED);
	lines[0] = invite_op("bob@example.com");
	lines[1] = invite_op("ada@example.com");
	op = invite_all_op(lines, 2);
	assert_ends(&op, RESULT_INVITES_REFUSED);
	ck_assert_int_eq(out_of(&op, invite_create_all_out)->results[1],
			 RESULT_ADDRESS_BLOCKED);
	lift("ada@example.com");
	(void)invited("ada@example.com");
	ck_assert_int_eq(rows("audit WHERE type = 82"), 1);
}
END_TEST

/* An older one that has expired, and the one that was declined. */
START_TEST(test_a_blocked_address_is_not_sent_to_again)
{
	struct store_op old = invited("ada@example.com"), create, op;

	f.now_ms += TTL * SECOND_MS;
	create = invited("ada@example.com");
	op = opt_out(&create);
	assert_granted(&op);
	op = resend(id_of(&old));
	assert_ends(&op, RESULT_ADDRESS_BLOCKED);
	op = resend(id_of(&create));
	assert_ends(&op, RESULT_ADDRESS_OPTED_OUT);
	lift("ada@example.com");
	op = resend(id_of(&create));
	assert_ends(&op, RESULT_ADDRESS_OPTED_OUT);
	op = resend(id_of(&old));
	assert_granted(&op);
}
END_TEST

START_TEST(test_blocked_addresses_are_listed_and_found_by_who_knows_them)
{
	struct store_op op;
	int64_t first, second;

	opted_out("ada@example.com");
	opted_out("bob@example.com");
	op = blocked(NULL);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2);
	second = rows_of(&op, block)[0].id;
	first = rows_of(&op, block)[1].id;
	ck_assert_int_gt(second, first);
	op = blocked("ada@example.com");
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, block)[0].id, first);
	op = blocked("eve@example.com");
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	op = by_id(&verb_block_get, first);
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, block)->created_at, f.now_ms / 1000);
	op = by_id(&verb_block_delete, first + 1);
	assert_ends(&op, RESULT_BLOCKED_ADDRESS_NOT_FOUND);
}
END_TEST

/* Nobody who wants to be forgotten wants to be invited again. */
START_TEST(test_erasing_somebody_leaves_their_address_blocked)
{
	struct store_op op;

	opted_out("ada@example.com");
	op = op_of(&verb_user_erase);
	in_of(&op, user_erase_in)->email_key = "ada@example.com";
	assert_granted(&op);
	ck_assert_int_eq(rows("invite WHERE email <> ''"), 0);
	op = invite_op("ada@example.com");
	assert_ends(&op, RESULT_ADDRESS_BLOCKED);
}
END_TEST

/* ---- asking for a new one ---- */

START_TEST(test_a_new_invitation_is_asked_for_once_an_expiry)
{
	struct store_op create = invited("ada@example.com"), op = ask(&create);
	int64_t owner = member("owner@example.com"), events;

	sql("UPDATE \"user\" SET role = 1 WHERE id = %lld", (long long)owner);
	assert_ends(&op, RESULT_INVITATION_OPEN);
	f.now_ms += TTL * SECOND_MS;
	op = ask(&create);
	assert_granted(&op);
	events = rows("audit");
	ck_assert_int_eq(invite_now(id_of(&create)).resend_requested_at,
			 f.now_ms / 1000);
	f.now_ms += HOUR_MS;
	op = ask(&create);
	assert_granted(&op);
	ck_assert_int_eq(invite_now(id_of(&create)).resend_requested_at,
			 (f.now_ms - HOUR_MS) / 1000);
	ck_assert_int_eq(rows("audit"), events);
	ck_assert_int_eq(rows("audit WHERE type = 81"), 1);
	ck_assert_int_eq(rows("outbox WHERE kind = 4"), 1);
}
END_TEST

/* An older invitation's link, of somebody who opted out of another: they are
 * told the same, and nobody is asked. */
START_TEST(test_nothing_is_asked_for_by_who_has_opted_out)
{
	int64_t owner = member("owner@example.com"), events;
	struct store_op old = invited("ada@example.com"), op;

	sql("UPDATE \"user\" SET role = 1 WHERE id = %lld", (long long)owner);
	f.now_ms += TTL * SECOND_MS;
	opted_out("ada@example.com");
	events = rows("audit");
	op = ask(&old);
	assert_granted(&op);
	ck_assert_int_eq(invite_now(id_of(&old)).resend_requested_at, 0);
	ck_assert_int_eq(rows("outbox WHERE kind = 4"), 0);
	ck_assert_int_eq(rows("audit"), events);
	lift("ada@example.com");
	op = ask(&old);
	assert_granted(&op);
	ck_assert_int_eq(invite_now(id_of(&old)).resend_requested_at,
			 f.now_ms / 1000);
	ck_assert_int_eq(rows("outbox WHERE kind = 4"), 1);
}
END_TEST

/* What was asked for is there, so that nobody is told of it any more. */
START_TEST(test_sent_again_nothing_is_asked_for)
{
	struct store_op create = invited("ada@example.com"), op;
	int64_t owner = member("owner@example.com");

	sql("UPDATE \"user\" SET role = 1 WHERE id = %lld", (long long)owner);
	f.now_ms += TTL * SECOND_MS;
	op = ask(&create);
	assert_granted(&op);
	op = resend(id_of(&create));
	assert_granted(&op);
	ck_assert_int_eq(invite_now(id_of(&create)).resend_requested_at, 0);
	op = claim_op(10, MINUTE_MS);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 0);
	ck_assert_int_eq(rows("outbox WHERE kind = 4"), 0);
}
END_TEST

/* ---- who is told ---- */

static struct store_op invited_by(const char *inviter)
{
	struct store_op op = invite_op("ada@example.com");

	in_of(&op, invite_create_in)->inviter_name = "Grace";
	in_of(&op, invite_create_in)->inviter_email = email_of(inviter);
	in_of(&op, invite_create_in)->queue_mail = false;
	assert_granted(&op);
	return op;
}

/* The address that the one mail goes to; "": none does. */
static const char *who_is_told(void)
{
	struct store_op op = claim_op(10, MINUTE_MS);
	const struct outbox_claim_out *out = out_of(&op, outbox_claim_out);

	assert_granted(&op);
	if (out->count == 0)
		return "";
	ck_assert_uint_eq(out->count, 1);
	ck_assert_str_eq(out->mails[0].about.email, "ada@example.com");
	return out->mails[0].to.invite.email;
}

START_TEST(test_whoever_invited_is_told_if_they_are_there)
{
	struct store_op create, op;
	int64_t grace = member("grace@example.com");
	int64_t owner = member("owner@example.com");

	sql("DELETE FROM outbox");
	sql("UPDATE \"user\" SET role = 1 WHERE id = %lld", (long long)owner);
	create = invited_by("Grace@example.com");
	op = opt_out(&create);
	assert_granted(&op);
	ck_assert_str_eq(who_is_told(), "grace@example.com");
	sql("DELETE FROM outbox");
	lift("ada@example.com");
	op = by_id(&verb_user_delete, grace);
	assert_granted(&op);
	create = invited_by("Grace@example.com");
	op = opt_out(&create);
	assert_granted(&op);
	ck_assert_str_eq(who_is_told(), "owner@example.com");
}
END_TEST

START_TEST(test_an_inviter_who_is_no_member_is_told_at_their_address)
{
	struct store_op create = invited_by("Desk@example.com");
	struct store_op op = opt_out(&create);

	assert_granted(&op);
	ck_assert_str_eq(who_is_told(), "Desk@example.com");
}
END_TEST

START_TEST(test_nobody_is_told_of_whoever_was_erased_since)
{
	struct store_op create = invited_by("desk@example.com");
	struct store_op op = opt_out(&create);

	assert_granted(&op);
	op = op_of(&verb_user_erase);
	in_of(&op, user_erase_in)->email_key = "ada@example.com";
	assert_granted(&op);
	ck_assert_str_eq(who_is_told(), "");
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests,
		       test_opting_out_ends_the_invite_and_tells_the_owners);
	tcase_add_test(tests,
		       test_opting_out_again_is_told_the_same_and_does_no_more);
	tcase_add_test(tests, test_nobody_opts_out_of_what_has_ended);
	tcase_add_test(
	    tests, test_a_blocked_address_is_not_invited_until_that_is_lifted);
	tcase_add_test(tests, test_a_blocked_address_is_not_sent_to_again);
	tcase_add_test(
	    tests,
	    test_blocked_addresses_are_listed_and_found_by_who_knows_them);
	tcase_add_test(tests,
		       test_erasing_somebody_leaves_their_address_blocked);
	tcase_add_test(tests,
		       test_a_new_invitation_is_asked_for_once_an_expiry);
	tcase_add_test(tests, test_nothing_is_asked_for_by_who_has_opted_out);
	tcase_add_test(tests, test_sent_again_nothing_is_asked_for);
	tcase_add_test(tests, test_whoever_invited_is_told_if_they_are_there);
	tcase_add_test(
	    tests, test_an_inviter_who_is_no_member_is_told_at_their_address);
	tcase_add_test(tests, test_nobody_is_told_of_whoever_was_erased_since);
}

int main(int argc, char **argv)
{
	return store_tests("opt_out", argc, argv, add);
}
