/*
 * settings.c: an organization's settings, one row for each that has set any.
 *
 * The rights row is locked both to change them and to apply them: so a limit
 * holds from the moment at which it was set.
 */
#include "base/base.h"

#include "store/organizations/settings.h"

#include "base/buf.h"
#include "store/lock.h"
#include "store/rows.h"

TABLE(organization_settings, "organization_settings", SETTINGS_TABLE);

#define NAMES_MAX 1024 /* of members, in an event */

STATEMENT(settings_get, .text = "SELECT " SETTINGS_COLUMNS
				" FROM organization_settings"
				" WHERE organization = ?1");

bool read_settings(const struct work *work, struct statement *st,
		   int64_t organization, struct organization_settings *ret)
{
	if (column_i64(st, 0) == 0) {
		*ret = settings_default(organization);
		return true;
	}
	return table_read(&organization_settings_table, work->arena, st, ret);
}

void find_settings(const struct work *work,
		   struct organization_settings *ret_settings)
{
	struct statement *st = db_statement(work->db, &sql_settings_get);

	*ret_settings = settings_default(work->organization);
	db_bind_i64(st, 1, work->organization);
	if (!db_row(work->db, st))
		return;
	if (!read_settings(work, st, work->organization, ret_settings))
		(void)db_damaged(work->db);
	db_done(st);
}

/* Those of the organizations of many invites; an organization without any has
 * no row. */
STATEMENT(invite_settings,
	  .text = "SELECT " SETTINGS_COLUMNS
		  " FROM organization_settings WHERE organization IN"
		  " (SELECT i.organization FROM invite i"
		  " WHERE i.id IN (SELECT value FROM json_each(?1)))",
	  .pgsql = "SELECT " SETTINGS_COLUMNS
		   " FROM organization_settings WHERE organization IN"
		   " (SELECT i.organization FROM invite i"
		   " WHERE i.id" IN_ID_LIST("?1") ")");

void name_inviting(struct invitation *invitation, const char *name)
{
	const char *own = invitation->settings.display_name;

	invitation->organization_name = own ? own : name ? name : "";
}

static enum result settings_get(struct work *work, const void *input,
				void *output)
{
	(void)input;
	find_settings(work, output);
	return RESULT_OK;
}

const struct verb verb_settings_get = {
	VERB(settings_get),
	.flags = VERB_READ,
	.size_out = sizeof(struct organization_settings),
	.run = settings_get,
};

/* ---- update ---- */

/* What is said of it in the event: which were set, not to what. An address may
 * be a person's. */
struct changes {
	const char *settings;
};

#define CHANGES_DETAIL(FIRST, MORE) \
	FIRST(LINES, "settings", struct changes, settings)
DETAIL(changes, CHANGES_DETAIL);

/* Applies what is given; returns the names, each on a line. */
static void merge(const struct settings_in *in,
		  struct organization_settings *settings, struct buf *names)
{
	const struct table *table = &organization_settings_table;

	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = &table->columns[i];

		if (!in->given[column->offset])
			continue;
		memcpy((char *)settings + column->offset,
		       (const char *)&in->settings + column->offset,
		       column->size);
		buf_addf(names, "%s%s", names->len ? "\n" : "", column->name);
	}
}

STATEMENT(settings_delete, .text = "DELETE FROM organization_settings"
				   " WHERE organization = ?1");
STATEMENT(settings_insert,
	  .text = INSERT_OF("organization_settings", SETTINGS_TABLE));

static void write_settings(const struct work *work,
			   const struct organization_settings *settings)
{
	struct statement *st = db_statement(work->db, &sql_settings_delete);

	db_forget(work->db); /* what it may invite changes */
	db_bind_i64(st, 1, work->organization);
	db_run(work->db, st);
	st = db_statement(work->db, &sql_settings_insert);
	table_bind(&organization_settings_table, st, settings);
	db_run(work->db, st);
}

static void remember(const struct work *work, const char *names)
{
	const struct changes changes = { names };

	work_audit_event(work, &(struct audit_event){
				   .type = AUDIT_SETTINGS_UPDATED,
				   .target = work->organization,
				   .detail = audit_detail(work, &changes_detail,
							  &changes) });
}

static enum result settings_update(struct work *work, const void *input,
				   void *output)
{
	struct organization_settings *settings = output;
	struct buf names;

	buf_init(&names, NAMES_MAX);
	buf_add_text(&names, "");
	find_settings(work, settings);
	merge(input, settings, &names);
	settings->updated_at = work->now;
	if (!buf_ok(&names))
		db_no_memory(work->db);
	else if (!work->db->damaged) {
		write_settings(work, settings);
		remember(work, names.len ? names.data : NULL);
	}
	buf_release(&names);
	return RESULT_OK;
}

const struct verb verb_settings_update = {
	VERB(settings_update),
	.locks = lock_rights,
	.size_in = sizeof(struct settings_in),
	.size_out = sizeof(struct organization_settings),
	.run = settings_update,
};
