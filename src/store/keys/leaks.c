/*
 * leaks.c: the verbs of leaked keys.
 *
 * A key is found by the id that its text names, and an older admin key by its
 * hash. Whether the secret is the key's is reported, for the caller to judge.
 */
#include "base/base.h"

#include "store/keys/leaks.h"

#include "store/lock.h"
#include "store/mail/notices.h"
#include "store/rows.h"

#define LEAK_COLUMNS(project)                                            \
	"id, organization, " project ", name, revoked_at, secret_hash, " \
	"\"user\""

STATEMENT(leak_project_key,
	  .text = "SELECT " LEAK_COLUMNS("project") " FROM project_key"
						    " WHERE id = ?1");
STATEMENT(leak_admin_key,
	  .text = "SELECT " LEAK_COLUMNS("0") " FROM admin_key WHERE id = ?1");
STATEMENT(leak_admin_key_by_hash,
	  .text = "SELECT " LEAK_COLUMNS("0") " FROM admin_key"
					      " WHERE secret_hash = ?1");

static bool read_leaked(const struct work *work, struct statement *st,
			const struct leak_find_in *in, enum id_kind kind,
			struct leaked_key *ret_key)
{
	struct str hash;

	if (!db_row(work->db, st))
		return false;
	*ret_key = (struct leaked_key){
		.kind = kind,
		.id = column_i64(st, 0),
		.organization = column_i64(st, 1),
		.project = column_i64(st, 2),
		.name = column_text(st, work->arena, 3),
		.revoked_at = column_i64(st, 4),
	};
	ret_key->user = column_i64(st, 6);
	hash = column_bytes(st, 5);
	ret_key->same = hash.len == SHA256_SIZE &&
			same_bytes(hash.data, in->secret_hash, SHA256_SIZE);
	db_done(st);
	return true;
}

static bool find_by_id(const struct work *work, const struct sql *sql,
		       const struct leak_find_in *in, enum id_kind kind,
		       struct leaked_key *ret_key)
{
	struct statement *st = db_statement(work->db, sql);

	db_bind_i64(st, 1, in->id);
	return read_leaked(work, st, in, kind, ret_key);
}

static bool find_by_hash(const struct work *work, const struct leak_find_in *in,
			 struct leaked_key *ret_key)
{
	struct statement *st =
	    db_statement(work->db, &sql_leak_admin_key_by_hash);

	db_bind_blob(st, 1, in->secret_hash, SHA256_SIZE);
	return read_leaked(work, st, in, ID_KEY, ret_key);
}

static enum result leak_find(struct work *work, const void *input, void *output)
{
	const struct leak_find_in *in = input;
	struct leaked_key *key = output;

	if (find_by_id(work, &sql_leak_project_key, in, ID_API_KEY, key) ||
	    find_by_id(work, &sql_leak_admin_key, in, ID_KEY, key) ||
	    find_by_hash(work, in, key))
		return RESULT_OK;
	return RESULT_KEY_UNKNOWN;
}

const struct verb verb_leak_find = {
	VERB(leak_find),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct leak_find_in),
	.size_out = sizeof(struct leaked_key),
	.run = leak_find,
};

/* The published event says that the key was revoked, and our own says why. */
static void remember(const struct work *work, const struct leak_revoke_in *in)
{
	bool is_admin = in->kind == ID_KEY;
	const enum audit_type types[] = {
		is_admin ? AUDIT_KEY_REVOKED : AUDIT_API_KEY_DELETED,
		is_admin ? AUDIT_KEY_LEAKED : AUDIT_API_KEY_LEAKED,
	};

	for (size_t i = 0; i < COUNT_OF(types); i++)
		work_audit_event(
		    work, &(struct audit_event){ .type = types[i],
						 .target = in->id,
						 .project = in->project });
}

static enum result leak_revoke(struct work *work, const void *input,
			       void *output)
{
	const struct leak_revoke_in *in = input;
	struct leak_revoke_out *out = output;
	struct leak_find_in find = { .id = in->id };
	struct leaked_key key;
	bool is_admin = in->kind == ID_KEY;
	struct statement *st;

	if (!find_by_id(work,
			is_admin ? &sql_leak_admin_key : &sql_leak_project_key,
			&find, in->kind, &key) ||
	    key.organization != work->organization)
		return RESULT_KEY_UNKNOWN;
	out->revoked = key.revoked_at == 0;
	if (!out->revoked)
		return RESULT_OK;
	st = db_statement(work->db,
			  is_admin ? &sql_key_revoke : &sql_project_key_revoke);
	db_bind_i64(st, 1, in->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	db_run(work->db, st);
	remember(work, in);
	if (in->tell)
		queue_notice(work, MAIL_KEY_LEAKED, key.id, key.user);
	return RESULT_OK;
}

const struct verb verb_leak_revoke = {
	VERB(leak_revoke),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct leak_revoke_in),
	.size_out = sizeof(struct leak_revoke_out),
	.locks = lock_rights,
	.run = leak_revoke,
};
