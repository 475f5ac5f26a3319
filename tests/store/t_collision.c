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
	struct store_op gone =
	    by_id(STORE_INVITE_DELETE, bob.invite_create.ret_invite.id);
	struct store_op ada = invited("ada@example.com");

	assert_granted(&gone);
	sql("UPDATE invite SET address_hash ="
	    " (SELECT address_hash FROM invite WHERE id = %lld) WHERE id = "
	    "%lld",
	    (long long)bob.invite_create.ret_invite.id,
	    (long long)ada.invite_create.ret_invite.id);
	return ada;
}

START_TEST(test_both_are_invited)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com");
	struct store_op list = list_op(STORE_INVITE_LIST, 0, 10);

	ck_assert(bob.invite_create.ret_created);
	ck_assert_int_ne(ada.invite_create.ret_invite.id,
			 bob.invite_create.ret_invite.id);
	assert_granted(&list);
	ck_assert_uint_eq(list.invite_list.page.count, 2);
	list.invite_list.email_key = "bob@example.com";
	assert_granted(&list);
	ck_assert_uint_eq(list.invite_list.page.count, 1);
	ck_assert_str_eq(list.invite_list.ret_invites[0].email,
			 "bob@example.com");
}
END_TEST

static void assert_bob_is_pending(const struct store_op *bob)
{
	struct store_op again = invited("bob@example.com");
	struct store_op other = invite_op("bob@example.com");

	ck_assert(!again.invite_create.ret_created);
	ck_assert_int_eq(again.invite_create.ret_invite.id,
			 bob->invite_create.ret_invite.id);
	other.invite_create.role = ROLE_OWNER;
	assert_ends(&other, RESULT_INVITE_EXISTS);
	ck_assert_int_eq(other.invite_create.ret_invite.id,
			 bob->invite_create.ret_invite.id);
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
	static const enum store_verb ends[] = { STORE_INVITE_DELETE,
						STORE_INVITATION_DECLINE,
						STORE_INVITATION_ACCEPT };
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com");
	struct store_op end =
	    _i == 0 ? by_id(ends[_i], ada.invite_create.ret_invite.id)
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
	ck_assert(next.invite_create.ret_created);
	ck_assert_int_ne(next.invite_create.ret_invite.id,
			 bob.invite_create.ret_invite.id);
	assert_bob_is_pending(&next);
	ck_assert_int_eq(rows("outbox"), 2);
}
END_TEST

START_TEST(test_who_stood_aside_ends_in_any_way)
{
	struct store_op ada = collide();
	struct store_op bob = invited("bob@example.com"), op;

	(void)ada;
	op = by_id(STORE_INVITE_DELETE, bob.invite_create.ret_invite.id);
	assert_granted(&op);
	bob = invited("bob@example.com");
	ck_assert(bob.invite_create.ret_created);
	op = answer_op(STORE_INVITATION_DECLINE, token_of(&bob));
	assert_granted(&op);
	bob = invited("bob@example.com");
	ck_assert(bob.invite_create.ret_created);
	op = answer_op(STORE_INVITATION_ACCEPT, token_of(&bob));
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
