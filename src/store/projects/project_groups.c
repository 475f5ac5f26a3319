/*
 * project_groups.c: the verbs of which groups are in a project.
 */
#include "base/base.h"

#include "store/projects/project_groups.h"

#include "store/lock.h"
#include "store/members/assignments.h"
#include "store/members/roles.h"
#include "store/rows.h"

#define PROJECT_GROUP                                                  \
	"SELECT g.id, g.name, m.role, m.added_at FROM project_group m" \
	" JOIN \"group\" g ON g.organization = m.organization"         \
	" AND g.id = m.\"group\" WHERE m.organization = ?1 AND m.project = "

static bool read_group(const struct work *work, struct statement *st,
		       int64_t project, struct project_group *group)
{
	int64_t role = column_i64(st, 2);

	*group = (struct project_group){
		.project = project,
		.group = column_i64(st, 0),
		.name = column_text(st, work->arena, 1),
		.role = (enum project_role)role,
		.added_at = column_i64(st, 3),
	};
	return vocabulary_has(&member_roles, role);
}

STATEMENT(project_group_get, .text = PROJECT_GROUP "?2 AND m.\"group\" = ?3");

/* RESULT_OK, or PROJECT_GROUP_NOT_FOUND. */
static enum result find(const struct work *work,
			const struct project_group_in *in,
			struct project_group *ret_group)
{
	struct statement *st = db_statement(work->db, &sql_project_group_get);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, in->project);
	db_bind_i64(st, 3, in->group);
	if (!db_row(work->db, st))
		return RESULT_PROJECT_GROUP_NOT_FOUND;
	if (!read_group(work, st, in->project, ret_group))
		(void)db_damaged(work->db);
	db_done(st);
	return RESULT_OK;
}

/* The same as an assignment. */
static struct assignment_in assignment_of(const struct project_group_in *in,
					  int64_t role)
{
	return (struct assignment_in){
		.family = PROJECT_GROUP_ROLES,
		.project = in->project,
		.principal = in->group,
		.role = role,
	};
}

/* ---- add, remove ---- */

static enum result project_group_add(struct work *work, const void *input,
				     void *output)
{
	const struct project_group_in *in = input;
	struct project_group *group = output;
	struct assignment_in assignment = assignment_of(in, in->role);
	struct assignment_out assigned = { .removed = false };
	enum result result = find_role_project(work, true, in->project);

	if (result != RESULT_OK)
		return result;
	if (find(work, in, group) == RESULT_OK)
		return role_of_stored(true, group->role) == in->role
			   ? RESULT_OK
			   : RESULT_GROUP_IN_PROJECT;
	result = verb_assignment_create.run(work, &assignment, &assigned);
	return result == RESULT_OK ? find(work, in, group) : result;
}

const struct verb verb_project_group_add = {
	VERB(project_group_add),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_group_in),
	.size_out = sizeof(struct project_group),
	.locks = lock_rights,
	.run = project_group_add,
};

static enum result project_group_drop(struct work *work, const void *input,
				      void *output)
{
	const struct project_group_in *in = input;
	struct assignment_out assigned = { .removed = false };
	struct assignment_in assignment;
	struct project_group group;
	enum result result = find_role_project(work, true, in->project);

	(void)output;
	if (result == RESULT_OK)
		result = find(work, in, &group);
	if (result != RESULT_OK || work->db->damaged || work->db->error)
		return result;
	assignment = assignment_of(in, role_of_stored(true, group.role));
	return verb_assignment_delete.run(work, &assignment, &assigned);
}

const struct verb verb_project_group_drop = {
	VERB(project_group_drop),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_group_in),
	.locks = lock_rights,
	.run = project_group_drop,
};

/* ---- get, list ---- */

static enum result project_group_get(struct work *work, const void *input,
				     void *output)
{
	const struct project_group_in *in = input;
	enum result result = find_role_project(work, true, in->project);

	if (result != RESULT_OK)
		return result;
	return in->tenants ? RESULT_PROJECT_GROUP_NOT_FOUND
			   : find(work, in, output);
}

const struct verb verb_project_group_get = {
	VERB(project_group_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_group_in),
	.size_out = sizeof(struct project_group),
	.run = project_group_get,
};

LIST_STATEMENTS(project_group_list, PROJECT_GROUP "?4", "m.\"group\"");

static enum result project_group_list(struct work *work, const void *input,
				      void *output)
{
	const struct project_group_in *in = input;
	struct project_group *rows;
	size_t count = 0, seen = 0;
	struct statement *st;
	enum result result = find_role_project(work, true, in->project);

	if (result != RESULT_OK)
		return result;
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list_either(work, project_group_list, &in->page);
	db_bind_i64(st, 4, in->project);
	for (; db_row(work->db, st); seen++)
		count += read_group(work, st, in->project, &rows[count]);
	*(struct list_out *)output =
	    list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_project_group_list = {
	VERB(project_group_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_group_in),
	.size_out = sizeof(struct list_out),
	.run = project_group_list,
};
