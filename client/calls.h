/*
 * calls.h: every call of the API, one in a line. From a line come the function
 * (calls.c), the manual's page of that name (meson.build) and its tests
 * (tests/client/test_calls.py); its prototype is in inv.h.
 *
 *	CALL(name, method, path, ids, params, result)
 *
 * `name` is that of the function behind inv_, `ids` the path's arguments,
 * `params` a struct inv_... and the table of the same name that says how its
 * members are sent (or TABLE(struct, table)), `result` a struct inv_... with
 * its shape; of a LIST, an item's.
 *
 * No include guard: whoever includes it says what a line is to become.
 */

CALL(invites_create, POST, "/organization/invites", NO_ID,
     PARAMS(invite_create_params), invite)
CALL(invites_create_bulk, POST, "/organization/invites/bulk", NO_ID,
     PARAMS(invite_bulk_params), invite_bulk)
CALL(invites_retrieve, GET, "/organization/invites/{invite_id}", ID(invite_id),
     NO_PARAMS, invite)
LIST(invites_list, GET, "/organization/invites", NO_ID,
     PARAMS(invite_list_params), invite)
CALL(invites_delete, DELETE, "/organization/invites/{invite_id}", ID(invite_id),
     NO_PARAMS, deleted)
CALL(invites_update, POST, "/organization/invites/{invite_id}", ID(invite_id),
     PARAMS(invite_update_params), invite)
CALL(invites_resend, POST, "/organization/invites/{invite_id}/resend",
     ID(invite_id), PARAMS(invite_resend_params), invite)
CALL(invites_link, POST, "/organization/invites/{invite_id}/link",
     ID(invite_id), NO_PARAMS, invite)

CALL(users_retrieve, GET, "/organization/users/{user_id}", ID(user_id),
     NO_PARAMS, user)
LIST(users_list, GET, "/organization/users", NO_ID, PARAMS(user_list_params),
     user)
CALL(users_update, POST, "/organization/users/{user_id}", ID(user_id),
     PARAMS(user_update_params), user)
CALL(users_delete, DELETE, "/organization/users/{user_id}", ID(user_id),
     NO_PARAMS, deleted)

CALL(projects_create, POST, "/organization/projects", NO_ID,
     PARAMS(project_create_params), project)
CALL(projects_retrieve, GET, "/organization/projects/{project_id}",
     ID(project_id), NO_PARAMS, project)
LIST(projects_list, GET, "/organization/projects", NO_ID,
     PARAMS(project_list_params), project)
CALL(projects_update, POST, "/organization/projects/{project_id}",
     ID(project_id), PARAMS(project_update_params), project)
CALL(projects_archive, POST, "/organization/projects/{project_id}/archive",
     ID(project_id), NO_PARAMS, project)
LIST(projects_users_list, GET, "/organization/projects/{project_id}/users",
     ID(project_id), PARAMS(project_user_list_params), project_user)
CALL(projects_users_create, POST, "/organization/projects/{project_id}/users",
     ID(project_id), TABLE(project_user_params, project_user_create_params),
     project_user)
CALL(projects_users_retrieve, GET,
     "/organization/projects/{project_id}/users/{user_id}",
     ID_2(project_id, user_id), NO_PARAMS, project_user)
CALL(projects_users_update, POST,
     "/organization/projects/{project_id}/users/{user_id}",
     ID_2(project_id, user_id),
     TABLE(project_user_params, project_user_update_params), project_user)
CALL(projects_users_delete, DELETE,
     "/organization/projects/{project_id}/users/{user_id}",
     ID_2(project_id, user_id), NO_PARAMS, deleted)

CALL(groups_create, POST, "/organization/groups", NO_ID, PARAMS(group_params),
     group)
CALL(groups_retrieve, GET, "/organization/groups/{group_id}", ID(group_id),
     NO_PARAMS, group)
CALL(groups_update, POST, "/organization/groups/{group_id}", ID(group_id),
     PARAMS(group_params), group)
LIST(groups_list, GET, "/organization/groups", NO_ID, PARAMS(group_list_params),
     group)
CALL(groups_delete, DELETE, "/organization/groups/{group_id}", ID(group_id),
     NO_PARAMS, deleted)
CALL(groups_users_create, POST, "/organization/groups/{group_id}/users",
     ID(group_id), PARAMS(group_user_params), group_membership)
CALL(groups_users_retrieve, GET,
     "/organization/groups/{group_id}/users/{user_id}", ID_2(group_id, user_id),
     NO_PARAMS, group_user)
LIST(groups_users_list, GET, "/organization/groups/{group_id}/users",
     ID(group_id), PARAMS(group_list_params), group_user)
CALL(groups_users_delete, DELETE,
     "/organization/groups/{group_id}/users/{user_id}", ID_2(group_id, user_id),
     NO_PARAMS, group_membership)

CALL(projects_groups_create, POST, "/organization/projects/{project_id}/groups",
     ID(project_id), PARAMS(project_group_params), project_group)
CALL(projects_groups_retrieve, GET,
     "/organization/projects/{project_id}/groups/{group_id}",
     ID_2(project_id, group_id), PARAMS(project_group_retrieve_params),
     project_group)
LIST(projects_groups_list, GET, "/organization/projects/{project_id}/groups",
     ID(project_id), PARAMS(list_params), project_group)
CALL(projects_groups_delete, DELETE,
     "/organization/projects/{project_id}/groups/{group_id}",
     ID_2(project_id, group_id), NO_PARAMS, removed)

CALL(roles_create, POST, "/organization/roles", NO_ID,
     TABLE(role_params, role_create_params), role_details)
CALL(roles_retrieve, GET, "/organization/roles/{role_id}", ID(role_id),
     NO_PARAMS, role_details)
CALL(roles_update, POST, "/organization/roles/{role_id}", ID(role_id),
     PARAMS(role_params), role_details)
LIST(roles_list, GET, "/organization/roles", NO_ID, PARAMS(list_params),
     role_details)
CALL(roles_delete, DELETE, "/organization/roles/{role_id}", ID(role_id),
     NO_PARAMS, deleted)

CALL(projects_roles_create, POST, "/projects/{project_id}/roles",
     ID(project_id), TABLE(role_params, role_create_params), role_details)
CALL(projects_roles_retrieve, GET, "/projects/{project_id}/roles/{role_id}",
     ID_2(project_id, role_id), NO_PARAMS, role_details)
CALL(projects_roles_update, POST, "/projects/{project_id}/roles/{role_id}",
     ID_2(project_id, role_id), PARAMS(role_params), role_details)
LIST(projects_roles_list, GET, "/projects/{project_id}/roles", ID(project_id),
     PARAMS(list_params), role_details)
CALL(projects_roles_delete, DELETE, "/projects/{project_id}/roles/{role_id}",
     ID_2(project_id, role_id), NO_PARAMS, deleted)

CALL(users_roles_create, POST, "/organization/users/{user_id}/roles",
     ID(user_id), PARAMS(role_assignment_params), role_assignment)
CALL(users_roles_retrieve, GET, "/organization/users/{user_id}/roles/{role_id}",
     ID_2(user_id, role_id), NO_PARAMS, role_details)
LIST(users_roles_list, GET, "/organization/users/{user_id}/roles", ID(user_id),
     PARAMS(list_params), role_details)
CALL(users_roles_delete, DELETE,
     "/organization/users/{user_id}/roles/{role_id}", ID_2(user_id, role_id),
     NO_PARAMS, removed)

CALL(groups_roles_create, POST, "/organization/groups/{group_id}/roles",
     ID(group_id), PARAMS(role_assignment_params), role_assignment)
CALL(groups_roles_retrieve, GET,
     "/organization/groups/{group_id}/roles/{role_id}", ID_2(group_id, role_id),
     NO_PARAMS, role_details)
LIST(groups_roles_list, GET, "/organization/groups/{group_id}/roles",
     ID(group_id), PARAMS(list_params), role_details)
CALL(groups_roles_delete, DELETE,
     "/organization/groups/{group_id}/roles/{role_id}", ID_2(group_id, role_id),
     NO_PARAMS, removed)

CALL(projects_users_roles_create, POST,
     "/projects/{project_id}/users/{user_id}/roles", ID_2(project_id, user_id),
     PARAMS(role_assignment_params), role_assignment)
CALL(projects_users_roles_retrieve, GET,
     "/projects/{project_id}/users/{user_id}/roles/{role_id}",
     ID_3(project_id, user_id, role_id), NO_PARAMS, role_details)
LIST(projects_users_roles_list, GET,
     "/projects/{project_id}/users/{user_id}/roles", ID_2(project_id, user_id),
     PARAMS(list_params), role_details)
CALL(projects_users_roles_delete, DELETE,
     "/projects/{project_id}/users/{user_id}/roles/{role_id}",
     ID_3(project_id, user_id, role_id), NO_PARAMS, removed)

CALL(projects_groups_roles_create, POST,
     "/projects/{project_id}/groups/{group_id}/roles",
     ID_2(project_id, group_id), PARAMS(role_assignment_params),
     role_assignment)
CALL(projects_groups_roles_retrieve, GET,
     "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
     ID_3(project_id, group_id, role_id), NO_PARAMS, role_details)
LIST(projects_groups_roles_list, GET,
     "/projects/{project_id}/groups/{group_id}/roles",
     ID_2(project_id, group_id), PARAMS(list_params), role_details)
CALL(projects_groups_roles_delete, DELETE,
     "/projects/{project_id}/groups/{group_id}/roles/{role_id}",
     ID_3(project_id, group_id, role_id), NO_PARAMS, removed)

CALL(projects_service_accounts_create, POST,
     "/organization/projects/{project_id}/service_accounts", ID(project_id),
     PARAMS(service_account_create_params), service_account)
CALL(
    projects_service_accounts_retrieve, GET,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    ID_2(project_id, service_account_id), NO_PARAMS, service_account)
CALL(
    projects_service_accounts_update, POST,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    ID_2(project_id, service_account_id), PARAMS(service_account_update_params),
    service_account)
LIST(projects_service_accounts_list, GET,
     "/organization/projects/{project_id}/service_accounts", ID(project_id),
     PARAMS(list_params), service_account)
CALL(
    projects_service_accounts_delete, DELETE,
    "/organization/projects/{project_id}/service_accounts/{service_account_id}",
    ID_2(project_id, service_account_id), NO_PARAMS, deleted)
CALL(projects_service_accounts_api_keys_create, POST,
     "/organization/projects/{project_id}/service_accounts/"
     "{service_account_id}/api_keys",
     ID_2(project_id, service_account_id),
     PARAMS(service_account_api_key_params), service_account_api_key)

CALL(projects_api_keys_create, POST,
     "/organization/projects/{project_id}/api_keys", ID(project_id),
     PARAMS(project_api_key_create_params), project_api_key)
CALL(projects_api_keys_rotate, POST,
     "/organization/projects/{project_id}/api_keys/{api_key_id}/rotate",
     ID_2(project_id, api_key_id), PARAMS(project_api_key_rotate_params),
     project_api_key)
CALL(projects_api_keys_retrieve, GET,
     "/organization/projects/{project_id}/api_keys/{api_key_id}",
     ID_2(project_id, api_key_id), NO_PARAMS, project_api_key)
CALL(projects_api_keys_update, POST,
     "/organization/projects/{project_id}/api_keys/{api_key_id}",
     ID_2(project_id, api_key_id), PARAMS(project_api_key_update_params),
     project_api_key)
LIST(projects_api_keys_list, GET,
     "/organization/projects/{project_id}/api_keys", ID(project_id),
     PARAMS(project_api_key_list_params), project_api_key)
CALL(projects_api_keys_delete, DELETE,
     "/organization/projects/{project_id}/api_keys/{api_key_id}",
     ID_2(project_id, api_key_id), NO_PARAMS, deleted)

CALL(admin_api_keys_create, POST, "/organization/admin_api_keys", NO_ID,
     PARAMS(admin_api_key_create_params), admin_api_key)
CALL(admin_api_keys_retrieve, GET, "/organization/admin_api_keys/{key_id}",
     ID(key_id), NO_PARAMS, admin_api_key)
LIST(admin_api_keys_list, GET, "/organization/admin_api_keys", NO_ID,
     PARAMS(list_params), admin_api_key)
CALL(admin_api_keys_delete, DELETE, "/organization/admin_api_keys/{key_id}",
     ID(key_id), NO_PARAMS, deleted)

CALL(settings_retrieve, GET, "/organization/settings", NO_ID, NO_PARAMS,
     settings)
CALL(settings_update, POST, "/organization/settings", NO_ID,
     PARAMS(settings_update_params), settings)

CALL(gate_check, POST, "/gate/check", NO_ID, PARAMS(gate_check_params),
     gate_decision)

LIST(audit_logs_list, GET, "/organization/audit_logs", NO_ID,
     PARAMS(audit_log_list_params), audit_log)

CALL(invitations_lookup, POST, "/invitations/lookup", NO_ID,
     TABLE(invitation_params, invitation_link), invitation)
CALL(invitations_accept, POST, "/invitations/accept", NO_ID,
     PARAMS(invitation_params), invitation)
CALL(invitations_decline, POST, "/invitations/decline", NO_ID,
     TABLE(invitation_params, invitation_link), invitation)
CALL(invitations_opt_out, POST, "/invitations/opt_out", NO_ID,
     TABLE(invitation_params, invitation_link), invitation)
CALL(invitations_request_resend, POST, "/invitations/request_resend", NO_ID,
     TABLE(invitation_params, invitation_link), resend_request)

LIST(blocked_addresses_list, GET, "/organization/blocked_addresses", NO_ID,
     PARAMS(blocked_address_list_params), blocked_address)
CALL(blocked_addresses_retrieve, GET,
     "/organization/blocked_addresses/{blocked_address_id}",
     ID(blocked_address_id), NO_PARAMS, blocked_address)
CALL(blocked_addresses_delete, DELETE,
     "/organization/blocked_addresses/{blocked_address_id}",
     ID(blocked_address_id), NO_PARAMS, deleted)

LIST(webhooks_list, GET, "/organization/webhooks", NO_ID, PARAMS(list_params),
     webhook)
CALL(webhooks_create, POST, "/organization/webhooks", NO_ID,
     PARAMS(webhook_create_params), webhook)
CALL(webhooks_retrieve, GET, "/organization/webhooks/{webhook_id}",
     ID(webhook_id), NO_PARAMS, webhook)
CALL(webhooks_update, POST, "/organization/webhooks/{webhook_id}",
     ID(webhook_id), PARAMS(webhook_update_params), webhook)
CALL(webhooks_delete, DELETE, "/organization/webhooks/{webhook_id}",
     ID(webhook_id), NO_PARAMS, deleted)
CALL(webhooks_rotate, POST, "/organization/webhooks/{webhook_id}/rotate",
     ID(webhook_id), PARAMS(webhook_rotate_params), webhook)
CALL(webhooks_test, POST, "/organization/webhooks/{webhook_id}/test",
     ID(webhook_id), NO_PARAMS, queued_event)
CALL(webhooks_redeliver, POST, "/organization/webhooks/{webhook_id}/redeliver",
     ID(webhook_id), PARAMS(webhook_redeliver_params), queued_event)
LIST(webhooks_attempts_list, GET,
     "/organization/webhooks/{webhook_id}/attempts", ID(webhook_id),
     PARAMS(list_params), webhook_attempt)
