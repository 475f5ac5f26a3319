/*
 * isolation_access.c: what belongs to another organization is as if it were not
 * there: groups, roles, webhooks, service accounts and projects' keys.
 */
#include "base/base.h"
#include "fixture.h"
#include "isolation.h"

#include "store/keys/leaks.h"
#include "store/members/assignments.h"
#include "store/members/roles.h"
#include "store/members/standing.h"
#include "store/projects/project_groups.h"
#include "store/projects/service_accounts.h"
#include "store/webhooks/webhook_queue.h"

void touches_no_other_key(void)
{
	struct store_op op = by_id(&verb_key_touch, theirs.key);

	assert_granted(&op);
	ck_assert_int_eq(rows("admin_key WHERE last_used_at > 0"), 0);
}

void makes_keys_and_projects_here(void)
{
	struct store_op op = op_of(&verb_key_create);

	in_of(&op, key_create_in)->name = "another";
	in_of(&op, key_create_in)->chosen = STR("sk-admin-another-key-of-ours");
	in_of(&op, key_create_in)->has_user = true;
	in_of(&op, key_create_in)->user = theirs.user;
	assert_ends(&op, RESULT_USER_NOT_FOUND);
	in_of(&op, key_create_in)->has_user = false;
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, key_create_out)->key.organization,
			 ours.organization);
	(void)add_project("Ours");
	ck_assert_int_eq(sql("SELECT count(*) FROM project WHERE organization"
			     " = %lld",
			     (long long)theirs.organization),
			 1);
}

static int64_t add_group(int64_t organization)
{
	struct store_op op = op_of(&verb_group_create);

	op.organization = organization;
	in_of(&op, group)->name = "Group";
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, group)->organization, organization);
	return out_of(&op, group)->id;
}

static struct store_op group_user_op(const struct verb *verb, int64_t group,
				     int64_t user)
{
	struct store_op op = op_of(verb);

	*in_of(&op, group_user_in) = (struct group_user_in){ group, user };
	return op;
}

void refuses_groups_of_others(void)
{
	int64_t group = add_group(theirs.organization);
	struct store_op op = by_id(&verb_group_get, group);

	assert_ends(&op, RESULT_GROUP_NOT_FOUND);
	op = by_id(&verb_group_delete, group);
	assert_ends(&op, RESULT_GROUP_NOT_FOUND);
	op = op_of(&verb_group_update);
	*in_of(&op, group) = (struct group){ .id = group, .name = "Ours now" };
	assert_ends(&op, RESULT_GROUP_NOT_FOUND);
	op = list_op(&verb_group_list, 0, 100);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	in_of(&op, list_in)->ascending = true;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	ck_assert_int_eq(rows("\"group\" WHERE name = 'Group'"), 1);
}

static int64_t add_webhook(int64_t organization)
{
	struct store_op op = op_of(&verb_webhook_create);

	*in_of(&op, webhook) = (struct webhook){
		.url = "https://example.com/hook",
		.events = EVENTS_ALL,
		.status = WEBHOOK_ENABLED,
	};
	op.organization = organization;
	assert_granted(&op);
	return out_of(&op, webhook)->id;
}

/* The same URL may be theirs and ours. */
void refuses_webhooks_of_others(void)
{
	int64_t webhook = add_webhook(theirs.organization);
	struct store_op op = by_id(&verb_webhook_get, webhook);

	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = by_id(&verb_webhook_delete, webhook);
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = op_of(&verb_webhook_update);
	*in_of(&op, webhook) =
	    (struct webhook){ .id = webhook, .url = "https://example.net/" };
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = op_of(&verb_webhook_rotate);
	in_of(&op, webhook_rotate_in)->id = webhook;
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = by_id(&verb_webhook_test, webhook);
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = op_of(&verb_webhook_redeliver);
	in_of(&op, webhook_redeliver_in)->webhook = webhook;
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = list_op(&verb_webhook_attempt_list, 0, 100);
	in_of(&op, webhook_attempt_list_in)->webhook = webhook;
	assert_ends(&op, RESULT_WEBHOOK_NOT_FOUND);
	op = list_op(&verb_webhook_list, 0, 100);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 0);
	(void)add_webhook(ours.organization);
	(void)invited("eve@example.com");
	ck_assert_int_eq(sql("SELECT count(*) FROM webhook_event WHERE"
			     " webhook = %lld",
			     (long long)webhook),
			 0);
	ck_assert_int_eq(rows("webhook_event"), 1);
}

/* An event of theirs that waits stays as it is. */
void leaves_the_events_of_others(void)
{
	int64_t webhook = add_webhook(theirs.organization);
	struct store_op op = by_id(&verb_webhook_test, webhook);
	int64_t event, due_ms;

	op.organization = theirs.organization;
	assert_granted(&op);
	event = out_of(&op, webhook_event)->id;
	due_ms = sql("SELECT due_at_ms FROM webhook_event");
	op = op_of(&verb_webhook_renew);
	*in_of(&op, webhook_renew_in) =
	    (struct webhook_renew_in){ .webhook = webhook,
				       .event = event,
				       .leased_until_ms = due_ms,
				       .until_ms = due_ms + 1000 };
	assert_granted(&op);
	op = op_of(&verb_webhook_settle);
	*in_of(&op, webhook_settle_in) =
	    (struct webhook_settle_in){ .webhook = webhook,
					.event = event,
					.leased_until_ms = due_ms,
					.done = true };
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT due_at_ms FROM webhook_event"), due_ms);
	ck_assert_int_eq(rows("webhook_attempt"), 0);
}

/* Neither into a group of theirs, nor one of their people into ours. */
void groups_nobody_across(void)
{
	static const struct verb *const verbs[] = { &verb_group_user_add,
						    &verb_group_user_get,
						    &verb_group_user_remove };
	int64_t group = add_group(theirs.organization);
	int64_t our_group = add_group(ours.organization);
	struct store_op op =
	    group_user_op(&verb_group_user_add, group, theirs.user);

	op.organization = theirs.organization;
	assert_granted(&op);
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op = group_user_op(verbs[i], group, theirs.user);
		assert_ends(&op, RESULT_GROUP_NOT_FOUND);
		op = group_user_op(verbs[i], our_group, theirs.user);
		assert_ends(&op, i == 0 ? RESULT_USER_NOT_FOUND
					: RESULT_GROUP_USER_NOT_FOUND);
	}
	op = list_op(&verb_group_user_list, 0, 100);
	in_of(&op, group_user_list_in)->group = group;
	assert_ends(&op, RESULT_GROUP_NOT_FOUND);
	ck_assert_int_eq(rows("group_user"), 1);
}

static enum standing standing_here(int64_t user, int64_t project)
{
	struct store_op op = op_of(&verb_standing_get);

	*in_of(&op, standing_get_in) =
	    (struct standing_get_in){ user, project };
	assert_granted(&op);
	return out_of(&op, standing_out)->standing;
}

void knows_no_standing_of_others(void)
{
	ck_assert_int_eq(standing_here(ours.user, ours.project),
			 STANDING_MEMBER);
	ck_assert_int_eq(standing_here(theirs.user, theirs.project),
			 STANDING_NONE);
}

static int64_t add_role(int64_t organization)
{
	struct store_op op = op_of(&verb_role_create);

	op.organization = organization;
	*in_of(&op, role_in) =
	    (struct role_in){ .name = "Analyst", .permissions = "" };
	assert_granted(&op);
	ck_assert_int_eq(out_of(&op, role_out)->role.organization,
			 organization);
	return out_of(&op, role_out)->role.id;
}

static void ask_for_role(const struct verb *verb, struct role_in in,
			 enum result wanted)
{
	struct store_op op = op_of(verb);

	*in_of(&op, role_in) = in;
	assert_ends(&op, wanted);
}

void refuses_roles_of_others(void)
{
	static const struct verb *const verbs[] = { &verb_role_get,
						    &verb_role_update,
						    &verb_role_delete };
	int64_t role = add_role(theirs.organization);
	struct store_op op = list_op(&verb_role_list, 0, 100);

	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		ask_for_role(verbs[i],
			     (struct role_in){ .role = role, .name = "Ours" },
			     RESULT_ROLE_NOT_FOUND);
	ask_for_role(&verb_role_create,
		     (struct role_in){ .of_project = true,
				       .project = theirs.project,
				       .name = "Ours",
				       .permissions = "" },
		     RESULT_PROJECT_NOT_FOUND);
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, list_out)->count, 2); /* predefined */
	(void)add_role(ours.organization);
	ck_assert_int_eq(rows("role WHERE name = 'Analyst'"), 2);
}

void assigns_nothing_across(void)
{
	static const struct verb *const verbs[] = { &verb_assignment_create,
						    &verb_assignment_get,
						    &verb_assignment_list,
						    &verb_assignment_delete };
	int64_t role = add_role(theirs.organization);
	const struct {
		struct assignment_in in;
		enum result result, list_result;
	} cases[] = {
		{ { .principal = theirs.user, .role = PREDEFINED_OWNER },
		  RESULT_USER_NOT_FOUND,
		  RESULT_USER_NOT_FOUND },
		{ { .principal = ours.user, .role = role },
		  RESULT_ROLE_NOT_FOUND,
		  RESULT_OK },
		{ { .family = GROUP_ROLES,
		    .principal = add_group(theirs.organization),
		    .role = PREDEFINED_OWNER },
		  RESULT_GROUP_NOT_FOUND,
		  RESULT_GROUP_NOT_FOUND },
		{ { .family = PROJECT_USER_ROLES,
		    .project = theirs.project,
		    .principal = ours.user,
		    .role = PREDEFINED_PROJECT_OWNER },
		  RESULT_PROJECT_NOT_FOUND,
		  RESULT_PROJECT_NOT_FOUND },
		{ { .family = PROJECT_USER_ROLES,
		    .project = ours.project,
		    .principal = theirs.user,
		    .role = PREDEFINED_PROJECT_OWNER },
		  RESULT_USER_NOT_FOUND,
		  RESULT_USER_NOT_FOUND },
	};

	for (size_t i = 0; i < COUNT_OF(cases) * COUNT_OF(verbs); i++) {
		const struct verb *verb = verbs[i % COUNT_OF(verbs)];
		struct store_op op = op_of(verb);

		*in_of(&op, assignment_in) = cases[i / COUNT_OF(verbs)].in;
		in_of(&op, assignment_in)->page.limit = 10;
		assert_ends(&op, verb == &verb_assignment_list
				     ? cases[i / COUNT_OF(verbs)].list_result
				     : cases[i / COUNT_OF(verbs)].result);
	}
	ck_assert_int_eq(rows("\"user\" WHERE role = 1"), 0);
	ck_assert_int_eq(rows("project_user WHERE role = 1"), 0);
}

/* Neither into a project of theirs, nor one of their groups into ours. */
void puts_no_group_across(void)
{
	static const struct verb *const verbs[] = { &verb_project_group_add,
						    &verb_project_group_get,
						    &verb_project_group_drop };
	int64_t group = add_group(theirs.organization);
	struct store_op op = list_op(&verb_project_group_list, 0, 100);

	in_of(&op, project_group_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		struct project_group_in in = { .project = theirs.project,
					       .group = group,
					       .role =
						   PREDEFINED_PROJECT_MEMBER };

		op = op_of(verbs[i]);
		*in_of(&op, project_group_in) = in;
		assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
		in_of(&op, project_group_in)->project = ours.project;
		assert_ends(&op, i == 0 ? RESULT_GROUP_NOT_FOUND
					: RESULT_PROJECT_GROUP_NOT_FOUND);
	}
	ck_assert_int_eq(rows("project_group"), 0);
}

/* An account of theirs with a key; made in their project only. */
static const struct service_account_out *account_of_theirs(void)
{
	struct store_op op = op_of(&verb_account_create);

	in_of(&op, service_account_create_in)->project = theirs.project;
	in_of(&op, service_account_create_in)->made.name = "robot";
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	op.organization = theirs.organization;
	assert_granted(&op);
	return op.out;
}

/* It is asked for by its project, and by ours. */
void refuses_accounts_of_others(void)
{
	static const struct verb *const verbs[] = { &verb_account_get,
						    &verb_account_update,
						    &verb_account_delete };
	int64_t account = account_of_theirs()->account.id;
	struct store_op op;

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op = op_of(verbs[i]);
		*in_of(&op, service_account_in) =
		    (struct service_account_in){ theirs.project, account };
		assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
		in_of(&op, service_account_in)->project = ours.project;
		assert_ends(&op, RESULT_SERVICE_ACCOUNT_NOT_FOUND);
	}
	op = op_of(&verb_account_key_create);
	in_of(&op, service_account_key_in)->id = account;
	in_of(&op, service_account_key_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	in_of(&op, service_account_key_in)->project = ours.project;
	assert_ends(&op, RESULT_SERVICE_ACCOUNT_NOT_FOUND);
	op = list_op(&verb_account_list, 0, 100);
	in_of(&op, service_account_list_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	ck_assert_int_eq(rows("project_key WHERE revoked_at = 0"), 1);
}

/* Likewise. */
void refuses_project_keys_of_others(void)
{
	static const struct verb *const verbs[] = { &verb_project_key_get,
						    &verb_project_key_update,
						    &verb_project_key_delete };
	int64_t key = account_of_theirs()->made.key.id;
	struct store_op op;

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		op = op_of(verbs[i]);
		*in_of(&op, project_key_in) =
		    (struct project_key_in){ theirs.project, key };
		assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
		in_of(&op, project_key_in)->project = ours.project;
		assert_ends(&op, RESULT_API_KEY_NOT_FOUND);
	}
	op = op_of(&verb_project_key_rotate);
	in_of(&op, project_key_rotate_in)->id = key;
	in_of(&op, project_key_rotate_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	in_of(&op, project_key_rotate_in)->project = ours.project;
	assert_ends(&op, RESULT_API_KEY_NOT_FOUND);
	op = op_of(&verb_project_key_create);
	in_of(&op, project_key_create_in)->project = ours.project;
	in_of(&op, project_key_create_in)->user = theirs.user;
	assert_ends(&op, RESULT_PROJECT_USER_NOT_FOUND);
	op = list_op(&verb_project_key_list, 0, 100);
	in_of(&op, project_key_list_in)->project = theirs.project;
	assert_ends(&op, RESULT_PROJECT_NOT_FOUND);
	ck_assert_int_eq(rows("project_key WHERE revoked_at = 0"), 1);
}

/* Neither one that is named, nor all of the organization's. */
void ends_no_project_keys_of_others(void)
{
	int64_t key = account_of_theirs()->made.key.id;
	struct store_op op = op_of(&verb_leak_revoke);

	*in_of(&op, leak_revoke_in) =
	    (struct leak_revoke_in){ .id = key, .kind = ID_API_KEY };
	assert_ends(&op, RESULT_KEY_UNKNOWN);
	op = op_of(&verb_project_keys_end);
	in_of(&op, project_keys_end_in)->made_before = INT64_MAX;
	assert_granted(&op);
	ck_assert_uint_eq(out_of(&op, project_keys_end_out)->count, 0);
	ck_assert_int_eq(rows("project_key WHERE revoked_at = 0"), 1);
}
