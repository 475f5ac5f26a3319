/*
 * t_plans.c: by which index each statement finds its rows, and how many a list
 * visits: in a database that one organization nearly fills, before and after
 * the planner has got statistics of it.
 *
 * A statement is looked for in plan_table.c. One that reads no table needs no
 * line; for any other without one the test fails, and shows the line that
 * describes its plan of today.
 */
#include "base/base.h"
#include "fixture.h"
#include "plan.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/buf.h"
#include "store/pgsql/db.h"
#include "store/table.h"

/* ---- a database that one organization nearly fills ---- */

/*
 * Rows FIRST to FIRST + MANY, newer than anything else. Its invites, from the
 * oldest on: FEW are pending, and a quarter each accepted, declined (all by
 * ada@example.com), expired and withdrawn; so what a list wants lies behind
 * all that it does not.
 */
#define MANY	20000
#define FEW	5
#define FIRST	9000000000000000000

#define QUARTER "((i - " PGSQL_TEXT(FIRST) ") / 5001)"
#define IS_FEW	"i - " PGSQL_TEXT(FIRST) " < " PGSQL_TEXT(FEW)

static int64_t many, ada; /* the organization; the address's hash */

/* What stands in a column of row `i`, where that is not `i` itself. */
static const struct {
	const char *table, *column, *value;
} values[] = {
	{ "project", "archived_at", "CASE WHEN " IS_FEW " THEN 0 ELSE 1 END" },
	{ "project_user", "project", PGSQL_TEXT(FIRST) },
	{ "group_user", "group", PGSQL_TEXT(FIRST) },
	{ "rights", "organization", "i" },
	{ "blocked_address", "address_hash", "i" },
	{ "organization_settings", "organization", "i" },
	{ "webhook", "organization", "i" }, /* one has 20 at most */
	{ "invite_mark", "organization", "i" },
	{ "invite", "other_hash", "NULL" },
	{ "project_key", "revoked_at", "0" },
	{ "invite", "state",
	  "CASE WHEN " IS_FEW " THEN 0 WHEN " QUARTER " = 0 THEN 1"
	  " WHEN " QUARTER " = 1 THEN 3 WHEN " QUARTER " = 2 THEN 0"
	  " ELSE 2 END" },
	{ "invite", "expires_at",
	  "CASE WHEN " IS_FEW " THEN i ELSE " QUARTER " END" },
	{ "invite", "email",
	  "CASE " QUARTER " WHEN 1 THEN 'ada@example.com'"
	  " ELSE 'text' || i END" },
	{ "invite", "email_key", "NULL" },
	{ "invite", "delivery_attempts", "0" },
	{ "invite", "projects", "'[]'" },
	{ "invite", "projects_sent", "NULL" },
	{ "invite", "skipped", "NULL" },
};

static const char *value_of(const struct table *table,
			    const struct column *column)
{
	for (size_t i = 0; i < COUNT_OF(values); i++) {
		if (strcmp(values[i].table, table->name) == 0 &&
		    strcmp(values[i].column, column->name) == 0)
			return values[i].value;
	}
	if (strcmp(column->name, "organization") == 0)
		return arena_printf(&f.arena, "%lld", (long long)many);
	if (strcmp(column->name, "address_hash") == 0)
		return arena_printf(&f.arena,
				    "CASE " QUARTER " WHEN 1 THEN %lld"
				    " ELSE i END",
				    (long long)ada);
	if (column->type == COLUMN_TEXT)
		return "'text' || i";
	if (column->type == COLUMN_BLOB)
		return plan_is_sqlite() ? "randomblob(32)"
					: "sha256(i::text::bytea)";
	return column->words ? "1" : "i";
}

static void fill_table(const struct table *table)
{
	struct buf text;

	buf_init(&text, SIZE_MAX);
	buf_addf(&text,
		 "WITH RECURSIVE n(i) AS (SELECT %lld UNION ALL"
		 " SELECT i + 1 FROM n WHERE i < %lld) INSERT INTO ",
		 (long long)FIRST, (long long)FIRST + MANY);
	table_add_name(&text, table);
	buf_add_char(&text, '(');
	table_add_columns(&text, table);
	buf_add_text(&text, ") SELECT ");
	for (size_t i = 0; i < table->count; i++)
		buf_addf(&text, "%s%s", i ? ", " : "",
			 value_of(table, &table->columns[i]));
	buf_add_text(&text, " FROM n");
	ck_assert(buf_ok(&text));
	f.engine->sql(f.url, text.data);
	buf_release(&text);
}

/* And what the organization of the beginning has. */
static void fill(void)
{
	for (int i = 0; i < FEW; i++)
		(void)member(arena_printf(&f.arena, "u%d@example.com", i));
	(void)invited("ada@example.com");
	ada = sql("SELECT address_hash FROM invite WHERE state = 0");
	many = add_organization("Many");
	for (size_t i = 0; i < table_count; i++)
		fill_table(tables[i]);
}

/* ---- plans ---- */

/* "table.index", or "table.index/other" for either. */
static bool is_access(struct str wanted, struct str got)
{
	struct str table, indexes, index, got_table, got_index;
	bool more;

	if (str_eq(wanted, got))
		return true;
	if (!str_cut(wanted, '.', &table, &indexes) ||
	    !str_cut(got, '.', &got_table, &got_index) ||
	    !str_eq(table, got_table))
		return false;
	do {
		more = str_cut(indexes, '/', &index, &indexes);
		if (str_eq(index, got_index))
			return true;
	} while (more);
	return false;
}

#define WORDS_MAX 32

static size_t words_of(struct str text, struct str words[WORDS_MAX])
{
	size_t count = 0;
	bool more;

	do {
		ck_assert_uint_lt(count, WORDS_MAX);
		more = str_cut(text, ' ', &words[count++], &text);
	} while (more);
	return count;
}

/* In any order: what is looked up first, of two things that do not depend on
 * each other, is the database's to choose. */
static bool is_plan(struct str wanted, struct str got)
{
	struct str words[WORDS_MAX], accesses[WORDS_MAX];
	size_t count = words_of(wanted, words);
	size_t left = words_of(got, accesses);

	for (size_t i = 0; i < count; i++) {
		size_t at = 0;

		while (at < left && !is_access(words[i], accesses[at]))
			at++;
		if (at == left)
			return false;
		accesses[at] = accesses[--left];
	}
	return left == 0;
}

/* One plan, or several with a "|" between. */
static bool agrees(const char *wanted, const char *got)
{
	struct str rest = str_of(wanted), plan;
	bool more;

	do {
		more = str_cut(rest, '|', &plan, &rest);
		if (is_plan(plan, str_of(got)))
			return true;
	} while (more);
	return false;
}

static void compare(const struct sql *sql, struct buf *wrong)
{
	const struct plan *plan = plan_named(sql->name);
	const char *wanted = "", *got = plan_of(sql);

	if (plan)
		wanted = !plan_is_sqlite() && plan->pgsql ? plan->pgsql
							  : plan->sqlite;
	if (agrees(wanted, got) || !strchr(got, '.'))
		return;
	if (plan)
		buf_addf(wrong, "\n%s: goes by \"%s\" instead of \"%s\"",
			 sql->name, got, wanted);
	else
		buf_addf(
		    wrong,
		    "\nsql_%s has no line in tests/store/plan_table.c; on %s"
		    " it is { \"%s\", \"%s\" },",
		    sql->name, f.engine->name, sql->name, got);
}

static void assert_plans(const char *when)
{
	struct buf wrong;

	buf_init(&wrong, SIZE_MAX);
	FOR_EACH_STATEMENT(at)
	{
		if (plan_text(*at))
			compare(*at, &wrong);
	}
	/* More than an assertion's message may hold. */
	if (wrong.len > 0)
		fprintf(stderr, "%s:%s\n", when, wrong.data);
	ck_assert_msg(wrong.len == 0, "other plans %s: see above", when);
	buf_release(&wrong);
}

START_TEST(test_each_statement_goes_by_its_index)
{
	fill();
	close_store();
	assert_plans("without statistics");
	f.engine->sql(f.url, "ANALYZE");
	assert_plans("with statistics");
}
END_TEST

/* ---- what a list visits ---- */

/*
 * The most that a page may cost, of PAGE rows: the lists that are merged of
 * several take a page from each. SQLite counts its own steps, some twenty a
 * row; PostgreSQL the rows that it found or threw away. Of events it looks at a
 * chunk first, and each has rows that are shown beside it.
 */
#define PAGE	     20
#define SQLITE_STEPS 5000
#define PGSQL_ROWS   (5 * (PAGE + 1))
#define PGSQL_EVENTS (256 + 10 * (PAGE + 1))

int __real_sqlite3_step(sqlite3_stmt *st);
int __wrap_sqlite3_step(sqlite3_stmt *st);
int __real_PQsendQueryPrepared(PGconn *conn, const char *name, int count,
			       const char *const *params, const int *lengths,
			       const int *formats, int format);
int __wrap_PQsendQueryPrepared(PGconn *conn, const char *name, int count,
			       const char *const *params, const int *lengths,
			       const int *formats, int format);

/* Of all threads: one that reads may rest while another goes on. */
static _Atomic int64_t visited;
static atomic_bool watching; /* else there are writes, too */

int __wrap_sqlite3_step(sqlite3_stmt *st)
{
	int code = __real_sqlite3_step(st);

	visited += sqlite3_stmt_status(st, SQLITE_STMTSTATUS_VM_STEP, 1);
	return code;
}

/* The number behind `word`, or 0. */
static int64_t number_behind(const char *line, const char *word)
{
	const char *at = strstr(line, word);
	long long number = 0;

	if (at)
		sscanf(at + strlen(word), "%lld", &number);
	return number;
}

static int64_t rows_of_line(const char *line)
{
	int64_t rows = number_behind(line, "Rows Removed by Filter: ");

	if (strstr(line, " Scan "))
		rows += number_behind(line, "actual rows=") *
			number_behind(line, "loops=");
	return rows;
}

/* What is asked is asked once more, to be explained. */
int __wrap_PQsendQueryPrepared(PGconn *conn, const char *name, int count,
			       const char *const *params, const int *lengths,
			       const int *formats, int format)
{
	PGconn *own = PQconnectdb(f.url);
	struct buf text, explain;
	PGresult *lines;

	if (watching && plan_text(statement_named(name))) {
		ck_assert(pgsql_text_of(statement_named(name), &text));
		buf_init(&explain, SIZE_MAX);
		buf_addf(&explain, "EXPLAIN (ANALYZE, TIMING OFF) %s",
			 text.data);
		PQclear(PQexec(own, "SET enable_seqscan = off;"
				    "SET enable_bitmapscan = off;"
				    "SET enable_incremental_sort = off"));
		lines = PQexecParams(own, explain.data, count, NULL, params,
				     lengths, formats, 0);
		ck_assert_msg(PQresultStatus(lines) == PGRES_TUPLES_OK, "%s",
			      PQerrorMessage(own));
		for (int i = 0; i < PQntuples(lines); i++)
			visited += rows_of_line(PQgetvalue(lines, i, 0));
		PQclear(lines);
		buf_release(&explain);
		buf_release(&text);
	}
	PQfinish(own);
	return __real_PQsendQueryPrepared(conn, name, count, params, lengths,
					  formats, format);
}

/* Lists that are asked for in more ways than one; the others just so. */
static void invites_of_a_status(struct store_op *op, int status)
{
	in_of(op, invite_list_in)->by_status = true;
	in_of(op, invite_list_in)->status = (enum invite_status)status;
}

static void invites_to_ada(struct store_op *op, int number)
{
	(void)number;
	in_of(op, invite_list_in)->email_key = "ada@example.com";
}

static void invites_whose_mail_failed(struct store_op *op, int number)
{
	(void)number;
	in_of(op, invite_list_in)->by_delivery = true;
	in_of(op, invite_list_in)->delivery = DELIVERY_FAILED;
}

static void declined_invites(struct store_op *op, int number)
{
	(void)number;
	in_of(op, invite_list_in)->declined = true;
}

static void archived_projects(struct store_op *op, int number)
{
	(void)number;
	in_of(op, project_list_in)->include_archived = true;
}

static void members_of_a_project(struct store_op *op, int number)
{
	(void)number;
	in_of(op, project_user_list_in)->project =
	    op->organization == many ? FIRST : f.project;
}

static void members_of_a_group(struct store_op *op, int number)
{
	(void)number;
	in_of(op, group_user_list_in)->group = FIRST;
}

static void users_by_address(struct store_op *op, int number)
{
	static const char *keys[] = { "u1@example.com", "ada@example.com" };

	(void)number;
	in_of(op, user_list_in)->email_keys = keys;
	in_of(op, user_list_in)->email_count = COUNT_OF(keys);
}

static const struct question {
	const struct verb *verb;
	void (*ask)(struct store_op *op, int number);
	int number;
} questions[] = {
	{ &verb_invite_list, invites_of_a_status, STATUS_PENDING },
	{ &verb_invite_list, invites_of_a_status, STATUS_ACCEPTED },
	{ &verb_invite_list, invites_of_a_status, STATUS_EXPIRED },
	{ &verb_invite_list, invites_to_ada, 0 },
	{ &verb_invite_list, invites_whose_mail_failed, 0 },
	{ &verb_invite_list, declined_invites, 0 },
	{ &verb_project_list, archived_projects, 0 },
	{ &verb_project_user_list, members_of_a_project, 0 },
	{ &verb_group_user_list, members_of_a_group, 0 },
	{ &verb_user_list, users_by_address, 0 },
};

static int64_t most_of(const struct verb *verb)
{
	if (plan_is_sqlite())
		return SQLITE_STEPS;
	return verb == &verb_audit_log_list ? PGSQL_EVENTS : PGSQL_ROWS;
}

static void assert_visits_a_page(const struct question *question)
{
	struct store_op op = list_op(question->verb, 0, PAGE);

	if (question->ask)
		question->ask(&op, question->number);
	visited = 0;
	watching = true;
	store_call(f.port, &op);
	watching = false;
	if (op.slow)
		return; /* it went where it may visit more */
	ck_assert_msg(visited <= most_of(question->verb),
		      "%s (%d), %s: visits %lld", question->verb->name,
		      question->number,
		      f.organization == many ? "of the many" : "of the few",
		      (long long)visited);
}

static void assert_visits_pages(void)
{
	for (size_t i = 0; i < COUNT_OF(questions); i++)
		assert_visits_a_page(&questions[i]);
	for (size_t i = 0; i < VERB_COUNT; i++) {
		struct question plain = { .verb = all_verbs[i] };

		if (all_verbs[i]->size_out == sizeof(struct list_out))
			assert_visits_a_page(&plain);
	}
}

START_TEST(test_a_list_visits_no_more_than_its_page)
{
	int64_t few = f.organization;

	fill();
	f.engine->sql(f.url, "ANALYZE");
	close_store();
	open_store();
	assert_visits_pages();
	f.organization = many;
	assert_visits_pages();
	f.organization = few;
	close_store();
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_each_statement_goes_by_its_index);
	tcase_add_test(tests, test_a_list_visits_no_more_than_its_page);
}

int main(int argc, char **argv)
{
	return store_tests("plans", argc, argv, add);
}
