/*
 * invites.c: /organization/invites.
 */
#include "base/base.h"
#include "page.h"

static const struct field project_fields[] = {
	FIELD(struct inv_invite_project, id, FIELD_ID),
	FIELD_OF_WORDS(struct inv_invite_project, role, project_role_words),
	{ 0 },
};

static const struct shape project_shape = { sizeof(struct inv_invite_project),
					    project_fields, 0 };

static const struct field delivery_fields[] = {
	FIELD(struct inv_delivery, status, FIELD_TEXT),
	FIELD(struct inv_delivery, attempts, FIELD_INTEGER),
	FIELD(struct inv_delivery, last_error, FIELD_TEXT_OR),
	FIELD(struct inv_delivery, updated_at, FIELD_INTEGER),
	{ 0 },
};

static const struct shape delivery_shape = { sizeof(struct inv_delivery),
					     delivery_fields, 0 };

static const struct field invite_fields[] = {
	FIELD(struct inv_invite, id, FIELD_ID),
	FIELD(struct inv_invite, object, FIELD_TEXT),
	FIELD(struct inv_invite, email, FIELD_TEXT),
	FIELD_OF_WORDS(struct inv_invite, role, role_words),
	FIELD_OF_WORDS(struct inv_invite, status, invite_status_words),
	FIELD(struct inv_invite, created_at, FIELD_INTEGER),
	FIELD(struct inv_invite, expires_at, FIELD_INTEGER),
	FIELD(struct inv_invite, accepted_at, FIELD_INTEGER),
	FIELD_OF_OBJECTS(struct inv_invite, projects, project_shape),
	FIELD_OF_OBJECT(struct inv_invite, delivery, delivery_shape),
	FIELD(struct inv_invite, accept_url, FIELD_TEXT_OR),
	FIELD(struct inv_invite, json, FIELD_JSON),
	FIELD(struct inv_invite, declined_at, FIELD_INTEGER),
	{ 0 },
};

static const struct shape invite_shape = {
	sizeof(struct inv_invite),
	invite_fields,
	offsetof(struct inv_invite, request_id),
};

static const struct field deleted_fields[] = {
	FIELD(struct inv_deleted, id, FIELD_ID),
	FIELD(struct inv_deleted, object, FIELD_TEXT),
	FIELD(struct inv_deleted, deleted, FIELD_BOOL),
	FIELD(struct inv_deleted, json, FIELD_JSON),
	{ 0 },
};

static const struct shape deleted_shape = {
	sizeof(struct inv_deleted),
	deleted_fields,
	offsetof(struct inv_deleted, request_id),
};

PAGE_OF(invite);
LIST_OF(invite)

static const struct route create_route = { "POST", "/organization/invites",
					   &invite_shape };
static const struct route retrieve_route = {
	"GET", "/organization/invites/{invite_id}", &invite_shape
};
static const struct route list_route = { "GET", "/organization/invites",
					 &invite_page_shape };
static const struct route delete_route = { "DELETE",
					   "/organization/invites/{invite_id}",
					   &deleted_shape };

/* The grant number `i` in a message, as the API would name it. */
static int grant_problem(size_t i, const char *member, struct inv_error *err)
{
	return error_set(err, INV_ERROR_USAGE,
			 "projects[%zu].%s has to be given, in UTF-8.", i,
			 member);
}

static int add_grant(struct jw *jw, const struct inv_grant *grant, size_t i,
		     struct inv_error *err)
{
	const char *role = word_to_send(&project_role_words, (int)grant->role,
					grant->role_text);

	if (!grant->id || !str_is_utf8(str_of(grant->id)))
		return grant_problem(i, "id", err);
	if (!role || !str_is_utf8(str_of(role)))
		return grant_problem(i, "role", err);
	jw_object(jw);
	jw_key(jw, "id");
	jw_text(jw, grant->id);
	jw_key(jw, "role");
	jw_text(jw, role);
	jw_end_object(jw);
	return 0;
}

static int add_grants(struct body *body,
		      const struct inv_invite_create_params *params,
		      struct inv_error *err)
{
	size_t count = params->projects_len;

	if (count > 0 && (!params->projects || params->no_projects))
		return error_set(err, INV_ERROR_USAGE,
				 "projects_len says %zu, but there are none.",
				 count);
	if (!params->projects && !params->no_projects)
		return 0;
	body_name(body, "projects");
	jw_array(&body->jw);
	for (size_t i = 0; i < count; i++)
		if (add_grant(&body->jw, &params->projects[i], i, err))
			return -1;
	jw_end_array(&body->jw);
	return 0;
}

static int add_params(struct body *body,
		      const struct inv_invite_create_params *params,
		      struct inv_error *err)
{
	const char *role =
	    word_to_send(&role_words, (int)params->role, params->role_text);

	if (body_text(body, "email", params->email, true, err) ||
	    body_text(body, "role", role, true, err) ||
	    add_grants(body, params, err))
		return -1;
	return body_end(body, err);
}

int inv_admin_organization_invites_create(
    struct inv_client *client, const struct inv_invite_create_params *params,
    struct inv_invite **ret_invite, struct inv_error *err)
{
	struct call call = { .route = &create_route };
	struct inv_invite *invite = NULL;
	struct body body;

	if (body_begin(&body, params->extra_body, err))
		return -1;
	if (add_params(&body, params, err) == 0) {
		call.body = buf_str(&body.text);
		invite = call_send(client, &call, err);
	}
	body_release(&body);
	if (!invite)
		return -1;
	*ret_invite = invite;
	return 0;
}

int inv_admin_organization_invites_retrieve(struct inv_client *client,
					    const char *invite_id,
					    struct inv_invite **ret_invite,
					    struct inv_error *err)
{
	struct call call = { .route = &retrieve_route, .ids = &invite_id };
	struct inv_invite *invite = call_send(client, &call, err);

	if (!invite)
		return -1;
	*ret_invite = invite;
	return 0;
}

int inv_admin_organization_invites_list(struct inv_client *client,
					const struct inv_list_params *params,
					struct inv_invite_page **ret_page,
					struct inv_error *err)
{
	struct page *page = page_get(client, &list_route, NULL, params, err);

	if (!page)
		return -1;
	*ret_page = (struct inv_invite_page *)page;
	return 0;
}

int inv_admin_organization_invites_iterate(struct inv_client *client,
					   const struct inv_list_params *params,
					   struct inv_invite_iter **ret_iter,
					   struct inv_error *err)
{
	struct iter *iter = iter_new(client, &list_route, NULL, params, err);

	if (!iter)
		return -1;
	*ret_iter = (struct inv_invite_iter *)iter;
	return 0;
}

int inv_admin_organization_invites_delete(struct inv_client *client,
					  const char *invite_id,
					  struct inv_deleted **ret_deleted,
					  struct inv_error *err)
{
	struct call call = { .route = &delete_route, .ids = &invite_id };
	struct inv_deleted *deleted = call_send(client, &call, err);

	if (!deleted)
		return -1;
	if (ret_deleted)
		*ret_deleted = deleted;
	else
		inv_deleted_free(deleted);
	return 0;
}

void inv_deleted_free(struct inv_deleted *deleted)
{
	result_free(deleted);
}
