/*
 * users.c: the verbs of users.
 */
#include "base/base.h"

#include "store/users.h"

#include "base/jw.h"
#include "store/rows.h"

TABLE(user, "user", USER_TABLE);

static bool read_user(const struct work *work, struct statement *st,
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
			    " WHERE id = ?1 AND organization = ?2");

static enum result user_get(struct work *work, const void *input, void *output)
{
	const struct id_in *in = input;
	struct user_out *out = output;
	struct statement *st = db_statement(work->db, &sql_user_get);

	db_bind_i64(st, 1, in->id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return RESULT_USER_NOT_FOUND;
	if (!read_user(work, st, &out->user))
		(void)db_damaged(work->db);
	db_done(st);
	return RESULT_OK;
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
STATEMENT(user_many,
	  .text = "SELECT " USER_COLUMNS " FROM \"user\""
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

STATEMENT(user_list, .text = "SELECT " USER_COLUMNS " FROM \"user\""
			     " WHERE organization = ?1 AND id < ?2"
			     " ORDER BY id DESC LIMIT ?3");

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
	*out = list_end(work, &in->page, rows, count, count);
	return RESULT_OK;
}

const struct verb verb_user_list = {
	VERB(user_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct user_list_in),
	.size_out = sizeof(struct list_out),
	.run = user_list,
};
