/*
 * resources.h: the tables that the lines of calls.h name.
 */
#ifndef CLIENT_RESOURCES_H
#define CLIENT_RESOURCES_H

#include "base/base.h"
#include "operation.h"

/* invites.c */
extern const struct shape invite_shape, deleted_shape;
extern const struct param invite_create_params[], invite_list_params[];

/* users.c */
extern const struct shape user_shape;
extern const struct param user_list_params[];

/* projects.c */
extern const struct shape project_shape, project_user_shape;
extern const struct param project_create_params[], project_list_params[],
    project_user_list_params[];

/* groups.c */
extern const struct shape group_shape, group_user_shape, group_membership_shape;
extern const struct param group_params[], group_list_params[],
    group_user_params[];

/* invitations.c */
extern const struct shape invitation_shape;
extern const struct param invitation_params[], invitation_link[];

#endif
