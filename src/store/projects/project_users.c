/*
 * project_users.c: the verbs of who is in a project.
 *
 * Those that change it take the organization's rights row first, as does
 * whatever else changes projects and members. So what they have read stays as
 * it was.
 */
#include "base/base.h"

#include "store/projects/project_users.h"

#include "store/lock.h"
#include "store/members/assignments.h"
#include "store/rows.h"

/* ---- one person and one project ---- */

/* A project, a person, and the person's role in it. */
struct place {
	bool archived;	/* the project is */
	bool is_member; /* the person, of the organization */
	bool is_in;	/* the project: then `user` is whole */
	struct project_user user;
};

/* The project's row, with the person's and the grant's where they are there. */
#define PLACE(condition)                                                   \
	"SELECT p.archived_at, u.id, u.email, u.name, m.\"user\", m.role," \
	" m.added_at FROM project p"                                       \
	" LEFT JOIN \"user\" u ON u.organization = p.organization"         \
	" AND u.removed_at = 0 AND " condition                             \
	" LEFT JOIN project_user m ON m.organization = p.organization"     \
	" AND m.project = p.id AND m.\"user\" = u.id"                      \
	" WHERE p.id = ?1 AND p.organization = ?2"

STATEMENT(place_by_id, .text = PLACE("u.id = ?3"));
STATEMENT(place_by_address, .text = PLACE("u.email_key = ?3"));

static struct statement *place_statement(const struct work *work,
					 int64_t project, int64_t user,
					 const char *email_key)
{
	struct statement *st = db_statement(
	    work->db, email_key ? &sql_place_by_address : &sql_place_by_id);

	db_bind_i64(st, 1, project);
	db_bind_i64(st, 2, work->organization);
	if (email_key)
		db_bind_text(st, 3, email_key);
	else
		db_bind_i64(st, 3, user);
	return st;
}

static enum result find_place(const struct work *work, int64_t project,
			      int64_t user, const char *email_key,
			      struct place *ret_place)
{
	struct statement *st = place_statement(work, project, user, email_key);
	int64_t role;

	if (!db_row(work->db, st))
		return RESULT_PROJECT_NOT_FOUND;
	role = column_i64(st, 5);
	*ret_place = (struct place){
		.archived = column_i64(st, 0) != 0,
		.is_member = column_i64(st, 1) != 0,
		.is_in = column_i64(st, 4) != 0,
		.user = { .id = column_i64(st, 1),
			  .email = column_text(st, work->arena, 2),
			  .name = column_text(st, work->arena, 3),
			  .role = (enum project_role)role,
			  .added_at = column_i64(st, 6) },
	};
	if (!vocabulary_has(&member_roles, role))
		(void)db_damaged(work->db);
	db_done(st);
	return ret_place->archived ? RESULT_PROJECT_ARCHIVED : RESULT_OK;
}

/* The same for somebody who has to be in the project. */
static enum result find_project_user(const struct work *work, int64_t project,
				     int64_t user, struct place *ret_place)
{
	enum result result = find_place(work, project, user, NULL, ret_place);

	if (result == RESULT_OK && !ret_place->is_in)
		return RESULT_PROJECT_USER_NOT_FOUND;
	return result;
}

#define PROJECT_USER_DETAIL(FIRST, MORE) \
	FIRST(WORD, "role", struct project_user, role, &member_roles)

DETAIL(project_user, PROJECT_USER_DETAIL);

static void remember(const struct work *work, enum audit_type type,
		     int64_t project, const struct project_user *user)
{
	work_audit_event(work, &(struct audit_event){
				   .type = type,
				   .target = user->id,
				   .project = project,
				   .detail = audit_detail(
				       work, &project_user_detail, user) });
}

/* ---- get, list ---- */

static enum result project_user_get(struct work *work, const void *input,
				    void *output)
{
	const struct project_user_in *in = input;
	struct project_user_out *out = output;
	struct place place;
	enum result result =
	    find_project_user(work, in->project, in->user, &place);

	if (result == RESULT_OK)
		out->user = place.user;
	return result;
}

const struct verb verb_project_user_get = {
	VERB(project_user_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_user_in),
	.size_out = sizeof(struct project_user_out),
	.run = project_user_get,
};

static bool read_project_user(struct arena *arena, struct statement *st,
			      struct project_user *user)
{
	int64_t role = column_i64(st, 3);

	*user = (struct project_user){
		.id = column_i64(st, 0),
		.email = column_text(st, arena, 1),
		.name = column_text(st, arena, 2),
		.role = (enum project_role)role,
		.added_at = column_i64(st, 4),
	};
	return vocabulary_has(&member_roles, role);
}

STATEMENT(
    project_user_list,
    .text = "SELECT u.id, u.email, u.name, m.role, m.added_at"
	    " FROM project_user m JOIN \"user\" u ON u.id = m.\"user\""
	    " AND u.organization = m.organization"
	    " WHERE m.project = ?4 AND m.organization = ?1 AND m.\"user\" < ?2"
	    " ORDER BY m.\"user\" DESC LIMIT ?3");

static enum result project_user_list(struct work *work, const void *input,
				     void *output)
{
	const struct project_user_list_in *in = input;
	struct list_out *out = output;
	struct project_user *rows;
	struct project project;
	struct statement *st;
	size_t count = 0, seen = 0;
	enum result result;

	result = find_active_project(work, in->project, &project);
	if (result != RESULT_OK)
		return result;
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list(work, &sql_project_user_list, &in->page);
	db_bind_i64(st, 4, in->project);
	for (; db_row(work->db, st); seen++)
		count += read_project_user(work->arena, st, &rows[count]);
	*out = list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_project_user_list = {
	VERB(project_user_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct project_user_list_in),
	.size_out = sizeof(struct list_out),
	.run = project_user_list,
};

/* ---- add ---- */

STATEMENT(project_user_insert,
	  .text = "INSERT INTO project_user(project, organization, \"user\","
		  " role, added_at) VALUES(?1, ?2, ?3, ?4, ?5)");

static void insert_project_user(const struct work *work, int64_t project,
				const struct project_user *user)
{
	struct statement *st = db_statement(work->db, &sql_project_user_insert);

	db_bind_i64(st, 1, project);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, user->id);
	db_bind_i64(st, 4, user->role);
	db_bind_i64(st, 5, user->added_at);
	db_run(work->db, st);
}

/* A repeat gets the first answer; another role is an error. */
static enum result add_again(const struct project_user_role_in *in,
			     const struct place *place)
{
	return place->user.role == in->role ? RESULT_OK
					    : RESULT_USER_IN_PROJECT;
}

static enum result project_user_add(struct work *work, const void *input,
				    void *output)
{
	const struct project_user_role_in *in = input;
	struct project_user_out *out = output;
	struct place place;
	enum result result =
	    find_place(work, in->project, in->user, in->email_key, &place);

	if (result != RESULT_OK)
		return result;
	if (!place.is_member)
		return in->email_key ? RESULT_NO_MEMBER_WITH_ADDRESS
				     : RESULT_NO_MEMBER_WITH_ID;
	out->user = place.user;
	if (place.is_in)
		return add_again(in, &place);
	out->user.role = in->role;
	out->user.added_at = work->now;
	insert_project_user(work, in->project, &out->user);
	remember(work, AUDIT_PROJECT_USER_ADDED, in->project, &out->user);
	return RESULT_OK;
}

const struct verb verb_project_user_add = {
	VERB(project_user_add),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_user_role_in),
	.size_out = sizeof(struct project_user_out),
	.locks = lock_rights,
	.run = project_user_add,
};

/* ---- update, remove ---- */

STATEMENT(project_user_set_role,
	  .text = "UPDATE project_user SET role = ?4 WHERE project = ?1"
		  " AND organization = ?2 AND \"user\" = ?3");

static enum result project_user_update(struct work *work, const void *input,
				       void *output)
{
	const struct project_user_role_in *in = input;
	struct project_user_out *out = output;
	struct place place;
	struct statement *st;
	enum result result =
	    find_project_user(work, in->project, in->user, &place);

	if (result != RESULT_OK)
		return result;
	out->user = place.user;
	if (!in->has_role || out->user.role == in->role)
		return RESULT_OK;
	out->user.role = in->role;
	st = db_statement(work->db, &sql_project_user_set_role);
	db_bind_i64(st, 1, in->project);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->user);
	db_bind_i64(st, 4, out->user.role);
	db_run(work->db, st);
	remember(work, AUDIT_PROJECT_USER_UPDATED, in->project, &out->user);
	return RESULT_OK;
}

const struct verb verb_project_user_update = {
	VERB(project_user_update),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_user_role_in),
	.size_out = sizeof(struct project_user_out),
	.locks = lock_rights,
	.run = project_user_update,
};

STATEMENT(project_user_delete,
	  .text = "DELETE FROM project_user WHERE project = ?1"
		  " AND organization = ?2 AND \"user\" = ?3");

static enum result project_user_remove(struct work *work, const void *input,
				       void *output)
{
	const struct project_user_in *in = input;
	struct place place;
	struct statement *st;
	enum result result =
	    find_project_user(work, in->project, in->user, &place);

	(void)output;
	if (result != RESULT_OK)
		return result;
	st = db_statement(work->db, &sql_project_user_delete);
	db_bind_i64(st, 1, in->project);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->user);
	db_run(work->db, st);
	drop_project_assignments(work, PRINCIPAL_USER, in->user, in->project);
	remember(work, AUDIT_PROJECT_USER_REMOVED, in->project, &place.user);
	return RESULT_OK;
}

const struct verb verb_project_user_remove = {
	VERB(project_user_remove),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct project_user_in),
	.locks = lock_rights,
	.run = project_user_remove,
};
