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
CALL(invites_retrieve, GET, "/organization/invites/{invite_id}", ID(invite_id),
     NO_PARAMS, invite)
LIST(invites_list, GET, "/organization/invites", NO_ID,
     PARAMS(invite_list_params), invite)
CALL(invites_delete, DELETE, "/organization/invites/{invite_id}", ID(invite_id),
     NO_PARAMS, deleted)

CALL(users_retrieve, GET, "/organization/users/{user_id}", ID(user_id),
     NO_PARAMS, user)
LIST(users_list, GET, "/organization/users", NO_ID, PARAMS(user_list_params),
     user)

CALL(projects_create, POST, "/organization/projects", NO_ID,
     PARAMS(project_create_params), project)
CALL(projects_retrieve, GET, "/organization/projects/{project_id}",
     ID(project_id), NO_PARAMS, project)
LIST(projects_list, GET, "/organization/projects", NO_ID,
     PARAMS(project_list_params), project)
LIST(projects_users_list, GET, "/organization/projects/{project_id}/users",
     ID(project_id), PARAMS(project_user_list_params), project_user)

CALL(groups_create, POST, "/organization/groups", NO_ID, PARAMS(group_params),
     group)
CALL(groups_retrieve, GET, "/organization/groups/{group_id}", ID(group_id),
     NO_PARAMS, group)
CALL(groups_update, POST, "/organization/groups/{group_id}", ID(group_id),
     PARAMS(group_params), group)
LIST(groups_list, GET, "/organization/groups", NO_ID,
     PARAMS(group_list_params), group)
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

CALL(invitations_lookup, POST, "/invitations/lookup", NO_ID,
     TABLE(invitation_params, invitation_link), invitation)
CALL(invitations_accept, POST, "/invitations/accept", NO_ID,
     PARAMS(invitation_params), invitation)
CALL(invitations_decline, POST, "/invitations/decline", NO_ID,
     TABLE(invitation_params, invitation_link), invitation)
