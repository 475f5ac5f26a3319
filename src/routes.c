/*
 * routes.c: the one table of paths.
 */
#include "base/base.h"

#include "http/handlers.h"
#include "http/router.h"
#include "page/pages.h"

const struct route routes[] = {
	{ METHOD_POST, "/organization/invites", ACCESS_ADMIN, BODY_JSON,
	  invites_create },
	{ METHOD_GET, "/organization/invites", ACCESS_ADMIN, BODY_NONE,
	  invites_list },
	{ METHOD_GET, "/organization/invites/{invite_id}", ACCESS_ADMIN,
	  BODY_NONE, invites_retrieve },
	{ METHOD_DELETE, "/organization/invites/{invite_id}", ACCESS_ADMIN,
	  BODY_NONE, invites_delete },

	{ METHOD_GET, "/organization/users", ACCESS_ADMIN, BODY_NONE,
	  users_list },
	{ METHOD_GET, "/organization/users/{user_id}", ACCESS_ADMIN, BODY_NONE,
	  users_retrieve },

	{ METHOD_POST, "/organization/projects", ACCESS_ADMIN, BODY_JSON,
	  projects_create },
	{ METHOD_GET, "/organization/projects", ACCESS_ADMIN, BODY_NONE,
	  projects_list },
	{ METHOD_GET, "/organization/projects/{project_id}", ACCESS_ADMIN,
	  BODY_NONE, projects_retrieve },
	{ METHOD_GET, "/organization/projects/{project_id}/users", ACCESS_ADMIN,
	  BODY_NONE, project_users_list },

	{ METHOD_POST, "/invitations/lookup", ACCESS_LINK, BODY_JSON,
	  invitations_lookup },
	{ METHOD_POST, "/invitations/accept", ACCESS_LINK, BODY_JSON,
	  invitations_accept },
	{ METHOD_POST, "/invitations/decline", ACCESS_LINK, BODY_JSON,
	  invitations_decline },

	{ METHOD_GET, "/", ACCESS_PAGE, BODY_NONE, page_home },
	{ METHOD_GET, "/accept", ACCESS_PAGE, BODY_NONE, page_open, true },
	{ METHOD_POST, "/accept", ACCESS_PAGE, BODY_FORM, page_submit },
	{ METHOD_GET, "/assets/{file}", ACCESS_PAGE, BODY_NONE, page_asset },

	{ METHOD_GET, "/healthz", ACCESS_OPEN, BODY_NONE, operations_alive },
	{ METHOD_GET, "/readyz", ACCESS_OPEN, BODY_NONE, operations_ready },
	{ METHOD_GET, "/metrics", ACCESS_OPEN, BODY_NONE, operations_metrics },
};

const size_t route_count = COUNT_OF(routes);

void (*const route_missing_page)(struct request *request) = page_not_found;
