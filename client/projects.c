/*
 * projects.c: /organization/projects and who is in them.
 */
#include "base/base.h"
#include "page.h"

static const struct field project_fields[] = {
	FIELD(struct inv_project, id, FIELD_ID),
	FIELD(struct inv_project, object, FIELD_TEXT),
	FIELD(struct inv_project, name, FIELD_TEXT_OR),
	FIELD(struct inv_project, created_at, FIELD_INTEGER),
	FIELD(struct inv_project, archived_at, FIELD_INTEGER),
	FIELD_OF_WORDS(struct inv_project, status, project_status_words),
	FIELD(struct inv_project, external_key_id, FIELD_TEXT_OR),
	FIELD(struct inv_project, json, FIELD_JSON),
	{ 0 },
};

static const struct shape project_shape = {
	sizeof(struct inv_project),
	project_fields,
	offsetof(struct inv_project, request_id),
};

static const struct field project_user_fields[] = {
	FIELD(struct inv_project_user, id, FIELD_ID),
	FIELD(struct inv_project_user, object, FIELD_TEXT),
	FIELD(struct inv_project_user, name, FIELD_TEXT_OR),
	FIELD(struct inv_project_user, email, FIELD_TEXT_OR),
	FIELD_OF_WORDS(struct inv_project_user, role, project_role_words),
	FIELD(struct inv_project_user, added_at, FIELD_INTEGER),
	FIELD(struct inv_project_user, json, FIELD_JSON),
	{ 0 },
};

static const struct shape project_user_shape = {
	sizeof(struct inv_project_user),
	project_user_fields,
	offsetof(struct inv_project_user, request_id),
};

PAGE_OF(project);
LIST_OF(project)
PAGE_OF(project_user);
LIST_OF(project_user)

static const struct route create_route = { "POST", "/organization/projects",
					   &project_shape };
static const struct route retrieve_route = {
	"GET", "/organization/projects/{project_id}", &project_shape
};
static const struct route list_route = { "GET", "/organization/projects",
					 &project_page_shape };
static const struct route users_list_route = {
	"GET", "/organization/projects/{project_id}/users",
	&project_user_page_shape
};

static int add_params(struct body *body,
		      const struct inv_project_create_params *params,
		      struct inv_error *err)
{
	if (body_text(body, "name", params->name, true, err) ||
	    body_text(body, "external_key_id", params->external_key_id, false,
		      err))
		return -1;
	return body_end(body, err);
}

int inv_admin_organization_projects_create(
    struct inv_client *client, const struct inv_project_create_params *params,
    struct inv_project **ret_project, struct inv_error *err)
{
	struct call call = { .route = &create_route };
	struct inv_project *project = NULL;
	struct body body;

	if (body_begin(&body, params->extra_body, err))
		return -1;
	if (add_params(&body, params, err) == 0) {
		call.body = buf_str(&body.text);
		project = call_send(client, &call, err);
	}
	body_release(&body);
	if (!project)
		return -1;
	*ret_project = project;
	return 0;
}

int inv_admin_organization_projects_retrieve(struct inv_client *client,
					     const char *project_id,
					     struct inv_project **ret_project,
					     struct inv_error *err)
{
	struct call call = { .route = &retrieve_route, .ids = &project_id };
	struct inv_project *project = call_send(client, &call, err);

	if (!project)
		return -1;
	*ret_project = project;
	return 0;
}

int inv_admin_organization_projects_list(struct inv_client *client,
					 const struct inv_list_params *params,
					 struct inv_project_page **ret_page,
					 struct inv_error *err)
{
	struct page *page = page_get(client, &list_route, NULL, params, err);

	if (!page)
		return -1;
	*ret_page = (struct inv_project_page *)page;
	return 0;
}

int inv_admin_organization_projects_iterate(
    struct inv_client *client, const struct inv_list_params *params,
    struct inv_project_iter **ret_iter, struct inv_error *err)
{
	struct iter *iter = iter_new(client, &list_route, NULL, params, err);

	if (!iter)
		return -1;
	*ret_iter = (struct inv_project_iter *)iter;
	return 0;
}

int inv_admin_organization_projects_users_list(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params,
    struct inv_project_user_page **ret_page, struct inv_error *err)
{
	struct page *page =
	    page_get(client, &users_list_route, project_id, params, err);

	if (!page)
		return -1;
	*ret_page = (struct inv_project_user_page *)page;
	return 0;
}

int inv_admin_organization_projects_users_iterate(
    struct inv_client *client, const char *project_id,
    const struct inv_list_params *params,
    struct inv_project_user_iter **ret_iter, struct inv_error *err)
{
	struct iter *iter =
	    iter_new(client, &users_list_route, project_id, params, err);

	if (!iter)
		return -1;
	*ret_iter = (struct inv_project_user_iter *)iter;
	return 0;
}
