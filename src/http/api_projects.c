/*
 * api_projects.c: /organization/projects and the people in them.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "core/id.h"
#include "http/body.h"
#include "http/errors.h"
#include "http/query.h"
#include "http/wire.h"

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
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, NULL);
		return;
	}
	jw = answer_json(request);
	wire_project(&jw, &request->op.project_create.ret_project);
	answer_json_end(request);
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
	const struct store_page *page = &request->op.project_list.page;
	const struct project *projects = request->op.project_list.ret_projects;
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, NULL);
		return;
	}
	jw = answer_json(request);
	wire_list_begin(&jw);
	for (size_t i = 0; i < page->count; i++)
		wire_project(&jw, &projects[i]);
	wire_list_end(&jw, page, ID_PROJECT, projects[0].id,
		      projects[page->count ? page->count - 1 : 0].id);
	answer_json_end(request);
}

void projects_list(struct request *request)
{
	request->op.project_list.include_archived = false;
	if (query_read_list(request, ID_PROJECT, &request->op.project_list.page,
			    take_list_filter) == 0)
		request_submit(request, STORE_PROJECT_LIST, list_finished);
}

static int64_t path_project(const struct request *request)
{
	int64_t id;

	return id_parse(ID_PROJECT, str_of(request->params[0]), &id) ? id : 0;
}

static void retrieve_finished(struct request *request)
{
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, "project_id");
		return;
	}
	jw = answer_json(request);
	wire_project(&jw, &request->op.project_get.ret_project);
	answer_json_end(request);
}

void projects_retrieve(struct request *request)
{
	request->op.project_get.id = path_project(request);
	if (query_read_none(request) == 0)
		request_submit(request, STORE_PROJECT_GET, retrieve_finished);
}

static void users_finished(struct request *request)
{
	const struct store_page *page = &request->op.project_user_list.page;
	const struct project_user *users =
	    request->op.project_user_list.ret_users;
	struct jw jw;

	if (request->op.refusal != REFUSAL_GRANTED) {
		answer_refusal(request, "project_id");
		return;
	}
	jw = answer_json(request);
	wire_list_begin(&jw);
	for (size_t i = 0; i < page->count; i++)
		wire_project_user(&jw, &users[i]);
	wire_list_end(&jw, page, ID_USER, users[0].id,
		      users[page->count ? page->count - 1 : 0].id);
	answer_json_end(request);
}

void project_users_list(struct request *request)
{
	request->op.project_user_list.project = path_project(request);
	if (query_read_list(request, ID_USER,
			    &request->op.project_user_list.page, NULL) == 0)
		request_submit(request, STORE_PROJECT_USER_LIST,
			       users_finished);
}
