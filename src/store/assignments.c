/*
 * assignments.c: the verbs of who has which role.
 *
 * The four families differ in the rows that hold a predefined role; what they
 * have in common is written once, over a table of the statements for that. Own
 * roles lie in one table for all. All of it is done under the organization's
 * rights row.
 */
#include "base/base.h"

#include "store/assignments.h"

#include "store/lock.h"
#include "store/roles.h"
#include "store/rows.h"

/* ---- predefined roles, in the rows of users and groups ---- */

STATEMENT(user_role, .text = "SELECT role FROM \"user\""
			     " WHERE id = ?1 AND organization = ?2");

/* See enum organization_role: 0 stands for none. */
STATEMENT(group_role, .text = "SELECT role - 1 FROM \"group\" WHERE id = ?1"
			      " AND organization = ?2 AND role > 0");
STATEMENT(group_role_set,
	  .text = "UPDATE \"group\" SET role = CAST(?3 AS BIGINT) + 1"
		  " WHERE id = ?1 AND organization = ?2");
STATEMENT(group_role_clear, .text = "UPDATE \"group\" SET role = 0"
				    " WHERE id = ?1 AND organization = ?2");

#define OF_PROJECT_USER                                                \
	" FROM project_user WHERE \"user\" = ?1 AND organization = ?2" \
	" AND project = ?3"
#define OF_PROJECT_GROUP                                                 \
	" FROM project_group WHERE \"group\" = ?1 AND organization = ?2" \
	" AND project = ?3"
/* `key` is that of the table. */
#define PUT_INTO_PROJECT(table, principal, key)                         \
	"INSERT INTO " table "(organization, project, " principal       \
	", role, added_at) VALUES(?2, ?3, ?1, ?4, ?5) ON CONFLICT(" key \
	", " principal ") DO UPDATE SET role = excluded.role"

STATEMENT(project_user_role, .text = "SELECT role" OF_PROJECT_USER);
STATEMENT(project_user_role_set,
	  .text = PUT_INTO_PROJECT("project_user", "\"user\"", "project"),
	  .pgsql = PUT_INTO_PROJECT("project_user", "\"user\"",
				    "organization, project"));
STATEMENT(project_user_role_clear, .text = "DELETE" OF_PROJECT_USER);

STATEMENT(project_group_role, .text = "SELECT role" OF_PROJECT_GROUP);
STATEMENT(project_group_role_set,
	  .text = PUT_INTO_PROJECT("project_group", "\"group\"",
				   "organization, project"));
STATEMENT(project_group_role_clear, .text = "DELETE" OF_PROJECT_GROUP);

/*
 * Their parameters: the principal, the organization and, of a project, the
 * project; behind these, of `set`, the role and, of a project, the time.
 */
static const struct family {
	enum principal_type type;
	bool of_project;
	/* The last two are NULL for users, who are never without one: see
	 * give_role() in rows.h. */
	const struct sql *held, *set, *clear;
} families[] = {
	[USER_ROLES] = { .type = PRINCIPAL_USER, .held = &sql_user_role },
	[GROUP_ROLES] = { .type = PRINCIPAL_GROUP,
			  .held = &sql_group_role,
			  .set = &sql_group_role_set,
			  .clear = &sql_group_role_clear },
	[PROJECT_USER_ROLES] = { .type = PRINCIPAL_USER,
				 .of_project = true,
				 .held = &sql_project_user_role,
				 .set = &sql_project_user_role_set,
				 .clear = &sql_project_user_role_clear },
	[PROJECT_GROUP_ROLES] = { .type = PRINCIPAL_GROUP,
				  .of_project = true,
				  .held = &sql_project_group_role,
				  .set = &sql_project_group_role_set,
				  .clear = &sql_project_group_role_clear },
};

/* Binds what all of them begin with; returns the next parameter's number. */
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

/* The predefined role that is held there; 0 for none. */
static int64_t held_role(const struct work *work,
			 const struct assignment_in *in)
{
	const struct family *family = &families[in->family];
	struct statement *st = db_statement(work->db, family->held);
	int64_t role;

	(void)bind_place(st, work, in);
	if (!db_row(work->db, st))
		return 0;
	role = role_of_stored(family->of_project, column_i64(st, 0));
	db_done(st);
	return role;
}

/* Whether the last owner may be none any more is asked there. */
static enum result set_user_role(const struct work *work, int64_t role,
				 struct assignment_out *out)
{
	struct taken_user taken;
	enum result result = take_user(work, out->user.id, &taken);

	if (result == RESULT_OK)
		result = give_role(work, &taken, (enum role)role_stored(role));
	if (result == RESULT_OK)
		out->user = taken.user;
	return result;
}

static enum result set_role(const struct work *work,
			    const struct assignment_in *in, int64_t role,
			    struct assignment_out *out)
{
	const struct family *family = &families[in->family];
	struct statement *st;
	int next;

	if (!family->set)
		return set_user_role(work, role, out);
	st = db_statement(work->db, family->set);
	next = bind_place(st, work, in);
	db_bind_i64(st, next, role_stored(role));
	if (family->of_project)
		db_bind_i64(st, next + 1, work->now);
	db_run(work->db, st);
	return RESULT_OK;
}

static void clear_role(const struct work *work, const struct assignment_in *in)
{
	const struct family *family = &families[in->family];
	struct statement *st = db_statement(work->db, family->clear);

	(void)bind_place(st, work, in);
	db_run(work->db, st);
	if (family->of_project)
		drop_project_assignments(work, family->type, in->principal,
					 in->project);
}

/* ---- own roles, in a table for all ---- */

#define ASSIGNED                                        \
	" FROM role_assignment WHERE organization = ?1" \
	" AND principal_type = ?2 AND principal = ?3 AND project = ?4"

/* One of a principal's: the + 0 keeps the planner from those who have the role,
 * which may be everybody. */
#define OF_ROLE " AND role + 0 = ?5"
STATEMENT(assignment_get, .text = "SELECT 1" ASSIGNED OF_ROLE);
STATEMENT(assignment_insert,
	  .text = "INSERT INTO role_assignment(organization, principal_type,"
		  " principal, project, role, assigned_at)"
		  " VALUES(?1, ?2, ?3, ?4, ?5, ?6)");
STATEMENT(assignment_delete, .text = "DELETE" ASSIGNED OF_ROLE);
STATEMENT(assignments_of_project_delete, .text = "DELETE" ASSIGNED);

STATEMENT(assignments_of_role_delete,
	  .text = "DELETE FROM role_assignment"
		  " WHERE role = ?1 AND organization = ?2");
#define DELETE_OF_PRINCIPAL(type)                          \
	"DELETE FROM role_assignment WHERE principal = ?1" \
	" AND organization = ?2 AND principal_type = " type
STATEMENT(assignments_of_user_delete, .text = DELETE_OF_PRINCIPAL("0"));
STATEMENT(assignments_of_group_delete, .text = DELETE_OF_PRINCIPAL("1"));

static struct statement *bind_own(const struct work *work,
				  const struct sql *sql,
				  const struct assignment_in *in)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, families[in->family].type);
	db_bind_i64(st, 3, in->principal);
	db_bind_i64(st, 4, in->project);
	db_bind_i64(st, 5, in->role);
	return st;
}

static bool has_own(const struct work *work, const struct assignment_in *in)
{
	struct statement *st = bind_own(work, &sql_assignment_get, in);

	if (!db_row(work->db, st))
		return false;
	db_done(st);
	return true;
}

void drop_project_assignments(const struct work *work, enum principal_type type,
			      int64_t principal, int64_t project)
{
	struct statement *st =
	    db_statement(work->db, &sql_assignments_of_project_delete);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, type);
	db_bind_i64(st, 3, principal);
	db_bind_i64(st, 4, project);
	db_run(work->db, st);
}

/* ---- what an assignment is about ---- */

static enum result find_principal(const struct work *work,
				  const struct assignment_in *in,
				  struct assignment_out *out)
{
	enum principal_type type = families[in->family].type;

	if (type == PRINCIPAL_GROUP)
		return find_group(work, &sql_group_get, in->principal,
				  &out->group);
	return find_user(work, in->principal, &out->user)
		   ? RESULT_OK
		   : RESULT_USER_NOT_FOUND;
}

static enum result find_place(const struct work *work,
			      const struct assignment_in *in,
			      struct assignment_out *out)
{
	enum result result = find_role_project(
	    work, families[in->family].of_project, in->project);

	return result != RESULT_OK ? result : find_principal(work, in, out);
}

/* And the role. */
static enum result find_all(const struct work *work,
			    const struct assignment_in *in,
			    struct assignment_out *out)
{
	enum result result = find_place(work, in, out);

	if (result != RESULT_OK)
		return result;
	return find_role(work, in->role, in->project, &out->role)
		   ? RESULT_OK
		   : RESULT_ROLE_NOT_FOUND;
}

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
		     const struct assignment_out *out)
{
	char text[ROLE_TEXT_SIZE];
	struct assignment_event event = {
		.role = role_format(&out->role, text),
		.type = families[in->family].type,
		.user = out->user.id,
		.group = out->group.id,
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

static enum result assign_predefined(const struct work *work,
				     const struct assignment_in *in,
				     struct assignment_out *out)
{
	enum result result;

	if (held_role(work, in) == in->role)
		return RESULT_OK;
	result = set_role(work, in, in->role, out);
	if (result == RESULT_OK)
		remember(work, AUDIT_ROLE_ASSIGNED, in, out);
	return result;
}

static enum result assign_own(const struct work *work,
			      const struct assignment_in *in,
			      const struct assignment_out *out)
{
	struct statement *st;

	if (families[in->family].of_project && !held_role(work, in))
		return RESULT_ROLE_NEEDS_PROJECT;
	if (has_own(work, in))
		return RESULT_OK;
	st = bind_own(work, &sql_assignment_insert, in);
	db_bind_i64(st, 6, work->now);
	db_run(work->db, st);
	remember(work, AUDIT_ROLE_ASSIGNED, in, out);
	return RESULT_OK;
}

static enum result assignment_create(struct work *work, const void *input,
				     void *output)
{
	const struct assignment_in *in = input;
	struct assignment_out *out = output;
	enum result result = find_all(work, in, out);

	if (result != RESULT_OK)
		return result;
	return role_is_predefined(in->role) ? assign_predefined(work, in, out)
					    : assign_own(work, in, out);
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
	enum result result = find_all(work, in, output);

	if (result != RESULT_OK)
		return result;
	if (role_is_predefined(in->role) ? held_role(work, in) == in->role
					 : has_own(work, in))
		return RESULT_OK;
	return RESULT_ROLE_NOT_ASSIGNED;
}

const struct verb verb_assignment_get = {
	VERB(assignment_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct assignment_out),
	.run = assignment_get,
};

LIST_STATEMENTS(
    assignment_list,
    "SELECT " COLUMNS_OF(
	ROLE_TABLE) " FROM (SELECT role AS assigned FROM role_assignment"
		    " WHERE organization = ?1 AND principal_type = ?4"
		    " AND principal = ?5 AND project = ?6) a"
		    " JOIN role ON id = assigned WHERE organization = ?1",
    "assigned");

static enum result assignment_list(struct work *work, const void *input,
				   void *output)
{
	const struct assignment_in *in = input;
	struct assignment_out place;
	struct role_choice choice = { .organization = work->organization,
				      .project = in->project };
	enum result result = find_place(work, in, &place);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	choice.first = choice.last = held_role(work, in);
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

/* A user of the organization is a reader at the least. */
static enum result clear_user_role(const struct work *work,
				   const struct assignment_in *in,
				   struct assignment_out *out)
{
	if (in->role == PREDEFINED_READER)
		return RESULT_OK;
	out->removed = true;
	return set_user_role(work, PREDEFINED_READER, out);
}

static enum result unassign_predefined(const struct work *work,
				       const struct assignment_in *in,
				       struct assignment_out *out)
{
	enum result result = RESULT_OK;

	if (held_role(work, in) != in->role)
		return RESULT_ROLE_NOT_ASSIGNED;
	if (families[in->family].clear) {
		clear_role(work, in);
		out->removed = true;
	} else {
		result = clear_user_role(work, in, out);
	}
	if (result == RESULT_OK && out->removed)
		remember(work, AUDIT_ROLE_UNASSIGNED, in, out);
	return result;
}

static enum result unassign_own(const struct work *work,
				const struct assignment_in *in,
				struct assignment_out *out)
{
	if (!has_own(work, in))
		return RESULT_ROLE_NOT_ASSIGNED;
	db_run(work->db, bind_own(work, &sql_assignment_delete, in));
	out->removed = true;
	remember(work, AUDIT_ROLE_UNASSIGNED, in, out);
	return RESULT_OK;
}

static enum result assignment_delete(struct work *work, const void *input,
				     void *output)
{
	const struct assignment_in *in = input;
	struct assignment_out *out = output;
	enum result result = find_all(work, in, out);

	if (result != RESULT_OK)
		return result;
	return role_is_predefined(in->role) ? unassign_predefined(work, in, out)
					    : unassign_own(work, in, out);
}

const struct verb verb_assignment_delete = {
	VERB(assignment_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct assignment_in),
	.size_out = sizeof(struct assignment_out),
	.locks = lock_rights,
	.run = assignment_delete,
};
