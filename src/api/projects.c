/*
 * projects.c: /organization/projects.
 */
#include "base/base.h"

#include "core/key.h"
#include "http/errors.h"
#include "http/router.h"
#include "store/projects/projects.h"

static void write_status(struct jw *jw, const void *item, int64_t now_seconds)
{
	const struct project *project = item;

	(void)now_seconds;
	jw_text(jw, project->archived_at ? "archived" : "active");
}

/* The contract has it absent where it is not said, not null. */
static void write_residency(struct jw *jw, const void *item,
			    int64_t now_seconds)
{
	const struct project *project = item;

	(void)now_seconds;
	if (!project->residency)
		return;
	jw_key(jw, "residency");
	jw_text(jw, vocabulary_word(&residencies, project->residency));
}

static const struct member project_members[] = {
	SHOW_ID("id", struct project, id, ID_PROJECT),
	SHOW_TEXT("name", struct project, name),
	SHOW_TIME("created_at", struct project, created_at),
	SHOW_TIME("archived_at", struct project, archived_at),
	SHOW_BY("status", write_status),
	SHOW_REST_BY(write_residency),
	SHOW_WORD("geography", struct project, geography, &geographies),
	SHOW_TEXT("external_key_id", struct project, external_key_id),
	SHOW_TIME("max_key_lifetime_seconds", struct project, max_key_lifetime),
	{ 0 },
};

static const struct shape project_shape = {
	SHAPE_OF(struct project, ID_PROJECT),
	.object = "organization.project",
	.members = project_members,
};

/* Where data stays and under whose key it lies are kept for those who ask;
 * nothing here acts on them. */
#define PROJECT_FIELDS(name_is)                                               \
	TAKE_TEXT("name", name_is, struct project, name, NAME_MAX_OCTETS),    \
	    TAKE_TEXT("external_key_id", OPTIONAL, struct project,            \
		      external_key_id, NAME_MAX_OCTETS),                      \
	    TAKE_WORD("geography", OPTIONAL, struct project, geography,       \
		      &geographies),                                          \
	    TAKE_WORD("residency", OPTIONAL, struct project, residency,       \
		      &residencies),                                          \
	{                                                                     \
		.name = "max_key_lifetime_seconds", .type = FIELD_INTEGER,    \
		.says_null = true, .min = 1, .max = KEY_LIFETIME_MAX,         \
		.input =                                                      \
		    OFFSET_OF(struct project, max_key_lifetime, int64_t) + 1, \
		.said =                                                       \
		    OFFSET_OF(struct project, sets_max_key_lifetime, bool) +  \
		    1,                                                        \
	}

static const struct field create_fields[] = { PROJECT_FIELDS(REQUIRED) };
static const struct field update_fields[] = { PROJECT_FIELDS(OPTIONAL) };

static int check_places(struct request *request, void *input)
{
	const struct project *in = input;

	if (!in->residency || !in->geography)
		return 0;
	return answer_error(request, 400, "invalid_value", "geography",
			    "Both 'residency' and 'geography' are given. Leave "
			    "'geography' out: it is deprecated.");
}

static const struct query_param project_filters[] = {
	FILTER_BOOL("include_archived", struct project_list_in,
		    include_archived),
	{ 0 },
};

static const struct list_query project_list = {
	.kind = ID_PROJECT,
	.filters = project_filters,
};

/* ---- routes ---- */

static const struct route routes[] = {
	{ .method = METHOD_POST,
	  .path = "/organization/projects",
	  .body = BODY_JSON,
	  .verb = &verb_project_create,
	  FIELDS(create_fields),
	  .prepare = check_places,
	  .shape = &project_shape,
	  .if_uncertain = "Look whether the project is there before you make "
			  "it again." },
	{ .method = METHOD_GET,
	  .path = "/organization/projects",
	  .verb = &verb_project_list,
	  .list = &project_list,
	  .shape = &project_shape },
	{ .method = METHOD_GET,
	  .path = "/organization/projects/{project_id}",
	  .verb = &verb_project_get,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &project_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}",
	  .body = BODY_JSON,
	  .verb = &verb_project_update,
	  .ids = { INPUT(struct project, id) },
	  FIELDS(update_fields),
	  .prepare = check_places,
	  .shape = &project_shape },
	{ .method = METHOD_POST,
	  .path = "/organization/projects/{project_id}/archive",
	  .verb = &verb_project_archive,
	  .ids = { INPUT(struct id_in, id) },
	  .shape = &project_shape },
};

const struct route_table projects_api = ROUTES(routes);
