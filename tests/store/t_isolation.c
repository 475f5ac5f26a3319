/*
 * t_isolation.c: what belongs to another organization is as if it were not
 * there. One test for every verb that is bound to an organization; a verb
 * without one does not pass.
 */
#include "base/base.h"
#include "fixture.h"
#include "isolation.h"

#include "store/invites/blocked_addresses.h"
#include "store/organizations/audit_logs.h"
#include "store/organizations/organizations.h"
#include "store/organizations/settings.h"

struct side ours, theirs;

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
	ours.invite = out_of(&ours.create, invite_create_out)->invite.id;

	op = op_of(&verb_organization_create);
	in_of(&op, organization_name_in)->name = "Second";
	assert_granted(&op);
	theirs.organization = out_of(&op, organization_out)->organization.id;
	theirs.project =
	    out_of(&op, organization_out)->organization.default_project;
	f.organization = theirs.organization;
	op = op_of(&verb_key_create);
	in_of(&op, key_create_in)->name = "theirs";
	in_of(&op, key_create_in)->chosen =
	    STR("sk-admin-the-key-of-the-others");
	assert_granted(&op);
	theirs.key = out_of(&op, key_create_out)->key.id;
	settle_in(&theirs.user, &theirs.create);
	theirs.invite = out_of(&theirs.create, invite_create_out)->invite.id;
	f.organization = ours.organization;
}

/* ---- one for each verb ---- */

static void refuses_to_get(void)
{
	static const struct {
		const struct verb *verb;
		int64_t *id;
		enum result result;
	} gets[] = {
		{ &verb_invite_get, &theirs.invite, RESULT_INVITE_NOT_FOUND },
		{ &verb_invite_delete, &theirs.invite,
		  RESULT_INVITE_NOT_FOUND },
		{ &verb_project_get, &theirs.project,
		  RESULT_PROJECT_NOT_FOUND },
		{ &verb_project_archive, &theirs.project,
		  RESULT_PROJECT_NOT_FOUND },
		{ &verb_user_get, &theirs.user, RESULT_USER_NOT_FOUND },
		{ &verb_key_revoke, &theirs.key, RESULT_KEY_NOT_FOUND },
		{ &verb_key_delete, &theirs.key, RESULT_KEY_NOT_FOUND },
		/* theirs is not another one */
		{ &verb_key_delete, &ours.key, RESULT_LAST_KEY },
		{ &verb_key_get, &theirs.key, RESULT_KEY_NOT_FOUND },
	};

	for (size_t i = 0; i < COUNT_OF(gets); i++) {
		struct store_op op = by_id(gets[i].verb, *gets[i].id);

		assert_ends(&op, gets[i].result);
	}
}

static void renames_no_project_of_others(void)
{
	struct store_op op = op_of(&verb_project_update);

	*in_of(&op, project) =
	    (struct project){ .id = theirs.project, .name = "Ours now" };
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	ck_assert_int_eq(rows("project WHERE name = 'Ours now'"), 0);
}

static void tells_nothing_of_others(void)
{
	struct store_op op = list_op(&verb_audit_log_list, 0, 100);
	struct audit_log_list_in *in = (void *)op.in;
	size_t count;

	in->ours = true;
	assert_granted(&op);
	count = out_of(&op, list_out)->count;
	ck_assert_int_eq(sql("SELECT count(*) FROM audit WHERE organization"
			     " = %lld",
			     (long long)ours.organization),
			 (int64_t)count);
	in->resources =
	    (struct audit_filter){ true, 2, { theirs.user, theirs.invite } };
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
}

static void grants_no_project_of_others(void)
{
	struct store_op op = invite_op("eve@example.com"), all;
	struct grant grant = { theirs.project, PROJECT_MEMBER };

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(1, &grant);
	all = invite_all_op(&op, 1);
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	assert_ends(&all, RESULT_INVITES_REFUSED);
	ck_assert_int_eq(*out_of(&all, invite_create_all_out)->results,
			 RESULT_PROJECT_NOT_FOUND);
}

static void refuses_to_change_an_invite(void)
{
	struct store_op op = op_of(&verb_invite_resend);

	in_of(&op, invite_resend_in)->id = theirs.invite;
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	op = op_of(&verb_invite_link);
	in_of(&op, invite_link_in)->id = theirs.invite;
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
	op = op_of(&verb_invite_change);
	*in_of(&op, invite_change_in) = (struct invite_change_in){
		.id = theirs.invite, .has_role = true, .role = ROLE_OWNER
	};
	assert_ends(&op, RESULT_INVITE_NOT_FOUND);
}

static void invites_members_of_others(void)
{
	struct store_op op = op_of(&verb_invite_create);

	f.organization = theirs.organization;
	(void)member("only-theirs@example.com");
	(void)invited("only-theirs-too@example.com");
	f.organization = ours.organization;
	op = invited("only-theirs@example.com");
	ck_assert(out_of(&op, invite_create_out)->created);
	op = invited("only-theirs-too@example.com");
	ck_assert(out_of(&op, invite_create_out)->created);
	ck_assert_int_eq(out_of(&op, invite_create_out)->invite.organization,
			 ours.organization);
}

static void lists_our_own(void)
{
	struct store_op op = list_op(&verb_key_list, 0, 100);

	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, admin_key)[0].id, ours.key);
	op = list_op(&verb_project_list, 0, 100);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, project)[0].id, ours.project);
	in_of(&op, project_list_in)->include_archived = true;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	op = list_op(&verb_project_user_list, 0, 100);
	in_of(&op, project_user_list_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
}

static void refuses_members_of_others(void)
{
	struct store_op op = op_of(&verb_user_update);

	*in_of(&op, user_update_in) = (struct user_update_in){
		.id = theirs.user, .has_role = true, .role = ROLE_OWNER
	};
	assert_ends(&op, RESULT_USER_NOT_FOUND);
	op = by_id(&verb_user_delete, theirs.user);
	assert_ends(&op, RESULT_USER_NOT_FOUND);
	ck_assert_int_eq(rows("\"user\" WHERE role = 0 AND removed_at = 0"), 2);
}

/* The same address is another person's there. */
static void erases_nobody_elsewhere(void)
{
	struct store_op op = op_of(&verb_user_erase);

	in_of(&op, user_erase_in)->id = theirs.user;
	assert_ends(&op, RESULT_USER_NOT_FOUND);
	in_of(&op, user_erase_in)->email_key = "ada@example.com";
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, user_erase_out)->users, 1);
	ck_assert_uint_eq(out_of(&op, user_erase_out)->invites, 1);
	f.organization = theirs.organization;
	op = by_id(&verb_user_get, theirs.user);
	assert_granted(&op);
	ck_assert_str_eq(out_of(&op, user_out)->user.email, "ada@example.com");
	ck_assert_int_eq(rows("invite WHERE email = 'ada@example.com'"), 1);
	f.organization = ours.organization;
}

/* An operation on somebody in a project, with all that any of them takes. */
static struct store_op project_user_op(const struct verb *verb, int64_t project,
				       int64_t user)
{
	struct store_op op = op_of(verb);

	if (verb->size_in == sizeof(struct project_user_in))
		*in_of(&op, project_user_in) =
		    (struct project_user_in){ project, user };
	else
		*in_of(&op, project_user_role_in) =
		    (struct project_user_role_in){ .project = project,
						   .user = user,
						   .has_user = true,
						   .role = PROJECT_OWNER,
						   .has_role = true };
	return op;
}

/* Neither in a project of theirs, nor one of their people in ours. */
static void places_nobody_across(void)
{
	static const struct {
		const struct verb *verb;
		enum result result;
	} verbs[] = {
		{ &verb_project_user_add, RESULT_NO_MEMBER_WITH_ID },
		{ &verb_project_user_get, RESULT_PROJECT_USER_NOT_FOUND },
		{ &verb_project_user_update, RESULT_PROJECT_USER_NOT_FOUND },
		{ &verb_project_user_remove, RESULT_PROJECT_USER_NOT_FOUND },
	};
	struct store_op op;

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op =
		    project_user_op(verbs[i].verb, theirs.project, theirs.user);
		assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
		op = project_user_op(verbs[i].verb, ours.project, theirs.user);
		assert_ends(&op, verbs[i].result);
	}
	f.organization = theirs.organization;
	(void)member("theirs@example.com");
	f.organization = ours.organization;
	op = project_user_op(&verb_project_user_add, ours.project, 0);
	in_of(&op, project_user_role_in)->email_key = "theirs@example.com";
	assert_ends(&op, RESULT_NO_MEMBER_WITH_ADDRESS);
	ck_assert_int_eq(rows("project_user WHERE role = 0"), 3);
	ck_assert_int_eq(rows("project_user"), 3);
}

static void lists_our_people(void)
{
	const char *keys[] = { "ada@example.com" };
	struct store_op op = list_op(&verb_user_list, 0, 100);

	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, user)[0].id, ours.user);
	in_of(&op, user_list_in)->email_keys = keys;
	in_of(&op, user_list_in)->email_count = 1;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 1);
	ck_assert_int_eq(rows_of(&op, user)[0].id, ours.user);
}

static void lists_our_invites(void)
{
	/* 0: no filter, 1: by address, 2 to 4: by status */
	for (int filter = 0; filter < 5; filter++) {
		struct store_op op = list_op(&verb_invite_list, 0, 100);

		if (filter == 1)
			in_of(&op, invite_list_in)->email_key =
			    "bob@example.com";
		in_of(&op, invite_list_in)->by_status = filter >= 2;
		in_of(&op, invite_list_in)->status =
		    (enum invite_status)(filter - 2);
		assert_granted(&op);
		for (size_t i = 0; i < out_of(&op, list_out)->count; i++)
			ck_assert_int_eq(rows_of(&op, invite)[i].organization,
					 ours.organization);
	}
}

/* A link leads into the organization that sent it, whoever asks. */
static void links_lead_home(void)
{
	struct store_op op =
	    answer_op(&verb_invitation_lookup, token_of(&theirs.create));

	op.organization = ours.organization;
	assert_granted(&op);
	ck_assert_str_eq(
	    out_of(&op, invitation_out)->invitation.organization_name,
	    "Second");
	op = answer_op(&verb_invitation_accept, token_of(&theirs.create));
	op.organization = ours.organization;
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT organization FROM \"user\" WHERE id ="
			     " %lld",
			     (long long)out_of(&op, invitation_out)->user),
			 theirs.organization);
	ck_assert_int_eq(sql("SELECT project FROM project_user WHERE \"user\""
			     " = %lld",
			     (long long)out_of(&op, invitation_out)->user),
			 theirs.project);
	ck_assert_int_eq(invite_now(ours.invite).state, INVITE_OPEN);
	op = answer_op(&verb_invitation_decline, token_of(&ours.create));
	op.organization = theirs.organization;
	assert_granted(&op);
}

/* Their mail, as if it were ours. */
static void leaves_the_mail_of_others(void)
{
	struct store_op op = claim_op(100, MINUTE_MS);
	struct outbox_mail mail = { .token.invite = theirs.invite };

	assert_granted(&op);
	mail.leased_until_ms = f.now_ms + MINUTE_MS;
	op = renew_op(&mail, f.now_ms + 2 * MINUTE_MS);
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT count(*) FROM outbox WHERE due_at_ms = "
			     "%lld",
			     (long long)mail.leased_until_ms),
			 2);
	op = settle_op(theirs.invite, OUTBOX_SENT);
	assert_granted(&op);
	ck_assert_int_eq(rows("outbox"), 2);
}

static void renames_ours(void)
{
	struct store_op op = op_of(&verb_organization_rename);

	in_of(&op, organization_name_in)->name = "Renamed";
	assert_granted(&op);
	op = op_of(&verb_organization_get);
	assert_granted(&op);
	ck_assert_str_eq(out_of(&op, organization_out)->organization.name,
			 "Renamed");
	ck_assert_int_eq(out_of(&op, organization_out)->organization.id,
			 ours.organization);
	ck_assert_int_eq(rows("organization WHERE name = 'Renamed'"), 1);
}

/* Theirs stay as they are, and ours show nothing of them. */
static void sets_our_own(void)
{
	struct store_op op = op_of(&verb_settings_update);
	const size_t line = offsetof(struct organization_settings, line);

	op.organization = theirs.organization;
	in_of(&op, settings_in)->settings.line = "Theirs";
	in_of(&op, settings_in)->given[line] = true;
	assert_granted(&op);
	op = op_of(&verb_settings_get);
	assert_granted(&op);
	ck_assert_ptr_null(out_of(&op, organization_settings)->line);
	op = op_of(&verb_settings_update);
	in_of(&op, settings_in)->settings.line = "Ours";
	in_of(&op, settings_in)->given[line] = true;
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, organization_settings)->organization,
			 ours.organization);
	ck_assert_int_eq(rows("organization_settings WHERE line = 'Theirs'"),
			 1);
}

/* Theirs is due just as ours is, and named beside it. */
static void reminds_of_our_own(void)
{
	int64_t both[] = { ours.invite, theirs.invite };
	struct store_op look, op;

	sql("UPDATE invite SET delivery = 2, delivery_at = 1");
	sql("DELETE FROM outbox");
	f.now_ms += (TTL - 60) * SECOND_MS;
	look = op_of(&verb_expiry_look);
	op = op_of(&verb_expiry_settle);
	assert_granted(&look);
	ck_assert_uint_eq(out_of(&look, expiry_look_out)->count, 1);
	ck_assert_int_eq(out_of(&look, expiry_look_out)->invites[0],
			 ours.invite);
	in_of(&op, expiry_settle_in)->invites = both;
	in_of(&op, expiry_settle_in)->count = COUNT_OF(both);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, expiry_settle_out)->count, 1);
	ck_assert_int_eq(sql("SELECT id FROM invite WHERE reminded_at > 0"),
			 ours.invite);
}

static void tidies_up_at_home(void)
{
	struct store_op op = op_of(&verb_organization_tidy);
	struct store_op look = op_of(&verb_organization_look);

	sql("INSERT INTO rate(organization, subject, since, count)"
	    " SELECT id, 1, 0, 1 FROM organization");
	assert_granted(&look);
	ck_assert(out_of(&look, organization_look_out)->untidy);
	assert_granted(&op);
	assert_granted(&look);
	ck_assert(!out_of(&look, organization_look_out)->untidy);
	ck_assert_uint_eq(out_of(&op, organization_tidy_out)->count, 1);
	ck_assert_int_eq(rows("rate"), rows("organization") - 1);
}

static void forgets_our_own(void)
{
	struct store_op op = op_of(&verb_invite_forget);

	in_of(&op, invite_forget_in)->ended_before = INT64_MAX;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, invite_forget_out)->count, 1);
	ck_assert_int_eq(sql("SELECT count(*) FROM invite WHERE email = ''"
			     " AND id = %lld",
			     (long long)ours.invite),
			 1);
	ck_assert_int_eq(rows("invite WHERE email = ''"), 1);
}

/* Who opted out of theirs can be invited by us, who do not see it. */
static void blocks_nobody_for_others(void)
{
	static const struct verb *const verbs[] = { &verb_block_get,
						    &verb_block_delete };
	struct store_op op =
	    answer_op(&verb_invitation_opt_out, token_of(&theirs.create));

	op.organization = ours.organization;
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT organization FROM blocked_address"),
			 theirs.organization);
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op = by_id(verbs[i], sql("SELECT id FROM blocked_address"));
		assert_ends(&op, RESULT_BLOCKED_ADDRESS_NOT_FOUND);
	}
	op = list_op(&verb_block_list, 0, 10);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	in_of(&op, block_list_in)->email_key = "bob@example.com";
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	op = by_id(&verb_invite_delete, ours.invite);
	assert_granted(&op);
	(void)invited("bob@example.com");
}

/* What each that is bound to one organization has to show. */
static void (*const isolation[VERB_COUNT])(void) = {
	[VERB_audit_log_list] = tells_nothing_of_others,
	[VERB_outbox_renew] = leaves_the_mail_of_others,
	[VERB_outbox_settle] = leaves_the_mail_of_others,
	[VERB_organization_rename] = renames_ours,
	[VERB_organization_get] = renames_ours,
	[VERB_settings_get] = sets_our_own,
	[VERB_settings_update] = sets_our_own,
	[VERB_key_create] = makes_keys_and_projects_here,
	[VERB_key_revoke] = refuses_to_get,
	[VERB_key_delete] = refuses_to_get,
	[VERB_key_get] = refuses_to_get,
	[VERB_account_create] = refuses_accounts_of_others,
	[VERB_account_get] = refuses_accounts_of_others,
	[VERB_account_list] = refuses_accounts_of_others,
	[VERB_account_update] = refuses_accounts_of_others,
	[VERB_account_delete] = refuses_accounts_of_others,
	[VERB_account_key_create] = refuses_accounts_of_others,
	[VERB_project_key_create] = refuses_project_keys_of_others,
	[VERB_project_key_get] = refuses_project_keys_of_others,
	[VERB_project_key_list] = refuses_project_keys_of_others,
	[VERB_project_key_update] = refuses_project_keys_of_others,
	[VERB_project_key_delete] = refuses_project_keys_of_others,
	[VERB_project_key_rotate] = refuses_project_keys_of_others,
	[VERB_leak_revoke] = ends_no_project_keys_of_others,
	[VERB_project_keys_end] = ends_no_project_keys_of_others,
	[VERB_key_touch] = touches_no_other_key,
	[VERB_project_create] = makes_keys_and_projects_here,
	[VERB_webhook_create] = refuses_webhooks_of_others,
	[VERB_webhook_get] = refuses_webhooks_of_others,
	[VERB_webhook_list] = refuses_webhooks_of_others,
	[VERB_webhook_update] = refuses_webhooks_of_others,
	[VERB_webhook_delete] = refuses_webhooks_of_others,
	[VERB_webhook_rotate] = refuses_webhooks_of_others,
	[VERB_webhook_test] = refuses_webhooks_of_others,
	[VERB_webhook_redeliver] = refuses_webhooks_of_others,
	[VERB_webhook_attempt_list] = refuses_webhooks_of_others,
	[VERB_webhook_renew] = leaves_the_events_of_others,
	[VERB_webhook_settle] = leaves_the_events_of_others,
	[VERB_group_create] = refuses_groups_of_others,
	[VERB_group_get] = refuses_groups_of_others,
	[VERB_group_list] = refuses_groups_of_others,
	[VERB_group_update] = refuses_groups_of_others,
	[VERB_group_delete] = refuses_groups_of_others,
	[VERB_group_user_add] = groups_nobody_across,
	[VERB_group_user_get] = groups_nobody_across,
	[VERB_group_user_list] = groups_nobody_across,
	[VERB_group_user_remove] = groups_nobody_across,
	[VERB_role_create] = refuses_roles_of_others,
	[VERB_role_get] = refuses_roles_of_others,
	[VERB_role_list] = refuses_roles_of_others,
	[VERB_role_update] = refuses_roles_of_others,
	[VERB_role_delete] = refuses_roles_of_others,
	[VERB_assignment_create] = assigns_nothing_across,
	[VERB_assignment_get] = assigns_nothing_across,
	[VERB_assignment_list] = assigns_nothing_across,
	[VERB_assignment_delete] = assigns_nothing_across,
	[VERB_standing_get] = knows_no_standing_of_others,
	[VERB_invite_create] = grants_no_project_of_others,
	[VERB_invite_create_all] = grants_no_project_of_others,
	[VERB_invite_delete] = refuses_to_get,
	[VERB_invite_resend] = refuses_to_change_an_invite,
	[VERB_invite_change] = refuses_to_change_an_invite,
	[VERB_invite_link] = refuses_to_change_an_invite,
	[VERB_expiry_look] = reminds_of_our_own,
	[VERB_expiry_settle] = reminds_of_our_own,
	[VERB_invitation_accept] = links_lead_home,
	[VERB_invitation_decline] = links_lead_home,
	[VERB_invitation_opt_out] = blocks_nobody_for_others,
	[VERB_block_get] = blocks_nobody_for_others,
	[VERB_block_list] = blocks_nobody_for_others,
	[VERB_block_delete] = blocks_nobody_for_others,
	[VERB_key_list] = lists_our_own,
	[VERB_invite_forget] = forgets_our_own,
	[VERB_organization_look] = tidies_up_at_home,
	[VERB_organization_tidy] = tidies_up_at_home,
	[VERB_invite_get] = refuses_to_get,
	[VERB_invite_list] = lists_our_invites,
	[VERB_invitation_lookup] = links_lead_home,
	[VERB_project_get] = refuses_to_get,
	[VERB_project_update] = renames_no_project_of_others,
	[VERB_project_archive] = refuses_to_get,
	[VERB_project_group_add] = puts_no_group_across,
	[VERB_project_group_get] = puts_no_group_across,
	[VERB_project_group_list] = puts_no_group_across,
	[VERB_project_group_drop] = puts_no_group_across,
	[VERB_project_list] = lists_our_own,
	[VERB_user_get] = refuses_to_get,
	[VERB_user_list] = lists_our_people,
	[VERB_user_update] = refuses_members_of_others,
	[VERB_user_delete] = refuses_members_of_others,
	[VERB_user_erase] = erases_nobody_elsewhere,
	[VERB_project_user_add] = places_nobody_across,
	[VERB_project_user_get] = places_nobody_across,
	[VERB_project_user_update] = places_nobody_across,
	[VERB_project_user_remove] = places_nobody_across,
	[VERB_project_user_list] = lists_our_own,
};

START_TEST(test_verb)
{
	ck_assert_msg(isolation[_i] != NULL,
		      "%s: is it for all, or tested here?",
		      all_verbs[_i]->name);
	start_both();
	isolation[_i]();
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
	for (int i = 0; i < VERB_COUNT; i++) {
		if (isolation[i] ||
		    !(all_verbs[i]->flags & VERB_ANY_ORGANIZATION))
			tcase_add_loop_test(tests, test_verb, i, i + 1);
	}
	tcase_add_test(tests, test_members_of_others_can_be_invited);
}

int main(int argc, char **argv)
{
	return store_tests("isolation", argc, argv, add);
}
