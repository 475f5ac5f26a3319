/*
 * standing.c: what somebody may do in a project.
 */
#include "base/base.h"

#include "store/members/standing.h"

#include "store/work.h"

enum standing column_standing(struct statement *st, int column)
{
	const struct standing_facts facts = {
		.organization = (enum organization_role)column_i64(st, column),
		.organization_by_group =
		    (enum organization_role)column_i64(st, column + 1),
		.project = (enum standing)column_i64(st, column + 2),
		.project_by_group = (enum standing)column_i64(st, column + 3),
	};

	return standing_in_project(&facts);
}

STATEMENT(standing, .text = "SELECT " STANDING_FACTS("?1", "?2", "?3"));

enum standing find_standing(const struct work *work, int64_t user,
			    int64_t project)
{
	struct statement *st = db_statement(work->db, &sql_standing);
	enum standing standing;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, user);
	db_bind_i64(st, 3, project);
	if (!db_row(work->db, st))
		return STANDING_NONE;
	standing = column_standing(st, 0);
	db_done(st);
	return standing;
}

static enum result standing_get(struct work *work, const void *input,
				void *output)
{
	const struct standing_get_in *in = input;
	struct standing_out *out = output;

	out->standing = find_standing(work, in->user, in->project);
	return RESULT_OK;
}

const struct verb verb_standing_get = {
	VERB(standing_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct standing_get_in),
	.size_out = sizeof(struct standing_out),
	.run = standing_get,
};
