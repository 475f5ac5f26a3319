/*
 * plan_table.c: by which index each statement finds its rows (see plan.h); one
 * that reads no table has no line. A plan may be several, with a "|" between,
 * and an access "table.index/other": where either finds the same few rows, the
 * statistics may decide.
 */
#include "base/base.h"
#include "plan.h"

/* Without statistics PostgreSQL believes that a table of wide rows has few of
 * them, and takes those of an organization by another index, to sort them. */
#define BY_FEW	       "SORT invite.invite_address"
#define BY_FEW_OF_EACH BY_FEW " " BY_FEW " " BY_FEW

static const struct plan plans[] = {
	{ "address_taken",
	  "user.user_address blocked_address.blocked_address_hash", NULL },
	{ "assignment_delete", "role_assignment.primary/role_assignment_of",
	  NULL },
	{ "assignment_list", "role_assignment.primary role.primary SORT",
	  "role_assignment.primary role.primary" },
	{ "assignment_list_ascending",
	  "role_assignment.primary role.primary SORT",
	  "role_assignment.primary role.primary" },
	{ "assignments_of_group_delete", "role_assignment.primary", NULL },
	{ "assignments_of_project_delete", "role_assignment.primary", NULL },
	{ "assignments_of_role_delete", "role_assignment.role_assignment_of",
	  NULL },
	{ "assignments_of_user_delete", "role_assignment.primary", NULL },
	{ "audit_end", "a.primary", "audit.primary" },
	{ "audit_end_before", "a.primary", "audit.primary" },
	{ "audit_end_of", "a.audit_target", "audit.audit_target" },
	{ "audit_end_of_before", "a.audit_target", "audit.audit_target" },
	{ "audit_erase", "audit_side.primary", NULL },
	{ "audit_find", "audit.audit_target", NULL },
	{ "audit_rows",
	  "a.primary p.primary u.primary i.primary v.primary s.primary",
	  "audit.primary project.primary audit_side.primary user.primary "
	  "audit_side.primary invite.primary user.primary" },
	{ "audit_rows_before",
	  "a.primary p.primary u.primary i.primary v.primary s.primary",
	  "audit.primary project.primary audit_side.primary user.primary "
	  "audit_side.primary invite.primary user.primary" },
	{ "audit_rows_of", "a.audit_target t.primary",
	  "audit.audit_target project.primary audit_side.primary user.primary "
	  "audit_side.primary invite.primary user.primary" },
	{ "audit_rows_of_before", "a.audit_target t.primary",
	  "audit.audit_target project.primary audit_side.primary user.primary "
	  "audit_side.primary invite.primary user.primary" },
	{ "blocked_address_delete", "blocked_address.primary", NULL },
	{ "blocked_address_get", "blocked_address.primary", NULL },
	{ "blocked_address_list", "blocked_address.blocked_address_list",
	  "blocked_address.primary" },
	{ "blocked_address_list_ascending",
	  "blocked_address.blocked_address_list", "blocked_address.primary" },
	{ "blocked_address_of", "blocked_address.blocked_address_hash", NULL },
	{ "blocked_address_take", "blocked_address.primary", NULL },
	{ "census_invites", "invite.primary SORT", "invite.primary" },
	{ "census_seats",
	  "organization_settings.primary user.user_present "
	  "invite.invite_expiry",
	  NULL },
	{ "clock", "meta.primary", "" },
	{ "create_many", "",
	  "organization_settings.primary user.user_address "
	  "invite.invite_address invite.invite_external user.user_external "
	  "blocked_address.blocked_address_hash "
	  "admin_key.primary user.user_owner "
	  "project.primary user.primary organization.primary "
	  "webhook.webhook_list SORT" },
	{ "expiry_hook", "webhook.webhook_list", NULL },
	{ "expiry_mark_delete", "invite_mark.primary", NULL },
	{ "expiry_mark_get", "invite_mark.primary", NULL },
	{ "expiry_page", "invite.invite_expiry SORT invite.invite_expiry SORT",
	  "invite.invite_expiry" },
	{ "expiry_take", "invite.primary", "SORT invite.primary" },
	{ "expiry_told", "invite.primary", NULL },
	{ "group_delete", "group.primary", "group.group_list" },
	{ "group_empty", "group_user.primary", NULL },
	{ "group_get", "group.primary", "group.group_list" },
	{ "group_leave_projects", "project_group.project_group_of", NULL },
	{ "group_list", "group.group_list", NULL },
	{ "group_list_ascending", "group.group_list", NULL },
	{ "group_look",
	  "group.primary role_assignment.primary/role_assignment_of",
	  "group.group_list role_assignment.primary/role_assignment_of" },
	{ "group_member", "user.primary", NULL },
	{ "group_role_clear", "group.primary", "group.group_list" },
	{ "group_role_set", "group.primary", "group.group_list" },
	{ "group_take", "group.primary", "group.group_list" },
	{ "group_update", "group.primary", "group.group_list" },
	{ "group_user_delete", "group_user.primary", NULL },
	{ "group_user_get", "u.primary m.group_user_of|m.primary u.primary",
	  "group_user.primary user.primary" },
	{ "group_user_list", "m.primary u.primary",
	  "group_user.primary user.primary" },
	{ "group_user_list_ascending", "m.primary u.primary",
	  "group_user.primary user.primary" },
	{ "bounced_invite", "invite.primary", NULL },
	{ "invitation_get", "invite.primary", NULL },
	{ "invitation_organization", "o.primary organization_settings.primary",
	  "organization.primary organization_settings.primary" },
	{ "invitation_take", "invite.primary", NULL },
	{ "invite_accept", "invite.primary", NULL },
	{ "invite_accept_many", "", "invite.primary" },
	{ "invite_change", "invite.primary", NULL },
	{ "invite_decline", "invite.primary", NULL },
	{ "invite_decline_many", "", "invite.primary" },
	{ "invite_delivery", "invite.primary", NULL },
	{ "invite_delivery_many", "", "invite.primary" },
	{ "invite_empty", "invite.primary", NULL },
	{ "invite_expires_at", "invite.primary", NULL },
	{ "invite_get", "invite.primary", NULL },
	{ "invite_holders", "invite.invite_address", NULL },
	{ "invite_inviter", "i.primary u.user_address r.user_address",
	  "invite.primary user.user_address" },
	{ "invite_inviter_empty", "invite.invite_inviter", NULL },
	{ "invite_let_go", "invite.primary", NULL },
	{ "invite_let_go_many", "", "invite.primary" },
	{ "invite_link", "invite.primary", NULL },
	{ "invite_list", "invite.invite_list invite.primary",
	  "SORT invite.invite_list|" BY_FEW_OF_EACH },
	{ "invite_list_accepted", "invite.invite_list",
	  "invite.invite_list|" BY_FEW },
	{ "invite_list_declined", "invite.invite_list",
	  "invite.invite_list|" BY_FEW },
	{ "invite_list_address",
	  "invite.invite_address SORT invite.invite_address SORT",
	  "SORT invite.invite_address" },
	{ "invite_list_external",
	  "invite.invite_external SORT invite.invite_external SORT",
	  "SORT invite.invite_external" },
	{ "invite_list_expired",
	  "invite.invite_expiry SORT invite.invite_expiry SORT "
	  "invite.invite_expiry SORT invite.invite_expiry SORT",
	  "SORT invite.invite_expiry" },
	{ "invite_list_pending",
	  "invite.invite_expiry SORT invite.invite_expiry SORT",
	  "invite.invite_expiry" },
	{ "invite_namesake", "invite.invite_external", NULL },
	{ "invite_opt_out", "invite.primary", NULL },
	{ "invite_owner", "user.primary", NULL },
	{ "invite_reopen", "invite.primary", NULL },
	{ "invite_request", "invite.primary", NULL },
	{ "invite_projects", "i.primary SORT project.primary SORT",
	  "SORT invite.primary project.primary" },
	{ "invite_search", "invite.invite_list",
	  "SORT invite.invite_list invite.primary|" BY_FEW_OF_EACH
	  " invite.primary" },
	{ "invite_search_end", "invite.invite_list",
	  "SORT invite.invite_list|" BY_FEW_OF_EACH },
	{ "invite_search_end_trouble", "invite.invite_trouble", NULL },
	/* To sort a chunk is no matter. */
	{ "invite_search_trouble",
	  "invite.invite_trouble|invite.invite_trouble SORT",
	  "SORT invite.invite_trouble invite.primary" },
	{ "invite_sent_many", "", "invite.primary" },
	{ "invite_settings", "organization_settings.primary i.primary",
	  "invite.primary organization_settings.primary" },
	{ "invite_take", "invite.primary", NULL },
	{ "invite_take_many", "", "invite.primary organization.primary" },
	{ "invites_declined", "invite.invite_expiry", NULL },
	{ "invites_expired", "invite.invite_expiry", NULL },
	{ "invites_of_address", "invite.invite_address", NULL },
	{ "invites_withdrawn", "invite.invite_withdrawn", NULL },
	{ "invites_withdrawn_of", "invite.invite_list",
	  "invite.invite_withdrawn" },
	{ "kept_too_long", "once.once_age rate.rate_age", NULL },
	{ "key_by_hash", "admin_key.unique o.primary",
	  "admin_key.unique user.user_owner" },
	{ "key_by_id",
	  "admin_key.primary o.primary u.primary o.primary u.primary o.primary",
	  "admin_key.admin_key_list user.user_owner user.primary "
	  "organization.primary user.primary organization.primary" },
	{ "key_in_force", "k.primary o.primary s.primary h.webhook_list",
	  "admin_key.primary organization_settings.primary user.user_owner "
	  "webhook.webhook_list" },
	{ "key_lasting", "admin_key.admin_key_present",
	  "admin_key.admin_key_present/admin_key_list" },
	{ "key_list",
	  "admin_key.admin_key_present o.primary u.primary o.primary u.primary "
	  "o.primary",
	  "admin_key.admin_key_present user.user_owner user.primary "
	  "organization.primary user.primary organization.primary" },
	{ "key_list_all",
	  "admin_key.admin_key_list o.primary u.primary o.primary u.primary "
	  "o.primary",
	  "admin_key.admin_key_list user.user_owner user.primary "
	  "organization.primary user.primary organization.primary" },
	{ "key_list_all_ascending",
	  "admin_key.admin_key_list o.primary u.primary o.primary u.primary "
	  "o.primary",
	  "admin_key.admin_key_list user.user_owner user.primary "
	  "organization.primary user.primary organization.primary" },
	{ "key_list_ascending",
	  "admin_key.admin_key_present o.primary u.primary o.primary u.primary "
	  "o.primary",
	  "admin_key.admin_key_present user.user_owner user.primary "
	  "organization.primary user.primary organization.primary" },
	{ "key_many", "", "admin_key.primary user.user_owner" },
	{ "key_other", "k.admin_key_present o.primary",
	  "admin_key.admin_key_list user.user_owner" },
	{ "key_owner", "user.primary", NULL },
	{ "key_revoke", "admin_key.primary", "admin_key.admin_key_list" },
	{ "keys_touch", "project_key.primary", NULL },
	{ "key_touch", "admin_key.primary", "admin_key.admin_key_list" },
	{ "lock_invites", "", "invite.primary" },
	{ "lock_projects", "", "SORT project.primary" },
	{ "lock_rights", "", "invite.primary rights.primary" },
	{ "once_delete", "once.primary", NULL },
	{ "once_find", "once.primary", NULL },
	{ "once_forget", "once.primary once.once_age",
	  "once.once_age once.primary" },
	{ "organization_any", "organization.WHOLE", "organization.primary" },
	{ "organization_by_name", "organization.unique", NULL },
	{ "organization_get", "organization.primary", NULL },
	{ "organization_list", "organization.primary", NULL },
	{ "organization_rename", "organization.primary", NULL },
	{ "outbox_count", "outbox.WHOLE", NULL },
	{ "outbox_defer", "outbox.primary", NULL },
	{ "outbox_defer_many", "", "outbox.primary" },
	{ "outbox_delete", "outbox.primary", NULL },
	{ "outbox_delete_many", "", "outbox.primary" },
	{ "outbox_due", "outbox.outbox_due invite.primary o.primary SORT",
	  "SORT outbox.outbox_due invite.primary organization.primary" },
	{ "outbox_far", "outbox.outbox_due",
	  "outbox.outbox_due outbox.primary" },
	{ "outbox_get", "outbox.primary", "invite.primary outbox.primary" },
	{ "outbox_get_many", "", "invite.primary outbox.primary" },
	{ "outbox_lease", "outbox.primary", NULL },
	{ "outbox_lease_many", "outbox.primary", NULL },
	{ "outbox_next", "outbox.outbox_due", NULL },
	{ "outbox_recall", "outbox.outbox_unreached",
	  "outbox.outbox_unreached outbox.primary" },
	{ "outbox_renew", "outbox.primary", "outbox.outbox_due" },
	{ "people_by_address", "user.user_address", NULL },
	{ "place_by_address", "p.primary u.user_address m.primary",
	  "project.primary user.user_address "
	  "project_user.primary/project_user_of" },
	{ "place_by_id", "p.primary u.primary/user_present m.primary",
	  "project.primary user.primary "
	  "project_user.primary/project_user_of" },
	{ "project_archive", "project.primary", NULL },
	{ "project_delete", "project.primary", NULL },
	{ "project_get", "project.primary", NULL },
	{ "project_group_get", "g.primary m.primary|m.primary g.primary",
	  "project_group.project_group_of group.group_list" },
	{ "project_group_list", "m.primary g.primary",
	  "project_group.primary group.group_list" },
	{ "project_group_list_ascending", "m.primary g.primary",
	  "project_group.primary group.group_list" },
	{ "project_group_look",
	  "project.primary group.primary project_group.primary "
	  "role_assignment.primary/role_assignment_of",
	  "project.primary group.group_list "
	  "project_group.primary/project_group_of "
	  "role_assignment.primary/role_assignment_of" },
	{ "project_group_role_clear", "project_group.primary",
	  "project_group.project_group_of" },
	{ "project_key_cutoff", "project_key.project_key_list", NULL },
	{ "project_key_find",
	  "project_key.primary s.primary m.group_user_of g.primary s.primary "
	  "m.group_user_of p.primary a.primary p.primary u.primary a.primary "
	  "u.primary a.primary p.primary r.primary",
	  "project_key.primary user.primary group_user.group_user_of "
	  "group.group_list/primary project_user.project_user_of/primary "
	  "group_user.group_user_of project_group.project_group_of "
	  "service_account.primary/service_account_list project.primary "
	  "user.primary service_account.primary/service_account_list "
	  "user.primary service_account.primary/service_account_list "
	  "project.primary rights.primary" },
	{ "key_warn_done", "project_key.primary", NULL },
	{ "key_warn_due", "project_key.project_key_warn", NULL },
	{ "notice_due",
	  "outbox.outbox_notice g.primary s.primary u.primary k.primary "
	  "a.primary h.primary p.primary v.primary i.primary SORT",
	  "SORT outbox.outbox_notice organization.primary "
	  "organization_settings.primary user.primary "
	  "project_key.primary admin_key.primary webhook.primary "
	  "project.primary invite.primary" },
	{ "notice_owners", "o.user_owner", "user.user_owner" },
	{ "outbox_get_notice", "outbox.primary", NULL },
	{ "leak_admin_key", "admin_key.primary", NULL },
	{ "leak_admin_key_by_hash", "admin_key.unique", NULL },
	{ "leak_project_key", "project_key.primary", NULL },
	{ "project_key_get",
	  "project_key.primary s.primary m.group_user_of g.primary s.primary "
	  "m.group_user_of p.primary a.primary p.primary u.primary a.primary "
	  "u.primary a.primary|project_key.primary s.primary m.group_user_of "
	  "g.primary s.primary p.primary m.group_user_of a.primary p.primary "
	  "u.primary a.primary u.primary a.primary",
	  "project_key.primary user.primary group_user.group_user_of "
	  "group.group_list/primary project_user.project_user_of/primary "
	  "group_user.group_user_of project_group.project_group_of "
	  "service_account.primary/service_account_list project.primary "
	  "user.primary service_account.primary/service_account_list "
	  "user.primary service_account.primary/service_account_list" },
	{ "project_key_life", "p.primary s.primary",
	  "project.primary organization_settings.primary" },
	{ "project_key_list",
	  "project_key.project_key_list s.primary m.group_user_of g.primary "
	  "s.primary m.group_user_of p.primary a.primary p.primary u.primary "
	  "a.primary u.primary a.primary|project_key.project_key_list "
	  "s.primary m.group_user_of g.primary s.primary p.primary "
	  "m.group_user_of a.primary p.primary u.primary a.primary u.primary "
	  "a.primary",
	  "project_key.project_key_list user.primary group_user.group_user_of "
	  "group.group_list/primary project_user.project_user_of/primary "
	  "group_user.group_user_of project_group.project_group_of "
	  "service_account.primary/service_account_list project.primary "
	  "user.primary service_account.primary/service_account_list "
	  "user.primary service_account.primary/service_account_list" },
	{ "project_key_revoke", "project_key.primary", NULL },
	{ "project_key_update", "project_key.primary", NULL },
	{ "project_list", "project.project_list", "project.primary" },
	{ "project_list_active", "project.project_active", NULL },
	{ "project_list_ascending", "project.project_list", "project.primary" },
	{ "project_many", "project.primary",
	  "project.primary|SORT project.primary" },
	{ "project_take", "project.primary", NULL },
	{ "project_update", "project.primary", NULL },
	{ "project_user_add_many", "", "SORT" },
	{ "project_user_delete", "project_user.primary",
	  "project_user.project_user_of" },
	{ "project_user_list", "m.primary u.primary",
	  "project_user.primary user.primary" },
	{ "project_user_look",
	  "project.primary user.primary "
	  "project_user.primary/project_user_of "
	  "role_assignment.primary/role_assignment_of",
	  NULL },
	{ "project_user_role_clear", "project_user.primary",
	  "project_user.project_user_of" },
	{ "project_user_set_role", "project_user.primary",
	  "project_user.project_user_of" },
	{ "rate_add", "", "" },
	{ "rate_find", "rate.primary", NULL },
	{ "rate_forget", "rate.primary rate.rate_age",
	  "rate.rate_age rate.primary" },
	{ "rekey_done", "meta.primary", NULL },
	{ "rekey_invite", "invite.primary", NULL },
	{ "rekey_invites", "invite.invite_list SORT", "invite.primary" },
	{ "rekey_user", "user.primary", NULL },
	{ "rekey_users", "user.user_address SORT", "user.primary" },
	{ "rights_move_many", "", "SORT" },
	{ "rights_get", "rights.primary", NULL },
	{ "role_by_name", "role.role_name", NULL },
	{ "role_delete", "role.primary", NULL },
	{ "role_get", "role.primary", "role.role_name" },
	{ "role_list", "role.role_list", NULL },
	{ "role_list_ascending", "role.role_list", NULL },
	{ "role_update", "role.primary", NULL },
	{ "service_account_delete", "service_account.primary", NULL },
	{ "service_account_get", "service_account.primary",
	  "service_account.primary/service_account_list" },
	{ "service_account_keys_revoke", "project_key.project_key_owner",
	  NULL },
	{ "service_account_list", "service_account.service_account_list",
	  NULL },
	{ "service_account_update", "service_account.primary", NULL },
	{ "seats_take", "rights.primary", NULL },
	{ "seats_taken", "user.user_present invite.invite_expiry", NULL },
	{ "settings_delete", "organization_settings.primary", NULL },
	{ "settings_get", "organization_settings.primary", NULL },
	{ "standing",
	  "s.primary m.group_user_of g.primary s.primary m.group_user_of "
	  "p.primary",
	  "user.primary group_user.group_user_of group.group_list "
	  "project_user.project_user_of group_user.group_user_of "
	  "project_group.project_group_of" },
	{ "user_admin_keys_revoke", "admin_key.admin_key_present",
	  "admin_key.admin_key_present/admin_key_list" },
	{ "user_by_address", "user.user_address", NULL },
	{ "user_close", "user.primary", NULL },
	{ "user_describe", "user.primary", NULL },
	{ "user_empty", "user.primary", NULL },
	{ "user_get", "user.primary", NULL },
	{ "user_grants_delete", "project_user.project_user_of", NULL },
	{ "user_groups_delete", "group_user.group_user_of", NULL },
	{ "user_key", "user.primary", NULL },
	{ "user_list", "user.user_present", NULL },
	{ "user_look",
	  "user.primary role_assignment.primary/role_assignment_of", NULL },
	{ "user_many", "user.user_address SORT", "SORT user.user_address" },
	{ "user_namesake", "user.user_external", NULL },
	{ "user_of_invites", "", "invite.primary user.user_address" },
	{ "user_project_keys_revoke", "project_key.project_key_owner", NULL },
	{ "user_promote", "user.primary", NULL },
	{ "user_promote_many", "", "user.primary" },
	{ "user_set_role", "user.primary", NULL },
	{ "user_take", "user.primary o.user_owner",
	  "user.user_owner user.primary" },
	{ "users_removed", "user.user_address", NULL },
	{ "webhook_attempt_find", "webhook_attempt.primary", NULL },
	{ "webhook_attempt_list", "webhook_attempt.primary", NULL },
	{ "webhook_attempt_prune", "webhook_attempt.primary", NULL },
	{ "webhook_disable", "webhook.primary",
	  "webhook.webhook_list/primary" },
	{ "webhook_drop", "webhook_event.primary", NULL },
	{ "webhook_due", "webhook_event.webhook_event_due", NULL },
	{ "webhook_event_defer", "webhook_event.primary/webhook_event_due",
	  NULL },
	{ "webhook_event_delete", "webhook_event.primary/webhook_event_due",
	  NULL },
	{ "webhook_event_get", "e.primary h.primary",
	  "webhook_event.primary/webhook_event_due "
	  "webhook.webhook_list/primary" },
	{ "webhook_event_hurry", "webhook_event.primary/webhook_event_due",
	  NULL },
	{ "webhook_event_let_go", "webhook_event.primary/webhook_event_due",
	  "webhook_event.primary/webhook_event_due/webhook_event_in_hand" },
	{ "webhook_event_take", "webhook_event.primary/webhook_event_due",
	  NULL },
	{ "webhook_failures", "webhook.primary",
	  "webhook.webhook_list/primary" },
	{ "webhook_held",
	  "e.webhook_event_in_hand h.primary a.primary",
	  "webhook_event.webhook_event_in_hand webhook.primary "
	  "webhook_attempt.primary" },
	{ "webhook_invite", "invite.primary", NULL },
	{ "webhook_key", "project_key.primary", NULL },
	{ "webhook_lease", "webhook_event.primary/webhook_event_due", NULL },
	{ "webhook_lease_many", "", "webhook_event.primary/webhook_event_due" },
	{ "webhook_next", "webhook_event.webhook_event_due", NULL },
	{ "webhook_renew", "webhook_event.primary/webhook_event_due", NULL },
	{ "webhook_unpause", "webhook.primary",
	  "webhook.webhook_list/primary" },
	{ "webhook_user", "user.primary", NULL },
	{ "webhook_waiting",
	  "webhook_event.webhook_event_due/primary "
	  "e.webhook_event_due/primary webhook.primary "
	  "e.webhook_event_due a.primary",
	  "webhook_event.webhook_event_due/primary webhook.primary "
	  "webhook_event.webhook_event_due webhook_attempt.primary" },
	{ "webhook_attempt_erase", "webhook_attempt.webhook_attempt_about",
	  NULL },
	{ "webhook_delete", "webhook.primary", "webhook.webhook_list/primary" },
	{ "webhook_event_erase", "webhook_event.webhook_event_about", NULL },
	{ "webhook_event_insert", "webhook.webhook_list", NULL },
	{ "webhook_event_insert_many", "webhook.webhook_list", NULL },
	{ "webhook_get", "webhook.primary", "webhook.webhook_list/primary" },
	{ "webhook_list", "webhook.webhook_list", NULL },
	{ "webhook_list_ascending", "webhook.webhook_list", NULL },
	{ "webhook_log_delete", "webhook_attempt.primary", NULL },
	{ "webhook_new_secret", "webhook.primary",
	  "webhook.webhook_list/primary" },
	{ "webhook_others", "webhook.webhook_list", NULL },
	{ "webhook_take", "webhook.primary", "webhook.webhook_list/primary" },
	{ "webhook_update", "webhook.primary", "webhook.webhook_list/primary" },
};

const struct plan *plan_named(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(plans); i++) {
		if (strcmp(plans[i].statement, name) == 0)
			return &plans[i];
	}
	return NULL;
}
