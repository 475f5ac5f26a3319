/*
 * organizations.c: the verbs of organizations.
 */
#include "base/base.h"

#include "store/organizations/organizations.h"

#include "store/rows.h"

TABLE(organization, "organization", ORGANIZATION_TABLE);

#define ORGANIZATION_DETAIL(FIRST, MORE)                \
	FIRST(TEXT, "title", struct organization, name) \
	MORE(TEXT, "name", struct organization, name)
DETAIL(organization, ORGANIZATION_DETAIL);

static void remember(const struct work *work, enum audit_type type,
		     const struct organization *organization)
{
	const struct audit_event event = {
		.type = type,
		.target = organization->id,
		.detail =
		    audit_detail(work, &organization_detail, organization),
	};

	work_audit_event(work, &event);
}

STATEMENT(organization_get, .text = "SELECT " ORGANIZATION_COLUMNS
				    " FROM organization WHERE id = ?1");

bool find_organization(const struct work *work, int64_t id,
		       struct organization *ret_organization)
{
	struct statement *st = db_statement(work->db, &sql_organization_get);

	db_bind_i64(st, 1, id);
	if (!db_row(work->db, st))
		return false;
	if (!table_read(&organization_table, work->arena, st, ret_organization))
		(void)db_damaged(work->db);
	db_done(st);
	return !work->db->damaged;
}

/* ---- create ---- */

STATEMENT(organization_insert,
	  .text = INSERT_OF("organization", ORGANIZATION_TABLE));

static void insert_organization(struct work *work, const char *name,
				struct organization *ret_organization)
{
	struct project project = { .name = "Default project" };
	struct statement *st;

	work->organization = work_id(work);
	insert_project(work, &project);
	*ret_organization = (struct organization){
		.id = work->organization,
		.name = name,
		.created_at = work->now,
		.default_project = project.id,
	};
	st = db_statement(work->db, &sql_organization_insert);
	table_bind(&organization_table, st, ret_organization);
	db_run(work->db, st);
	work_move_rights(work);
	remember(work, AUDIT_ORGANIZATION_CREATED, ret_organization);
}

STATEMENT(organization_by_name,
	  .text = "SELECT id FROM organization WHERE name = ?1");

/* The organization of this name; 0 where there is none. */
static int64_t find_named(const struct work *work, const char *name)
{
	struct statement *st =
	    db_statement(work->db, &sql_organization_by_name);
	int64_t id;

	db_bind_text(st, 1, name);
	if (!db_row(work->db, st))
		return 0;
	id = column_i64(st, 0);
	db_done(st);
	return id;
}

static enum result organization_create(struct work *work, const void *input,
				       void *output)
{
	const struct organization_name_in *in = input;
	struct organization_out *out = output;

	if (find_named(work, in->name))
		return RESULT_ORGANIZATION_EXISTS;
	insert_organization(work, in->name, &out->organization);
	return RESULT_OK;
}

const struct verb verb_organization_create = {
	VERB(organization_create),
	.flags = VERB_RIGHTS | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct organization_name_in),
	.size_out = sizeof(struct organization_out),
	.run = organization_create,
};

/* ---- rename, get ---- */

STATEMENT(organization_rename,
	  .text = "UPDATE organization SET name = ?2 WHERE id = ?1");

static enum result organization_rename(struct work *work, const void *input,
				       void *output)
{
	const struct organization_name_in *in = input;
	struct organization_out *out = output;
	int64_t holder = find_named(work, in->name);
	struct statement *st;

	if (holder && holder != work->organization)
		return RESULT_ORGANIZATION_EXISTS;
	if (!find_organization(work, work->organization, &out->organization))
		return RESULT_ORGANIZATION_NOT_FOUND;
	if (strcmp(out->organization.name, in->name) == 0)
		return RESULT_OK;
	out->organization.name = in->name;
	st = db_statement(work->db, &sql_organization_rename);
	db_bind_i64(st, 1, work->organization);
	db_bind_text(st, 2, in->name);
	db_run(work->db, st);
	remember(work, AUDIT_ORGANIZATION_UPDATED, &out->organization);
	return RESULT_OK;
}

const struct verb verb_organization_rename = {
	VERB(organization_rename),
	.size_in = sizeof(struct organization_name_in),
	.size_out = sizeof(struct organization_out),
	.run = organization_rename,
};

static enum result organization_get(struct work *work, const void *input,
				    void *output)
{
	struct organization_out *out = output;

	(void)input;
	return find_organization(work, work->organization, &out->organization)
		   ? RESULT_OK
		   : RESULT_ORGANIZATION_NOT_FOUND;
}

const struct verb verb_organization_get = {
	VERB(organization_get),
	.flags = VERB_READ,
	.size_out = sizeof(struct organization_out),
	.run = organization_get,
};

/* ---- the first one ---- */

STATEMENT(organization_any, .text = "SELECT 1 FROM organization LIMIT 1");

static bool has_any(struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_organization_any);
	bool found = db_row(work->db, st);

	if (found)
		db_done(st);
	return found;
}

/*
 * Several daemons may start at once on an empty database, with different names
 * for the organization even. The probe's row lets them in one after the other.
 * Where there is one already nothing is written, or no daemon could start on a
 * full disk.
 */
static bool first_is_made(struct work *work)
{
	(void)verb_probe.run(work, NULL, NULL);
	return has_any(work);
}

static enum result bootstrap(struct work *work, const void *input, void *output)
{
	const struct bootstrap_in *in = input;
	struct bootstrap_out *out = output;

	if (has_any(work) || first_is_made(work)) {
		out->named = find_named(work, in->organization_name) != 0;
		return RESULT_OK;
	}
	insert_organization(work, in->organization_name, &out->organization);
	insert_key(work, &in->key, &out->key);
	out->created = true;
	return RESULT_OK;
}

const struct verb verb_bootstrap = {
	VERB(bootstrap),
	.flags = VERB_RIGHTS | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct bootstrap_in),
	.size_out = sizeof(struct bootstrap_out),
	.run = bootstrap,
};

/* ---- list ---- */

STATEMENT(organization_list, .text = "SELECT " ORGANIZATION_COLUMNS
				     " FROM organization WHERE id < ?1"
				     " ORDER BY id DESC LIMIT ?2");

static enum result organization_list(struct work *work, const void *input,
				     void *output)
{
	const struct list_in *page = input;
	struct list_out *out = output;
	struct organization *rows = work_rows(work, page, sizeof(*rows));
	struct statement *st = db_statement(work->db, &sql_organization_list);
	size_t count = 0, seen = 0;

	db_bind_i64(st, 1, list_before(page));
	db_bind_i64(st, 2, page->limit + 1);
	for (; db_row(work->db, st); seen++)
		count += table_read(&organization_table, work->arena, st,
				    &rows[count]);
	*out = list_end(work, page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_organization_list = {
	VERB(organization_list),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct list_in),
	.size_out = sizeof(struct list_out),
	.run = organization_list,
};
