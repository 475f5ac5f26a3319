/*
 * plan.c: statements, and by which indexes they find their rows.
 */
#include "base/base.h"
#include "plan.h"

#include <libpq-fe.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "fixture.h"
#include "store/pgsql/db.h"

const struct sql *statement_named(const char *name)
{
	FOR_EACH_STATEMENT(at)
	{
		if (strcmp((*at)->name, name) == 0)
			return *at;
	}
	return NULL;
}

bool plan_is_sqlite(void)
{
	return strcmp(f.engine->name, "sqlite") == 0;
}

const char *plan_text(const struct sql *sql)
{
	static const char *const kinds[] = { "SELECT", "(SELECT", "WITH",
					     "INSERT", "UPDATE",  "DELETE" };
	const char *text =
	    !plan_is_sqlite() && sql->pgsql ? sql->pgsql : sql->text;

	for (size_t i = 0; text && i < COUNT_OF(kinds); i++) {
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return text;
	}
	return NULL;
}

/* ---- plans in short ---- */

static void add_access(struct buf *plan, const char *access)
{
	const char *last = plan->len ? strrchr(plan->data, ' ') : NULL;

	if (plan->len && strcmp(last ? last + 1 : plan->data, access) == 0)
		return;
	buf_addf(plan, "%s%s", plan->len ? " " : "", access);
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), size = strlen(end);

	return len > size && strcmp(name + len - size, end) == 0;
}

/* Those that come with a constraint are called alike; and so is what finds an
 * invite by its id, with its organization or without. */
static void add_index(struct buf *plan, const char *table, const char *index)
{
	char access[256];

	if (ends_in(index, "_pkey") || strcmp(index, "invite_number") == 0)
		index = "primary";
	else if (ends_in(index, "_key") ||
		 strncmp(index, "sqlite_autoindex", 16) == 0)
		index = "unique";
	snprintf(access, sizeof(access), "%s.%s", table, index);
	add_access(plan, access);
}

/* ---- SQLite ---- */

/* A line of EXPLAIN QUERY PLAN. What a subquery is called is no table. */
static void read_sqlite_line(struct buf *plan, const char *line)
{
	static char subquery[64];
	char table[64], index[64];

	if (sscanf(line, "CO-ROUTINE %63s", subquery) == 1 ||
	    sscanf(line, "MATERIALIZE %63s", subquery) == 1)
		return;
	if (strstr(line, "TEMP B-TREE"))
		add_access(plan, "SORT");
	else if (strstr(line, "VIRTUAL TABLE") || strstr(line, "SCAN (") ||
		 strstr(line, "CONSTANT ROW"))
		return;
	else if (sscanf(line, "SCAN %63s", table) == 1) {
		if (strcmp(table, subquery) != 0)
			add_index(plan, table, "WHOLE");
	} else if (strstr(line, "ANY("))
		add_access(plan, "WHOLE");
	else if (sscanf(line, "SEARCH %63s USING INDEX %63s", table, index) ==
		     2 ||
		 sscanf(line, "SEARCH %63s USING COVERING INDEX %63s", table,
			index) == 2)
		add_index(plan, table, index);
	else if (sscanf(line, "SEARCH %63s USING", table) == 1)
		add_index(plan, table, "primary");
}

static void explain_in_sqlite(const char *text, struct buf *plan)
{
	char *explain = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", text);
	sqlite3_stmt *st;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(strchr(f.url, ':') + 1, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, explain, -1, &st, NULL) ==
			  SQLITE_OK,
		      "%s: %s", text, sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW)
		read_sqlite_line(plan,
				 (const char *)sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
	sqlite3_close(db);
	sqlite3_free(explain);
}

/* ---- PostgreSQL ---- */

/* With a connection as the daemon has it. */
static PGresult *ask(struct pgsql_db *db, const char *format, ...)
    PRINTF_LIKE(2, 3);
static PGresult *ask(struct pgsql_db *db, const char *format, ...)
{
	static char text[16 * 1024];
	PGresult *result;
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	result = pgsql_db_query(db, text);
	ck_assert_msg(result != NULL, "%s: %s", text, pgsql_db_why(db));
	return result;
}

/* Whether a search names the first column of its index, or that has only what
 * is looked for. That a column holds something is nothing to search for. */
static bool is_search(struct pgsql_db *db, const char *index,
		      const char *condition)
{
	PGresult *result =
	    ask(db,
		"SELECT attname, indpred IS NOT NULL FROM pg_attribute"
		" JOIN pg_index ON attrelid = indexrelid WHERE attnum = 1"
		" AND attrelid = '%s'::regclass",
		index);
	bool named = condition && strstr(condition, "Cond:") &&
		     !strstr(condition, " IS NOT NULL)") &&
		     strstr(condition, PQgetvalue(result, 0, 0));
	bool partial = strcmp(PQgetvalue(result, 0, 1), "t") == 0;

	PQclear(result);
	return named || partial;
}

/* min() of an indexed column: it stops at the first entry, and newer servers
 * say no condition. */
static bool is_first(const char *before, const char *line, const char *next)
{
	return before && strcmp(before + strspn(before, " ->"), "Limit") == 0 &&
	       strncmp(line, "Index Only Scan", 15) == 0 &&
	       !(next && strstr(next, "Filter: "));
}

/* Line `i` of an EXPLAIN; the condition of a search is on the next. */
static void read_pgsql_line(struct pgsql_db *db, struct buf *plan,
			    PGresult *lines, int i)
{
	const char *line = PQgetvalue(lines, i, 0), *at;
	const char *before = i > 0 ? PQgetvalue(lines, i - 1, 0) : NULL;
	const char *next =
	    i + 1 < PQntuples(lines) ? PQgetvalue(lines, i + 1, 0) : NULL;
	char table[64] = "", index[64] = "";

	line += strspn(line, " ->");
	if (strcmp(line, "Sort") == 0 || strcmp(line, "Incremental Sort") == 0)
		add_access(plan, "SORT");
	else if (sscanf(line, "Seq Scan on %63s", table) == 1)
		add_index(plan, table, "WHOLE");
	else if (sscanf(line, "Bitmap Index Scan on %63s", index) == 1)
		add_index(plan, "bitmap",
			  is_search(db, index, next) ? index : "WHOLE");
	else if (strncmp(line, "Index", 5) == 0 && (at = strstr(line, "using")))
		if (sscanf(at, "using %63s on \"%63[^\"]", index, table) == 2 ||
		    sscanf(at, "using %63s on %63s", index, table) == 2)
			add_index(plan, table,
				  is_search(db, index, next) ||
					  is_first(before, line, next)
				      ? index
				      : "WHOLE");
}

/* Its parameters as NULL: the plan is the one for any. */
static void explain_in_pgsql(const struct sql *sql, struct buf *plan)
{
	struct pgsql_db db;
	struct buf text;
	PGresult *lines;
	int64_t params;

	pgsql_db_init(&db, f.url);
	pgsql_db_set_deadline(&db, 10000);
	ck_assert_msg(pgsql_db_connect(&db), "%s", pgsql_db_why(&db));
	ck_assert(pgsql_text_of(sql, &text));
	PQclear(ask(&db, "PREPARE plan AS %s", text.data));
	lines = ask(&db, "SELECT cardinality(parameter_types)"
			 " FROM pg_prepared_statements WHERE name = 'plan'");
	ck_assert(str_to_i64(str_of(PQgetvalue(lines, 0, 0)), &params));
	PQclear(lines);
	buf_clear(&text);
	for (int64_t i = 0; i < params; i++)
		buf_add_text(&text, i ? ", NULL" : "(NULL");
	lines = ask(&db, "EXPLAIN (COSTS OFF) EXECUTE plan%s%s",
		    params ? text.data : "", params ? ")" : "");
	for (int i = 0; i < PQntuples(lines); i++)
		read_pgsql_line(&db, plan, lines, i);
	PQclear(lines);
	buf_release(&text);
	pgsql_db_close(&db);
}

/* ---- either ---- */

const char *plan_of(const struct sql *sql)
{
	struct buf plan;
	const char *copy;

	buf_init(&plan, SIZE_MAX);
	if (plan_is_sqlite())
		explain_in_sqlite(plan_text(sql), &plan);
	else
		explain_in_pgsql(sql, &plan);
	copy = arena_str(&f.arena, buf_str(&plan));
	buf_release(&plan);
	return copy;
}
