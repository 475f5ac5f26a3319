/*
 * invitations.c: the invited person's side. Whoever holds the code may ask;
 * no key is involved, and none is ever sent where a link points.
 */
#include "base/base.h"
#include "resources.h"

static const struct field project_fields[] = {
	FIELD(struct inv_invitation_project, name, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invitation_project, role, project_role_words),
	{ 0 },
};

static const struct shape invitation_project_shape = {
	sizeof(struct inv_invitation_project), project_fields
};

static const struct field organization_fields[] = {
	FIELD(struct inv_invitation_organization, name, FIELD_TEXT),
	{ 0 },
};

static const struct shape organization_shape = {
	sizeof(struct inv_invitation_organization), organization_fields
};

static const struct field invitation_fields[] = {
	FIELD(struct inv_invitation, object, FIELD_TEXT),
	FIELD(struct inv_invitation, status, FIELD_ID),
	FIELD_OF_OBJECT(struct inv_invitation, organization,
			organization_shape),
	FIELD(struct inv_invitation, email, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invitation, role, role_words),
	FIELD_OF_OBJECTS(struct inv_invitation, projects,
			 invitation_project_shape),
	FIELD_OF_TEXTS(struct inv_invitation, skipped_projects),
	FIELD(struct inv_invitation, expires_at, FIELD_INTEGER),
	FIELD(struct inv_invitation, accepted_at, FIELD_INTEGER),
	FIELD(struct inv_invitation, user_id, FIELD_TEXT_OR),
	FIELD(struct inv_invitation, welcome_url, FIELD_TEXT_OR),
	FIELD_OF_OBJECT(struct inv_invitation, inviter, inviter_shape),
	{ 0 },
};

const struct shape invitation_shape = { sizeof(struct inv_invitation),
					invitation_fields };

static const struct field resend_request_fields[] = {
	FIELD(struct inv_resend_request, object, FIELD_TEXT),
	FIELD(struct inv_resend_request, status, FIELD_TEXT),
	{ 0 },
};

const struct shape resend_request_shape = { sizeof(struct inv_resend_request),
					    resend_request_fields };

const struct param invitation_params[] = {
	PARAM_REQUIRED(struct inv_invitation_params, link, PARAM_LINK),
	PARAM(struct inv_invitation_params, name, PARAM_TEXT),
	{ 0 },
};

/* Who does not accept says no name. */
const struct param invitation_link[] = {
	PARAM_REQUIRED(struct inv_invitation_params, link, PARAM_LINK),
	{ 0 },
};
