/*
 * t_audit.c: every write leaves an event of who did what, or says that it may
 * be done twice: whether a lost COMMIT came through is told by the event.
 * A verb without a line here does not pass.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/organizations/organizations.h"

#include "store/mail/bounces.h"
#include "store/members/assignments.h"
#include "store/members/groups.h"
#include "store/keys/leaks.h"
#include "store/mail/notices.h"
#include "store/projects/service_accounts.h"
#include "store/keys/gate.h"
#include "store/projects/project_groups.h"
#include "store/webhooks/webhook_queue.h"
#include "store/lock.h"
#include "store/members/roles.h"
#include "store/organizations/settings.h"

static struct store_op create_organization(void)
{
	struct store_op op = op_of(&verb_organization_create);

	in_of(&op, organization_name_in)->name = "Second";
	return op;
}

static struct store_op rename_organization(void)
{
	struct store_op op = op_of(&verb_organization_rename);

	in_of(&op, organization_name_in)->name = "Renamed";
	return op;
}

static struct store_op update_settings(void)
{
	return op_of(&verb_settings_update);
}

static struct store_op create_key(void)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "second";
	return op;
}

static struct store_op revoke_key(void)
{
	return by_id(&verb_key_revoke, f.key);
}

static struct store_op delete_key(void)
{
	struct store_op op = create_key();

	assert_granted(&op);
	return by_id(&verb_key_delete, f.key);
}

static struct store_op create_account(void)
{
	struct store_op op = op_of(&verb_account_create);

	in_of(&op, service_account_create_in)->project = f.project;
	in_of(&op, service_account_create_in)->made.name = "robot";
	return op;
}

static struct service_account_out *an_account(void)
{
	struct store_op op = create_account();

	assert_granted(&op);
	return out_of(&op, service_account_out);
}

static struct store_op update_account(void)
{
	struct store_op op = op_of(&verb_account_update);

	*in_of(&op, service_account_update_in) =
	    (struct service_account_update_in){ .project = f.project,
						.id = an_account()->account.id,
						.role = ACCOUNT_OWNER };
	return op;
}

static struct store_op delete_account(void)
{
	struct store_op op = op_of(&verb_account_delete);

	*in_of(&op, service_account_in) =
	    (struct service_account_in){ f.project, an_account()->account.id };
	return op;
}

static struct store_op create_account_key(void)
{
	struct store_op op = op_of(&verb_account_key_create);

	in_of(&op, service_account_key_in)->project = f.project;
	in_of(&op, service_account_key_in)->id = an_account()->account.id;
	return op;
}

static struct store_op create_project_key(void)
{
	struct store_op op = op_of(&verb_project_key_create);

	in_of(&op, project_key_create_in)->project = f.project;
	in_of(&op, project_key_create_in)->user = member("ada@example.com");
	return op;
}

static struct store_op touch_project_keys(void)
{
	static int64_t key;
	struct store_op op = op_of(&verb_keys_touch);

	key = an_account()->made.key.id;
	*in_of(&op, keys_touch_in) = (struct keys_touch_in){ &key, 1 };
	return op;
}

static struct store_op update_project_key(void)
{
	struct store_op op = op_of(&verb_project_key_update);

	*in_of(&op, project_key_update_in) =
	    (struct project_key_update_in){ .project = f.project,
					    .id = an_account()->made.key.id,
					    .lifetime = 60 };
	return op;
}

static struct store_op rotate_project_key(void)
{
	struct store_op op = op_of(&verb_project_key_rotate);

	in_of(&op, project_key_rotate_in)->project = f.project;
	in_of(&op, project_key_rotate_in)->id = an_account()->made.key.id;
	return op;
}

static struct store_op warn_of_keys(void)
{
	struct store_op op = op_of(&verb_key_warn);

	in_of(&op, key_warn_in)->limit = 1;
	return op;
}

static struct store_op revoke_leaked_key(void)
{
	struct store_op op = op_of(&verb_leak_revoke);

	*in_of(&op, leak_revoke_in) = (struct leak_revoke_in){
		.id = an_account()->made.key.id,
		.project = f.project,
		.kind = ID_API_KEY,
	};
	return op;
}

static struct store_op end_project_keys(void)
{
	struct store_op op = op_of(&verb_project_keys_end);

	(void)an_account();
	in_of(&op, project_keys_end_in)->made_before = INT64_MAX;
	return op;
}

static struct store_op delete_project_key(void)
{
	struct store_op op = op_of(&verb_project_key_delete);

	*in_of(&op, project_key_in) =
	    (struct project_key_in){ f.project, an_account()->made.key.id };
	return op;
}

static struct store_op touch_key(void)
{
	return by_id(&verb_key_touch, f.key);
}

static struct store_op create_project(void)
{
	struct store_op op = op_of(&verb_project_create);

	in_of(&op, project)->name = "Apollo";
	return op;
}

static int64_t a_project(void)
{
	struct store_op op = create_project();

	assert_granted(&op);
	return out_of(&op, project)->id;
}

static struct store_op update_project(void)
{
	struct store_op op = op_of(&verb_project_update);

	*in_of(&op, project) =
	    (struct project){ .id = a_project(), .name = "Gemini" };
	return op;
}

static struct store_op archive_project(void)
{
	return by_id(&verb_project_archive, a_project());
}

static struct store_op create_group(void)
{
	struct store_op op = op_of(&verb_group_create);

	in_of(&op, group)->name = "Crew";
	return op;
}

static int64_t a_group(void)
{
	struct store_op op = create_group();

	assert_granted(&op);
	return out_of(&op, group)->id;
}

static struct store_op update_group(void)
{
	struct store_op op = op_of(&verb_group_update);

	*in_of(&op, group) = (struct group){ .id = a_group(), .name = "Staff" };
	return op;
}

static struct store_op delete_group(void)
{
	return by_id(&verb_group_delete, a_group());
}

static struct store_op create_webhook(void)
{
	struct store_op op = op_of(&verb_webhook_create);

	*in_of(&op, webhook) = (struct webhook){
		.url = "https://example.com/hook",
		.events = EVENTS_ALL,
		.status = WEBHOOK_ENABLED,
	};
	return op;
}

static int64_t a_webhook(void)
{
	struct store_op op = create_webhook();

	assert_granted(&op);
	return out_of(&op, webhook)->id;
}

static struct store_op update_webhook(void)
{
	struct store_op op = op_of(&verb_webhook_update);

	*in_of(&op, webhook) =
	    (struct webhook){ .id = a_webhook(), .status = WEBHOOK_DISABLED };
	return op;
}

static struct store_op delete_webhook(void)
{
	return by_id(&verb_webhook_delete, a_webhook());
}

static struct store_op rotate_webhook(void)
{
	struct store_op op = op_of(&verb_webhook_rotate);

	in_of(&op, webhook_rotate_in)->id = a_webhook();
	return op;
}

static struct store_op test_webhook(void)
{
	return by_id(&verb_webhook_test, a_webhook());
}

static struct store_op redeliver_event(void)
{
	struct store_op test = test_webhook();
	struct store_op op = op_of(&verb_webhook_redeliver);

	assert_granted(&test);
	*in_of(&op, webhook_redeliver_in) = (struct webhook_redeliver_in){
		.webhook = out_of(&test, webhook_event)->webhook,
		.event = out_of(&test, webhook_event)->id,
	};
	return op;
}

static struct store_op claim_events(void)
{
	struct store_op op = op_of(&verb_webhook_claim);

	*in_of(&op, webhook_claim_in) =
	    (struct webhook_claim_in){ .limit = 1, .lease_ms = 1000 };
	return op;
}

static struct store_op renew_event(void)
{
	return op_of(&verb_webhook_renew);
}

static struct store_op settle_event(void)
{
	return op_of(&verb_webhook_settle);
}

static struct store_op add_to_group(void)
{
	struct store_op op = op_of(&verb_group_user_add);

	*in_of(&op, group_user_in) =
	    (struct group_user_in){ .group = a_group(),
				    .user = member("ada@example.com") };
	return op;
}

static struct store_op remove_from_group(void)
{
	struct store_op add = add_to_group();
	struct store_op op = op_of(&verb_group_user_remove);

	assert_granted(&add);
	*in_of(&op, group_user_in) = *in_of(&add, group_user_in);
	return op;
}

static struct store_op update_user(void)
{
	struct store_op op = op_of(&verb_user_update);

	in_of(&op, user_update_in)->id = member("ada@example.com");
	in_of(&op, user_update_in)->technical_level = "high";
	return op;
}

static struct store_op delete_user(void)
{
	return by_id(&verb_user_delete, member("ada@example.com"));
}

static struct store_op erase_user(void)
{
	struct store_op op = op_of(&verb_user_erase);

	in_of(&op, user_erase_in)->id = member("ada@example.com");
	return op;
}

static struct store_op add_to_project(void)
{
	struct store_op op = op_of(&verb_project_user_add);

	*in_of(&op, project_user_role_in) = (struct project_user_role_in){
		.project = add_project("Apollo"),
		.user = member("ada@example.com"),
	};
	return op;
}

static struct store_op change_in_project(void)
{
	struct store_op op = op_of(&verb_project_user_update);

	*in_of(&op, project_user_role_in) = (struct project_user_role_in){
		.project = f.project,
		.user = member("ada@example.com"),
		.has_role = true,
		.role = PROJECT_OWNER,
	};
	return op;
}

static struct store_op remove_from_project(void)
{
	struct store_op op = op_of(&verb_project_user_remove);

	*in_of(&op, project_user_in) =
	    (struct project_user_in){ f.project, member("ada@example.com") };
	return op;
}

static struct store_op create_role(void)
{
	struct store_op op = op_of(&verb_role_create);

	*in_of(&op, role_in) =
	    (struct role_in){ .name = "Analyst", .permissions = "" };
	return op;
}

static int64_t a_role(void)
{
	struct store_op op = create_role();

	assert_granted(&op);
	return out_of(&op, role_out)->role.id;
}

static struct store_op update_role(void)
{
	struct store_op op = op_of(&verb_role_update);

	*in_of(&op, role_in) =
	    (struct role_in){ .role = a_role(), .name = "Auditor" };
	return op;
}

static struct store_op delete_role(void)
{
	struct store_op op = op_of(&verb_role_delete);

	in_of(&op, role_in)->role = a_role();
	return op;
}

static struct store_op assign_role(void)
{
	struct store_op op = op_of(&verb_assignment_create);

	*in_of(&op, assignment_in) =
	    (struct assignment_in){ .principal = member("ada@example.com"),
				    .role = a_role() };
	return op;
}

static struct store_op unassign_role(void)
{
	struct store_op assign = assign_role();
	struct store_op op = op_of(&verb_assignment_delete);

	assert_granted(&assign);
	*in_of(&op, assignment_in) = *in_of(&assign, assignment_in);
	return op;
}

static struct store_op add_project_group(void)
{
	struct store_op op = op_of(&verb_project_group_add);

	*in_of(&op, project_group_in) =
	    (struct project_group_in){ .project = f.project,
				       .group = a_group(),
				       .role = PREDEFINED_PROJECT_MEMBER };
	return op;
}

static struct store_op remove_project_group(void)
{
	struct store_op add = add_project_group();
	struct store_op op = op_of(&verb_project_group_drop);

	assert_granted(&add);
	*in_of(&op, project_group_in) = *in_of(&add, project_group_in);
	return op;
}

static struct store_op create_invite(void)
{
	return invite_op("ada@example.com");
}

static struct store_op create_invites(void)
{
	const struct store_op line = create_invite();

	return invite_all_op(&line, 1);
}

static struct store_op delete_invite(void)
{
	struct store_op create = invited("ada@example.com");

	return by_id(&verb_invite_delete,
		     out_of(&create, invite_create_out)->invite.id);
}

static struct store_op resend_invite(void)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = op_of(&verb_invite_resend);

	in_of(&op, invite_resend_in)->id =
	    out_of(&create, invite_create_out)->invite.id;
	return op;
}

static struct store_op change_invite(void)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = op_of(&verb_invite_change);

	*in_of(&op, invite_change_in) = (struct invite_change_in){
		.id = out_of(&create, invite_create_out)->invite.id,
		.has_role = true,
		.role = ROLE_OWNER,
	};
	return op;
}

static struct store_op copy_link(void)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op = op_of(&verb_invite_link);

	in_of(&op, invite_link_in)->id =
	    out_of(&create, invite_create_out)->invite.id;
	return op;
}

static struct store_op remind_invite(void)
{
	bool more;

	(void)mailed("ada@example.com");
	f.now_ms += (TTL - HOUR_MS / SECOND_MS) * SECOND_MS;
	return expiry_op(EXPIRY_REMINDER, &more);
}

static struct store_op forget_invites(void)
{
	struct store_op op = op_of(&verb_invite_forget);
	struct store_op create = invited("ada@example.com");

	in_of(&op, invite_forget_in)->ended_before =
	    out_of(&create, invite_create_out)->invite.expires_at;
	return op;
}

static struct store_op accept_invitation(void)
{
	struct store_op create = invited("ada@example.com");

	return answer_op(&verb_invitation_accept, token_of(&create));
}

static struct store_op decline_invitation(void)
{
	struct store_op create = invited("ada@example.com");

	return answer_op(&verb_invitation_decline, token_of(&create));
}

static struct store_op opt_out(void)
{
	struct store_op create = invited("ada@example.com");

	return answer_op(&verb_invitation_opt_out, token_of(&create));
}

static struct store_op request_invitation(void)
{
	struct store_op create = invited("ada@example.com");

	f.now_ms += TTL * SECOND_MS;
	return answer_op(&verb_invitation_request, token_of(&create));
}

static struct store_op unblock_address(void)
{
	struct store_op op = opt_out();

	assert_granted(&op);
	return by_id(&verb_block_delete, sql("SELECT id FROM blocked_address"));
}

static struct store_op claim_mail(void)
{
	(void)invited("ada@example.com");
	return claim_op(1, MINUTE_MS);
}

static struct outbox_mail claimed_mail(void)
{
	struct store_op op = claim_mail();

	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, outbox_claim_out)->count, 1);
	return out_of(&op, outbox_claim_out)->mails[0];
}

static struct store_op renew_mail(void)
{
	struct outbox_mail mail = claimed_mail();

	return renew_op(&mail, f.now_ms + MINUTE_MS);
}

static struct store_op settle_mail(void)
{
	return settle_op(claimed_mail().token.invite, OUTBOX_SENT);
}

static struct store_op recall_mails(void)
{
	return op_of(&verb_outbox_recall);
}

static struct store_op probe(void)
{
	return op_of(&verb_probe);
}

/* The first time is an event. */
static struct store_op bounce_again(void)
{
	struct store_op claim, op = op_of(&verb_mail_bounced);

	(void)invited("bounced@example.com");
	claim = claim_op(1, MINUTE_MS);
	assert_granted(&claim);
	*in_of(&op, mail_bounced_in) = (struct mail_bounced_in){
		.code = out_of(&claim, outbox_claim_out)->mails->return_code,
		.reason = "550 no such user",
	};
	assert_granted(&op);
	ck_assert(out_of(&op, mail_bounced_out)->failed);
	return op;
}

static struct store_op tidy_up(void)
{
	return op_of(&verb_organization_tidy);
}

static struct store_op (*const writes[VERB_COUNT])(void) = {
	[VERB_organization_create] = create_organization,
	[VERB_organization_rename] = rename_organization,
	[VERB_organization_tidy] = tidy_up,
	[VERB_key_create] = create_key,
	[VERB_key_revoke] = revoke_key,
	[VERB_key_delete] = delete_key,
	[VERB_account_create] = create_account,
	[VERB_settings_update] = update_settings,
	[VERB_account_update] = update_account,
	[VERB_account_delete] = delete_account,
	[VERB_account_key_create] = create_account_key,
	[VERB_project_key_create] = create_project_key,
	[VERB_project_key_update] = update_project_key,
	[VERB_project_key_rotate] = rotate_project_key,
	[VERB_keys_touch] = touch_project_keys,
	[VERB_leak_revoke] = revoke_leaked_key,
	[VERB_project_keys_end] = end_project_keys,
	[VERB_project_key_delete] = delete_project_key,
	[VERB_key_touch] = touch_key,
	[VERB_project_create] = create_project,
	[VERB_project_update] = update_project,
	[VERB_project_archive] = archive_project,
	[VERB_project_group_add] = add_project_group,
	[VERB_project_group_drop] = remove_project_group,
	[VERB_project_user_add] = add_to_project,
	[VERB_project_user_update] = change_in_project,
	[VERB_project_user_remove] = remove_from_project,
	[VERB_user_update] = update_user,
	[VERB_user_delete] = delete_user,
	[VERB_user_erase] = erase_user,
	[VERB_webhook_create] = create_webhook,
	[VERB_webhook_update] = update_webhook,
	[VERB_webhook_delete] = delete_webhook,
	[VERB_webhook_rotate] = rotate_webhook,
	[VERB_webhook_test] = test_webhook,
	[VERB_webhook_redeliver] = redeliver_event,
	[VERB_webhook_claim] = claim_events,
	[VERB_webhook_renew] = renew_event,
	[VERB_webhook_settle] = settle_event,
	[VERB_group_create] = create_group,
	[VERB_group_update] = update_group,
	[VERB_group_delete] = delete_group,
	[VERB_group_user_add] = add_to_group,
	[VERB_group_user_remove] = remove_from_group,
	[VERB_role_create] = create_role,
	[VERB_role_update] = update_role,
	[VERB_role_delete] = delete_role,
	[VERB_assignment_create] = assign_role,
	[VERB_assignment_delete] = unassign_role,
	[VERB_invite_create] = create_invite,
	[VERB_invite_create_all] = create_invites,
	[VERB_invite_delete] = delete_invite,
	[VERB_invite_resend] = resend_invite,
	[VERB_invite_change] = change_invite,
	[VERB_invite_link] = copy_link,
	[VERB_expiry_settle] = remind_invite,
	[VERB_invite_forget] = forget_invites,
	[VERB_invitation_accept] = accept_invitation,
	[VERB_invitation_decline] = decline_invitation,
	[VERB_invitation_opt_out] = opt_out,
	[VERB_invitation_request] = request_invitation,
	[VERB_block_delete] = unblock_address,
	[VERB_key_warn] = warn_of_keys,
	[VERB_outbox_claim] = claim_mail,
	[VERB_outbox_renew] = renew_mail,
	[VERB_outbox_settle] = settle_mail,
	[VERB_outbox_recall] = recall_mails,
	[VERB_mail_bounced] = bounce_again,
	[VERB_probe] = probe,
};

/* Done before any test, with an event: the fixture would not find its key. */
static bool is_tested_elsewhere(const struct verb *verb)
{
	return verb == &verb_bootstrap;
}

START_TEST(test_write)
{
	const struct verb *verb = all_verbs[_i];
	struct store_op op;
	int64_t before;

	ck_assert_msg(writes[_i] != NULL, "%s: does it leave an event?",
		      verb->name);
	op = writes[_i]();
	before = rows("audit");
	assert_granted(&op);
	if (verb->flags & VERB_REPEATABLE)
		ck_assert_int_eq(rows("audit"), before);
	else
		ck_assert_int_gt(rows("audit"), before);
}
END_TEST

static void assert_locks_rights_first(const struct verb *verb)
{
	static const max_align_t zeros[32];
	static struct lock_set set;

	ck_assert_msg(verb->locks != NULL, "%s", verb->name);
	ck_assert_uint_le(verb->size_in, sizeof(zeros));
	set.count = 0;
	verb->locks(zeros, 12345, &set);
	ck_assert_uint_ge(set.count, 1);
	ck_assert_int_eq(set.at[0].class, LOCK_RIGHTS);
	ck_assert_int_eq(set.at[0].id, 12345);
}

/* Or two daemons might wait for each other's organizations. */
START_TEST(test_who_changes_rights_locks_them_first)
{
	for (int i = 0; i < VERB_COUNT; i++) {
		int flags = all_verbs[i]->flags;

		if (flags & VERB_RIGHTS && !(flags & VERB_ANY_ORGANIZATION))
			assert_locks_rights_first(all_verbs[i]);
	}
}
END_TEST

/* Each has a database made for it, so only those that need one. */
static void add(TCase *tests)
{
	for (int i = 0; i < VERB_COUNT; i++) {
		if (!(all_verbs[i]->flags & VERB_READ) &&
		    !is_tested_elsewhere(all_verbs[i]))
			tcase_add_loop_test(tests, test_write, i, i + 1);
	}
	tcase_add_test(tests, test_who_changes_rights_locks_them_first);
}

int main(int argc, char **argv)
{
	return store_tests("audit", argc, argv, add);
}
