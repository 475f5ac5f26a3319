/*
 * t_side.c: what stands at the side of events, and can be erased; and what
 * events are relied upon for.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/work.h"

/* ---- at whose side something stands ---- */

static struct store_op accept_from(const char *address, const char *agent)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op =
	    answer_op(&verb_invitation_accept, token_of(&create));

	op.actor = (struct actor){ .kind = ACTOR_LINK,
				   .address = address,
				   .agent = agent };
	assert_granted(&op);
	return op;
}

START_TEST(test_who_accepts_leaves_what_is_personal_at_the_side)
{
	struct store_op op = accept_from("192.0.2.1", "Firefox");
	int64_t user = out_of(&op, invitation_out)->user;

	ck_assert_int_eq(sql("SELECT count(*) FROM audit_side s JOIN audit a"
			     " ON a.id = s.event WHERE s.person = %lld"
			     " AND email = 'ada@example.com'"
			     " AND address = '192.0.2.1' AND agent = 'Firefox'"
			     " AND length(salt) = 16"
			     " AND length(side_hash) = 32",
			     (long long)user),
			 2);
	ck_assert_int_eq(rows("audit_side"), 2);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NULL AND type IN"
			      " (2, 5)"),
			 0);
}
END_TEST

START_TEST(test_what_a_key_does_leaves_nothing_at_the_side)
{
	struct store_op op = invite_op("ada@example.com");

	op.actor.address = "192.0.2.1";
	assert_granted(&op);
	(void)add_project("P");
	ck_assert_int_eq(rows("audit_side"), 0);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NOT NULL"), 0);
}
END_TEST

static enum result erase(struct work *work, const void *in, void *out)
{
	(void)out;
	audit_erase(work, ((const struct id_in *)in)->id);
	return RESULT_OK;
}

START_TEST(test_erasure_leaves_the_event_and_nothing_at_its_side)
{
	static const struct verb verb_erase = {
		.name = "erase",
		.size_in = sizeof(struct id_in),
		.run = erase,
	};
	struct store_op accept = accept_from("192.0.2.1", "Firefox");
	int64_t user = out_of(&accept, invitation_out)->user;
	struct store_op op = by_id(&verb_erase, user + 1000);

	assert_granted(&op);
	ck_assert_int_eq(rows("audit_side WHERE email IS NOT NULL"), 2);
	op = by_id(&verb_erase, user);
	assert_granted(&op);
	ck_assert_int_eq(rows("audit_side WHERE email IS NULL AND address IS"
			      " NULL AND agent IS NULL"),
			 2);
	ck_assert_int_eq(sql("SELECT count(DISTINCT salt) FROM audit_side"), 1);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NOT NULL"), 2);
	assert_sound();
}
END_TEST

/* The index leaves that event out, since it is found by its invite's id. */
START_TEST(test_the_event_of_an_invite_has_the_id_behind_it)
{
	for (int i = 0; i < 3; i++) {
		char address[64];

		snprintf(address, sizeof(address), "p%d@example.com", i);
		(void)invited(address);
	}
	ck_assert_int_eq(rows("audit WHERE type = 1 AND id = target + 1"), 3);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 3);
}
END_TEST

/* One for the mail that is given up, none for those that may yet arrive. */
START_TEST(test_a_mail_that_is_given_up_leaves_an_event)
{
	static const struct {
		enum outbox_outcome outcome;
		int events;
	} cases[] = {
		{ OUTBOX_DEFERRED, 0 },
		{ OUTBOX_FAILED, 1 },
		{ OUTBOX_SENT, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char address[64];
		struct store_op create, op;

		snprintf(address, sizeof(address), "p%zu@example.com", i);
		create = invited(address);
		op = claim_op(1, MINUTE_MS);
		assert_granted(&op);
		op = settle_op(token_of(&create).invite, cases[i].outcome);
		assert_granted(&op);
		ck_assert_int_eq(sql("SELECT count(*) FROM audit WHERE type ="
				     " 28 AND target = %lld",
				     (long long)token_of(&create).invite),
				 cases[i].events);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests,
		       test_who_accepts_leaves_what_is_personal_at_the_side);
	tcase_add_test(tests, test_what_a_key_does_leaves_nothing_at_the_side);
	tcase_add_test(tests,
		       test_erasure_leaves_the_event_and_nothing_at_its_side);
	tcase_add_test(tests, test_the_event_of_an_invite_has_the_id_behind_it);
	tcase_add_test(tests, test_a_mail_that_is_given_up_leaves_an_event);
}

int main(int argc, char **argv)
{
	return store_tests("side", argc, argv, add);
}
