/*
 * roles.c: the verbs of roles that can be assigned.
 *
 * Predefined roles are in no table. Own ones are made and changed under the
 * organization's rights row, so that of two with one name the second is
 * refused.
 */
#include "base/base.h"

#include "store/members/roles.h"

#include "store/lock.h"
#include "store/members/assignments.h"
#include "store/rows.h"

#define ROLE_UPDATE(FIRST, MORE)                                       \
	FIRST(TEXT, "name", struct assignable_role, name)              \
	MORE(TEXT, "description", struct assignable_role, description) \
	MORE(TEXT, "permissions", struct assignable_role, permissions) \
	MORE(NUMBER, "updated_at", struct assignable_role, updated_at)

TABLE(role, "role", ROLE_TABLE);

static const struct column update_columns[] = { ROLE_UPDATE(COLUMN_, COLUMN_) };
static const struct table update_table = { .columns = update_columns,
					   .count = COUNT_OF(update_columns) };

/* ---- lookups ---- */

enum result find_role_project(const struct work *work, bool of_project,
			      int64_t id)
{
	struct project project;
	enum result result;

	if (!of_project)
		return RESULT_OK;
	result = find_active_project(work, id, &project);
	/* In an archived project roles can be read. */
	return result == RESULT_PROJECT_ARCHIVED && !work->ids ? RESULT_OK
							       : result;
}

/* The row of a statement that has at most one; false where it has none. */
static bool one_role(const struct work *work, struct statement *st,
		     struct assignable_role *ret_role)
{
	if (!db_row(work->db, st))
		return false;
	if (!table_read(&role_table, work->arena, st, ret_role))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

#define ROLE_COLUMNS COLUMNS_OF(ROLE_TABLE)
STATEMENT(role_get, .text = "SELECT " ROLE_COLUMNS " FROM role"
			    " WHERE id = ?1 AND organization = ?2"
			    " AND project = ?3");

bool find_role(const struct work *work, int64_t role, int64_t project,
	       struct assignable_role *ret_role)
{
	struct statement *st;

	if (role_is_predefined(role)) {
		*ret_role = role_predefined(role, work->organization, project);
		return role_is_of(role, project);
	}
	st = db_statement(work->db, &sql_role_get);
	db_bind_i64(st, 1, role);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, project);
	return one_role(work, st, ret_role);
}

STATEMENT(role_by_name, .text = "SELECT " ROLE_COLUMNS " FROM role"
				" WHERE organization = ?1 AND project = ?2"
				" AND name = ?3");

static bool find_named(const struct work *work, int64_t project,
		       const char *name, struct assignable_role *ret_role)
{
	struct statement *st = db_statement(work->db, &sql_role_by_name);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, project);
	db_bind_text(st, 3, name);
	return one_role(work, st, ret_role);
}

/* ---- events ---- */

struct role_event {
	const char *name, *description; /* NULL: says nothing of it */
	const char *permissions, *added, *removed;
	struct role_resource resource;
};

#define ROLE_CREATED(FIRST, MORE)                                  \
	FIRST(TEXT, "role_name", struct role_event, name)          \
	MORE(LINES, "permissions", struct role_event, permissions) \
	ROLE_RESOURCE(MORE, struct role_event)
DETAIL(created, ROLE_CREATED);

#define ROLE_UPDATED(FIRST, MORE)                                      \
	FIRST(TEXT, "role_name", struct role_event, name)              \
	MORE(TEXT, "description", struct role_event, description)      \
	MORE(LINES, "permissions_added", struct role_event, added)     \
	MORE(LINES, "permissions_removed", struct role_event, removed) \
	ROLE_RESOURCE(MORE, struct role_event)
DETAIL(updated, ROLE_UPDATED);

struct role_resource role_resource(const struct work *work, int64_t project)
{
	return (struct role_resource){
		.type = project ? "api.project" : "api.organization",
		.organization = project ? 0 : work->organization,
		.project = project,
	};
}

static void remember(const struct work *work, enum audit_type type,
		     int64_t role, int64_t project, const char *detail)
{
	work_audit_event(work, &(struct audit_event){ .type = type,
						      .target = role,
						      .project = project,
						      .detail = detail });
}

static bool has_line(struct str text, struct str wanted)
{
	bool more = true;
	struct str line;

	while (more) {
		more = str_cut(text, '\n', &line, &text);
		if (str_eq(line, wanted))
			return true;
	}
	return false;
}

/* The lines of `text` that are not in `other`. */
static const char *lines_without(const struct work *work, const char *text,
				 const char *other)
{
	struct str rest = str_of(text), line;
	bool more = rest.len > 0;
	const char *lines;
	struct buf left;

	buf_init(&left, SIZE_MAX);
	while (more) {
		more = str_cut(rest, '\n', &line, &rest);
		if (has_line(str_of(other), line))
			continue;
		if (left.len > 0)
			buf_add_char(&left, '\n');
		buf_add_str(&left, line);
	}
	lines = buf_ok(&left) ? arena_str(work->arena, buf_str(&left)) : NULL;
	buf_release(&left);
	if (!lines)
		db_no_memory(work->db);
	return lines;
}

/* For the event: what was asked for, and what was there before. */
static void remember_update(const struct work *work, const struct role_in *in,
			    const char *permissions)
{
	struct role_event event = {
		.name = in->name,
		.description = in->description,
		.resource = role_resource(work, in->project),
	};

	if (in->permissions) {
		event.added = lines_without(work, in->permissions, permissions);
		event.removed =
		    lines_without(work, permissions, in->permissions);
	}
	remember(work, AUDIT_ROLE_UPDATED, in->role, in->project,
		 audit_detail(work, &updated_detail, &event));
}

/* ---- create ---- */

STATEMENT(role_insert, .text = INSERT_OF("role", ROLE_TABLE));

static void insert_role(const struct work *work, const struct role_in *in,
			struct assignable_role *ret_role)
{
	struct statement *st = db_statement(work->db, &sql_role_insert);
	struct role_event event = {
		.name = in->name,
		.permissions = in->permissions,
		.resource = role_resource(work, in->project),
	};

	*ret_role = (struct assignable_role){
		.id = work_id(work),
		.organization = work->organization,
		.project = in->project,
		.name = in->name,
		.description = in->description,
		.permissions = in->permissions,
		.created_at = work->now,
		.updated_at = work->now,
	};
	table_bind(&role_table, st, ret_role);
	db_run(work->db, st);
	remember(work, AUDIT_ROLE_CREATED, ret_role->id, in->project,
		 audit_detail(work, &created_detail, &event));
}

static bool is_same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A retry by a client that did not get the first answer. */
static bool is_repeat(const struct role_in *in,
		      const struct assignable_role *role)
{
	return is_same_text(in->description, role->description) &&
	       is_same_text(in->permissions, role->permissions);
}

static enum result role_create(struct work *work, const void *input,
			       void *output)
{
	const struct role_in *in = input;
	struct role_out *out = output;
	enum result result =
	    find_role_project(work, in->of_project, in->project);

	if (result != RESULT_OK)
		return result;
	if (role_name_is_taken(str_of(in->name), in->project))
		return RESULT_ROLE_EXISTS;
	if (find_named(work, in->project, in->name, &out->role))
		return is_repeat(in, &out->role) ? RESULT_OK
						 : RESULT_ROLE_EXISTS;
	insert_role(work, in, &out->role);
	return RESULT_OK;
}

const struct verb verb_role_create = {
	VERB(role_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct role_in),
	.size_out = sizeof(struct role_out),
	.locks = lock_rights,
	.run = role_create,
};

/* ---- get, list ---- */

static enum result role_get(struct work *work, const void *input, void *output)
{
	const struct role_in *in = input;
	struct role_out *out = output;
	enum result result =
	    find_role_project(work, in->of_project, in->project);

	if (result != RESULT_OK)
		return result;
	return find_role(work, in->role, in->project, &out->role)
		   ? RESULT_OK
		   : RESULT_ROLE_NOT_FOUND;
}

const struct verb verb_role_get = {
	VERB(role_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct role_in),
	.size_out = sizeof(struct role_out),
	.run = role_get,
};

/* Of names, descriptions and permissions: a page has its end there, whatever
 * its limit. */
#define PAGE_OCTETS (1024 * 1024)

/* A page under way. */
struct role_page {
	const struct list_in *page;
	struct assignable_role *rows;
	size_t count, seen; /* there is room for one more than `limit` */
	size_t octets;
};

static bool is_full(const struct role_page *list)
{
	return list->seen > (size_t)list->page->limit ||
	       list->octets > PAGE_OCTETS;
}

static bool is_behind_cursor(const struct list_in *page, int64_t role)
{
	if (page->after == 0)
		return true;
	return page->ascending ? role > page->after : role < page->after;
}

static void add_predefined(struct role_page *list,
			   const struct role_choice *choice)
{
	int64_t role = list->page->ascending ? choice->first : choice->last;
	int64_t step = list->page->ascending ? 1 : -1;

	for (; role >= choice->first && role <= choice->last; role += step) {
		if (role == 0 || is_full(list) ||
		    !is_behind_cursor(list->page, role))
			continue;
		list->rows[list->count++] = role_predefined(
		    role, choice->organization, choice->project);
		list->seen++;
	}
}

static void add_own(const struct work *work, struct role_page *list,
		    struct statement *st)
{
	while (!is_full(list) && db_row(work->db, st)) {
		struct assignable_role *role = &list->rows[list->count];

		list->seen++;
		if (!table_read(&role_table, work->arena, st, role))
			continue;
		list->count++;
		list->octets += str_of(role->name).len +
				str_of(role->description).len +
				str_of(role->permissions).len;
	}
	db_done(st);
}

struct list_out list_roles(const struct work *work, const struct list_in *page,
			   const struct role_choice *choice,
			   struct statement *st)
{
	struct role_page list = {
		.page = page,
		.rows = work_rows(work, page, sizeof(*list.rows)),
	};
	struct list_out out;

	if (!list.rows)
		return (struct list_out){ .rows = NULL };
	if (page->ascending)
		add_predefined(&list, choice);
	add_own(work, &list, st);
	if (!page->ascending)
		add_predefined(&list, choice);
	out = list_end(work, page, list.rows, list.count, list.seen);
	out.has_more |= list.octets > PAGE_OCTETS;
	return out;
}

LIST_STATEMENTS(role_list,
		"SELECT " COLUMNS_OF(ROLE_TABLE) " FROM role"
						 " WHERE organization = ?1"
						 " AND project = ?4",
		"id");

static enum result role_list(struct work *work, const void *input, void *output)
{
	const struct role_in *in = input;
	struct role_choice choice = { .organization = work->organization,
				      .project = in->project };
	enum result result =
	    find_role_project(work, in->of_project, in->project);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	roles_predefined(in->project, &choice.first, &choice.last);
	st = work_list_either(work, role_list, &in->page);
	db_bind_i64(st, 4, in->project);
	*(struct list_out *)output = list_roles(work, &in->page, &choice, st);
	return RESULT_OK;
}

const struct verb verb_role_list = {
	VERB(role_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct role_in),
	.size_out = sizeof(struct list_out),
	.run = role_list,
};

/* ---- update, delete ---- */

/* One that can be changed. */
static enum result find_own(const struct work *work, const struct role_in *in,
			    struct assignable_role *ret_role)
{
	enum result result =
	    find_role_project(work, in->of_project, in->project);

	if (result != RESULT_OK)
		return result;
	if (!find_role(work, in->role, in->project, ret_role))
		return RESULT_ROLE_NOT_FOUND;
	return role_is_predefined(in->role) ? RESULT_ROLE_PREDEFINED
					    : RESULT_OK;
}

static bool may_be_called(const struct work *work, const struct role_in *in)
{
	struct assignable_role other;

	return !role_name_is_taken(str_of(in->name), in->project) &&
	       (!find_named(work, in->project, in->name, &other) ||
		other.id == in->role);
}

STATEMENT(role_update, .text = UPDATE_OF("role", ROLE_UPDATE));

static enum result role_update(struct work *work, const void *input,
			       void *output)
{
	const struct role_in *in = input;
	struct assignable_role *role = &((struct role_out *)output)->role;
	struct assignable_role before;
	enum result result = find_own(work, in, role);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	if (in->name && !may_be_called(work, in))
		return RESULT_ROLE_EXISTS;
	before = *role;
	role->name = in->name ? in->name : role->name;
	role->description =
	    in->description ? in->description : role->description;
	role->permissions =
	    in->permissions ? in->permissions : role->permissions;
	if (!table_differs(&update_table, &before, role))
		return RESULT_OK;
	remember_update(work, in, before.permissions);
	role->updated_at = work->now;
	st = db_statement(work->db, &sql_role_update);
	table_bind(&update_table, st, role);
	db_bind_i64(st, COLUMN_BEHIND(&update_table) + 1, role->id);
	db_bind_i64(st, COLUMN_BEHIND(&update_table) + 2, work->organization);
	db_run(work->db, st);
	return RESULT_OK;
}

const struct verb verb_role_update = {
	VERB(role_update),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct role_in),
	.size_out = sizeof(struct role_out),
	.locks = lock_rights,
	.run = role_update,
};

STATEMENT(role_delete, .text = "DELETE FROM role"
			       " WHERE id = ?1 AND organization = ?2");

static enum result role_delete(struct work *work, const void *input,
			       void *output)
{
	const struct role_in *in = input;
	struct assignable_role role;
	enum result result = find_own(work, in, &role);

	(void)output;
	if (result != RESULT_OK)
		return result;
	work_run_for(work, &sql_assignments_of_role_delete, role.id);
	work_run_for(work, &sql_role_delete, role.id);
	remember(work, AUDIT_ROLE_DELETED, role.id, in->project, NULL);
	return RESULT_OK;
}

const struct verb verb_role_delete = {
	VERB(role_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct role_in),
	.locks = lock_rights,
	.run = role_delete,
};
