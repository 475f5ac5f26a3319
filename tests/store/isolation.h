/*
 * isolation.h: two organizations, and tests that one sees nothing of the other.
 * For t_isolation.c, whose table says which verbs each is for.
 */
#ifndef ISOLATION_H
#define ISOLATION_H

#include "store/store.h"

/* The same is in both: the first is "ours". */
struct side {
	int64_t organization, project, key, user, invite;
	struct store_op create; /* of `invite` */
};

extern struct side ours, theirs;

/* ---- isolation_access.c ---- */

void touches_no_other_key(void);
void makes_keys_and_projects_here(void);
void refuses_groups_of_others(void);
void refuses_webhooks_of_others(void);
void leaves_the_events_of_others(void);
void groups_nobody_across(void);
void knows_no_standing_of_others(void);
void refuses_roles_of_others(void);
void assigns_nothing_across(void);
void puts_no_group_across(void);
void refuses_accounts_of_others(void);
void refuses_project_keys_of_others(void);
void ends_no_project_keys_of_others(void);

#endif
