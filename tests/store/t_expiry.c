/*
 * t_expiry.c: reminders before invites expire: to whom, when, and once; what
 * opens an invite then; and how far the walk went.
 */
#include "base/base.h"
#include "fixture.h"

#include "base/random.h"
#include "store/organizations/settings.h"
#include "store/webhooks/webhooks.h"

#define HOURS(n) ((int64_t)(n)*HOUR_MS)
#define LEAD_MS	 HOURS(REMINDER_HOURS)
#define TTL_MS	 ((int64_t)TTL * SECOND_MS)

static int64_t id_of(const struct store_op *create)
{
	return out_of(create, invite_create_out)->invite.id;
}

static bool opens(struct token token)
{
	struct store_op op = answer_op(&verb_invitation_lookup, token);

	return run(&op) == RESULT_OK;
}

/* The mail of the invite, once it is in somebody's hand. */
static struct outbox_mail claim_one(void)
{
	struct store_op op = claim_op(10, MINUTE_MS);

	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 1);
	return out_of(&op, outbox_claim_out)->mails[0];
}

static void assert_sent(int64_t id)
{
	struct store_op op = settle_op(id, OUTBOX_SENT);

	assert_granted(&op);
}

static struct store_op resend_op(int64_t id, bool mail)
{
	struct store_op op = op_of(&verb_invite_resend);
	struct invite_resend_in *in = in_of(&op, invite_resend_in);

	*in = (struct invite_resend_in){ .id = id,
					 .ttl_seconds = TTL,
					 .queue_mail = mail };
	random_bytes(in->secret, SECRET_SIZE);
	return op;
}

/* A copied link. */
static struct token copied(int64_t id)
{
	struct store_op op = op_of(&verb_invite_link);
	struct invite_link_in *in = in_of(&op, invite_link_in);
	struct token token = { .invite = id };

	in->id = id;
	random_bytes(in->secret, SECRET_SIZE);
	assert_granted(&op);
	memcpy(token.secret, in->secret, SECRET_SIZE);
	return token;
}

/* ---- when, and to whom ---- */

START_TEST(test_once_at_its_time_by_a_mail_of_its_own)
{
	struct store_op create = mailed("ada@example.com");
	int64_t id = id_of(&create), begin_ms = f.now_ms;
	struct outbox_mail mail;

	f.now_ms = begin_ms + TTL_MS - LEAD_MS - SECOND_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	f.now_ms += SECOND_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	ck_assert_int_eq(invite_now(id).reminded_at, f.now_ms / 1000);
	ck_assert_int_eq(invite_now(id).delivery.status, DELIVERY_QUEUED);
	mail = claim_one();
	ck_assert_int_eq(mail.kind, MAIL_INVITATION);
	ck_assert_int_eq(mail.letter, LETTER_REMINDER);
	ck_assert_int_eq(mail.queued_at_ms, f.now_ms);
	ck_assert(opens(mail.token) && opens(token_of(&create)));
	assert_sent(id);
	f.now_ms += HOURS(1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	ck_assert_int_eq(rows("audit WHERE type = 75"), 1);
	assert_sound();
}
END_TEST

static int64_t invited_for(const char *address, int64_t seconds, bool remind)
{
	struct store_op op = invite_op(address);

	in_of(&op, invite_create_in)->ttl_seconds = seconds;
	in_of(&op, invite_create_in)->remind = remind;
	assert_granted(&op);
	return id_of(&op);
}

START_TEST(test_only_who_has_the_mail_and_an_open_invite)
{
	struct store_op accepted = mailed("accepted@example.com");
	struct store_op withdrawn = mailed("withdrawn@example.com");
	struct store_op op =
	    answer_op(&verb_invitation_accept, token_of(&accepted));

	assert_granted(&op);
	op = by_id(&verb_invite_delete, id_of(&withdrawn));
	assert_granted(&op);
	assert_sent(invited_for("unwanted@example.com", TTL, false));
	assert_sent(invited_for("short@example.com", LEAD_MS / 1000 - 1, true));
	(void)invited("queued@example.com");
	op = settle_op(invited_for("failed@example.com", TTL, true),
		       OUTBOX_FAILED);
	assert_granted(&op);
	for (int hour = 0; hour < 24 * 8; hour += 6) {
		f.now_ms += HOURS(6);
		ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	}
	ck_assert_int_eq(rows("invite WHERE reminded_at > 0"), 0);
}
END_TEST

START_TEST(test_no_more_mails_a_day_than_an_address_may_have)
{
	struct store_op op = op_of(&verb_settings_update);
	struct settings_in *in = in_of(&op, settings_in);
	int64_t ttl = LEAD_MS / SECOND_MS + 3600;

	in->settings.mails_per_day = 3;
	in->given[offsetof(struct organization_settings, mails_per_day)] = true;
	assert_granted(&op);
	for (int i = 0; i < 3; i++) {
		int64_t id = invited_for("ada@example.com", ttl, true);

		assert_sent(id);
		f.now_ms += HOURS(1);
		ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), i % 2 == 0);
		op = by_id(&verb_invite_delete, id);
		assert_granted(&op);
		if (i == 1)
			f.now_ms += HOURS(24);
	}
}
END_TEST

static void set_hours(int64_t hours)
{
	struct store_op op = op_of(&verb_settings_update);
	struct settings_in *in = in_of(&op, settings_in);

	in->settings.reminder_hours = hours;
	in->given[offsetof(struct organization_settings, reminder_hours)] =
	    true;
	assert_granted(&op);
}

START_TEST(test_as_the_organization_has_set)
{
	struct store_op create = mailed("ada@example.com");

	set_hours(0);
	f.now_ms += TTL_MS - HOURS(1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	ck_assert_int_eq(rows("invite_mark"), 0);
	set_hours(2);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	ck_assert_int_eq(rows("invite_mark"), 1);
	set_hours(0);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	ck_assert_int_eq(rows("invite_mark"), 0);
	ck_assert(opens(token_of(&create)));
}
END_TEST

/* ---- again ---- */

START_TEST(test_a_new_expiry_begins_a_new_one)
{
	struct store_op create = mailed("ada@example.com");
	struct store_op change = op_of(&verb_invite_change);
	struct store_op resend = resend_op(id_of(&create), true);

	f.now_ms += TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	assert_sent(id_of(&create));
	*in_of(&change, invite_change_in) =
	    (struct invite_change_in){ .id = id_of(&create),
				       .ttl_seconds = TTL };
	change.now_ms = f.now_ms;
	assert_granted(&change);
	ck_assert_int_eq(invite_now(id_of(&create)).reminded_at, 0);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	f.now_ms += TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	assert_sent(id_of(&create));
	f.now_ms += LEAD_MS + HOURS(1);
	resend.now_ms = f.now_ms;
	assert_granted(&resend);
	assert_sent(id_of(&create));
	f.now_ms += TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
}
END_TEST

/* ---- how far it went ---- */

#define MANY (2 * EXPIRY_AT_ONCE + 50)

/* All expire in one second. */
START_TEST(test_many_page_by_page_each_once)
{
	for (int i = 0; i < MANY; i++)
		(void)invited(arena_printf(&f.arena, "u%d@example.com", i));
	sql("UPDATE invite SET delivery = 2");
	sql("DELETE FROM outbox");
	f.now_ms += TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), MANY);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	ck_assert_int_eq(rows("outbox WHERE subject = 1"), MANY);
	ck_assert_int_eq(rows("invite_mark"), 1);
}
END_TEST

/* Two have looked at the same time. */
START_TEST(test_two_daemons_do_it_once)
{
	struct store_op one, other;
	bool more;

	(void)mailed("ada@example.com");
	f.now_ms += TTL_MS - LEAD_MS;
	one = expiry_op(EXPIRY_REMINDER, &more);
	other = expiry_op(EXPIRY_REMINDER, &more);
	assert_granted(&one);
	assert_granted(&other);
	ck_assert_uint_eq(out_of(&one, expiry_settle_out)->count, 1);
	ck_assert_uint_eq(out_of(&other, expiry_settle_out)->count, 0);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

/* A clock that is ahead for a while reminds too early, and nobody twice; who is
 * invited after it was set right is reminded in time. */
START_TEST(test_a_jump_of_the_clock_counts_once)
{
	struct store_op create = mailed("ada@example.com");
	int64_t right_ms = f.now_ms;

	f.now_ms = right_ms + TTL_MS - LEAD_MS + HOURS(1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	f.now_ms = right_ms + HOURS(24 * 365);
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	f.now_ms = right_ms;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 0);
	assert_sent(id_of(&create));
	(void)mailed("bob@example.com");
	f.now_ms = right_ms + TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	ck_assert_int_eq(rows("invite WHERE reminded_at > 0"), 2);
}
END_TEST

/* ---- webhooks are told ---- */

static void listen_to_expiries(void)
{
	struct store_op op = op_of(&verb_webhook_create);

	*in_of(&op, webhook) = (struct webhook){
		.url = "https://example.com/",
		.events = event_bit(EVENT_INVITE_EXPIRED),
		.status = WEBHOOK_ENABLED,
	};
	assert_granted(&op);
}

START_TEST(test_a_webhook_is_told_once_of_each_expiry)
{
	struct store_op create = mailed("ada@example.com");
	struct store_op before = mailed("before@example.com");
	struct store_op accepted = mailed("accepted@example.com");
	struct store_op accept =
	    answer_op(&verb_invitation_accept, token_of(&accepted));
	struct store_op resend;

	(void)before;
	assert_granted(&accept);
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	ck_assert_int_eq(rows("invite_mark"), 0);
	sql("UPDATE invite SET expires_at = 1 WHERE id = %lld",
	    (long long)id_of(&before));
	listen_to_expiries();
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	f.now_ms += TTL_MS - SECOND_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	f.now_ms += SECOND_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	ck_assert_int_eq(rows("webhook_event WHERE type = 5"), 1);
	ck_assert_int_eq(sql("SELECT target FROM webhook_event"),
			 id_of(&create));
	resend = resend_op(id_of(&create), false);
	assert_granted(&resend);
	f.now_ms += TTL_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 1);
	ck_assert_int_eq(rows("webhook_event"), 2);
}
END_TEST

/* What a wrong clock took for expired is told of once; what is made afterwards
 * in its time. */
START_TEST(test_an_expiry_is_told_once_by_a_clock_that_jumps)
{
	int64_t right_ms = f.now_ms;

	(void)mailed("ada@example.com");
	listen_to_expiries();
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	f.now_ms = right_ms + HOURS(24 * 365);
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 1);
	f.now_ms = right_ms;
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	(void)mailed("bob@example.com");
	f.now_ms = right_ms + TTL_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 1);
	ck_assert_uint_eq(walk_expiry(EXPIRY_PASSED), 0);
	ck_assert_int_eq(rows("webhook_event"), 2);
	assert_sound();
}
END_TEST

/* ---- what opens it ---- */

START_TEST(test_a_copied_link_works_beside_the_mail)
{
	struct store_op create = invited("ada@example.com");
	struct token first = copied(id_of(&create)), second;
	struct outbox_mail mail = claim_one();

	ck_assert(opens(mail.token) && opens(first));
	second = copied(id_of(&create));
	ck_assert(opens(mail.token) && opens(second) && !opens(first));
	assert_sent(id_of(&create));
	f.now_ms += TTL_MS - LEAD_MS;
	ck_assert_uint_eq(walk_expiry(EXPIRY_REMINDER), 1);
	ck_assert(opens(second) && !opens(mail.token));
	mail = claim_one();
	ck_assert(opens(mail.token));
	ck_assert_int_eq(rows("audit WHERE type = 76"), 2);
}
END_TEST

START_TEST(test_what_ends_an_invite_ends_both)
{
	static const enum result ends[] = { RESULT_INVITE_ACCEPTED,
					    RESULT_INVITATION_DECLINED,
					    RESULT_INVITATION_WITHDRAWN,
					    RESULT_INVITATION_NOT_FOUND };
	struct store_op create = mailed("ada@example.com");
	struct token both[] = { token_of(&create), copied(id_of(&create)) };
	const struct store_op how[] = {
		answer_op(&verb_invitation_accept, both[1]),
		answer_op(&verb_invitation_decline, both[1]),
		by_id(&verb_invite_delete, id_of(&create)),
		resend_op(id_of(&create), true),
	};
	struct store_op end = how[_i];

	assert_granted(&end);
	for (size_t i = 0; i < COUNT_OF(both); i++) {
		struct store_op op =
		    answer_op(&verb_invitation_decline, both[i]);

		assert_ends(&op, ends[_i] == RESULT_INVITATION_DECLINED
				     ? RESULT_OK
				     : ends[_i]);
		op = answer_op(&verb_invitation_accept, both[i]);
		assert_ends(&op, ends[_i] == RESULT_INVITE_ACCEPTED ? RESULT_OK
								    : ends[_i]);
	}
	ck_assert_int_eq(rows("\"user\""), _i == 0);
}
END_TEST

/* A worker has the mail in hand while a link is asked for in its place: what
 * arrives is no dead link. What was copied before is dead, as ever. */
START_TEST(test_no_mail_arrives_with_a_dead_link)
{
	struct store_op create = invited("ada@example.com");
	struct token before = copied(id_of(&create)), link;
	struct outbox_mail in_hand = claim_one();
	struct store_op resend = resend_op(id_of(&create), false);

	assert_granted(&resend);
	link.invite = id_of(&create);
	memcpy(link.secret, in_of(&resend, invite_resend_in)->secret,
	       SECRET_SIZE);
	assert_sent(id_of(&create)); /* as the worker says */
	ck_assert(opens(in_hand.token) && opens(link) && !opens(before));
	ck_assert_int_eq(rows("outbox"), 0);
	resend = resend_op(id_of(&create), false);
	assert_granted(&resend);
	ck_assert(!opens(in_hand.token) && !opens(link));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_once_at_its_time_by_a_mail_of_its_own);
	tcase_add_test(tests, test_only_who_has_the_mail_and_an_open_invite);
	tcase_add_test(tests,
		       test_no_more_mails_a_day_than_an_address_may_have);
	tcase_add_test(tests, test_as_the_organization_has_set);
	tcase_add_test(tests, test_a_new_expiry_begins_a_new_one);
	tcase_add_test(tests, test_many_page_by_page_each_once);
	tcase_add_test(tests, test_two_daemons_do_it_once);
	tcase_add_test(tests, test_a_jump_of_the_clock_counts_once);
	tcase_add_test(tests, test_a_webhook_is_told_once_of_each_expiry);
	tcase_add_test(tests,
		       test_an_expiry_is_told_once_by_a_clock_that_jumps);
	tcase_add_test(tests, test_a_copied_link_works_beside_the_mail);
	tcase_add_loop_test(tests, test_what_ends_an_invite_ends_both, 0, 4);
	tcase_add_test(tests, test_no_mail_arrives_with_a_dead_link);
}

int main(int argc, char **argv)
{
	return store_tests("expiry", argc, argv, add);
}
