/*
 * standing.h: what somebody may do in a project, by the rows that say so.
 *
 *	standing_get	STANDING_NONE if the user or the project does not exist
 */
#ifndef STORE_STANDING_H
#define STORE_STANDING_H

#include "core/standing.h"
#include "store/verb.h"

struct standing_get_in {
	int64_t user, project;
};

struct standing_out {
	enum standing standing;
};

/* ---- private to store/ ---- */

struct statement;
struct work;

/* enum standing of a role in a project, as SQL: standing_of(). */
#define STANDING_OF(role) \
	"CASE " role " WHEN 1 THEN 3 WHEN 0 THEN 2 WHEN 2 THEN 1 ELSE 0 END"

/*
 * The facts that decide it, as columns of a SELECT, each found by an index; the
 * three parameters are SQL for ids. A query that lists people, or things of
 * theirs, selects them along with each row. What each group gives is a subquery
 * of its own: for a join, PostgreSQL without statistics reads all groups of the
 * project for each group of the user.
 */
#define STANDING_COLUMNS 4
#define STANDING_OWN	 " FROM project_user s WHERE s.organization"
#define STANDING_GROUP                                                \
	" FROM project_group p WHERE p.organization = m.organization" \
	" AND p.\"group\" = m.\"group\" AND p.project"
#define STANDING_FACTS(organization_, user_, project_)                    \
	"(SELECT s.role + 1 FROM \"user\" s WHERE s.organization "        \
	"= " organization_ " AND s.id = " user_ " AND s.removed_at = 0)," \
	" (SELECT max((SELECT g.role FROM \"group\" g"                    \
	" WHERE g.organization = m.organization AND g.id = m.\"group\"))" \
	" FROM group_user m WHERE m.organization = " organization_        \
	" AND m.\"user\" = " user_ "),"                                   \
	" (SELECT " STANDING_OF("s.role") STANDING_OWN                    \
	    " = " organization_ " AND s.project = " project_              \
	    " AND s.\"user\" = " user_ "),"                               \
	    " (SELECT max((SELECT " STANDING_OF("p.role") STANDING_GROUP  \
	    " = " project_                                                \
	    ")) FROM group_user m WHERE m.organization = " organization_  \
	    " AND m.\"user\" = " user_ ")"

/* The standing in the current row, whose facts begin at `column`. */
enum standing column_standing(struct statement *st, int column);

/* Of a user of the organization in one of its projects. */
enum standing find_standing(const struct work *work, int64_t user,
			    int64_t project);

#endif
