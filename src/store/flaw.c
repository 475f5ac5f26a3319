/*
 * flaw.c: what `invited check` looks for, in any database.
 */
#include "base/base.h"

#include "store/flaw.h"

#include "store/table.h"

/* The rows of `table` whose column `member` leads to no row of `other`; each
 * with its column `of` and that member. */
#define MISSES(table, of, member, other, more)                              \
	"SELECT m." of ", m." member " FROM " table " m LEFT JOIN \"" other \
	"\" o ON o.organization = m.organization AND o.id = m." member more \
	" WHERE o.id IS NULL"
#define IS_PRESENT " AND o.removed_at = 0"

const struct flaw flaws[] = {
	{ .before = "outbox: mail ",
	  .between = " has no open invite",
	  .sql = "SELECT o.invite, 0 FROM outbox o LEFT JOIN invite i"
		 " ON i.organization = o.organization AND i.id = o.invite"
		 " WHERE o.kind = 0 AND (i.id IS NULL OR i.state <> 0)" },
	{ .before = "invite ",
	  .between = ": accepted, but by nobody",
	  .sql = "SELECT id, 0 FROM invite"
		 " WHERE state = 1 AND (\"user\" = 0 OR accepted_at = 0)" },
	{ .before = "invite ",
	  .between = ": is not open, but holds its address",
	  .sql = "SELECT id, 0 FROM invite WHERE state <> 0 AND slot <= 0" },
	{ .before = "invite ",
	  .between = ": was not meant for whoever has the address, but stands",
	  .sql = "SELECT id, 0 FROM invite"
		 " WHERE opted_out_at <> 0 AND state IN (0, 1)" },
	{ .before = "project ",
	  .between = ": user ",
	  .behind = " does not exist",
	  .sql = MISSES("project_user", "project", "\"user\"", "user",
			IS_PRESENT) },
	{ .before = "project_user: project ",
	  .between = " does not exist",
	  .sql = MISSES("project_user", "project", "project", "project", "") },
	{ .before = "group ",
	  .between = ": user ",
	  .behind = " does not exist",
	  .sql = MISSES("group_user", "\"group\"", "\"user\"", "user",
			IS_PRESENT) },
	{ .before = "group_user: group ",
	  .between = " does not exist",
	  .sql = MISSES("group_user", "\"group\"", "\"group\"", "group", "") },
	{ .before = "project_group: project ",
	  .between = " does not exist",
	  .sql = MISSES("project_group", "project", "project", "project", "") },
	{ .before = "project_group: group ",
	  .between = " does not exist",
	  .sql =
	      MISSES("project_group", "\"group\"", "\"group\"", "group", "") },
	{ .before = "role: project ",
	  .between = " does not exist",
	  .sql = "SELECT r.project, 0 FROM role r LEFT JOIN project p"
		 " ON p.organization = r.organization AND p.id = r.project"
		 " WHERE r.project <> 0 AND p.id IS NULL" },
	{ .before = "role_assignment: role ",
	  .between = " is not one of project ",
	  .behind = " (0: the organization)",
	  .sql = "SELECT a.role, a.project FROM role_assignment a"
		 " LEFT JOIN role r ON r.organization = a.organization"
		 " AND r.id = a.role AND r.project = a.project"
		 " WHERE r.id IS NULL" },
	{ .before = "role_assignment: role ",
	  .between = ": principal ",
	  .behind = " does not exist",
	  .sql = "SELECT a.role, a.principal FROM role_assignment a"
		 " LEFT JOIN \"user\" u ON a.principal_type = 0"
		 " AND u.organization = a.organization AND u.id = a.principal"
		 " AND u.removed_at = 0"
		 " LEFT JOIN \"group\" g ON a.principal_type = 1"
		 " AND g.organization = a.organization AND g.id = a.principal"
		 " WHERE u.id IS NULL AND g.id IS NULL" },
	{ .before = "role_assignment: project ",
	  .between = ": principal ",
	  .behind = " is not in it",
	  .sql = "SELECT a.project, a.principal FROM role_assignment a"
		 " LEFT JOIN project_user u ON a.principal_type = 0"
		 " AND u.organization = a.organization"
		 " AND u.project = a.project AND u.\"user\" = a.principal"
		 " LEFT JOIN project_group g ON a.principal_type = 1"
		 " AND g.organization = a.organization"
		 " AND g.project = a.project AND g.\"group\" = a.principal"
		 " WHERE a.project <> 0 AND u.\"user\" IS NULL"
		 " AND g.\"group\" IS NULL" },
	{ .before = "project_key ",
	  .between = ": its owner does not exist",
	  .sql = "SELECT k.id, 0 FROM project_key k LEFT JOIN \"user\" u"
		 " ON u.organization = k.organization AND u.id = k.\"user\""
		 " AND u.removed_at = 0 LEFT JOIN service_account a"
		 " ON a.organization = k.organization"
		 " AND a.id = k.service_account WHERE k.revoked_at = 0"
		 " AND u.id IS NULL AND a.id IS NULL" },
	{ .before = "service_account ",
	  .between = ": its project does not exist",
	  .sql = "SELECT a.id, 0 FROM service_account a LEFT JOIN project p"
		 " ON p.organization = a.organization AND p.id = a.project"
		 " WHERE p.id IS NULL" },
	{ .before = "organization ",
	  .between = ": no default project",
	  .sql = "SELECT o.id, 0 FROM organization o LEFT JOIN project p"
		 " ON p.organization = o.id AND p.id = o.default_project"
		 " WHERE p.id IS NULL" },
};

const size_t flaw_count = COUNT_OF(flaws);

/* SQL that is true of a column that holds what it may not; "" if it may hold
 * anything. */
static void add_condition(struct buf *sql, const struct column *column)
{
	const char *name = column->name;

	if (column->words)
		buf_addf(sql, "\"%s\" < %d OR \"%s\" >= %lld", name,
			 vocabulary_has(column->words, 0) ? 0 : 1, name,
			 (long long)column->words->count);
	else if (column->type == COLUMN_NUMBER)
		/* In SQLite any text is greater than any number. */
		buf_addf(sql, "\"%s\" < 0 OR \"%s\" > %lld", name, name,
			 (long long)INT64_MAX);
	else
		buf_addf(sql, "length(\"%s\") <> %zu", name, column->size);
}

static bool is_bounded(const struct column *column)
{
	if (column->type == COLUMN_NUMBER)
		return column->words || !column->negative;
	return column->type == COLUMN_BLOB && column->size > 0;
}

/* What a row is called by. */
static const char *key_of(const struct table *table)
{
	bool shared = strcmp(table->columns[0].name, "organization") == 0;

	return table->columns[shared ? 1 : 0].name;
}

bool flaw_of_table(size_t number, struct buf *sql, struct flaw *ret_flaw)
{
	const struct table *table = tables[number];
	const char * or = "";

	buf_clear(sql);
	buf_addf(sql, "SELECT \"%s\", CASE", key_of(table));
	for (size_t i = 0; i < table->count; i++) {
		if (!is_bounded(&table->columns[i]))
			continue;
		buf_add_text(sql, " WHEN ");
		add_condition(sql, &table->columns[i]);
		buf_addf(sql, " THEN '%s'", table->columns[i].name);
	}
	buf_addf(sql, " END FROM \"%s\" WHERE ", table->name);
	for (size_t i = 0; i < table->count; i++) {
		if (!is_bounded(&table->columns[i]))
			continue;
		buf_add_text(sql, or);
		add_condition(sql, &table->columns[i]);
		or = " OR ";
	}
	*ret_flaw = (struct flaw){
		.before = table->label,
		.between = ": its column ",
		.behind = " holds what this program does not know (a newer "
			  "one may)",
		.sql = sql->data,
	};
	return buf_ok(sql);
}

void flaw_print(const struct flaw *flaw, FILE *out, const char *first,
		const char *second)
{
	fprintf(out, "%s%s%s", flaw->before, first, flaw->between);
	if (flaw->behind)
		fprintf(out, "%s%s", second, flaw->behind);
	fputc('\n', out);
}
