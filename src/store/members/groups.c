/*
 * groups.c: the verbs of groups, and of who is in them.
 *
 * Verbs that change a group or its members lock the organization's rights row
 * first, so that locks are always taken in one order. Creating a group does
 * not.
 */
#include "base/base.h"

#include "store/members/groups.h"

#include "store/lock.h"
#include "store/members/assignments.h"
#include "store/resource.h"
#include "store/rows.h"

#define GROUP_TABLE(FIRST, MORE)                                    \
	FIRST(NUMBER, "id", struct group, id)                       \
	MORE(NUMBER, "organization", struct group, organization)    \
	MORE(TEXT, "name", struct group, name)                      \
	MORE(WORD, "role", struct group, role, &organization_roles) \
	MORE(NUMBER, "created_at", struct group, created_at)

#define GROUP_UPDATE(FIRST, MORE) FIRST(TEXT, "name", struct group, name)

#define GROUP_DETAIL(FIRST, MORE) FIRST(TEXT, "group_name", struct group, name)
DETAIL(group, GROUP_DETAIL);

/* Who is in one is found by the group, whose key begins with it. The + 0 keeps
 * the planner from the index of whose groups they are, which begins with the
 * organization. */
STATEMENT(group_empty,
	  .text = "DELETE FROM group_user"
		  " WHERE \"group\" = ?1 AND organization + 0 = ?2");
/* And a newer SQLite, left to itself, looks through all of the organization. */
#define LEAVE_PROJECTS(index)             \
	"DELETE FROM project_group" index \
	" WHERE \"group\" = ?1 AND organization = ?2"
STATEMENT(group_leave_projects,
	  .text = LEAVE_PROJECTS(INDEXED_BY("project_group_of")),
	  .pgsql = LEAVE_PROJECTS(""));

RESOURCE(group, GROUP_TABLE, GROUP_UPDATE,
	 .emptied = { &sql_group_empty, &sql_group_leave_projects,
		      &sql_assignments_of_group_delete },
	 .not_found = RESULT_GROUP_NOT_FOUND, .on_create = AUDIT_GROUP_CREATED,
	 .on_update = AUDIT_GROUP_UPDATED, .on_delete = AUDIT_GROUP_DELETED,
	 .detail = &group_detail);
RESOURCE_CREATE(group, 0, NULL);
RESOURCE_GET(group);
RESOURCE_LIST(group);
RESOURCE_UPDATE(group, 0, lock_rights);
RESOURCE_DELETE(group, VERB_RIGHTS, lock_rights);

/* ---- who is in one ---- */

enum result find_group(const struct work *work, const struct sql *sql,
		       int64_t id, struct group *ret_group)
{
	return resource_find(work, &group_resource, sql, id, ret_group);
}

#define GROUP_USER_SELECT                                \
	"SELECT u.id, u.email, u.name FROM group_user m" \
	" JOIN \"user\" u ON u.id = m.\"user\""          \
	" AND u.organization = m.organization WHERE m.organization + 0 = "

static void row_group_user(struct arena *arena, struct statement *st,
			   struct group_user *user)
{
	*user = (struct group_user){
		.id = column_i64(st, 0),
		.email = column_text(st, arena, 1),
		.name = column_text(st, arena, 2),
	};
}

STATEMENT(group_user_get, .text = GROUP_USER_SELECT
			  "?2 AND m.\"user\" = ?1 AND m.\"group\" = ?3");

static bool find_group_user(const struct work *work,
			    const struct group_user_in *in,
			    struct group_user *ret_user)
{
	struct statement *st = db_statement(work->db, &sql_group_user_get);

	db_bind_i64(st, 1, in->user);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->group);
	if (!db_row(work->db, st))
		return false;
	row_group_user(work->arena, st, ret_user);
	db_done(st);
	return true;
}

static enum result group_user_get(struct work *work, const void *input,
				  void *output)
{
	const struct group_user_in *in = input;
	struct group_user_out *out = output;
	struct group group;

	if (find_group(work, &sql_group_get, in->group, &group))
		return RESULT_GROUP_NOT_FOUND;
	out->group = in->group;
	return find_group_user(work, in, &out->user)
		   ? RESULT_OK
		   : RESULT_GROUP_USER_NOT_FOUND;
}

const struct verb verb_group_user_get = {
	VERB(group_user_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct group_user_in),
	.size_out = sizeof(struct group_user_out),
	.run = group_user_get,
};

/* A member of the organization, locked against deletion. */
STATEMENT(group_member,
	  .text = "SELECT id, email, name FROM \"user\""
		  " WHERE id = ?1 AND organization = ?2 AND removed_at = 0",
	  .pgsql = "SELECT id, email, name FROM \"user\""
		   " WHERE id = ?1 AND organization = ?2 AND removed_at = 0"
		   " FOR SHARE");

static bool take_member(const struct work *work, int64_t id,
			struct group_user *ret_user)
{
	struct statement *st = db_statement(work->db, &sql_group_member);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return false;
	row_group_user(work->arena, st, ret_user);
	db_done(st);
	return true;
}

#define GROUP_USER_DETAIL(FIRST, MORE) \
	FIRST(ID, "user_id", struct group_user_in, user, ID_USER)
DETAIL(group_user, GROUP_USER_DETAIL);

/* The event's target is the group; the user is in its detail. */
static void remember(const struct work *work, enum audit_type type,
		     const struct group_user_in *in)
{
	const struct audit_event event = {
		.type = type,
		.target = in->group,
		.detail = audit_detail(work, &group_user_detail, in),
	};

	work_audit_event(work, &event);
}

STATEMENT(group_user_insert,
	  .text = "INSERT INTO group_user(organization, \"group\", \"user\","
		  " added_at) VALUES(?1, ?2, ?3, ?4)"
		  " ON CONFLICT(\"group\", \"user\") DO NOTHING");

static enum result group_user_add(struct work *work, const void *input,
				  void *output)
{
	const struct group_user_in *in = input;
	struct group_user_out *out = output;
	struct group group;
	struct statement *st;

	if (find_group(work, &sql_group_take, in->group, &group))
		return RESULT_GROUP_NOT_FOUND;
	if (!take_member(work, in->user, &out->user))
		return RESULT_USER_NOT_FOUND;
	out->group = in->group;
	st = db_statement(work->db, &sql_group_user_insert);
	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, in->group);
	db_bind_i64(st, 3, in->user);
	db_bind_i64(st, 4, work->now);
	if (db_run_counting(work->db, st) > 0)
		remember(work, AUDIT_GROUP_USER_ADDED, in);
	return RESULT_OK;
}

const struct verb verb_group_user_add = {
	VERB(group_user_add),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct group_user_in),
	.size_out = sizeof(struct group_user_out),
	.locks = lock_rights,
	.run = group_user_add,
};

STATEMENT(group_user_delete,
	  .text = "DELETE FROM group_user WHERE \"user\" = ?1"
		  " AND organization + 0 = ?2 AND \"group\" = ?3");

static enum result group_user_remove(struct work *work, const void *input,
				     void *output)
{
	const struct group_user_in *in = input;
	struct group_user user;
	struct group group;
	struct statement *st;

	(void)output;
	if (find_group(work, &sql_group_take, in->group, &group))
		return RESULT_GROUP_NOT_FOUND;
	if (!find_group_user(work, in, &user))
		return RESULT_GROUP_USER_NOT_FOUND;
	st = db_statement(work->db, &sql_group_user_delete);
	db_bind_i64(st, 1, in->user);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, in->group);
	db_run(work->db, st);
	remember(work, AUDIT_GROUP_USER_REMOVED, in);
	return RESULT_OK;
}

const struct verb verb_group_user_remove = {
	VERB(group_user_remove),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct group_user_in),
	.locks = lock_rights,
	.run = group_user_remove,
};

LIST_STATEMENTS(group_user_list, GROUP_USER_SELECT "?1 AND m.\"group\" = ?4",
		"m.\"user\"");

static enum result group_user_list(struct work *work, const void *input,
				   void *output)
{
	const struct group_user_list_in *in = input;
	struct group_user *rows;
	struct statement *st;
	struct group group;
	size_t count = 0;

	if (find_group(work, &sql_group_get, in->group, &group))
		return RESULT_GROUP_NOT_FOUND;
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list_either(work, group_user_list, &in->page);
	db_bind_i64(st, 4, in->group);
	while (db_row(work->db, st))
		row_group_user(work->arena, st, &rows[count++]);
	*(struct list_out *)output =
	    list_end(work, &in->page, rows, count, count);
	return RESULT_OK;
}

const struct verb verb_group_user_list = {
	VERB(group_user_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct group_user_list_in),
	.size_out = sizeof(struct list_out),
	.run = group_user_list,
};
