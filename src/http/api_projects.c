/*
 * api_projects.c: /organization/projects and the people in them.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "core/id.h"
#include "http/body.h"
#include "http/query.h"
#include "http/resource.h"
#include "store/projects.h"

/* What other products of the platform need; taken, and of no effect here. */
enum { NAME, EXTERNAL_KEY_ID, GEOGRAPHY, RESIDENCY, PROJECT_FIELDS };

static const struct field project_fields[] = {
	[NAME] = { "name", FIELD_STRING, true, 1, NAME_MAX_OCTETS },
	[EXTERNAL_KEY_ID] = { "external_key_id", FIELD_STRING, false, 0,
			      BODY_MAX },
	[GEOGRAPHY] = { "geography", FIELD_STRING, false, 0, BODY_MAX },
	[RESIDENCY] = { "residency", FIELD_STRING, false, 0, BODY_MAX },
};

static void answer_project(struct request *request)
{
	answer_resource(request, &project_resource);
}

void projects_create(struct request *request)
{
	struct project_create_in *in =
	    request_verb(request, &verb_project_create);
	struct value values[PROJECT_FIELDS];

	if (!in || query_read_none(request) < 0 ||
	    body_read(request, project_fields, PROJECT_FIELDS, values) < 0 ||
	    body_check_text(request, "name", values[NAME].string) < 0)
		return;
	in->name = values[NAME].string.data;
	request_submit(request, answer_project);
}

static int take_list_filter(struct request *request, void *input,
			    struct str key, struct str value)
{
	struct project_list_in *in = input;

	if (!str_is(key, "include_archived"))
		return 0;
	if (query_bool(request, key, value, &in->include_archived) < 0)
		return -1;
	return 1;
}

static void list_finished(struct request *request)
{
	answer_page_of(request, &project_resource);
}

void projects_list(struct request *request)
{
	struct project_list_in *in = request_verb(request, &verb_project_list);

	if (in &&
	    query_read_list(request, ID_PROJECT, in, take_list_filter) == 0)
		request_submit(request, list_finished);
}

void projects_retrieve(struct request *request)
{
	struct id_in *in = request_verb(request, &verb_project_get);

	if (!in || query_read_none(request) < 0)
		return;
	in->id = resource_path_id(request, &project_resource);
	request_submit(request, answer_project);
}

static void users_finished(struct request *request)
{
	answer_page_of(request, &project_user_resource);
}

void project_users_list(struct request *request)
{
	struct project_user_list_in *in =
	    request_verb(request, &verb_project_user_list);

	if (!in || query_read_list(request, ID_USER, in, NULL) < 0)
		return;
	in->project = resource_path_id(request, &project_resource);
	request_submit(request, users_finished);
}
