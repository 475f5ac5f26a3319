/*
 * admin_keys.c: the verbs of admin keys.
 */
#include "base/base.h"

#include "store/keys/admin_keys.h"

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

/* The owner, after KEY_COLUMNS: a person, or else the organization. */
#define KEY_SHOWN_COLUMNS                                          \
	KEY_COLUMNS ", " KEY_OWNER("name", "name") ", " KEY_OWNER( \
	    "added_at", "created_at")
#define KEY_OWNER(of_user, of_organization)                           \
	"coalesce((SELECT u." of_user " FROM \"user\" u"              \
	" WHERE u.organization = admin_key.organization"              \
	" AND u.id = admin_key.\"user\"), (SELECT o." of_organization \
	" FROM organization o WHERE o.id = admin_key.organization))"

static bool read_shown_key(const struct work *work, struct statement *st,
			   struct admin_key *ret_key)
{
	int behind = COLUMN_BEHIND(&admin_key_table);

	if (!read_key(work, st, ret_key))
		return false;
	ret_key->owner_name = column_text(st, work->arena, behind + 1);
	ret_key->owner_since = column_i64(st, behind + 2);
	return true;
}

STATEMENT(key_by_id, .text = "SELECT " KEY_SHOWN_COLUMNS " FROM admin_key"
			     " WHERE id = ?1 AND organization = ?2"
			     " AND revoked_at = 0");

static bool find_key_by_id(const struct work *work, int64_t id,
			   struct admin_key *ret_key)
{
	struct statement *st = db_statement(work->db, &sql_key_by_id);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return false;
	if (!read_shown_key(work, st, ret_key))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

/* ---- create ---- */

STATEMENT(key_insert, .text = INSERT_OF("admin_key", ADMIN_KEY_TABLE));

/* The key's text names its id. */
static struct str key_text(const struct key_create_in *in, int64_t id,
			   char made[KEY_TEXT_SIZE])
{
	if (in->chosen.len > 0)
		return in->chosen;
	key_format(KEY_OF_ADMIN, id, in->secret, made);
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

	key_redact(text, redacted);
	out->key = (struct admin_key){
		.id = id,
		.organization = work->organization,
		.name = in->name,
		.redacted = arena_str(work->arena, str_of(redacted)),
		.created_at = work->now,
		.expires_at = in->lifetime ? work->now + in->lifetime : 0,
		.user = in->user,
		.owned = true,
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

static bool find_key(const struct work *work, const uint8_t hash[SHA256_SIZE],
		     struct admin_key *ret_key)
{
	struct statement *st = db_statement(work->db, &sql_key_by_hash);

	db_bind_blob(st, 1, hash, SHA256_SIZE);
	if (!db_row(work->db, st))
		return false;
	if (!read_key(work, st, ret_key))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

STATEMENT(key_owner, .text = "SELECT name, added_at, role FROM \"user\""
			     " WHERE id = ?1 AND organization = ?2"
			     " AND removed_at = 0");

/* Whether this person may own a key; fills in the person as its owner. */
static enum result find_owner(const struct work *work, int64_t user,
			      struct admin_key *key)
{
	struct statement *st = db_statement(work->db, &sql_key_owner);
	enum result result;

	db_bind_i64(st, 1, user);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return RESULT_USER_NOT_FOUND;
	key->owner_name = column_text(st, work->arena, 0);
	key->owner_since = column_i64(st, 1);
	result =
	    column_i64(st, 2) == ROLE_OWNER ? RESULT_OK : RESULT_USER_NOT_OWNER;
	db_done(st);
	return result;
}

static bool is_in_use(const struct work *work, struct str chosen)
{
	uint8_t hash[SHA256_SIZE];
	struct admin_key known;

	if (chosen.len == 0)
		return false;
	sha256(chosen, hash);
	return find_key(work, hash, &known);
}

static enum result key_create(struct work *work, const void *input,
			      void *output)
{
	struct key_create_in in = *(const struct key_create_in *)input;
	struct key_create_out *out = output;
	struct organization organization;
	struct admin_key owner;
	enum result result = RESULT_OK;

	if (!find_organization(work, work->organization, &organization))
		return RESULT_ORGANIZATION_NOT_FOUND;
	if (is_in_use(work, in.chosen))
		return RESULT_KEY_EXISTS;
	owner.owner_name = organization.name;
	owner.owner_since = organization.created_at;
	if (!in.has_user)
		in.user = work->actor.user;
	if (in.has_user || in.user)
		result = find_owner(work, in.user, &owner);
	if (result != RESULT_OK)
		return result;
	insert_key(work, &in, out);
	out->key.owner_name = owner.owner_name;
	out->key.owner_since = owner.owner_since;
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

/* ---- revoke, delete, touch ---- */

/* Each UPDATE of a key takes its id, its organization and the time first. */
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

/* ---- the last one ---- */

/* What is removed: one key, or all of a person. */
struct going {
	int64_t key;  /* 0: none */
	int64_t user; /* NOBODYS: none */
};

#define NOBODYS	 (-1) /* 0 is the user of keys that belong to no person */

#define IN_FORCE KEY_IN_FORCE("k", "?3")
STATEMENT(key_other, .text = "SELECT 1 FROM admin_key k WHERE id <> ?1"
			     " AND organization = ?2 AND k.\"user\" <> ?4"
			     " AND expires_at <= ?5 AND " IN_FORCE
			     " ORDER BY id DESC LIMIT 1");

/* Whether there is another key in force; with `lasting`, one that does not
 * expire. */
static bool has_other(const struct work *work, struct going going, bool lasting)
{
	struct statement *st = key_update(work, &sql_key_other, going.key);
	bool found;

	db_bind_i64(st, 4, going.user);
	db_bind_i64(st, 5, lasting ? 0 : INT64_MAX);
	found = db_row(work->db, st);
	if (found)
		db_done(st);
	return found;
}

STATEMENT(key_lasting, .text = "SELECT 1 FROM admin_key WHERE \"user\" = ?1"
			       " AND organization = ?2 AND revoked_at = 0"
			       " AND expires_at = 0 LIMIT 1");

bool has_last_key(const struct work *work, int64_t user)
{
	struct statement *st = db_statement(work->db, &sql_key_lasting);

	db_bind_i64(st, 1, user);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return false;
	db_done(st);
	return !has_other(work, (struct going){ .user = user }, true);
}

/* If two daemons delete the last two at once, the rights row makes one wait for
 * the other. */
static enum result key_delete(struct work *work, const void *input,
			      void *output)
{
	const struct id_in *in = input;
	const struct going going = { .key = in->id, .user = NOBODYS };
	struct admin_key key;

	if (!find_key_by_id(work, in->id, &key))
		return RESULT_KEY_NOT_FOUND;
	if (admin_key_in_force(&key, work->now) &&
	    !has_other(work, going, key.expires_at == 0))
		return RESULT_LAST_KEY;
	return key_revoke(work, input, output);
}

const struct verb verb_key_delete = {
	VERB(key_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct id_in),
	.locks = lock_rights,
	.run = key_delete,
};

STATEMENT(key_touch, .text = "UPDATE admin_key SET last_used_at = ?3"
			     " WHERE id = ?1 AND organization = ?2"
			     " AND (last_used_at <= ?4 OR last_used_at > ?5)");

static enum result key_touch(struct work *work, const void *input, void *output)
{
	const struct id_in *in = input;
	struct statement *st = key_update(work, &sql_key_touch, in->id);

	(void)output;
	db_bind_i64(st, 4, work->now - KEY_USE_SECONDS);
	db_bind_i64(st, 5, work->now + KEY_USE_AHEAD_SECONDS);
	db_run(work->db, st);
	return RESULT_OK;
}

const struct verb verb_key_touch = {
	VERB(key_touch),    .flags = VERB_REPEATABLE,
	.rank = RANK_TOUCH, .size_in = sizeof(struct id_in),
	.run = key_touch,
};

/* ---- find, get, list ---- */

static enum result key_find(struct work *work, const void *input, void *output)
{
	const struct key_find_in *in = input;
	struct key_find_out *out = output;

	if (!find_key(work, in->hash, &out->key) ||
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

static enum result key_get(struct work *work, const void *input, void *output)
{
	const struct id_in *in = input;
	struct key_out *out = output;

	return find_key_by_id(work, in->id, &out->key) ? RESULT_OK
						       : RESULT_KEY_NOT_FOUND;
}

const struct verb verb_key_get = {
	VERB(key_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct key_out),
	.run = key_get,
};

LIST_OF_PRESENT(key_list, KEY_SHOWN_COLUMNS, "admin_key", "admin_key_present",
		"revoked_at");
LIST_OF_PRESENT_ASCENDING(key_list, KEY_SHOWN_COLUMNS, "admin_key",
			  "admin_key_present", "revoked_at");
ORGANIZATION_LIST(key_list_all, KEY_SHOWN_COLUMNS, "admin_key",
		  "admin_key_list");

static enum result key_list(struct work *work, const void *input, void *output)
{
	const struct key_list_in *in = input;
	struct list_out *out = output;
	struct admin_key *rows = work_rows(work, &in->page, sizeof(*rows));
	struct statement *st =
	    in->revoked_too ? work_list_either(work, key_list_all, &in->page)
			    : work_list_either(work, key_list, &in->page);
	size_t count = 0, seen = 0;

	for (; db_row(work->db, st); seen++)
		count += read_shown_key(work, st, &rows[count]);
	*out = list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_key_list = {
	VERB(key_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct key_list_in),
	.size_out = sizeof(struct list_out),
	.run = key_list,
};
