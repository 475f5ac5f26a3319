/*
 * members.h: who and which groups are in a project: the commands of projects.c
 * that are about them.
 */
#ifndef CLI_MEMBERS_H
#define CLI_MEMBERS_H

#include "action.h"

extern const struct list project_users, project_groups;
extern const struct action project_user_get, project_user_add,
    project_user_role, project_user_remove;
extern const struct action project_group_get, project_group_add,
    project_group_remove;
extern const struct option project_role_options[], project_group_options[];

#endif
