/*
 * api_projects.c: /organization/projects and the people in them.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "core/id.h"
#include "http/body.h"
#include "http/query.h"
#include "http/resource.h"

/* What other products of the platform need; taken, and of no effect here. */
enum { NAME, EXTERNAL_KEY_ID, GEOGRAPHY, RESIDENCY, PROJECT_FIELDS };

static const struct field project_fields[] = {
	[NAME] = { "name", FIELD_STRING, true, 1, NAME_MAX_OCTETS },
	[EXTERNAL_KEY_ID] = { "external_key_id", FIELD_STRING, false, 0,
			      BODY_MAX },
	[GEOGRAPHY] = { "geography", FIELD_STRING, false, 0, BODY_MAX },
	[RESIDENCY] = { "residency", FIELD_STRING, false, 0, BODY_MAX },
};

static void create_finished(struct request *request)
{
	answer_resource(request, &project_resource,
			&request->op.project_create.ret_project);
}

void projects_create(struct request *request)
{
	struct value values[PROJECT_FIELDS];

	if (query_read_none(request) < 0 ||
	    body_read(request, project_fields, PROJECT_FIELDS, values) < 0 ||
	    body_check_text(request, "name", values[NAME].string) < 0)
		return;
	request->op.project_create.name = values[NAME].string.data;
	request_submit(request, STORE_PROJECT_CREATE, create_finished);
}

static int take_list_filter(struct request *request, struct str key,
			    struct str value)
{
	if (!str_is(key, "include_archived"))
		return 0;
	if (query_bool(request, key, value,
		       &request->op.project_list.include_archived) < 0)
		return -1;
	return 1;
}

static void list_finished(struct request *request)
{
	answer_page_of(request, &project_resource,
		       &request->op.project_list.page,
		       request->op.project_list.ret_projects);
}

void projects_list(struct request *request)
{
	request->op.project_list.include_archived = false;
	if (query_read_list(request, ID_PROJECT, &request->op.project_list.page,
			    take_list_filter) == 0)
		request_submit(request, STORE_PROJECT_LIST, list_finished);
}

static void retrieve_finished(struct request *request)
{
	answer_resource(request, &project_resource,
			&request->op.project_get.ret_project);
}

void projects_retrieve(struct request *request)
{
	request->op.project_get.id =
	    resource_path_id(request, &project_resource);
	if (query_read_none(request) == 0)
		request_submit(request, STORE_PROJECT_GET, retrieve_finished);
}

static void users_finished(struct request *request)
{
	answer_page_of(request, &project_user_resource,
		       &request->op.project_user_list.page,
		       request->op.project_user_list.ret_users);
}

void project_users_list(struct request *request)
{
	request->op.project_user_list.project =
	    resource_path_id(request, &project_resource);
	if (query_read_list(request, ID_USER,
			    &request->op.project_user_list.page, NULL) == 0)
		request_submit(request, STORE_PROJECT_USER_LIST,
			       users_finished);
}
