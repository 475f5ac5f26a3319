/*
 * t_collision.c: two addresses with one hash. That happens once in 10^18
 * pairs, so the tests make it happen, by writing the hash of one address into
 * the row of another.
 */
#include "base/base.h"
#include "fixture.h"

/* An invite to ada, who from now on collides with bob. */
static struct store_op collide(void)
{
	struct store_op bob = invited("bob@example.com");
	struct store_op gone = by_id(
	    &verb_invite_delete, out_of(&bob, invite_create_out)->invite.id);
	struct store_op ada = invited("ada@example.com");

	assert_granted(&gone);
	sql("UPDATE invite SET address_hash ="
	    " (SELECT address_hash FROM invite WHERE id = %lld) WHERE id = "
	    "%lld",
	    (long long)out_of(&bob, invite_create_out)->invite.id,
	    (long long)out_of(&ada, invite_create_out)->invite.id);
	return ada;
}

START_TEST(test_both_are_invited)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com");
	struct store_op list = list_op(&verb_invite_list, 0, 10);

	ck_assert(out_of(&bob, invite_create_out)->created);
	ck_assert_int_ne(out_of(&ada, invite_create_out)->invite.id,
			 out_of(&bob, invite_create_out)->invite.id);
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 2);
	in_of(&list, invite_list_in)->email_key = "bob@example.com";
	assert_granted(&list);
	ck_assert_uint_eq(out_of(&list, list_out)->count, 1);
	ck_assert_str_eq(rows_of(&list, invite)[0].email, "bob@example.com");
}
END_TEST

static void assert_bob_is_pending(const struct store_op *bob)
{
	struct store_op again = invited("bob@example.com");
	struct store_op other = invite_op("bob@example.com");

	ck_assert(!out_of(&again, invite_create_out)->created);
	ck_assert_int_eq(out_of(&again, invite_create_out)->invite.id,
			 out_of(bob, invite_create_out)->invite.id);
	in_of(&other, invite_create_in)->role = ROLE_OWNER;
	assert_ends(&other, RESULT_INVITE_EXISTS);
	ck_assert_int_eq(out_of(&other, invite_create_out)->invite.id,
			 out_of(bob, invite_create_out)->invite.id);
}

START_TEST(test_who_stands_aside_is_found_again)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com");

	(void)ada;
	assert_bob_is_pending(&bob);
}
END_TEST

/* ... also when the one before is gone: by delete, decline or accept. */
START_TEST(test_who_stood_aside_is_found_alone)
{
	static const struct verb *const ends[] = { &verb_invite_delete,
						   &verb_invitation_decline,
						   &verb_invitation_accept };
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com");
	struct store_op end =
	    _i == 0
		? by_id(ends[_i], out_of(&ada, invite_create_out)->invite.id)
		: answer_op(ends[_i], token_of(&ada));

	assert_granted(&end);
	assert_bob_is_pending(&bob);
}
END_TEST

START_TEST(test_who_stood_aside_expires)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com"), next;

	(void)ada;
	f.now_ms += TTL * SECOND_MS;
	next = invited("bob@example.com");
	ck_assert(out_of(&next, invite_create_out)->created);
	ck_assert_int_ne(out_of(&next, invite_create_out)->invite.id,
			 out_of(&bob, invite_create_out)->invite.id);
	assert_bob_is_pending(&next);
	ck_assert_int_eq(rows("outbox"), 2);
}
END_TEST

START_TEST(test_who_stood_aside_ends_in_any_way)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com"), op;

	(void)ada;
	op = by_id(&verb_invite_delete,
		   out_of(&bob, invite_create_out)->invite.id);
	assert_granted(&op);
	bob = invited("bob@example.com");
	ck_assert(out_of(&bob, invite_create_out)->created);
	op = answer_op(&verb_invitation_decline, token_of(&bob));
	assert_granted(&op);
	bob = invited("bob@example.com");
	ck_assert(out_of(&bob, invite_create_out)->created);
	op = answer_op(&verb_invitation_accept, token_of(&bob));
	assert_granted(&op);
	op = invite_op("bob@example.com");
	assert_ends(&op, RESULT_USER_EXISTS);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_both_are_invited);
	tcase_add_test(tests, test_who_stands_aside_is_found_again);
	tcase_add_loop_test(tests, test_who_stood_aside_is_found_alone, 0, 3);
	tcase_add_test(tests, test_who_stood_aside_expires);
	tcase_add_test(tests, test_who_stood_aside_ends_in_any_way);
}

int main(int argc, char **argv)
{
	return store_tests("collision", argc, argv, add);
}
