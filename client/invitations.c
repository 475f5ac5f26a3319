/*
 * invitations.c: the invited person's side. Whoever holds the code may ask;
 * no key is involved, and none is ever sent where a link points.
 */
#include "base/base.h"
#include "call.h"

#define ACCEPT_PATH "/accept"

static const struct field project_fields[] = {
	FIELD(struct inv_invitation_project, name, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invitation_project, role, project_role_words),
	{ 0 },
};

static const struct shape project_shape = {
	sizeof(struct inv_invitation_project), project_fields, 0
};

static const struct field organization_fields[] = {
	FIELD(struct inv_invitation_organization, name, FIELD_TEXT),
	{ 0 },
};

static const struct shape organization_shape = {
	sizeof(struct inv_invitation_organization), organization_fields, 0
};

static const struct field invitation_fields[] = {
	FIELD(struct inv_invitation, object, FIELD_TEXT),
	FIELD(struct inv_invitation, status, FIELD_ID),
	FIELD_OF_OBJECT(struct inv_invitation, organization,
			organization_shape),
	FIELD(struct inv_invitation, email, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invitation, role, role_words),
	FIELD_OF_OBJECTS(struct inv_invitation, projects, project_shape),
	FIELD_OF_TEXTS(struct inv_invitation, skipped_projects),
	FIELD(struct inv_invitation, expires_at, FIELD_INTEGER),
	FIELD(struct inv_invitation, accepted_at, FIELD_INTEGER),
	FIELD(struct inv_invitation, user_id, FIELD_TEXT_OR),
	FIELD(struct inv_invitation, welcome_url, FIELD_TEXT_OR),
	FIELD(struct inv_invitation, json, FIELD_JSON),
	{ 0 },
};

static const struct shape invitation_shape = {
	sizeof(struct inv_invitation),
	invitation_fields,
	offsetof(struct inv_invitation, request_id),
};

static const struct route lookup_route = { "POST", "/invitations/lookup",
					   &invitation_shape };
static const struct route accept_route = { "POST", "/invitations/accept",
					   &invitation_shape };
static const struct route decline_route = { "POST", "/invitations/decline",
					    &invitation_shape };

/*
 * Cuts a link into where to ask (in `base`, empty for a code alone) and the
 * code. The link ends in /accept#CODE, whatever stands in front.
 */
static int read_link(const char *link, struct buf *base, struct str *ret_code,
		     struct inv_error *err)
{
	struct str url, code;
	size_t path_len = strlen(ACCEPT_PATH);

	if (!link || !*link)
		return error_set(err, INV_ERROR_USAGE, "link has to be given.");
	*ret_code = str_of(link);
	if (!strstr(link, "://"))
		return 0;
	str_cut(str_of(link), '#', &url, &code);
	buf_add_str(base, url);
	if (!buf_ok(base))
		return error_memory(err);
	if (code.len == 0 || !url_is_sane(base->data) || url.len <= path_len ||
	    strcmp(base->data + url.len - path_len, ACCEPT_PATH) != 0)
		return error_set(err, INV_ERROR_USAGE,
				 "An invitation's link looks like "
				 "https://HOST" ACCEPT_PATH "#CODE.");
	base->data[url.len - path_len] = '\0';
	*ret_code = code;
	return 0;
}

static void *send_code(struct inv_client *client, const struct route *route,
		       const char *base_url, struct body *body,
		       struct inv_error *err)
{
	struct call call = { .route = route, .base_url = base_url };

	if (body_end(body, err))
		return NULL;
	call.body = buf_str(&body->text);
	return call_send(client, &call, err);
}

static void *ask(struct inv_client *client, const struct route *route,
		 const struct inv_invitation_params *params, struct buf *base,
		 struct inv_error *err)
{
	struct body body;
	struct str code;
	void *invitation = NULL;

	if (read_link(params->link, base, &code, err) ||
	    check_utf8("link", params->link, err) ||
	    body_begin(&body, NULL, err))
		return NULL;
	body_name(&body, "token");
	jw_str(&body.jw, code);
	if (body_text(&body, "name", params->name, false, err) == 0)
		invitation = send_code(
		    client, route,
		    base->len > 0 ? base->data : client->base_url, &body, err);
	body_release(&body);
	return invitation;
}

static int invitations(struct inv_client *client, const struct route *route,
		       const struct inv_invitation_params *params,
		       struct inv_invitation **ret_invitation,
		       struct inv_error *err)
{
	struct inv_invitation *invitation;
	struct buf base;

	buf_init(&base, URL_MAX);
	invitation = ask(client, route, params, &base, err);
	buf_release(&base);
	if (!invitation)
		return -1;
	*ret_invitation = invitation;
	return 0;
}

int inv_invitations_lookup(struct inv_client *client,
			   const struct inv_invitation_params *params,
			   struct inv_invitation **ret_invitation,
			   struct inv_error *err)
{
	struct inv_invitation_params code_only = { .link = params->link };

	return invitations(client, &lookup_route, &code_only, ret_invitation,
			   err);
}

int inv_invitations_accept(struct inv_client *client,
			   const struct inv_invitation_params *params,
			   struct inv_invitation **ret_invitation,
			   struct inv_error *err)
{
	return invitations(client, &accept_route, params, ret_invitation, err);
}

int inv_invitations_decline(struct inv_client *client,
			    const struct inv_invitation_params *params,
			    struct inv_invitation **ret_invitation,
			    struct inv_error *err)
{
	struct inv_invitation_params code_only = { .link = params->link };

	return invitations(client, &decline_route, &code_only, ret_invitation,
			   err);
}

void inv_invitation_free(struct inv_invitation *invitation)
{
	result_free(invitation);
}
