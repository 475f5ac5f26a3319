/*
 * keys.c: the verbs of admin keys.
 */
#include "base/base.h"

#include "store/keys.h"

#include "store/lock.h"
#include "store/rows.h"

TABLE(admin_key, "admin_key", ADMIN_KEY_TABLE);

static bool read_key(const struct work *work, struct statement *st,
		     struct admin_key *ret_key)
{
	struct key_row row;

	if (!table_read(&admin_key_table, work->arena, st, &row))
		return false;
	row.key.owned = column_i64(st, COLUMN_BEHIND(&admin_key_table)) > 0;
	*ret_key = row.key;
	return true;
}

/* ---- create ---- */

STATEMENT(key_insert, .text = INSERT_OF("admin_key", ADMIN_KEY_TABLE));

/* The key's text names its id. */
static struct str key_text(const struct key_create_in *in, int64_t id,
			   char made[ADMIN_KEY_TEXT_SIZE])
{
	if (in->chosen.len > 0)
		return in->chosen;
	admin_key_format(id, in->secret, made);
	return str_of(made);
}

void insert_key(const struct work *work, const struct key_create_in *in,
		struct key_create_out *out)
{
	struct statement *st = db_statement(work->db, &sql_key_insert);
	int64_t id = work_id(work);
	struct str text = key_text(in, id, out->text);
	struct key_row row;
	char redacted[REDACTED_SIZE];

	admin_key_redact(text, redacted);
	out->key = (struct admin_key){
		.id = id,
		.organization = work->organization,
		.name = in->name,
		.redacted = arena_str(work->arena, str_of(redacted)),
		.created_at = work->now,
	};
	if (!out->key.redacted)
		db_no_memory(work->db);
	row.key = out->key;
	sha256(text, row.secret_hash);
	table_bind(&admin_key_table, st, &row);
	db_run(work->db, st);
	work_audit(work, AUDIT_KEY_CREATED, id);
}

STATEMENT(key_by_hash, .text = "SELECT " KEY_COLUMNS
			       " FROM admin_key WHERE secret_hash = ?1");

static bool find_key(const struct work *work, struct str secret,
		     struct admin_key *ret_key)
{
	struct statement *st = db_statement(work->db, &sql_key_by_hash);
	uint8_t hash[SHA256_SIZE];

	sha256(secret, hash);
	db_bind_blob(st, 1, hash, sizeof(hash));
	if (!db_row(work->db, st))
		return false;
	if (!read_key(work, st, ret_key))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

static enum result key_create(struct work *work, const void *input,
			      void *output)
{
	const struct key_create_in *in = input;
	struct key_create_out *out = output;
	struct organization organization;
	struct admin_key known;

	if (!find_organization(work, work->organization, &organization))
		return RESULT_ORGANIZATION_NOT_FOUND;
	if (in->chosen.len > 0 && find_key(work, in->chosen, &known))
		return RESULT_KEY_EXISTS;
	insert_key(work, in, out);
	return RESULT_OK;
}

const struct verb verb_key_create = {
	VERB(key_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct key_create_in),
	.size_out = sizeof(struct key_create_out),
	.locks = lock_rights,
	.run = key_create,
};

/* ---- revoke, touch ---- */

/* Both UPDATEs of a key take its id, its organization and the time. */
static struct statement *key_update(const struct work *work,
				    const struct sql *sql, int64_t id)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	return st;
}

STATEMENT(key_revoke, .text = "UPDATE admin_key SET revoked_at = ?3"
			      " WHERE id = ?1 AND organization = ?2"
			      " AND revoked_at = 0");

static enum result key_revoke(struct work *work, const void *input,
			      void *output)
{
	const struct id_in *in = input;
	struct statement *st = key_update(work, &sql_key_revoke, in->id);

	(void)output;
	work->db->key = 0; /* may be the one */
	if (db_run_counting(work->db, st) == 0)
		return RESULT_KEY_NOT_FOUND;
	work_audit(work, AUDIT_KEY_REVOKED, in->id);
	return RESULT_OK;
}

const struct verb verb_key_revoke = {
	VERB(key_revoke),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct id_in),
	.locks = lock_rights,
	.run = key_revoke,
};

STATEMENT(key_touch, .text = "UPDATE admin_key SET last_used_at = ?3"
			     " WHERE id = ?1 AND organization = ?2"
			     " AND last_used_at < ?3");

static enum result key_touch(struct work *work, const void *input, void *output)
{
	const struct id_in *in = input;

	(void)output;
	db_run(work->db, key_update(work, &sql_key_touch, in->id));
	return RESULT_OK;
}

const struct verb verb_key_touch = {
	VERB(key_touch),    .flags = VERB_REPEATABLE,
	.rank = RANK_TOUCH, .size_in = sizeof(struct id_in),
	.run = key_touch,
};

/* ---- find, list ---- */

static enum result key_find(struct work *work, const void *input, void *output)
{
	const struct key_find_in *in = input;
	struct key_find_out *out = output;

	if (!find_key(work, in->secret, &out->key) ||
	    !admin_key_in_force(&out->key, work->now))
		return RESULT_KEY_UNKNOWN;
	return RESULT_OK;
}

const struct verb verb_key_find = {
	VERB(key_find),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct key_find_in),
	.size_out = sizeof(struct key_find_out),
	.run = key_find,
};

ORGANIZATION_LIST(key_list, KEY_COLUMNS, "admin_key", "admin_key_list");

static enum result key_list(struct work *work, const void *input, void *output)
{
	const struct list_in *page = input;
	struct list_out *out = output;
	struct admin_key *rows = work_rows(work, page, sizeof(*rows));
	struct statement *st = work_list(work, &sql_key_list, page);
	size_t count = 0, seen = 0;

	for (; db_row(work->db, st); seen++)
		count += read_key(work, st, &rows[count]);
	*out = list_end(work, page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_key_list = {
	VERB(key_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct list_in),
	.size_out = sizeof(struct list_out),
	.run = key_list,
};
