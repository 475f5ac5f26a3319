/*
 * resources.h: the tables that the lines of calls.h name.
 */
#ifndef CLIENT_RESOURCES_H
#define CLIENT_RESOURCES_H

#include "base/base.h"
#include "operation.h"

/* invites.c */
extern const struct shape inviter_shape, invite_shape, invite_bulk_shape,
    deleted_shape, removed_shape;
extern const struct param invite_create_params[], invite_bulk_params[],
    invite_list_params[], invite_update_params[], invite_resend_params[];

/* users.c */
extern const struct shape user_shape;
extern const struct param user_list_params[], user_update_params[];

/* projects.c */
extern const struct shape project_shape, project_user_shape;
extern const struct param project_create_params[], project_update_params[],
    project_list_params[], project_user_list_params[],
    project_user_create_params[], project_user_update_params[];

/* groups.c */
extern const struct shape group_shape, group_user_shape, group_membership_shape,
    project_group_shape;
extern const struct param group_params[], group_list_params[],
    group_user_params[], project_group_params[],
    project_group_retrieve_params[];

/* roles.c */
extern const struct shape role_details_shape, role_assignment_shape;
extern const struct param list_params[], role_create_params[], role_params[],
    role_assignment_params[];

/* keys.c */
extern const struct shape service_account_shape, service_account_api_key_shape,
    project_api_key_shape, admin_api_key_shape;
extern const struct param service_account_create_params[],
    service_account_update_params[], service_account_api_key_params[],
    project_api_key_list_params[], project_api_key_update_params[],
    project_api_key_create_params[], project_api_key_rotate_params[],
    admin_api_key_create_params[];

/* blocked_addresses.c */
extern const struct shape blocked_address_shape;
extern const struct param blocked_address_list_params[];

/* webhooks.c */
extern const struct shape webhook_shape, queued_event_shape,
    webhook_attempt_shape;
extern const struct param webhook_create_params[], webhook_update_params[],
    webhook_rotate_params[], webhook_redeliver_params[];

/* settings.c */
extern const struct shape settings_shape;
extern const struct param settings_update_params[];

/* gate.c */
extern const struct shape gate_decision_shape;
extern const struct param gate_check_params[];

/* audit_logs.c */
extern const struct shape audit_log_shape;
extern const struct param audit_log_list_params[];

/* invitations.c */
extern const struct shape invitation_shape, resend_request_shape;
extern const struct param invitation_params[], invitation_link[];

#endif
