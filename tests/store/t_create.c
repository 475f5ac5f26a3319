/*
 * t_create.c: the table of what a create answers, row by row, and delete.
 */
#include "base/base.h"
#include "fixture.h"

START_TEST(test_new_invite)
{
	struct store_op op = invited("Ada@Example.com");
	struct invite invite = out_of(&op, invite_create_out)->invite;
	uint8_t hash[SHA256_SIZE];

	ck_assert(out_of(&op, invite_create_out)->created);
	ck_assert(!out_of(&op, invite_create_out)->link);
	ck_assert_int_gt(invite.id, 0);
	ck_assert_int_eq(invite.organization, f.organization);
	ck_assert_str_eq(invite.email, "Ada@Example.com");
	ck_assert_str_eq(invite.email_key, "ada@example.com");
	ck_assert_int_eq(invite.role, ROLE_READER);
	ck_assert_int_eq(invite.state, INVITE_OPEN);
	ck_assert_int_eq(invite.created_at, START_MS / 1000);
	ck_assert_int_eq(invite.expires_at, START_MS / 1000 + TTL);
	ck_assert_int_eq(invite.accepted_at, 0);
	ck_assert_int_eq(invite.user, 0);
	ck_assert_uint_eq(invite.grants.count, 1);
	ck_assert_int_eq(invite.grants.at[0].project, f.project);
	ck_assert_int_eq(invite.grants.at[0].role, PROJECT_MEMBER);
	ck_assert_int_eq(invite.delivery.status, DELIVERY_QUEUED);
	ck_assert_int_eq(invite.delivery.attempts, 0);
	ck_assert_ptr_null(invite.delivery.last_error);
	ck_assert_int_eq(invite.delivery.updated_at, START_MS / 1000);
	secret_hash(in_of(&op, invite_create_in)->secret, hash);
	ck_assert_mem_eq(invite.secret_hash, hash, SHA256_SIZE);
	ck_assert_int_eq(rows("outbox"), 1);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 1);
}
END_TEST

static void assert_same_invite(const struct invite *a, const struct invite *b)
{
	ck_assert_int_eq(a->id, b->id);
	ck_assert_int_eq(a->organization, b->organization);
	ck_assert_str_eq(a->email, b->email);
	ck_assert_str_eq(a->email_key, b->email_key);
	ck_assert_int_eq(a->role, b->role);
	ck_assert_int_eq(a->state, b->state);
	ck_assert_int_eq(a->created_at, b->created_at);
	ck_assert_int_eq(a->expires_at, b->expires_at);
	ck_assert(grants_equal(a->grants, b->grants));
	ck_assert_int_eq(a->delivery.status, b->delivery.status);
	ck_assert_int_eq(a->delivery.updated_at, b->delivery.updated_at);
	ck_assert_mem_eq(a->secret_hash, b->secret_hash, SHA256_SIZE);
}

START_TEST(test_what_is_answered_is_what_is_kept)
{
	struct store_op op = invited("ada@example.com");
	struct invite kept =
	    invite_now(out_of(&op, invite_create_out)->invite.id);

	assert_same_invite(&out_of(&op, invite_create_out)->invite, &kept);
}
END_TEST

START_TEST(test_grants_are_kept)
{
	struct grant grants[GRANTS_MAX];
	struct store_op op = invite_op("ada@example.com");
	struct invite kept;

	for (int i = 0; i < GRANTS_MAX; i++)
		grants[i] =
		    (struct grant){ add_project("One more"),
				    i % 2 ? PROJECT_OWNER : PROJECT_MEMBER };
	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(GRANTS_MAX, grants);
	assert_granted(&op);
	kept = invite_now(out_of(&op, invite_create_out)->invite.id);
	ck_assert(
	    grants_equal(kept.grants, in_of(&op, invite_create_in)->grants));
}
END_TEST

static void assert_order(struct grants grants, const struct grant *wanted)
{
	for (size_t i = 0; i < grants.count; i++) {
		ck_assert_int_eq(grants.at[i].project, wanted[i].project);
		ck_assert_int_eq(grants.at[i].role, wanted[i].role);
	}
}

START_TEST(test_projects_keep_their_order)
{
	int64_t a = add_project("A"), b = add_project("B"),
		c = add_project("C");
	const struct grant sent[] = { { b, PROJECT_OWNER },
				      { c, PROJECT_MEMBER },
				      { a, PROJECT_MEMBER } };
	const struct grant other[] = { sent[2], sent[0], sent[1] };
	struct store_op op = invite_op("ada@example.com"), again;

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(3, sent);
	assert_granted(&op);
	assert_order(out_of(&op, invite_create_out)->invite.grants, sent);
	assert_order(
	    invite_now(out_of(&op, invite_create_out)->invite.id).grants, sent);
	again = invite_op("ada@example.com");
	in_of(&again, invite_create_in)->default_project = false;
	in_of(&again, invite_create_in)->grants = grants_of(3, other);
	assert_granted(&again);
	ck_assert(!out_of(&again, invite_create_out)->created);
	assert_order(out_of(&again, invite_create_out)->invite.grants, sent);
}
END_TEST

START_TEST(test_no_projects)
{
	struct store_op op = invite_op("ada@example.com");

	in_of(&op, invite_create_in)->default_project = false;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, invite_create_out)->invite.grants.count,
			  0);
	ck_assert_uint_eq(
	    invite_now(out_of(&op, invite_create_out)->invite.id).grants.count,
	    0);
}
END_TEST

START_TEST(test_again_is_the_same)
{
	struct store_op first = invited("Ada@example.com");
	struct store_op again;
	struct invite kept;

	f.now_ms += HOUR_MS;
	again = invited("ada@EXAMPLE.com");
	ck_assert(!out_of(&again, invite_create_out)->created);
	ck_assert(!out_of(&again, invite_create_out)->link);
	assert_same_invite(&out_of(&first, invite_create_out)->invite,
			   &out_of(&again, invite_create_out)->invite);
	kept = invite_now(out_of(&first, invite_create_out)->invite.id);
	assert_same_invite(&out_of(&first, invite_create_out)->invite, &kept);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("outbox"), 1);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 1);
}
END_TEST

START_TEST(test_naming_the_default_project_is_the_same)
{
	struct store_op first = invited("ada@example.com");
	struct store_op again = invite_op("ada@example.com");
	struct grant grant = { f.project, PROJECT_MEMBER };

	in_of(&again, invite_create_in)->default_project = false;
	in_of(&again, invite_create_in)->grants = grants_of(1, &grant);
	assert_granted(&again);
	ck_assert(!out_of(&again, invite_create_out)->created);
	ck_assert_int_eq(out_of(&first, invite_create_out)->invite.id,
			 out_of(&again, invite_create_out)->invite.id);
}
END_TEST

/* Role, and grants: 0 default, 1 none, 2 owner of the default project. */
static const struct {
	enum role role;
	int grants;
} others[] = {
	{ ROLE_OWNER, 0 },
	{ ROLE_READER, 1 },
	{ ROLE_READER, 2 },
	{ ROLE_OWNER, 1 },
};

START_TEST(test_other_grants_conflict)
{
	struct store_op first = invited("ada@example.com");
	struct store_op other = invite_op("ada@example.com");
	struct grant grant = { f.project, PROJECT_OWNER };

	in_of(&other, invite_create_in)->role = others[_i].role;
	in_of(&other, invite_create_in)->default_project =
	    others[_i].grants == 0;
	if (others[_i].grants == 2)
		in_of(&other, invite_create_in)->grants = grants_of(1, &grant);
	assert_ends(&other, RESULT_INVITE_EXISTS);
	ck_assert_int_eq(out_of(&other, invite_create_out)->invite.id,
			 out_of(&first, invite_create_out)->invite.id);
	ck_assert_int_eq(rows("invite"), 1);
}
END_TEST

START_TEST(test_expired_is_superseded)
{
	struct store_op first = invited("ada@example.com"), second;
	struct invite old;

	f.now_ms += TTL * SECOND_MS;
	second = invite_op("ada@example.com");
	in_of(&second, invite_create_in)->role = ROLE_OWNER;
	assert_granted(&second);
	ck_assert(out_of(&second, invite_create_out)->created);
	ck_assert_int_ne(out_of(&first, invite_create_out)->invite.id,
			 out_of(&second, invite_create_out)->invite.id);
	old = invite_now(out_of(&first, invite_create_out)->invite.id);
	ck_assert_int_eq(invite_status(&old, f.now_ms / 1000), STATUS_EXPIRED);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

/* The mail of the first was never sent, and now never will be. */
START_TEST(test_superseded_mail_is_not_said_to_be_queued)
{
	struct store_op first = invited("ada@example.com");
	struct invite old;

	f.now_ms += TTL * SECOND_MS;
	(void)invited("ada@example.com");
	old = invite_now(out_of(&first, invite_create_out)->invite.id);
	ck_assert_int_eq(old.delivery.status, DELIVERY_FAILED);
	ck_assert_ptr_nonnull(old.delivery.last_error);
	ck_assert_int_eq(old.delivery.updated_at, f.now_ms / 1000);
}
END_TEST

/* What was sent stays sent. */
START_TEST(test_superseded_mail_that_was_sent)
{
	struct store_op first = invited("ada@example.com");
	int64_t id = out_of(&first, invite_create_out)->invite.id;
	struct store_op settle = settle_op(id, OUTBOX_SENT);

	assert_granted(&settle);
	f.now_ms += TTL * SECOND_MS;
	(void)invited("ada@example.com");
	ck_assert_int_eq(invite_now(id).delivery.status, DELIVERY_SENT);
	ck_assert_int_eq(invite_now(id).delivery.updated_at, START_MS / 1000);
}
END_TEST

START_TEST(test_a_second_before_expiry_is_pending)
{
	struct store_op first = invited("ada@example.com"), again;

	f.now_ms += TTL * SECOND_MS - 1;
	again = invited("ada@example.com");
	ck_assert_int_eq(out_of(&first, invite_create_out)->invite.id,
			 out_of(&again, invite_create_out)->invite.id);
}
END_TEST

START_TEST(test_after_delete_and_decline)
{
	struct store_op first = invited("ada@example.com"), second, third;
	struct store_op gone = by_id(
	    &verb_invite_delete, out_of(&first, invite_create_out)->invite.id);
	struct store_op declined;

	assert_granted(&gone);
	second = invited("ada@example.com");
	ck_assert(out_of(&second, invite_create_out)->created);
	declined = answer_op(&verb_invitation_decline, token_of(&second));
	assert_granted(&declined);
	third = invited("ada@example.com");
	ck_assert(out_of(&third, invite_create_out)->created);
	ck_assert_int_ne(out_of(&second, invite_create_out)->invite.id,
			 out_of(&third, invite_create_out)->invite.id);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

START_TEST(test_member_is_not_invited)
{
	struct store_op op;

	(void)member("Ada@example.com");
	op = invite_op("ada@Example.com");
	assert_ends(&op, RESULT_USER_EXISTS);
	in_of(&op, invite_create_in)->role = ROLE_OWNER;
	assert_ends(&op, RESULT_USER_EXISTS);
	ck_assert_int_eq(rows("invite"), 1);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

START_TEST(test_projects_that_cannot_be_granted)
{
	int64_t good = add_project("Good"), old = add_project("Old");
	int64_t theirs = add_organization("Second");
	const struct {
		int64_t project;
		enum result result;
	} bad[] = {
		{ old, RESULT_PROJECT_ARCHIVED },
		{ INT64_MAX, RESULT_PROJECT_NOT_FOUND },
		{ theirs - 1, RESULT_PROJECT_NOT_FOUND },
		{ sql("SELECT default_project FROM organization WHERE id = "
		      "%lld",
		      (long long)theirs),
		  RESULT_PROJECT_NOT_FOUND },
	};

	archive(old);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct store_op op = invite_op("ada@example.com");
		const struct grant grants[] = {
			{ good, PROJECT_MEMBER },
			{ bad[i].project, PROJECT_OWNER },
		};

		in_of(&op, invite_create_in)->default_project = false;
		in_of(&op, invite_create_in)->grants = grants_of(2, grants);
		assert_ends(&op, bad[i].result);
		ck_assert_uint_eq(out_of(&op, invite_create_out)->index, 1);
	}
	ck_assert_int_eq(rows("invite"), 0);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

/* An expired invite is superseded only by one that is made. */
START_TEST(test_refused_create_leaves_the_expired_one)
{
	struct store_op first = invited("ada@example.com"), second;
	struct grant grant = { 12345, PROJECT_MEMBER };

	f.now_ms += TTL * SECOND_MS;
	second = invite_op("ada@example.com");
	in_of(&second, invite_create_in)->default_project = false;
	in_of(&second, invite_create_in)->grants = grants_of(1, &grant);
	assert_ends(&second, RESULT_PROJECT_NOT_FOUND);
	ck_assert_int_eq(
	    invite_now(out_of(&first, invite_create_out)->invite.id)
		.delivery.status,
	    DELIVERY_QUEUED);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

/* The invite was pending before its project was archived: still the same. */
START_TEST(test_again_after_its_project_was_archived)
{
	int64_t project = add_project("Soon gone");
	struct grant grant = { project, PROJECT_MEMBER };
	struct store_op first = invite_op("ada@example.com"), again;

	in_of(&first, invite_create_in)->default_project = false;
	in_of(&first, invite_create_in)->grants = grants_of(1, &grant);
	assert_granted(&first);
	archive(project);
	again = invite_op("ada@example.com");
	in_of(&again, invite_create_in)->default_project = false;
	in_of(&again, invite_create_in)->grants = grants_of(1, &grant);
	assert_granted(&again);
	ck_assert_int_eq(out_of(&first, invite_create_out)->invite.id,
			 out_of(&again, invite_create_out)->invite.id);
}
END_TEST

/* ---- without mail, and after mail that failed ---- */

START_TEST(test_link_instead_of_mail)
{
	struct store_op op = invite_op("ada@example.com");

	in_of(&op, invite_create_in)->queue_mail = false;
	assert_granted(&op);
	ck_assert(out_of(&op, invite_create_out)->created);
	ck_assert(out_of(&op, invite_create_out)->link);
	ck_assert_int_eq(out_of(&op, invite_create_out)->invite.delivery.status,
			 DELIVERY_NONE);
	ck_assert_int_eq(
	    out_of(&op, invite_create_out)->invite.delivery.updated_at, 0);
	ck_assert_int_eq(rows("outbox"), 0);
}
END_TEST

START_TEST(test_fresh_link_on_repeat)
{
	struct store_op first = invite_op("ada@example.com");
	struct store_op again = invite_op("ada@example.com"), look;

	in_of(&first, invite_create_in)->queue_mail =
	    in_of(&again, invite_create_in)->queue_mail = false;
	assert_granted(&first);
	assert_granted(&again);
	ck_assert(!out_of(&again, invite_create_out)->created);
	ck_assert(out_of(&again, invite_create_out)->link);
	ck_assert_int_eq(out_of(&first, invite_create_out)->invite.id,
			 out_of(&again, invite_create_out)->invite.id);
	look = answer_op(&verb_invitation_lookup, token_of(&first));
	assert_ends(&look, RESULT_INVITATION_NOT_FOUND);
	look = answer_op(&verb_invitation_lookup, token_of(&again));
	assert_granted(&look);
}
END_TEST

/* A link is shown to the mail server or to the caller, never to both. */
START_TEST(test_no_link_where_mail_is_under_way)
{
	struct store_op first = invited("ada@example.com");
	struct store_op again = invite_op("ada@example.com"), look;

	in_of(&again, invite_create_in)->queue_mail = false;
	assert_granted(&again);
	ck_assert(!out_of(&again, invite_create_out)->link);
	look = answer_op(&verb_invitation_lookup, token_of(&first));
	assert_granted(&look);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

START_TEST(test_new_mail_after_one_that_failed)
{
	struct store_op first = invited("ada@example.com"), again, look;
	int64_t id = out_of(&first, invite_create_out)->invite.id;
	struct store_op settle = settle_op(id, OUTBOX_FAILED);

	assert_granted(&settle);
	f.now_ms += MINUTE_MS;
	again = invited("ada@example.com");
	ck_assert(!out_of(&again, invite_create_out)->created);
	ck_assert(!out_of(&again, invite_create_out)->link);
	ck_assert_int_eq(out_of(&again, invite_create_out)->invite.id, id);
	ck_assert_int_eq(
	    out_of(&again, invite_create_out)->invite.delivery.status,
	    DELIVERY_QUEUED);
	ck_assert_int_eq(invite_now(id).delivery.status, DELIVERY_QUEUED);
	ck_assert_int_eq(invite_now(id).delivery.attempts, 0);
	ck_assert_ptr_null(invite_now(id).delivery.last_error);
	ck_assert_int_eq(rows("outbox"), 1);
	look = answer_op(&verb_invitation_lookup, token_of(&first));
	assert_ends(&look, RESULT_INVITATION_NOT_FOUND);
	look = answer_op(&verb_invitation_lookup, token_of(&again));
	assert_granted(&look);
}
END_TEST

/* ---- delete ---- */

START_TEST(test_delete)
{
	struct store_op create = invited("ada@example.com");
	int64_t id = out_of(&create, invite_create_out)->invite.id;
	struct store_op gone = by_id(&verb_invite_delete, id);
	struct store_op get = by_id(&verb_invite_get, id);
	struct store_op look =
	    answer_op(&verb_invitation_lookup, token_of(&create));

	assert_granted(&gone);
	assert_ends(&get, RESULT_INVITE_NOT_FOUND);
	assert_ends(&gone, RESULT_INVITE_NOT_FOUND);
	assert_ends(&look, RESULT_INVITATION_WITHDRAWN);
	ck_assert_int_eq(rows("outbox"), 0);
	ck_assert_int_eq(rows("audit WHERE type = 3"), 1);
}
END_TEST

START_TEST(test_delete_expired_superseded_and_unknown)
{
	struct store_op create = invited("ada@example.com"), gone;

	gone = by_id(&verb_invite_delete, 0);
	assert_ends(&gone, RESULT_INVITE_NOT_FOUND);
	gone = by_id(&verb_invite_delete, INT64_MAX);
	assert_ends(&gone, RESULT_INVITE_NOT_FOUND);
	f.now_ms += TTL * SECOND_MS;
	(void)invited("ada@example.com");
	gone = by_id(&verb_invite_delete,
		     out_of(&create, invite_create_out)->invite.id);
	assert_granted(&gone);
	ck_assert_int_eq(rows("outbox"), 1);
}
END_TEST

START_TEST(test_accepted_are_not_deleted_and_declined_are)
{
	struct store_op one = invited("ada@example.com");
	struct store_op two = invited("bob@example.com"), op;

	op = answer_op(&verb_invitation_accept, token_of(&one));
	assert_granted(&op);
	op = answer_op(&verb_invitation_decline, token_of(&two));
	assert_granted(&op);
	op = by_id(&verb_invite_delete,
		   out_of(&one, invite_create_out)->invite.id);
	assert_ends(&op, RESULT_INVITE_ACCEPTED);
	op = by_id(&verb_invite_delete,
		   out_of(&two, invite_create_out)->invite.id);
	assert_granted(&op);
	ck_assert_int_eq(
	    invite_now(out_of(&one, invite_create_out)->invite.id).state,
	    INVITE_ACCEPTED);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_new_invite);
	tcase_add_test(tests, test_what_is_answered_is_what_is_kept);
	tcase_add_test(tests, test_grants_are_kept);
	tcase_add_test(tests, test_projects_keep_their_order);
	tcase_add_test(tests, test_no_projects);
	tcase_add_test(tests, test_again_is_the_same);
	tcase_add_test(tests, test_naming_the_default_project_is_the_same);
	tcase_add_loop_test(tests, test_other_grants_conflict, 0,
			    COUNT_OF(others));
	tcase_add_test(tests, test_expired_is_superseded);
	tcase_add_test(tests, test_superseded_mail_is_not_said_to_be_queued);
	tcase_add_test(tests, test_superseded_mail_that_was_sent);
	tcase_add_test(tests, test_a_second_before_expiry_is_pending);
	tcase_add_test(tests, test_after_delete_and_decline);
	tcase_add_test(tests, test_member_is_not_invited);
	tcase_add_test(tests, test_projects_that_cannot_be_granted);
	tcase_add_test(tests, test_refused_create_leaves_the_expired_one);
	tcase_add_test(tests, test_again_after_its_project_was_archived);
	tcase_add_test(tests, test_link_instead_of_mail);
	tcase_add_test(tests, test_fresh_link_on_repeat);
	tcase_add_test(tests, test_no_link_where_mail_is_under_way);
	tcase_add_test(tests, test_new_mail_after_one_that_failed);
	tcase_add_test(tests, test_delete);
	tcase_add_test(tests, test_delete_expired_superseded_and_unknown);
	tcase_add_test(tests, test_accepted_are_not_deleted_and_declined_are);
}

int main(int argc, char **argv)
{
	return store_tests("create", argc, argv, add);
}
