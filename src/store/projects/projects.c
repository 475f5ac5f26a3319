/*
 * projects.c: the verbs of projects.
 */
#include "base/base.h"

#include "store/projects/projects.h"

#include "store/lock.h"
#include "store/resource.h"
#include "store/rows.h"

#define PROJECT_WORDS(FIRST, MORE)                                       \
	FIRST(TEXT, "name", struct project, name)                        \
	MORE(WORD, "residency", struct project, residency, &residencies) \
	MORE(WORD, "geography", struct project, geography, &geographies) \
	MORE(TEXT, "external_key_id", struct project, external_key_id)
#define PROJECT_UPDATE(FIRST, MORE)                              \
	PROJECT_WORDS(FIRST, MORE)                               \
	MORE(NUMBER, "max_key_lifetime_seconds", struct project, \
	     max_key_lifetime)

/* The contract's events call the name a title, and in one of them both. */
#define PROJECT_DETAIL(FIRST, MORE)                \
	FIRST(TEXT, "title", struct project, name) \
	PROJECT_WORDS(MORE, MORE)                  \
	MORE(SOME, "max_key_lifetime_seconds", struct project, max_key_lifetime)
DETAIL(project, PROJECT_DETAIL);

static enum result may_change(struct work *work, const void *in, void *row);
static void lock_project(const void *in, int64_t organization,
			 struct lock_set *set);

RESOURCE(project, PROJECT_TABLE, PROJECT_UPDATE,
	 .not_found = RESULT_PROJECT_NOT_FOUND,
	 .on_create = AUDIT_PROJECT_CREATED, .on_update = AUDIT_PROJECT_UPDATED,
	 .partial = true, .may_change = may_change, .detail = &project_detail);
RESOURCE_CREATE(project, VERB_RIGHTS, lock_rights);
RESOURCE_GET(project);
RESOURCE_UPDATE(project, 0, lock_project);

/* ---- lookups ---- */

bool find_project(const struct work *work, int64_t id,
		  struct project *ret_project)
{
	return resource_find(work, &project_resource, &sql_project_get, id,
			     ret_project) == RESULT_OK;
}

enum result find_active_project(const struct work *work, int64_t id,
				struct project *ret_project)
{
	enum result result = resource_find(work, &project_resource,
					   &sql_project_get, id, ret_project);

	if (result == RESULT_OK && ret_project->archived_at)
		result = RESULT_PROJECT_ARCHIVED;
	return result;
}

/* by a list of grants, [[id,role],...] */
/* By the index of ids, however the planner sees the list. */
STATEMENT(project_many,
	  .text = "SELECT " PROJECT_COLUMNS " FROM project"
		  " WHERE +organization = ?1 AND id IN (SELECT"
		  " json_extract(value, '$[0]') FROM json_each(?2))",
	  .pgsql = "SELECT p.* FROM (SELECT DISTINCT (g->>0)::bigint AS id"
		   " FROM json_array_elements(?2::json) g) w,"
		   " LATERAL (SELECT " PROJECT_COLUMNS " FROM project"
		   " WHERE organization = ?1 AND id = w.id LIMIT 1) p");

/*
 * All that some invites name, in order of organization and id. On PostgreSQL
 * they are found in the text without reading it as JSON: an invite that is
 * damaged would end the statement, and with it the answers to all.
 */
STATEMENT(
    invite_projects,
    .text = "SELECT p.* FROM (SELECT DISTINCT i.organization AS organization,"
	    " json_extract(g.value, '$[0]') AS project FROM invite i,"
	    " json_each(CASE WHEN json_valid(i.projects) THEN i.projects"
	    " ELSE '[]' END) g"
	    " WHERE i.id IN (SELECT value FROM json_each(?1))) w"
	    " CROSS JOIN (SELECT " PROJECT_COLUMNS " FROM project) p"
	    " ON p.id = w.project AND p.organization = w.organization"
	    " ORDER BY 2, 1",
    .pgsql =
	"SELECT p.* FROM (SELECT DISTINCT i.organization, least(m[1]::numeric,"
	" 9223372036854775807)::bigint AS project FROM invite i,"
	" regexp_matches(i.projects, '\\[(\\d+),', 'g') m"
	" WHERE i.id" IN_ID_LIST("?1") ") w, LATERAL (SELECT " PROJECT_COLUMNS
				       " FROM project"
				       " WHERE organization = w.organization"
				       " AND id = w.project LIMIT 1) p"
				       " ORDER BY 2, 1");

static int compare(const void *left, const void *right)
{
	const struct project *a = left, *b = right;

	if (a->organization != b->organization)
		return a->organization < b->organization ? -1 : 1;
	return (a->id > b->id) - (a->id < b->id);
}

size_t find_projects(const struct work *work, struct grants grants,
		     struct project *ret_projects)
{
	struct statement *st;
	const char *list;
	size_t count = 0;

	if (grants.count == 0)
		return 0;
	if (grants.count == 1)
		return find_project(work, grants.at[0].project, ret_projects);
	list = grants_format(work->arena, grants);
	if (!list) {
		db_no_memory(work->db);
		return 0;
	}
	st = db_statement(work->db, &sql_project_many);
	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, list);
	while (db_row(work->db, st)) {
		if (!table_read(&project_table, work->arena, st,
				&ret_projects[count++]))
			(void)db_damaged(work->db);
	}
	qsort(ret_projects, count, sizeof(*ret_projects), compare);
	return count;
}

const struct project *project_among(const struct project *projects,
				    size_t count, int64_t organization,
				    int64_t id)
{
	const struct project wanted = { .id = id,
					.organization = organization };

	return count
		   ? bsearch(&wanted, projects, count, sizeof(wanted), compare)
		   : NULL;
}

/* ---- create ---- */

void insert_project(const struct work *work, struct project *project)
{
	struct statement *st = db_statement(work->db, &sql_project_insert);

	project->id = work_id(work);
	project->organization = work->organization;
	project->created_at = work->now;
	table_bind(&project_table, st, project);
	db_run(work->db, st);
}

/* ---- update, archive ---- */

static void lock_project(const void *in, int64_t organization,
			 struct lock_set *set)
{
	const struct project *project = in;

	(void)organization;
	lock_set_add(set, LOCK_PROJECT, project->id);
}

static bool is_default(const struct work *work, int64_t project)
{
	struct organization organization;

	return find_organization(work, work->organization, &organization) &&
	       organization.default_project == project;
}

static enum result may_change(struct work *work, const void *in, void *row)
{
	const struct project *asked = in;
	struct project *project = row;

	if (project->archived_at)
		return RESULT_PROJECT_ARCHIVED;
	if (is_default(work, project->id))
		return RESULT_PROJECT_IS_DEFAULT;
	if (asked->sets_max_key_lifetime)
		project->max_key_lifetime = asked->max_key_lifetime;
	/* One says where it lies, not both. */
	if (asked->residency)
		project->geography = GEOGRAPHY_NONE;
	if (asked->geography)
		project->residency = RESIDENCY_NONE;
	return RESULT_OK;
}

STATEMENT(project_archive, .text = "UPDATE project SET archived_at = ?3"
				   " WHERE id = ?1 AND organization = ?2");

static void archive(const struct work *work, struct project *project)
{
	struct statement *st = db_statement(work->db, &sql_project_archive);

	project->archived_at = work->now;
	db_bind_i64(st, 1, project->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, project->archived_at);
	db_run(work->db, st);
	work_audit(work, AUDIT_PROJECT_ARCHIVED, project->id);
}

static enum result project_archive(struct work *work, const void *input,
				   void *output)
{
	const struct id_in *in = input;
	struct project *project = output;
	enum result result = resource_find(work, &project_resource,
					   &sql_project_take, in->id, project);

	if (result != RESULT_OK || project->archived_at)
		return result;
	if (is_default(work, project->id))
		return RESULT_PROJECT_IS_DEFAULT;
	archive(work, project);
	return RESULT_OK;
}

const struct verb verb_project_archive = {
	VERB(project_archive),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct project),
	.locks = lock_rights,
	.run = project_archive,
};

/* ---- list ---- */

LIST_OF_PRESENT(project_list_active, PROJECT_COLUMNS, "project",
		"project_active", "archived_at");

static enum result project_list(struct work *work, const void *input,
				void *output)
{
	const struct project_list_in *in = input;
	struct list_out *out = output;
	struct project *rows = work_rows(work, &in->page, sizeof(*rows));
	struct statement *st = work_list(
	    work,
	    in->include_archived ? &sql_project_list : &sql_project_list_active,
	    &in->page);
	size_t count = 0, seen = 0;

	for (; db_row(work->db, st); seen++)
		count +=
		    table_read(&project_table, work->arena, st, &rows[count]);
	*out = list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_project_list = {
	VERB(project_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_list_in),
	.size_out = sizeof(struct list_out),
	.run = project_list,
};
