/*
 * assignments.c: the verbs of who has which role.
 *
 * The four families differ in the rows that hold a predefined role; what they
 * have in common is written once, over a table of the statements for that. Own
 * roles lie in one table for all. All of it is done under the organization's
 * rights row.
 */
#include "base/base.h"

#include "store/members/assignments.h"

#include "store/lock.h"
#include "store/members/roles.h"
#include "store/rows.h"

/* ---- the families ---- */

/*
 * Everything in one query: for the project 1, 2 if it is archived, or NULL;
 * whether the principal exists; the number of its predefined role plus 1, or
 * NULL; and whether it has the custom role. The parameters are the principal,
 * the organization, the project (0: none) and the role.
 */
#define LOOK(project, principal, held, type)                               \
	"SELECT " project ", (SELECT 1 FROM " principal "),"               \
	" (SELECT role + 1 FROM " held "), (SELECT 1 FROM role_assignment" \
	" WHERE organization = ?2 AND principal_type = " type              \
	" AND principal = ?1 AND project = ?3 AND role = ?4)"

#define THE_PROJECT                                                      \
	"(SELECT CASE archived_at WHEN 0 THEN 1 ELSE 2 END FROM project" \
	" WHERE organization = ?2 AND id = ?3)"
#define THE_USER \
	"\"user\" WHERE organization = ?2 AND id = ?1 AND removed_at = 0"
#define THE_GROUP "\"group\" WHERE organization = ?2 AND id = ?1"
#define THE_PROJECT_USER                                        \
	"project_user WHERE organization = ?2 AND project = ?3" \
	" AND \"user\" = ?1"
#define THE_PROJECT_GROUP                                        \
	"project_group WHERE organization = ?2 AND project = ?3" \
	" AND \"group\" = ?1"

STATEMENT(user_look, .text = LOOK("1", THE_USER, THE_USER, "0"));
/* The group's role is numbered so that 0 stands for none. */
STATEMENT(group_look, .text = LOOK("1", THE_GROUP,
				   "(SELECT role - 1 AS role FROM " THE_GROUP
				   " AND role > 0) r",
				   "1"));
STATEMENT(project_user_look,
	  .text = LOOK(THE_PROJECT, THE_USER, THE_PROJECT_USER, "0"));
STATEMENT(project_group_look,
	  .text = LOOK(THE_PROJECT, THE_GROUP, THE_PROJECT_GROUP, "1"));

STATEMENT(group_role_set,
	  .text = "UPDATE \"group\" SET role = CAST(?3 AS BIGINT) + 1"
		  " WHERE id = ?1 AND organization = ?2");
STATEMENT(group_role_clear, .text = "UPDATE \"group\" SET role = 0"
				    " WHERE id = ?1 AND organization = ?2");

/* `key` is that of the table. */
#define PUT_INTO_PROJECT(table, principal, key)                         \
	"INSERT INTO " table "(organization, project, " principal       \
	", role, added_at) VALUES(?2, ?3, ?1, ?4, ?5) ON CONFLICT(" key \
	", " principal ") DO UPDATE SET role = excluded.role"

STATEMENT(project_user_role_set,
	  .text = PUT_INTO_PROJECT("project_user", "\"user\"", "project"),
	  .pgsql = PUT_INTO_PROJECT("project_user", "\"user\"",
				    "organization, project"));
STATEMENT(project_user_role_clear, .text = "DELETE FROM " THE_PROJECT_USER);

STATEMENT(project_group_role_set,
	  .text = PUT_INTO_PROJECT("project_group", "\"group\"",
				   "organization, project"));
STATEMENT(project_group_role_clear, .text = "DELETE FROM " THE_PROJECT_GROUP);

static const struct family {
	enum principal_type type;
	enum result not_found; /* the principal is */
	bool of_project;
	/*
	 * `set` and `clear` take the principal, the organization and, of a
	 * project, the project; behind these, of `set`, the role and, of a
	 * project, the time. They are NULL for users, who are never without a
	 * role: see give_role() in rows.h.
	 */
	const struct sql *look, *set, *clear;
} families[] = {
	[USER_ROLES] = { .type = PRINCIPAL_USER,
			 .not_found = RESULT_USER_NOT_FOUND,
			 .look = &sql_user_look },
	[GROUP_ROLES] = { .type = PRINCIPAL_GROUP,
			  .not_found = RESULT_GROUP_NOT_FOUND,
			  .look = &sql_group_look,
			  .set = &sql_group_role_set,
			  .clear = &sql_group_role_clear },
	[PROJECT_USER_ROLES] = { .type = PRINCIPAL_USER,
				 .not_found = RESULT_USER_NOT_FOUND,
				 .of_project = true,
				 .look = &sql_project_user_look,
				 .set = &sql_project_user_role_set,
				 .clear = &sql_project_user_role_clear },
	[PROJECT_GROUP_ROLES] = { .type = PRINCIPAL_GROUP,
				  .not_found = RESULT_GROUP_NOT_FOUND,
				  .of_project = true,
				  .look = &sql_project_group_look,
				  .set = &sql_project_group_role_set,
				  .clear = &sql_project_group_role_clear },
};

/* ---- what there is ---- */

/* Of a principal, in the organization or in a project. */
struct place {
	bool has_project, archived, has_principal;
	int64_t held; /* the predefined role; 0: none */
	bool has_own; /* the own role that is asked for */
};

static bool read_place(const struct work *work, const struct assignment_in *in,
		       struct place *ret_place)
{
	const struct family *family = &families[in->family];
	struct statement *st = db_statement(work->db, family->look);
	int64_t stored;

	db_bind_i64(st, 1, in->principal);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->project);
	db_bind_i64(st, 4, in->role);
	if (!db_row(work->db, st))
		return false;
	stored = column_i64(st, 2);
	*ret_place = (struct place){
		.has_project = column_i64(st, 0) > 0,
		.archived = column_i64(st, 0) == 2,
		.has_principal = column_i64(st, 1) > 0,
		.held = role_of_stored(family->of_project, stored - 1),
		.has_own = column_i64(st, 3) > 0,
	};
	if (stored && !ret_place->held)
		(void)db_damaged(work->db);
	db_done(st);
	return true;
}

static enum result find_place(const struct work *work,
			      const struct assignment_in *in,
			      struct place *ret_place)
{
	if (!read_place(work, in, ret_place) || !ret_place->has_project)
		return RESULT_PROJECT_NOT_FOUND;
	if (ret_place->archived && work->ids)
		return RESULT_PROJECT_ARCHIVED;
	return ret_place->has_principal ? RESULT_OK
					: families[in->family].not_found;
}

/* And the role. */
static enum result find_all(const struct work *work,
			    const struct assignment_in *in,
			    struct assignment_out *out, struct place *ret_place)
{
	enum result result = find_place(work, in, ret_place);

	if (result != RESULT_OK)
		return result;
	return find_role(work, in->role, in->project, &out->role)
		   ? RESULT_OK
		   : RESULT_ROLE_NOT_FOUND;
}

static bool is_assigned(const struct assignment_in *in,
			const struct place *place)
{
	return role_is_predefined(in->role) ? place->held == in->role
					    : place->has_own;
}

/* ---- predefined roles, in the rows of users and groups ---- */

/* That the last owner stays an owner is checked there. */
static enum result set_user_role(const struct work *work, int64_t user,
				 int64_t role)
{
	struct taken_user taken;
	enum result result = take_user(work, user, &taken);

	return result != RESULT_OK
		   ? result
		   : give_role(work, &taken, (enum role)role_stored(role));
}

/* Binds what `set` and `clear` begin with; returns the next parameter. */
static int bind_place(struct statement *st, const struct work *work,
		      const struct assignment_in *in)
{
	db_bind_i64(st, 1, in->principal);
	db_bind_i64(st, 2, work->organization);
	if (!families[in->family].of_project)
		return 3;
	db_bind_i64(st, 3, in->project);
	return 4;
}

static enum result set_role(const struct work *work,
			    const struct assignment_in *in)
{
	const struct family *family = &families[in->family];
	struct statement *st;
	int next;

	if (!family->set)
		return set_user_role(work, in->principal, in->role);
	st = db_statement(work->db, family->set);
	next = bind_place(st, work, in);
	db_bind_i64(st, next, role_stored(in->role));
	if (family->of_project)
		db_bind_i64(st, next + 1, work->now);
	db_run(work->db, st);
	return RESULT_OK;
}

static enum result clear_role(const struct work *work,
			      const struct assignment_in *in)
{
	const struct family *family = &families[in->family];
	struct statement *st;

	if (!family->clear)
		return set_user_role(work, in->principal, PREDEFINED_READER);
	st = db_statement(work->db, family->clear);
	(void)bind_place(st, work, in);
	db_run(work->db, st);
	if (family->of_project)
		drop_project_assignments(work, family->type, in->principal,
					 in->project);
	return RESULT_OK;
}

/* ---- own roles, in a table for all ---- */

#define ASSIGNED                                        \
	" FROM role_assignment WHERE organization = ?1" \
	" AND principal_type = ?2 AND principal = ?3 AND project = ?4"

STATEMENT(assignment_insert,
	  .text = "INSERT INTO role_assignment(organization, principal_type,"
		  " principal, project, role, assigned_at)"
		  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
STATEMENT(assignment_delete, .text = "DELETE" ASSIGNED " AND role = ?5");
STATEMENT(assignments_of_project_delete, .text = "DELETE" ASSIGNED);

/* Left to itself, a newer SQLite looks through all of the organization. */
#define DELETE_OF_ROLE(index)               \
	"DELETE FROM role_assignment" index \
	" WHERE role = ?1 AND organization = ?2"
STATEMENT(assignments_of_role_delete,
	  .text = DELETE_OF_ROLE(INDEXED_BY("role_assignment_of")),
	  .pgsql = DELETE_OF_ROLE(""));
#define DELETE_OF_PRINCIPAL(type)                          \
	"DELETE FROM role_assignment WHERE principal = ?1" \
	" AND organization = ?2 AND principal_type = " type
STATEMENT(assignments_of_user_delete, .text = DELETE_OF_PRINCIPAL("0"));
STATEMENT(assignments_of_group_delete, .text = DELETE_OF_PRINCIPAL("1"));

/* The parameters that all of these begin with. */
static struct statement *begin_own(const struct work *work,
				   const struct sql *sql,
				   enum principal_type type, int64_t principal,
				   int64_t project)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, type);
	db_bind_i64(st, 3, principal);
	db_bind_i64(st, 4, project);
	return st;
}

void drop_project_assignments(const struct work *work, enum principal_type type,
			      int64_t principal, int64_t project)
{
	db_run(work->db, begin_own(work, &sql_assignments_of_project_delete,
				   type, principal, project));
}

static void insert_own(const struct work *work, const struct assignment_in *in)
{
	struct statement *st =
	    begin_own(work, &sql_assignment_insert, families[in->family].type,
		      in->principal, in->project);

	db_bind_i64(st, 5, in->role);
	db_bind_i64(st, 6, work->now);
	db_run(work->db, st);
}

static void delete_own(const struct work *work, const struct assignment_in *in)
{
	struct statement *st =
	    begin_own(work, &sql_assignment_delete, families[in->family].type,
		      in->principal, in->project);

	db_bind_i64(st, 5, in->role);
	db_run(work->db, st);
}

/* ---- events ---- */

struct assignment_event {
	const char *role;
	enum principal_type type;
	int64_t user, group; /* one of them */
	struct role_resource resource;
};

#define ASSIGNMENT_EVENT(FIRST, MORE)                                      \
	FIRST(TEXT, "role_id", struct assignment_event, role)              \
	MORE(WORD, "principal_type", struct assignment_event, type,        \
	     &principal_types)                                             \
	MORE(ID, "principal_id", struct assignment_event, user, ID_USER)   \
	MORE(ID, "principal_id", struct assignment_event, group, ID_GROUP) \
	ROLE_RESOURCE(MORE, struct assignment_event)
DETAIL(assignment, ASSIGNMENT_EVENT);

static void remember(const struct work *work, enum audit_type type,
		     const struct assignment_in *in,
		     const struct assignable_role *role)
{
	enum principal_type to = families[in->family].type;
	char text[ROLE_TEXT_SIZE];
	struct assignment_event event = {
		.role = role_format(role, text),
		.type = to,
		.user = to == PRINCIPAL_USER ? in->principal : 0,
		.group = to == PRINCIPAL_GROUP ? in->principal : 0,
		.resource = role_resource(work, in->project),
	};

	work_audit_event(work, &(struct audit_event){
				   .type = type,
				   .target = in->role,
				   .project = in->project,
				   .detail = audit_detail(
				       work, &assignment_detail, &event) });
}

/* ---- create ---- */

static enum result assign(const struct work *work,
			  const struct assignment_in *in,
			  const struct place *place)
{
	if (role_is_predefined(in->role))
		return set_role(work, in);
	if (families[in->family].of_project && !place->held)
		return RESULT_ROLE_NEEDS_PROJECT;
	insert_own(work, in);
	return RESULT_OK;
}

/* As it is from now on. */
static enum result show_principal(const struct work *work,
				  const struct assignment_in *in,
				  struct assignment_out *out)
{
	if (families[in->family].type == PRINCIPAL_GROUP)
		return find_group(work, &sql_group_get, in->principal,
				  &out->group);
	return find_user(work, in->principal, &out->user)
		   ? RESULT_OK
		   : RESULT_USER_NOT_FOUND;
}

static enum result assignment_create(struct work *work, const void *input,
				     void *output)
{
	const struct assignment_in *in = input;
	struct assignment_out *out = output;
	struct place place;
	enum result result = find_all(work, in, out, &place);

	out->again = result == RESULT_OK && is_assigned(in, &place);
	if (result == RESULT_OK && !out->again) {
		result = assign(work, in, &place);
		if (result == RESULT_OK)
			remember(work, AUDIT_ROLE_ASSIGNED, in, &out->role);
	}
	return result != RESULT_OK ? result : show_principal(work, in, out);
}

const struct verb verb_assignment_create = {
	VERB(assignment_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct assignment_out),
	.locks = lock_rights,
	.run = assignment_create,
};

/* ---- get, list ---- */

static enum result assignment_get(struct work *work, const void *input,
				  void *output)
{
	const struct assignment_in *in = input;
	struct place place;
	enum result result = find_all(work, in, output, &place);

	if (result != RESULT_OK)
		return result;
	return is_assigned(in, &place) ? RESULT_OK : RESULT_ROLE_NOT_ASSIGNED;
}

const struct verb verb_assignment_get = {
	VERB(assignment_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct assignment_out),
	.run = assignment_get,
};

/* The page is cut before the roles are looked up. */
#define LIST_OF_ASSIGNED(condition, order)                                    \
	"SELECT " COLUMNS_OF(                                                 \
	    ROLE_TABLE) " FROM (SELECT role AS assigned FROM role_assignment" \
			" WHERE organization = ?1 AND principal_type = ?4"    \
			" AND principal = ?5 AND project = ?6 AND "           \
			"role " condition " ORDER BY " order                  \
			" LIMIT ?3) a JOIN role ON id = assigned"             \
			" WHERE organization = ?1 ORDER BY assigned"

STATEMENT(assignment_list,
	  .text = LIST_OF_ASSIGNED("< ?2", "role DESC") " DESC");
STATEMENT(assignment_list_ascending, .text = LIST_OF_ASSIGNED("> ?2", "role"));

static enum result assignment_list(struct work *work, const void *input,
				   void *output)
{
	const struct assignment_in *in = input;
	struct role_choice choice = { .organization = work->organization,
				      .project = in->project };
	struct place place;
	enum result result = find_place(work, in, &place);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	choice.first = choice.last = place.held;
	st = work_list_either(work, assignment_list, &in->page);
	db_bind_i64(st, 4, families[in->family].type);
	db_bind_i64(st, 5, in->principal);
	db_bind_i64(st, 6, in->project);
	*(struct list_out *)output = list_roles(work, &in->page, &choice, st);
	return RESULT_OK;
}

const struct verb verb_assignment_list = {
	VERB(assignment_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct list_out),
	.run = assignment_list,
};

/* ---- delete ---- */

/* A user of the organization is at least a reader. */
static bool is_the_least(const struct assignment_in *in)
{
	return !families[in->family].clear && in->role == PREDEFINED_READER;
}

static enum result assignment_delete(struct work *work, const void *input,
				     void *output)
{
	const struct assignment_in *in = input;
	struct assignment_out *out = output;
	struct place place;
	enum result result = find_all(work, in, out, &place);

	if (result != RESULT_OK)
		return result;
	if (!is_assigned(in, &place))
		return RESULT_ROLE_NOT_ASSIGNED;
	if (is_the_least(in))
		return RESULT_OK;
	if (role_is_predefined(in->role))
		result = clear_role(work, in);
	else
		delete_own(work, in);
	if (result != RESULT_OK)
		return result;
	out->removed = true;
	remember(work, AUDIT_ROLE_UNASSIGNED, in, &out->role);
	return RESULT_OK;
}

const struct verb verb_assignment_delete = {
	VERB(assignment_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct assignment_out),
	.locks = lock_rights,
	.run = assignment_delete,
};
