/*
 * service_accounts.c: the verbs of service accounts.
 */
#include "base/base.h"

#include "store/projects/service_accounts.h"

#include "store/lock.h"
#include "store/rows.h"

#define SERVICE_ACCOUNT_TABLE(FIRST, MORE)                                 \
	FIRST(NUMBER, "id", struct service_account, id)                    \
	MORE(NUMBER, "organization", struct service_account, organization) \
	MORE(NUMBER, "project", struct service_account, project)           \
	MORE(TEXT, "name", struct service_account, name)                   \
	MORE(WORD, "role", struct service_account, role, &account_roles)   \
	MORE(NUMBER, "created_at", struct service_account, created_at)

TABLE(service_account, "service_account", SERVICE_ACCOUNT_TABLE);

#define ACCOUNT_COLUMNS COLUMNS_OF(SERVICE_ACCOUNT_TABLE)

/* ---- one in its project ---- */

static enum result find_open_project(const struct work *work, int64_t id)
{
	struct project project;

	if (!find_project(work, id, &project))
		return RESULT_PROJECT_NOT_FOUND;
	return project.archived_at ? RESULT_PROJECT_ARCHIVED : RESULT_OK;
}

STATEMENT(service_account_get, .text = "SELECT " ACCOUNT_COLUMNS
				       " FROM service_account WHERE id = ?1"
				       " AND organization = ?2"
				       " AND project = ?3");

static enum result find_account(const struct work *work, int64_t project,
				int64_t id, struct service_account *ret_account)
{
	enum result result = find_open_project(work, project);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	st = db_statement(work->db, &sql_service_account_get);
	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, project);
	if (!db_row(work->db, st))
		return RESULT_SERVICE_ACCOUNT_NOT_FOUND;
	if (!table_read(&service_account_table, work->arena, st, ret_account))
		(void)db_damaged(work->db);
	db_done(st);
	return work->db->damaged ? RESULT_SERVICE_ACCOUNT_NOT_FOUND : RESULT_OK;
}

#define ACCOUNT_DETAIL(FIRST, MORE) \
	FIRST(WORD, "role", struct service_account, role, &account_roles)
#define REQUESTED_DETAIL(FIRST, MORE)                               \
	FIRST(WORD, "role", struct service_account_update_in, role, \
	      &given_account_roles)

DETAIL(service_account, ACCOUNT_DETAIL);
DETAIL(service_account_update, REQUESTED_DETAIL);

static void remember(const struct work *work, enum audit_type type,
		     const struct service_account *account, const char *detail)
{
	work_audit_event(work,
			 &(struct audit_event){ .type = type,
						.target = account->id,
						.project = account->project,
						.detail = detail });
}

/* ---- create ---- */

STATEMENT(service_account_insert,
	  .text = INSERT_OF("service_account", SERVICE_ACCOUNT_TABLE));

static void make_key(const struct work *work, const struct new_key *made,
		     const struct service_account *account,
		     struct made_key *ret_made)
{
	ret_made->key.project = account->project;
	ret_made->key.service_account = account->id;
	insert_project_key(work, made, &ret_made->key, ret_made->text);
}

static enum result account_create(struct work *work, const void *input,
				  void *output)
{
	const struct service_account_create_in *in = input;
	struct service_account_out *out = output;
	struct new_key made = in->made;
	enum result result = find_open_project(work, in->project);
	struct statement *st;

	if (result == RESULT_OK && !in->without_key)
		result = limit_lifetime(work, in->project, &made.lifetime);
	if (result != RESULT_OK)
		return result;
	out->account = (struct service_account){
		.id = work_id(work),
		.organization = work->organization,
		.project = in->project,
		.name = in->made.name,
		.role = in->without_key ? ACCOUNT_NONE : ACCOUNT_MEMBER,
		.created_at = work->now,
	};
	st = db_statement(work->db, &sql_service_account_insert);
	table_bind(&service_account_table, st, &out->account);
	db_run(work->db, st);
	remember(work, AUDIT_SERVICE_ACCOUNT_CREATED, &out->account,
		 audit_detail(work, &service_account_detail, &out->account));
	made.name = NULL;
	if (!in->without_key)
		make_key(work, &made, &out->account, &out->made);
	return RESULT_OK;
}

const struct verb verb_account_create = {
	VERB(account_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct service_account_create_in),
	.size_out = sizeof(struct service_account_out),
	.locks = lock_rights,
	.run = account_create,
};

static enum result account_key_create(struct work *work, const void *input,
				      void *output)
{
	const struct service_account_key_in *in = input;
	struct service_account_key_out *out = output;
	struct new_key made = in->made;
	struct service_account account;
	enum result result = find_account(work, in->project, in->id, &account);

	if (result == RESULT_OK)
		result = limit_lifetime(work, in->project, &made.lifetime);
	if (result == RESULT_OK)
		make_key(work, &made, &account, &out->made);
	return result;
}

const struct verb verb_account_key_create = {
	VERB(account_key_create),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct service_account_key_in),
	.size_out = sizeof(struct service_account_key_out),
	.locks = lock_rights,
	.run = account_key_create,
};

/* ---- get, list ---- */

static enum result account_get(struct work *work, const void *input,
			       void *output)
{
	const struct service_account_in *in = input;
	struct service_account_out *out = output;

	return find_account(work, in->project, in->id, &out->account);
}

const struct verb verb_account_get = {
	VERB(account_get),
	.flags = VERB_READ,
	.size_in = sizeof(struct service_account_in),
	.size_out = sizeof(struct service_account_out),
	.run = account_get,
};

#define LISTED INDEXED_BY("service_account_list")
STATEMENT(service_account_list,
	  .text = "SELECT " ACCOUNT_COLUMNS " FROM service_account" LISTED
		  " WHERE organization = ?1 AND project = ?4 AND id < ?2"
		  " ORDER BY id DESC LIMIT ?3",
	  .pgsql = "SELECT " ACCOUNT_COLUMNS " FROM service_account"
		   " WHERE (organization, project, id) < (?1, ?4, ?2)"
		   " AND (organization, project) >= (?1, ?4)"
		   " ORDER BY organization DESC, project DESC, id DESC"
		   " LIMIT ?3");

static enum result account_list(struct work *work, const void *input,
				void *output)
{
	const struct service_account_list_in *in = input;
	enum result result = find_open_project(work, in->project);
	struct service_account *rows;
	struct statement *st;
	size_t count = 0, seen = 0;

	if (result != RESULT_OK)
		return result;
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list(work, &sql_service_account_list, &in->page);
	db_bind_i64(st, 4, in->project);
	for (; db_row(work->db, st); seen++)
		count += table_read(&service_account_table, work->arena, st,
				    &rows[count]);
	*(struct list_out *)output =
	    list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_account_list = {
	VERB(account_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct service_account_list_in),
	.size_out = sizeof(struct list_out),
	.run = account_list,
};

/* ---- update, delete ---- */

STATEMENT(service_account_update,
	  .text = "UPDATE service_account SET name = ?3, role = ?4"
		  " WHERE id = ?1 AND organization = ?2");

static enum result account_update(struct work *work, const void *input,
				  void *output)
{
	const struct service_account_update_in *in = input;
	struct service_account_out *out = output;
	struct service_account *account = &out->account, before;
	enum result result = find_account(work, in->project, in->id, account);
	struct statement *st;

	if (result != RESULT_OK)
		return result;
	before = *account;
	if (in->name)
		account->name = in->name;
	if (in->role != ACCOUNT_NONE)
		account->role = in->role;
	if (!table_differs(&service_account_table, &before, account))
		return RESULT_OK;
	st = db_statement(work->db, &sql_service_account_update);
	db_bind_i64(st, 1, in->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_text(st, 3, account->name);
	db_bind_i64(st, 4, account->role);
	db_run(work->db, st);
	remember(work, AUDIT_SERVICE_ACCOUNT_UPDATED, account,
		 audit_detail(work, &service_account_update_detail, in));
	return RESULT_OK;
}

const struct verb verb_account_update = {
	VERB(account_update),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct service_account_update_in),
	.size_out = sizeof(struct service_account_out),
	.locks = lock_rights,
	.run = account_update,
};

STATEMENT(service_account_keys_revoke,
	  .text = "UPDATE project_key SET revoked_at = ?3"
		  " WHERE service_account = ?1 AND organization = ?2"
		  " AND \"user\" = 0 AND revoked_at = 0");

STATEMENT(service_account_delete, .text = "DELETE FROM service_account"
					  " WHERE id = ?1"
					  " AND organization = ?2");

static enum result account_delete(struct work *work, const void *input,
				  void *output)
{
	const struct service_account_in *in = input;
	struct service_account account;
	struct statement *st;
	enum result result = find_account(work, in->project, in->id, &account);

	(void)output;
	if (result != RESULT_OK)
		return result;
	st = db_statement(work->db, &sql_service_account_keys_revoke);
	db_bind_i64(st, 1, in->id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, work->now);
	db_run(work->db, st);
	work_run_for(work, &sql_service_account_delete, in->id);
	remember(work, AUDIT_SERVICE_ACCOUNT_DELETED, &account, NULL);
	return RESULT_OK;
}

const struct verb verb_account_delete = {
	VERB(account_delete),
	.flags = VERB_RIGHTS,
	.size_in = sizeof(struct service_account_in),
	.locks = lock_rights,
	.run = account_delete,
};
