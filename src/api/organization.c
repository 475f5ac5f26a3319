/*
 * organization.c: /organization: the organization that the key belongs to.
 */
#include "base/base.h"

#include "http/router.h"
#include "store/organizations/organizations.h"

static const struct member organization_members[] = {
	SHOW_ID("id", struct organization, id, ID_ORGANIZATION),
	SHOW_TEXT("name", struct organization, name),
	SHOW_TIME("created_at", struct organization, created_at),
	{ 0 },
};

static const struct shape organization_shape = {
	SHAPE_OF(struct organization, ID_ORGANIZATION),
	.object = "organization",
	.members = organization_members,
};

static const struct route routes[] = {
	{ .method = METHOD_GET,
	  .path = "/organization",
	  .verb = &verb_organization_get,
	  .shape = &organization_shape },
};

const struct route_table organization_api = ROUTES(routes);
