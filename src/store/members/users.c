/*
 * users.c: the verbs of users.
 *
 * The row of a removed user stays, closed: `removed_at` says since when. Its
 * address becomes free, since its key is from then on the address followed by
 * the row's id.
 */
#include "base/base.h"

#include "store/members/users.h"

#include "base/jw.h"
#include "core/role.h"
#include "store/lock.h"
#include "store/members/assignments.h"
#include "store/rows.h"

TABLE(user, "user", USER_TABLE);

bool read_user(const struct work *work, struct statement *st,
	       struct user *ret_user)
{
	struct user_row row;

	if (!table_read(&user_table, work->arena, st, &row))
		return false;
	*ret_user = row.user;
	return true;
}

STATEMENT(user_by_address,
	  .text = "SELECT " USER_COLUMNS " FROM \"user\""
		  " WHERE organization = ?1 AND email_key = ?2");

/* The users whom invites are for; the last column is the invite. */
#define IN_INVITES IN_ID_LIST("?1")
STATEMENT(user_of_invites,
	  .pgsql = "SELECT u.* FROM (SELECT id AS invite, organization,"
		   " coalesce(email_key, email) AS address FROM invite"
		   " WHERE id" IN_INVITES ") i, LATERAL (SELECT " USER_COLUMNS
		   ", i.invite FROM \"user\""
		   " WHERE organization = i.organization"
		   " AND email_key = i.address LIMIT 1) u");

bool find_member(const struct work *work, const char *email_key,
		 struct user *ret_user)
{
	struct statement *st = db_statement(work->db, &sql_user_by_address);

	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, email_key);
	if (!db_row(work->db, st))
		return false;
	if (!read_user(work, st, ret_user))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

/* ---- get ---- */

STATEMENT(user_get, .text = "SELECT " USER_COLUMNS " FROM \"user\""
			    " WHERE id = ?1 AND organization = ?2"
			    " AND removed_at = 0");

bool find_user(const struct work *work, int64_t id, struct user *ret_user)
{
	struct statement *st = db_statement(work->db, &sql_user_get);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return false;
	if (!read_user(work, st, ret_user))
		(void)db_damaged(work->db);
	db_done(st);
	return true;
}

static enum result user_get(struct work *work, const void *input, void *output)
{
	const struct id_in *in = input;
	struct user_out *out = output;

	return find_user(work, in->id, &out->user) ? RESULT_OK
						   : RESULT_USER_NOT_FOUND;
}

const struct verb verb_user_get = {
	VERB(user_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct user_out),
	.run = user_get,
};

/* ---- list ---- */

/* ["ada@example.com", ...]; NULL when out of memory. */
static const char *address_list(struct arena *arena, const char **keys,
				size_t count)
{
	struct buf text;
	struct jw jw;
	const char *copy = NULL;

	buf_init(&text, SIZE_MAX);
	jw_init(&jw, &text);
	jw_array(&jw);
	for (size_t i = 0; i < count; i++)
		jw_text(&jw, keys[i]);
	jw_end_array(&jw);
	if (buf_ok(&text))
		copy = arena_str(arena, buf_str(&text));
	buf_release(&text);
	return copy;
}

/* by a list of addresses, ["ada@example.com",...] */
#define BY_ADDRESS INDEXED_BY("user_address")
STATEMENT(user_many,
	  .text = "SELECT " USER_COLUMNS " FROM \"user\"" BY_ADDRESS
		  " WHERE organization = ?1 AND email_key IN (SELECT"
		  " value FROM json_each(?2)) ORDER BY id DESC",
	  .pgsql = "SELECT " USER_COLUMNS " FROM \"user\""
		   " WHERE organization = ?1 AND email_key = ANY(ARRAY("
		   "SELECT json_array_elements_text(?2::json)))"
		   " ORDER BY id DESC");

static enum result users_by_address(struct work *work,
				    const struct user_list_in *in,
				    struct list_out *out)
{
	size_t count = 0;
	struct user *rows =
	    arena_array(work->arena, in->email_count, sizeof(*rows));
	const char *list =
	    address_list(work->arena, in->email_keys, in->email_count);
	struct statement *st;

	if (!rows || !list)
		return RESULT_OUT_OF_MEMORY;
	st = db_statement(work->db, &sql_user_many);
	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, list);
	while (db_row(work->db, st)) {
		if (!read_user(work, st, &rows[count]))
			continue;
		if (rows[count].id < list_before(&in->page))
			count++;
	}
	*out = list_end(work, &in->page, rows, count, count);
	return RESULT_OK;
}

LIST_OF_PRESENT(user_list, USER_COLUMNS, "\"user\"", "user_present",
		"removed_at");

static enum result user_list(struct work *work, const void *input, void *output)
{
	const struct user_list_in *in = input;
	struct list_out *out = output;
	struct user *rows;
	struct statement *st;
	size_t count = 0, seen = 0;

	if (in->email_count)
		return users_by_address(work, in, out);
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list(work, &sql_user_list, &in->page);
	for (; db_row(work->db, st); seen++)
		count += read_user(work, st, &rows[count]);
	*out = list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_user_list = {
	VERB(user_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct user_list_in),
	.size_out = sizeof(struct list_out),
	.run = user_list,
};

/* ---- to be changed ---- */

#define USER_TAKE(index)                                                   \
	"SELECT " USER_COLUMNS ", (SELECT count(*) FROM (SELECT o.id FROM" \
	" \"user\" o" index                                                \
	" WHERE o.organization = ?2 AND o.id <> ?1 AND " IS_OWNER(         \
	    "o") " LIMIT 1) AS owner) FROM \"user\" WHERE id = ?1"         \
		 " AND organization = ?2 AND removed_at = 0"

STATEMENT(user_take, .text = USER_TAKE(INDEXED_BY("user_owner")),
	  .pgsql = USER_TAKE("") " FOR UPDATE");

enum result take_user(const struct work *work, int64_t id,
		      struct taken_user *ret_taken)
{
	struct statement *st = db_statement(work->db, &sql_user_take);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return RESULT_USER_NOT_FOUND;
	if (!read_user(work, st, &ret_taken->user))
		(void)db_damaged(work->db);
	ret_taken->another_owner = column_i64(st, COLUMN_BEHIND(&user_table));
	db_done(st);
	return work->db->damaged ? RESULT_USER_NOT_FOUND : RESULT_OK;
}

static enum result step_down(const struct work *work,
			     const struct taken_user *taken)
{
	const struct user *user = &taken->user;
	bool last_key =
	    user->role == ROLE_OWNER && has_last_key(work, user->id);

	return user_on_step_down(user, taken->another_owner, last_key);
}

/* ---- update ---- */

STATEMENT(user_set_role, .text = "UPDATE \"user\" SET role = ?3"
				 " WHERE id = ?1 AND organization = ?2");

enum result give_role(const struct work *work, struct taken_user *taken,
		      enum role role)
{
	struct statement *st;
	enum result result = RESULT_OK;

	if (role != ROLE_OWNER)
		result = step_down(work, taken);
	if (result != RESULT_OK)
		return result;
	work->db->key = 0; /* may be theirs, and in force no longer */
	taken->user.role = role;
	st = db_statement(work->db, &sql_user_set_role);
	db_bind_i64(st, 1, taken->user.id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, role);
	db_run(work->db, st);
	return RESULT_OK;
}

STATEMENT(user_describe, .text = "UPDATE \"user\" SET technical_level = ?3,"
				 " developer_persona = ?4, metadata = ?5"
				 " WHERE id = ?1 AND organization = ?2");

static const char *described(const char *now, const char *wanted)
{
	if (!wanted)
		return now;
	return *wanted ? wanted : NULL;
}

static void describe(const struct work *work, const struct user_update_in *in,
		     struct user *user)
{
	struct statement *st = db_statement(work->db, &sql_user_describe);

	user->technical_level =
	    described(user->technical_level, in->technical_level);
	user->developer_persona =
	    described(user->developer_persona, in->developer_persona);
	user->metadata = described(user->metadata, in->metadata);
	db_bind_i64(st, 1, user->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_text(st, 3, user->technical_level);
	db_bind_text(st, 4, user->developer_persona);
	db_bind_text(st, 5, user->metadata);
	db_run(work->db, st);
}

/* What an event says of an update: the role that was asked for, if any. */
struct update {
	enum organization_role role;
};

#define UPDATE_DETAIL(FIRST, MORE) \
	FIRST(WORD, "role", struct update, role, &organization_roles)

DETAIL(update, UPDATE_DETAIL);

static void remember_update(const struct work *work,
			    const struct user_update_in *in)
{
	struct update update = { ORGANIZATION_ROLE_NONE };

	if (in->has_role)
		update.role = in->role == ROLE_OWNER ? ORGANIZATION_ROLE_OWNER
						     : ORGANIZATION_ROLE_READER;
	work_audit_event(
	    work, &(struct audit_event){
		      .type = AUDIT_USER_UPDATED,
		      .target = in->id,
		      .detail = audit_detail(work, &update_detail, &update) });
}

static bool is_other(const char *text, const char *before)
{
	return text && before ? strcmp(text, before) != 0 : text != before;
}

static bool is_changed(const struct user *user, const struct user *before)
{
	return user->role != before->role ||
	       is_other(user->technical_level, before->technical_level) ||
	       is_other(user->developer_persona, before->developer_persona) ||
	       is_other(user->metadata, before->metadata);
}

static enum result assign(struct work *work, const struct user_update_in *in,
			  bool *ret_again)
{
	const struct assignment_in assignment = { .family = USER_ROLES,
						  .principal = in->id,
						  .role = in->own_role };
	struct assignment_out out = { .removed = false };
	enum result result =
	    verb_assignment_create.run(work, &assignment, &out);

	*ret_again = out.again;
	return result;
}

static enum result user_update(struct work *work, const void *input,
			       void *output)
{
	const struct user_update_in *in = input;
	struct user_out *out = output;
	struct taken_user taken = { .another_owner = false };
	struct user before;
	bool again = true;
	enum result result = take_user(work, in->id, &taken);

	before = taken.user;
	if (result == RESULT_OK && in->has_own_role)
		result = assign(work, in, &again);
	else if (result == RESULT_OK && in->has_role)
		result = give_role(work, &taken, in->role);
	if (result != RESULT_OK)
		return result;
	if (in->technical_level || in->developer_persona || in->metadata)
		describe(work, in, &taken.user);
	out->user = taken.user;
	if (!again || is_changed(&taken.user, &before))
		remember_update(work, in);
	return RESULT_OK;
}

const struct verb verb_user_update = {
	VERB(user_update),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct user_update_in),
	.size_out = sizeof(struct user_out),
	.locks = lock_rights,
	.run = user_update,
};

/* ---- removal from the organization ---- */

STATEMENT(user_grants_delete,
	  .text = "DELETE FROM project_user"
		  " WHERE \"user\" = ?1 AND organization = ?2");

STATEMENT(user_groups_delete,
	  .text = "DELETE FROM group_user"
		  " WHERE \"user\" = ?1 AND organization = ?2");

STATEMENT(user_admin_keys_revoke,
	  .text = "UPDATE admin_key SET revoked_at = ?3 WHERE \"user\" = ?1"
		  " AND organization = ?2 AND revoked_at = 0");

STATEMENT(user_project_keys_revoke,
	  .text = "UPDATE project_key SET revoked_at = ?3 WHERE \"user\" = ?1"
		  " AND organization = ?2 AND revoked_at = 0");

STATEMENT(user_close, .text = "UPDATE \"user\" SET removed_at = ?3,"
			      " email_key = email_key || ' ' ||"
			      " CAST(id AS TEXT)"
			      " WHERE id = ?1 AND organization = ?2");

/* What is deleted with a person, by their id and the organization. */
static const struct sql *const deleted_with_user[] = {
	&sql_user_grants_delete,
	&sql_user_groups_delete,
	&sql_assignments_of_user_delete,
};

/* What ends with them, by the same and the time. */
static const struct sql *const ended_with_user[] = {
	&sql_user_admin_keys_revoke,
	&sql_user_project_keys_revoke,
	&sql_user_close,
};

static void end_with_user(const struct work *work, int64_t user)
{
	for (size_t i = 0; i < COUNT_OF(deleted_with_user); i++)
		work_run_for(work, deleted_with_user[i], user);
	for (size_t i = 0; i < COUNT_OF(ended_with_user); i++) {
		struct statement *st =
		    db_statement(work->db, ended_with_user[i]);

		db_bind_i64(st, 1, user);
		db_bind_i64(st, 2, work->organization);
		db_bind_i64(st, 3, work->now);
		db_run(work->db, st);
	}
}

enum result remove_user(const struct work *work, const struct taken_user *taken)
{
	enum result result = step_down(work, taken);

	if (result != RESULT_OK)
		return result;
	work->db->key = 0; /* may be theirs */
	end_with_user(work, taken->user.id);
	work_audit(work, AUDIT_USER_DELETED, taken->user.id);
	return RESULT_OK;
}

static enum result user_delete(struct work *work, const void *input,
			       void *output)
{
	const struct id_in *in = input;
	struct taken_user taken;
	enum result result = take_user(work, in->id, &taken);

	(void)output;
	return result == RESULT_OK ? remove_user(work, &taken) : result;
}

const struct verb verb_user_delete = {
	VERB(user_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct id_in),
	.locks = lock_rights,
	.run = user_delete,
};
