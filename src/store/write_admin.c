/*
 * write_admin.c: organizations, projects and keys: the verbs of
 * administrators.
 */
#include "base/base.h"

#include "store/write.h"

static int64_t insert_project(const struct writing *w, const char *name)
{
	struct statement *st = db_statement(w->db, SQL_PROJECT_INSERT);
	int64_t id = writing_id(w);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_text(st, 3, name);
	db_bind_i64(st, 4, w->now);
	db_run(w->db, st);
	return id;
}

static void insert_organization(const struct writing *w, const char *name,
				struct organization *ret_organization)
{
	struct statement *st;
	int64_t project;

	w->op->organization = writing_id(w);
	project = insert_project(w, "Default project");
	*ret_organization =
	    (struct organization){ w->op->organization, name, w->now, project };
	st = db_statement(w->db, SQL_ORGANIZATION_INSERT);
	db_bind_i64(st, 1, ret_organization->id);
	db_bind_text(st, 2, name);
	db_bind_i64(st, 3, w->now);
	db_bind_i64(st, 4, project);
	db_run(w->db, st);
	writing_audit(w, AUDIT_ORGANIZATION_CREATED, ret_organization->id);
}

static void insert_key(const struct writing *w, const char *name,
		       struct str secret, struct admin_key *ret_key)
{
	struct statement *st = db_statement(w->db, SQL_KEY_INSERT);
	uint8_t hash[SHA256_SIZE];
	char redacted[REDACTED_SIZE];

	sha256(secret, hash);
	admin_key_redact(secret, redacted);
	*ret_key = (struct admin_key){
		.id = writing_id(w),
		.organization = w->op->organization,
		.name = name,
		.redacted = arena_str(w->op->arena, str_of(redacted)),
		.created_at = w->now,
	};
	if (!ret_key->redacted)
		db_no_memory(w->db);
	db_bind_i64(st, 1, ret_key->id);
	db_bind_i64(st, 2, ret_key->organization);
	db_bind_blob(st, 3, hash, sizeof(hash));
	db_bind_text(st, 4, name);
	db_bind_text(st, 5, redacted);
	db_bind_i64(st, 6, w->now);
	db_run(w->db, st);
	writing_audit(w, AUDIT_KEY_CREATED, ret_key->id);
}

/*
 * Several daemons may start at once on an empty database, with different names
 * for the organization even. The probe's row lets them in one after the other.
 */
enum result write_bootstrap(const struct writing *w)
{
	struct statement *st;
	struct admin_key key;

	(void)write_probe(w);
	st = db_statement(w->db, SQL_ORGANIZATION_ANY);
	w->op->bootstrap.ret_created = false;
	if (db_row(w->db, st)) {
		db_done(st);
		return RESULT_OK;
	}
	insert_organization(w, w->op->bootstrap.organization_name,
			    &w->op->bootstrap.ret_organization);
	insert_key(w, w->op->bootstrap.key_name, w->op->bootstrap.secret, &key);
	w->op->bootstrap.ret_created = true;
	return RESULT_OK;
}

enum result write_organization_create(const struct writing *w)
{
	const char *name = w->op->organization_create.name;
	struct statement *st = db_statement(w->db, SQL_ORGANIZATION_BY_NAME);

	db_bind_text(st, 1, name);
	if (db_row(w->db, st)) {
		db_done(st);
		return RESULT_ORGANIZATION_EXISTS;
	}
	insert_organization(w, name,
			    &w->op->organization_create.ret_organization);
	return RESULT_OK;
}

static bool key_is_known(const struct writing *w, struct str secret)
{
	struct statement *st = db_statement(w->db, SQL_KEY_BY_HASH);
	uint8_t hash[SHA256_SIZE];
	bool known;

	sha256(secret, hash);
	db_bind_blob(st, 1, hash, sizeof(hash));
	known = db_row(w->db, st);
	db_done(st);
	return known;
}

static bool organization_is_known(const struct writing *w)
{
	struct statement *st = db_statement(w->db, SQL_ORGANIZATION_GET);
	bool known;

	db_bind_i64(st, 1, w->op->organization);
	known = db_row(w->db, st);
	db_done(st);
	return known;
}

enum result write_key_create(const struct writing *w)
{
	if (!organization_is_known(w))
		return RESULT_ORGANIZATION_NOT_FOUND;
	if (key_is_known(w, w->op->key_create.secret))
		return RESULT_KEY_EXISTS;
	insert_key(w, w->op->key_create.name, w->op->key_create.secret,
		   &w->op->key_create.ret_key);
	return RESULT_OK;
}

/* Both UPDATEs of a key take its id, its organization and the time. */
static struct statement *key_update(const struct writing *w, enum sql which,
				    int64_t id)
{
	struct statement *st = db_statement(w->db, which);

	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, w->op->organization);
	db_bind_i64(st, 3, w->now);
	return st;
}

enum result write_key_revoke(const struct writing *w)
{
	int64_t id = w->op->key_revoke.id;

	w->db->actor = 0; /* may be the one */
	if (db_run_counting(w->db, key_update(w, SQL_KEY_REVOKE, id)) == 0)
		return RESULT_KEY_NOT_FOUND;
	writing_audit(w, AUDIT_KEY_REVOKED, id);
	return RESULT_OK;
}

enum result write_key_touch(const struct writing *w)
{
	db_run(w->db, key_update(w, SQL_KEY_TOUCH, w->op->key_touch.id));
	return RESULT_OK;
}

enum result write_project_create(const struct writing *w)
{
	const char *name = w->op->project_create.name;
	int64_t id = insert_project(w, name);

	writing_audit(w, AUDIT_PROJECT_CREATED, id);
	w->op->project_create.ret_project = (struct project){
		.id = id,
		.organization = w->op->organization,
		.name = name,
		.created_at = w->now,
	};
	return RESULT_OK;
}
