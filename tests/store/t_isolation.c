/*
 * t_isolation.c: what belongs to another organization is as if it were not
 * there. One test for every verb that is bound to an organization; a verb
 * without one does not pass.
 */
#include "base/base.h"
#include "fixture.h"

/* Two organizations with the same in each: the first is "ours". */
static struct {
	int64_t organization, project, key, user, invite;
	struct store_op create; /* of `invite` */
} ours, theirs;

static void settle_in(int64_t *ret_user, struct store_op *ret_create)
{
	*ret_user = member("ada@example.com");
	*ret_create = invited("bob@example.com");
}

static void start_both(void)
{
	struct store_op op;

	ours.organization = f.organization;
	ours.project = f.project;
	ours.key = f.key;
	settle_in(&ours.user, &ours.create);
	ours.invite = ours.create.invite_create.ret_invite.id;

	op = op_of(STORE_ORGANIZATION_CREATE);
	op.organization_create.name = "Second";
	assert_granted(&op);
	theirs.organization = op.organization_create.ret_organization.id;
	theirs.project =
	    op.organization_create.ret_organization.default_project;
	f.organization = theirs.organization;
	op = op_of(STORE_KEY_CREATE);
	op.key_create.name = "theirs";
	op.key_create.secret = STR("sk-admin-the-key-of-the-others");
	assert_granted(&op);
	theirs.key = op.key_create.ret_key.id;
	settle_in(&theirs.user, &theirs.create);
	theirs.invite = theirs.create.invite_create.ret_invite.id;
	f.organization = ours.organization;
}

/* ---- one for each verb ---- */

static void refuses_to_get(void)
{
	static const struct {
		enum store_verb verb;
		int64_t *id;
		enum result result;
	} gets[] = {
		{ STORE_INVITE_GET, &theirs.invite, RESULT_INVITE_NOT_FOUND },
		{ STORE_INVITE_DELETE, &theirs.invite,
		  RESULT_INVITE_NOT_FOUND },
		{ STORE_PROJECT_GET, &theirs.project,
		  RESULT_PROJECT_NOT_FOUND },
		{ STORE_USER_GET, &theirs.user, RESULT_USER_NOT_FOUND },
		{ STORE_KEY_REVOKE, &theirs.key, RESULT_KEY_NOT_FOUND },
	};

	for (size_t i = 0; i < COUNT_OF(gets); i++) {
		struct store_op op = by_id(gets[i].verb, *gets[i].id);

		assert_ends(&op, gets[i].result);
	}
}

static void touches_no_other_key(void)
{
	struct store_op op = by_id(STORE_KEY_TOUCH, theirs.key);

	assert_granted(&op);
	ck_assert_int_eq(rows("admin_key WHERE last_used_at > 0"), 0);
}

static void makes_keys_and_projects_here(void)
{
	struct store_op op = op_of(STORE_KEY_CREATE);

	op.key_create.name = "another";
	op.key_create.secret = STR("sk-admin-another-key-of-ours");
	assert_granted(&op);
	ck_assert_int_eq(op.key_create.ret_key.organization, ours.organization);
	(void)add_project("Ours");
	ck_assert_int_eq(sql("SELECT count(*) FROM project WHERE organization"
			     " = %lld",
			     (long long)theirs.organization),
			 1);
}

static void grants_no_project_of_others(void)
{
	struct store_op op = invite_op("eve@example.com");
	struct grant grant = { theirs.project, PROJECT_MEMBER };

	op.invite_create.default_project = false;
	op.invite_create.grants = grants_of(1, &grant);
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
}

static void invites_members_of_others(void)
{
	struct store_op op = op_of(STORE_INVITE_CREATE);

	f.organization = theirs.organization;
	(void)member("only-theirs@example.com");
	(void)invited("only-theirs-too@example.com");
	f.organization = ours.organization;
	op = invited("only-theirs@example.com");
	ck_assert(op.invite_create.ret_created);
	op = invited("only-theirs-too@example.com");
	ck_assert(op.invite_create.ret_created);
	ck_assert_int_eq(op.invite_create.ret_invite.organization,
			 ours.organization);
}

static void lists_our_own(void)
{
	struct store_op op = list_op(STORE_KEY_LIST, 0, 100);

	assert_granted(&op);
	ck_assert_uint_eq(op.key_list.page.count, 1);
	ck_assert_int_eq(op.key_list.ret_keys[0].id, ours.key);
	op = list_op(STORE_PROJECT_LIST, 0, 100);
	assert_granted(&op);
	ck_assert_uint_eq(op.project_list.page.count, 1);
	ck_assert_int_eq(op.project_list.ret_projects[0].id, ours.project);
	op.project_list.include_archived = true;
	assert_granted(&op);
	ck_assert_uint_eq(op.project_list.page.count, 1);
	op = list_op(STORE_PROJECT_USER_LIST, 0, 100);
	op.project_user_list.project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
}

static void lists_our_people(void)
{
	const char *keys[] = { "ada@example.com" };
	struct store_op op = list_op(STORE_USER_LIST, 0, 100);

	assert_granted(&op);
	ck_assert_uint_eq(op.user_list.page.count, 1);
	ck_assert_int_eq(op.user_list.ret_users[0].id, ours.user);
	op.user_list.email_keys = keys;
	op.user_list.email_count = 1;
	assert_granted(&op);
	ck_assert_uint_eq(op.user_list.page.count, 1);
	ck_assert_int_eq(op.user_list.ret_users[0].id, ours.user);
}

static void lists_our_invites(void)
{
	/* 0: no filter, 1: by address, 2 to 4: by status */
	for (int filter = 0; filter < 5; filter++) {
		struct store_op op = list_op(STORE_INVITE_LIST, 0, 100);

		if (filter == 1)
			op.invite_list.email_key = "bob@example.com";
		op.invite_list.by_status = filter >= 2;
		op.invite_list.status = (enum invite_status)(filter - 2);
		assert_granted(&op);
		for (size_t i = 0; i < op.invite_list.page.count; i++)
			ck_assert_int_eq(
			    op.invite_list.ret_invites[i].organization,
			    ours.organization);
	}
}

/* A link leads into the organization that sent it, whoever asks. */
static void links_lead_home(void)
{
	struct store_op op =
	    answer_op(STORE_INVITATION_LOOKUP, token_of(&theirs.create));

	op.organization = ours.organization;
	assert_granted(&op);
	ck_assert_str_eq(op.invitation.ret_invitation.organization_name,
			 "Second");
	op.verb = STORE_INVITATION_ACCEPT;
	op.organization = ours.organization;
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT organization FROM \"user\" WHERE id ="
			     " %lld",
			     (long long)op.invitation.ret_user),
			 theirs.organization);
	ck_assert_int_eq(sql("SELECT project FROM project_user WHERE \"user\""
			     " = %lld",
			     (long long)op.invitation.ret_user),
			 theirs.project);
	ck_assert_int_eq(invite_now(ours.invite).state, INVITE_OPEN);
	op = answer_op(STORE_INVITATION_DECLINE, token_of(&ours.create));
	op.organization = theirs.organization;
	assert_granted(&op);
}

static void (*const verbs[STORE_VERB_COUNT])(void) = {
	[STORE_KEY_CREATE] = makes_keys_and_projects_here,
	[STORE_KEY_REVOKE] = refuses_to_get,
	[STORE_KEY_TOUCH] = touches_no_other_key,
	[STORE_PROJECT_CREATE] = makes_keys_and_projects_here,
	[STORE_INVITE_CREATE] = grants_no_project_of_others,
	[STORE_INVITE_DELETE] = refuses_to_get,
	[STORE_INVITATION_ACCEPT] = links_lead_home,
	[STORE_INVITATION_DECLINE] = links_lead_home,
	[STORE_KEY_LIST] = lists_our_own,
	[STORE_INVITE_GET] = refuses_to_get,
	[STORE_INVITE_LIST] = lists_our_invites,
	[STORE_INVITATION_LOOKUP] = links_lead_home,
	[STORE_PROJECT_GET] = refuses_to_get,
	[STORE_PROJECT_LIST] = lists_our_own,
	[STORE_USER_GET] = refuses_to_get,
	[STORE_USER_LIST] = lists_our_people,
	[STORE_PROJECT_USER_LIST] = lists_our_own,
};

/* Whether a verb serves all organizations, by its nature. */
static bool is_for_all(enum store_verb verb)
{
	switch (verb) {
	case STORE_BOOTSTRAP:
	case STORE_ORGANIZATION_CREATE:
	case STORE_ORGANIZATION_LIST:
	case STORE_KEY_FIND:
	case STORE_OUTBOX_CLAIM:
	case STORE_OUTBOX_RENEW:
	case STORE_OUTBOX_SETTLE:
	case STORE_OUTBOX_COUNT:
	case STORE_PROBE:
		return true;
	default:
		return false;
	}
}

START_TEST(test_verb)
{
	ck_assert_msg(is_for_all((enum store_verb)_i) != (verbs[_i] != NULL),
		      "verb %d: is it for all, or tested here?", _i);
	if (!verbs[_i])
		return;
	start_both();
	verbs[_i]();
}
END_TEST

START_TEST(test_members_of_others_can_be_invited)
{
	start_both();
	invites_members_of_others();
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_loop_test(tests, test_verb, 0, STORE_VERB_COUNT);
	tcase_add_test(tests, test_members_of_others_can_be_invited);
}

int main(int argc, char **argv)
{
	return store_tests("isolation", argc, argv, add);
}
