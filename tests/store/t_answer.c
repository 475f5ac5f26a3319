/*
 * t_answer.c: what the holder of a link can do: look, accept, decline.
 */
#include "base/base.h"
#include "fixture.h"

/* An invite to these projects, done. */
static struct store_op invited_to(const char *address, size_t count,
				  const struct grant *grants)
{
	struct store_op op = invite_op(address);

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(count, grants);
	assert_granted(&op);
	return op;
}

static struct store_op look(const struct store_op *create)
{
	return answer_op(&verb_invitation_lookup, token_of(create));
}

static struct store_op accept(const struct store_op *create)
{
	return answer_op(&verb_invitation_accept, token_of(create));
}

static struct store_op decline(const struct store_op *create)
{
	return answer_op(&verb_invitation_decline, token_of(create));
}

static struct project_user project_user_of(int64_t project, int64_t user)
{
	struct store_op op = list_op(&verb_project_user_list, 0, 100);

	in_of(&op, project_user_list_in)->project = project;
	assert_granted(&op);
	for (size_t i = 0; i < out_of(&op, list_out)->count; i++) {
		if (rows_of(&op, project_user)[i].id == user)
			return rows_of(&op, project_user)[i];
	}
	return (struct project_user){ .id = 0 };
}

static struct user user_now(int64_t id)
{
	struct store_op op = by_id(&verb_user_get, id);

	assert_granted(&op);
	return out_of(&op, user_out)->user;
}

/* ---- lookup ---- */

START_TEST(test_lookup)
{
	const struct grant grants[] = {
		{ add_project("Analytical Engine"), PROJECT_OWNER },
		{ add_project("Difference Engine"), PROJECT_MEMBER },
	};
	struct store_op create = invited_to("ada@example.com", 2, grants);
	struct store_op op = look(&create);
	const struct invitation *shown =
	    &out_of(&op, invitation_out)->invitation;

	assert_granted(&op);
	ck_assert(!out_of(&op, invitation_out)->again);
	ck_assert_int_eq(out_of(&op, invitation_out)->user, 0);
	ck_assert_str_eq(shown->organization_name, "First");
	ck_assert_str_eq(shown->invite.email, "ada@example.com");
	ck_assert_uint_eq(shown->invite.grants.count, 2);
	ck_assert_str_eq(shown->grants[0].project_name, "Analytical Engine");
	ck_assert_int_eq(shown->grants[0].role, PROJECT_OWNER);
	ck_assert_str_eq(shown->grants[1].project_name, "Difference Engine");
	ck_assert(!shown->grants[0].archived && !shown->grants[1].archived);
	archive(grants[1].project);
	store_idle(f.port);
	assert_granted(&op);
	ck_assert(!shown->grants[0].archived && shown->grants[1].archived);
}
END_TEST

START_TEST(test_looking_changes_nothing)
{
	struct store_op create = invited("ada@example.com");
	int64_t before = rows("audit");

	for (int i = 0; i < 3; i++) {
		struct store_op op = look(&create);

		assert_granted(&op);
	}
	ck_assert_int_eq(rows("audit"), before);
	ck_assert_int_eq(rows("\"user\""), 0);
	ck_assert_int_eq(
	    invite_now(out_of(&create, invite_create_out)->invite.id).state,
	    INVITE_OPEN);
}
END_TEST

/* Whoever does not hold the secret is told the same, whatever there is. */
START_TEST(test_wrong_tokens)
{
	static const struct verb *const verbs[] = { &verb_invitation_lookup,
						    &verb_invitation_accept,
						    &verb_invitation_decline,
						    &verb_invitation_opt_out,
						    &verb_invitation_request };
	struct store_op create = invited("ada@example.com");
	struct token wrong[4], token = token_of(&create);
	struct store_op op;

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		wrong[i] = token;
	wrong[0].secret[0] ^= 1;
	wrong[1].secret[SECRET_SIZE - 1] ^= 128;
	wrong[2].invite++;
	wrong[3].invite = 0;
	for (int state = 0; state < 3; state++) {
		for (size_t i = 0; i < COUNT_OF(wrong); i++) {
			op = answer_op(verbs[_i], wrong[i]);
			assert_ends(&op, RESULT_INVITATION_NOT_FOUND);
		}
		if (state == 0)
			f.now_ms += TTL * SECOND_MS;
		op = by_id(&verb_invite_delete, token.invite);
		if (state == 1)
			assert_granted(&op);
	}
	ck_assert_int_eq(rows("\"user\""), 0);
}
END_TEST

/* ---- accept ---- */

START_TEST(test_accept)
{
	const struct grant grants[] = { { f.project, PROJECT_OWNER },
					{ add_project("Mine"),
					  PROJECT_MEMBER } };
	struct store_op create = invited_to("Ada@example.com", 2, grants), op;
	struct invite kept;
	struct user user;

	f.now_ms += HOUR_MS;
	op = accept(&create);
	in_of(&op, invitation_in)->name = "Ada Lovelace";
	assert_granted(&op);
	ck_assert(!out_of(&op, invitation_out)->again);
	ck_assert_int_eq(out_of(&op, invitation_out)->invitation.invite.state,
			 INVITE_ACCEPTED);
	kept = invite_now(out_of(&create, invite_create_out)->invite.id);
	ck_assert_int_eq(kept.state, INVITE_ACCEPTED);
	ck_assert_int_eq(kept.accepted_at, f.now_ms / 1000);
	ck_assert_int_eq(kept.user, out_of(&op, invitation_out)->user);
	user = user_now(out_of(&op, invitation_out)->user);
	ck_assert_str_eq(user.email, "Ada@example.com");
	ck_assert_str_eq(user.name, "Ada Lovelace");
	ck_assert_int_eq(user.role, ROLE_READER);
	ck_assert_int_eq(user.added_at, f.now_ms / 1000);
	ck_assert_int_eq(project_user_of(f.project, user.id).role,
			 PROJECT_OWNER);
	ck_assert_int_eq(project_user_of(grants[1].project, user.id).id,
			 user.id);
	ck_assert_int_eq(rows("outbox"), 0);
	ck_assert_int_eq(kept.delivery.status, DELIVERY_SENT);
	ck_assert_int_eq(rows("audit WHERE type = 2"), 1);
	ck_assert_int_eq(rows("audit WHERE type = 5"), 1);
}
END_TEST

/* A lost answer is no error: the second accept says what the first did. */
START_TEST(test_accept_again)
{
	struct store_op create = invited("ada@example.com");
	struct store_op first = accept(&create), again;
	int64_t audits;

	assert_granted(&first);
	audits = rows("audit");
	f.now_ms += 30 * DAY_MS; /* long after it would have expired */
	again = accept(&create);
	in_of(&again, invitation_in)->name = "Somebody else";
	assert_granted(&again);
	ck_assert(out_of(&again, invitation_out)->again);
	ck_assert_int_eq(out_of(&again, invitation_out)->user,
			 out_of(&first, invitation_out)->user);
	ck_assert_int_eq(
	    out_of(&again, invitation_out)->invitation.invite.accepted_at,
	    out_of(&first, invitation_out)->invitation.invite.accepted_at);
	ck_assert_str_eq(user_now(out_of(&first, invitation_out)->user).name,
			 "Ada");
	ck_assert_int_eq(rows("audit"), audits);
	again = look(&create);
	assert_granted(&again);
	ck_assert(out_of(&again, invitation_out)->again);
	ck_assert_int_eq(out_of(&again, invitation_out)->user,
			 out_of(&first, invitation_out)->user);
}
END_TEST

START_TEST(test_archived_since_is_skipped)
{
	const struct grant grants[] = { { add_project("Kept"), PROJECT_MEMBER },
					{ add_project("Gone"),
					  PROJECT_OWNER } };
	struct store_op create = invited_to("ada@example.com", 2, grants), op;

	archive(grants[1].project);
	op = accept(&create);
	assert_granted(&op);
	ck_assert(!out_of(&op, invitation_out)->invitation.grants[0].archived);
	ck_assert(out_of(&op, invitation_out)->invitation.grants[1].archived);
	ck_assert_int_eq(rows("project_user"), 1);
	ck_assert_int_gt(project_user_of(grants[0].project,
					 out_of(&op, invitation_out)->user)
			     .id,
			 0);
}
END_TEST

/* ... and what a second accept says does not follow what happens later. */
START_TEST(test_again_says_what_was_skipped_then)
{
	const struct grant grants[] = { { add_project("Kept"), PROJECT_MEMBER },
					{ add_project("Gone"),
					  PROJECT_OWNER } };
	struct store_op create = invited_to("ada@example.com", 2, grants), op;
	static const struct verb *const verbs[] = { &verb_invitation_accept,
						    &verb_invitation_lookup };

	archive(grants[1].project);
	op = accept(&create);
	assert_granted(&op);
	archive(grants[0].project);
	sql("UPDATE project SET archived_at = 0 WHERE id = %lld",
	    (long long)grants[1].project);
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op = answer_op(verbs[i], token_of(&create));
		assert_granted(&op);
		ck_assert(out_of(&op, invitation_out)->again);
		ck_assert(!out_of(&op, invitation_out)
			       ->invitation.grants[0]
			       .archived);
		ck_assert(
		    out_of(&op, invitation_out)->invitation.grants[1].archived);
	}
	ck_assert_int_eq(rows("project_user"), 1);
}
END_TEST

START_TEST(test_every_project_archived)
{
	struct store_op create = invited("ada@example.com"), op;

	archive(f.project);
	op = accept(&create);
	assert_granted(&op);
	ck_assert(out_of(&op, invitation_out)->invitation.grants[0].archived);
	ck_assert_int_eq(rows("project_user"), 0);
	ck_assert_int_eq(rows("\"user\""), 1);
}
END_TEST

/*
 * Who is a member already gains, and never loses. That takes two invites to
 * one address, the older one not expired: a clock that was set back.
 */
START_TEST(test_member_is_promoted)
{
	const struct grant owner[] = { { f.project, PROJECT_OWNER } };
	struct store_op old = invited_to("ada@example.com", 1, owner), op, get;
	int64_t user;

	sql("UPDATE invite SET role = 1"); /* owner */
	f.now_ms += TTL * SECOND_MS;
	user = member("ada@example.com"); /* reader, project member */
	sql("UPDATE \"user\" SET name = ''");
	f.now_ms = START_MS;
	op = accept(&old);
	in_of(&op, invitation_in)->name = "Countess";
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, invitation_out)->user, user);
	ck_assert_int_eq(user_now(user).role, ROLE_OWNER);
	ck_assert_str_eq(user_now(user).name, "Countess");
	ck_assert_int_eq(project_user_of(f.project, user).role, PROJECT_OWNER);
	get = list_op(&verb_user_list, 0, 10);
	assert_granted(&get);
	ck_assert_uint_eq(out_of(&get, list_out)->count, 1);
}
END_TEST

START_TEST(test_member_is_not_demoted)
{
	struct store_op old = invited("ada@example.com"), new, op;
	const struct grant owner[] = { { f.project, PROJECT_OWNER } };
	int64_t user;

	f.now_ms += TTL * SECOND_MS;
	new = invite_op("ada@example.com");
	in_of(&new, invite_create_in)->role = ROLE_OWNER;
	in_of(&new, invite_create_in)->default_project = false;
	in_of(&new, invite_create_in)->grants = grants_of(1, owner);
	assert_granted(&new);
	op = accept(&new);
	assert_granted(&op);
	user = out_of(&op, invitation_out)->user;
	f.now_ms = START_MS;
	op = accept(&old);
	in_of(&op, invitation_in)->name = "Somebody else";
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, invitation_out)->user, user);
	ck_assert_int_eq(user_now(user).role, ROLE_OWNER);
	ck_assert_str_eq(user_now(user).name, "Ada");
	ck_assert_int_eq(project_user_of(f.project, user).role, PROJECT_OWNER);
}
END_TEST

START_TEST(test_expired)
{
	struct store_op create = invited("ada@example.com"), op;

	f.now_ms += TTL * SECOND_MS - 1;
	op = look(&create);
	assert_granted(&op);
	f.now_ms += 1;
	op = look(&create);
	assert_ends(&op, RESULT_INVITATION_EXPIRED);
	op = accept(&create);
	assert_ends(&op, RESULT_INVITATION_EXPIRED);
	op = decline(&create);
	assert_ends(&op, RESULT_INVITATION_EXPIRED);
	ck_assert_int_eq(rows("\"user\""), 0);
}
END_TEST

START_TEST(test_withdrawn)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = by_id(
	    &verb_invite_delete, out_of(&create, invite_create_out)->invite.id);

	assert_granted(&op);
	op = look(&create);
	assert_ends(&op, RESULT_INVITATION_WITHDRAWN);
	op = accept(&create);
	assert_ends(&op, RESULT_INVITATION_WITHDRAWN);
	op = decline(&create);
	assert_ends(&op, RESULT_INVITATION_WITHDRAWN);
	ck_assert_int_eq(rows("\"user\""), 0);
}
END_TEST

START_TEST(test_blank_name)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = accept(&create);

	in_of(&op, invitation_in)->name = "";
	assert_granted(&op);
	ck_assert_str_eq(user_now(out_of(&op, invitation_out)->user).name, "");
}
END_TEST

/* ---- decline ---- */

START_TEST(test_decline)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = decline(&create);

	assert_granted(&op);
	ck_assert(!out_of(&op, invitation_out)->again);
	ck_assert_int_eq(out_of(&op, invitation_out)->invitation.invite.state,
			 INVITE_DECLINED);
	op = decline(&create);
	assert_granted(&op);
	ck_assert(out_of(&op, invitation_out)->again);
	op = accept(&create);
	assert_ends(&op, RESULT_INVITATION_DECLINED);
	op = look(&create);
	assert_ends(&op, RESULT_INVITATION_DECLINED);
	ck_assert_int_eq(rows("outbox"), 0);
	ck_assert_int_eq(rows("\"user\""), 0);
	ck_assert_int_eq(rows("audit WHERE type = 4"), 1);
}
END_TEST

START_TEST(test_declined_is_shown_as_expired)
{
	struct store_op create = invited("ada@example.com");
	int64_t id = out_of(&create, invite_create_out)->invite.id;
	struct store_op op;
	struct invite invite;

	f.now_ms += HOUR_MS;
	op = decline(&create);
	assert_granted(&op);
	invite = invite_now(id);
	ck_assert_int_eq(invite.declined_at, f.now_ms / 1000);
	ck_assert_int_eq(invite.expires_at, f.now_ms / 1000);
	ck_assert_int_eq(invite_status(&invite, f.now_ms / 1000),
			 STATUS_EXPIRED);
	ck_assert_int_eq(invite.delivery.status, DELIVERY_SENT);
	op = by_id(&verb_invite_delete, id);
	assert_granted(&op);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	op = by_id(&verb_invite_get, id);
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
}
END_TEST

START_TEST(test_who_declined_can_be_invited_anew)
{
	struct store_op create = invited("ada@example.com"), again;
	struct store_op op = decline(&create);

	assert_granted(&op);
	again = invited("ada@example.com");
	ck_assert(out_of(&again, invite_create_out)->created);
	ck_assert_int_ne(out_of(&again, invite_create_out)->invite.id,
			 out_of(&create, invite_create_out)->invite.id);
	op = by_id(&verb_invite_delete,
		   out_of(&create, invite_create_out)->invite.id);
	assert_granted(&op);
	op = decline(&again);
	assert_granted(&op);
	assert_sound();
}
END_TEST

START_TEST(test_accepted_is_not_declined)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = accept(&create);

	assert_granted(&op);
	op = decline(&create);
	assert_ends(&op, RESULT_INVITE_ACCEPTED);
	ck_assert_int_eq(rows("\"user\""), 1);
	ck_assert_int_eq(rows("audit WHERE type = 4"), 0);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_lookup);
	tcase_add_test(tests, test_looking_changes_nothing);
	tcase_add_loop_test(tests, test_wrong_tokens, 0, 5);
	tcase_add_test(tests, test_accept);
	tcase_add_test(tests, test_accept_again);
	tcase_add_test(tests, test_archived_since_is_skipped);
	tcase_add_test(tests, test_again_says_what_was_skipped_then);
	tcase_add_test(tests, test_every_project_archived);
	tcase_add_test(tests, test_member_is_promoted);
	tcase_add_test(tests, test_member_is_not_demoted);
	tcase_add_test(tests, test_expired);
	tcase_add_test(tests, test_withdrawn);
	tcase_add_test(tests, test_blank_name);
	tcase_add_test(tests, test_decline);
	tcase_add_test(tests, test_declined_is_shown_as_expired);
	tcase_add_test(tests, test_who_declined_can_be_invited_anew);
	tcase_add_test(tests, test_accepted_is_not_declined);
}

int main(int argc, char **argv)
{
	return store_tests("answer", argc, argv, add);
}
