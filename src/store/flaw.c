/*
 * flaw.c: what `invited check` looks for, in any database.
 */
#include "base/base.h"

#include "store/flaw.h"

const struct flaw flaws[] = {
	{ .before = "outbox: mail ",
	  .between = " has no open invite",
	  .sql = "SELECT o.invite, 0 FROM outbox o LEFT JOIN invite i"
		 " ON i.organization = o.organization AND i.id = o.invite"
		 " WHERE i.id IS NULL OR i.state <> 0" },
	{ .before = "invite ",
	  .between = ": accepted, but by nobody",
	  .sql = "SELECT id, 0 FROM invite"
		 " WHERE state = 1 AND (\"user\" = 0 OR accepted_at = 0)" },
	{ .before = "invite ",
	  .between = ": is not open, but holds its address",
	  .sql = "SELECT id, 0 FROM invite WHERE state <> 0 AND slot <= 0" },
	{ .before = "project ",
	  .between = ": user ",
	  .behind = " does not exist",
	  .sql = "SELECT m.project, m.\"user\" FROM project_user m LEFT JOIN "
		 "\"user\" "
		 "u"
		 " ON u.organization = m.organization AND u.id = m.\"user\""
		 " WHERE u.id IS NULL" },
	{ .before = "project_user: project ",
	  .between = " does not exist",
	  .sql = "SELECT m.project, 0 FROM project_user m LEFT JOIN project p"
		 " ON p.organization = m.organization AND p.id = m.project"
		 " WHERE p.id IS NULL" },
	{ .before = "organization ",
	  .between = ": no default project",
	  .sql = "SELECT o.id, 0 FROM organization o LEFT JOIN project p"
		 " ON p.organization = o.id AND p.id = o.default_project"
		 " WHERE p.id IS NULL" },
};

const size_t flaw_count = COUNT_OF(flaws);

void flaw_print(const struct flaw *flaw, FILE *out, const char *first,
		const char *second)
{
	fprintf(out, "%s%s%s", flaw->before, first, flaw->between);
	if (flaw->behind)
		fprintf(out, "%s%s", second, flaw->behind);
	fputc('\n', out);
}
