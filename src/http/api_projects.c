/*
 * api_projects.c: /organization/projects and the people in them.
 */
#include "base/base.h"

#include "http/handlers.h"

#include "core/id.h"
#include "http/body.h"
#include "http/errors.h"
#include "http/query.h"
#include "http/resource.h"
#include "store/projects.h"

/* Where data stays and under whose key it lies are kept for those who ask;
 * nothing here acts on them. */
enum { NAME, EXTERNAL_KEY_ID, GEOGRAPHY, RESIDENCY, PROJECT_FIELDS };

static const struct field project_fields[] = {
	[NAME] = { "name", FIELD_STRING, true, 1, NAME_MAX_OCTETS },
	[EXTERNAL_KEY_ID] = { "external_key_id", FIELD_STRING, false, 1,
			      NAME_MAX_OCTETS },
	[GEOGRAPHY] = { "geography", FIELD_STRING, false, 1, BODY_MAX },
	[RESIDENCY] = { "residency", FIELD_STRING, false, 1, BODY_MAX },
};

/* 0 where it was not said. */
static int read_place(struct request *request, const struct value *value,
		      const char *param, const struct vocabulary *vocabulary,
		      int *ret_number)
{
	*ret_number = 0;
	return value->present ? body_read_word(request, param, value->string,
					       vocabulary, ret_number)
			      : 0;
}

static int read_places(struct request *request, const struct value *values,
		       struct project_create_in *in)
{
	int residency, geography;

	if (read_place(request, &values[RESIDENCY], "residency", &residencies,
		       &residency) < 0 ||
	    read_place(request, &values[GEOGRAPHY], "geography", &geographies,
		       &geography) < 0)
		return -1;
	if (residency && geography)
		return answer_error(request, 400, "invalid_value", "geography",
				    "Both 'residency' and 'geography' are "
				    "given. Leave 'geography' out: it is "
				    "deprecated.");
	in->residency = (enum residency)residency;
	in->geography = (enum geography)geography;
	return 0;
}

static int read_key_id(struct request *request, const struct value *value,
		       struct project_create_in *in)
{
	if (!value->present)
		return 0;
	in->external_key_id = value->string.data;
	return body_check_text(request, "external_key_id", value->string);
}

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
	    body_check_text(request, "name", values[NAME].string) < 0 ||
	    read_places(request, values, in) < 0 ||
	    read_key_id(request, &values[EXTERNAL_KEY_ID], in) < 0)
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
