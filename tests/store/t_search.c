/*
 * t_search.c: events stay to be found at a bounded cost: by the keys and the
 * one index that there are, whatever is asked for; and what stands at their
 * side can be erased.
 */
#include "base/base.h"
#include "fixture.h"

#include <libpq-fe.h>
#include <sqlite3.h>

#include "store/audit_logs.h"
#include "store/work.h"

/* ---- at whose side something stands ---- */

static struct store_op accept_from(const char *address, const char *agent)
{
	struct store_op create = invited("ada@example.com");
	struct store_op op =
	    answer_op(&verb_invitation_accept, token_of(&create));

	op.actor = (struct actor){ .kind = ACTOR_LINK,
				   .address = address,
				   .agent = agent };
	assert_granted(&op);
	return op;
}

START_TEST(test_who_accepts_leaves_what_is_personal_at_the_side)
{
	struct store_op op = accept_from("192.0.2.1", "Firefox");
	int64_t user = out_of(&op, invitation_out)->user;

	ck_assert_int_eq(sql("SELECT count(*) FROM audit_side s JOIN audit a"
			     " ON a.id = s.event WHERE s.person = %lld"
			     " AND email = 'ada@example.com'"
			     " AND address = '192.0.2.1' AND agent = 'Firefox'"
			     " AND length(salt) = 16"
			     " AND length(side_hash) = 32",
			     (long long)user),
			 2);
	ck_assert_int_eq(rows("audit_side"), 2);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NULL AND type IN"
			      " (2, 5)"),
			 0);
}
END_TEST

START_TEST(test_what_a_key_does_leaves_nothing_at_the_side)
{
	struct store_op op = invite_op("ada@example.com");

	op.actor.address = "192.0.2.1";
	assert_granted(&op);
	(void)add_project("P");
	ck_assert_int_eq(rows("audit_side"), 0);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NOT NULL"), 0);
}
END_TEST

static enum result erase(struct work *work, const void *in, void *out)
{
	(void)out;
	audit_erase(work, ((const struct id_in *)in)->id);
	return RESULT_OK;
}

START_TEST(test_erasure_leaves_the_event_and_nothing_at_its_side)
{
	static const struct verb verb_erase = {
		.name = "erase",
		.size_in = sizeof(struct id_in),
		.run = erase,
	};
	struct store_op accept = accept_from("192.0.2.1", "Firefox");
	int64_t user = out_of(&accept, invitation_out)->user;
	struct store_op op = by_id(&verb_erase, user + 1000);

	assert_granted(&op);
	ck_assert_int_eq(rows("audit_side WHERE email IS NOT NULL"), 2);
	op = by_id(&verb_erase, user);
	assert_granted(&op);
	ck_assert_int_eq(rows("audit_side WHERE email IS NULL AND address IS"
			      " NULL AND agent IS NULL"),
			 2);
	ck_assert_int_eq(sql("SELECT count(DISTINCT salt) FROM audit_side"), 1);
	ck_assert_int_eq(rows("audit WHERE side_hash IS NOT NULL"), 2);
	assert_sound();
}
END_TEST

/* The index leaves that event out, since it is found by its invite's id. */
START_TEST(test_the_event_of_an_invite_has_the_id_behind_it)
{
	for (int i = 0; i < 3; i++) {
		char address[64];

		snprintf(address, sizeof(address), "p%d@example.com", i);
		(void)invited(address);
	}
	ck_assert_int_eq(rows("audit WHERE type = 1 AND id = target + 1"), 3);
	ck_assert_int_eq(rows("audit WHERE type = 1"), 3);
}
END_TEST

/* ---- how the database goes about it ---- */

/* X(statement, whether it is about one thing) */
#define SEARCHES(X)                   \
	X(audit_rows, false)          \
	X(audit_rows_before, false)   \
	X(audit_rows_of, true)        \
	X(audit_rows_of_before, true) \
	X(audit_end, false)           \
	X(audit_end_before, false)    \
	X(audit_end_of, true)         \
	X(audit_end_of_before, true)

#define X(id, by_target) extern const struct sql sql_##id;
SEARCHES(X)
#undef X

static const struct {
	const struct sql *sql;
	bool by_target;
} searches[] = {
#define X(id, by_target) { &sql_##id, by_target },
	SEARCHES(X)
#undef X
};

/* The lines of a plan, one after the other. */
static void sqlite_plan(const struct sql *statement, struct buf *ret)
{
	sqlite3_stmt *st;
	struct buf text;
	sqlite3 *db;

	buf_init(&text, SIZE_MAX);
	buf_addf(&text, "EXPLAIN QUERY PLAN %s", statement->text);
	ck_assert_int_eq(sqlite3_open(strchr(f.url, ':') + 1, &db), SQLITE_OK);
	ck_assert_msg(sqlite3_prepare_v2(db, text.data, -1, &st, NULL) ==
			  SQLITE_OK,
		      "%s", sqlite3_errmsg(db));
	while (sqlite3_step(st) == SQLITE_ROW)
		buf_addf(ret, "%s\n", sqlite3_column_text(st, 3));
	sqlite3_finalize(st);
	sqlite3_close(db);
	buf_release(&text);
}

/* As it is sent, but with $1 for ?1. */
static void add_numbered(struct buf *sql, const char *text)
{
	for (; *text; text++)
		buf_add_char(sql, *text == '?' ? '$' : *text);
}

/* One that suits all values, which the server falls back upon. */
static void pgsql_plan(const struct sql *statement, struct buf *ret)
{
	static const char *const ready[] = {
		"SET plan_cache_mode = force_generic_plan",
		"INSERT INTO audit(id, organization, at, actor, type, target)"
		" SELECT i, 1, i, 0, 2 + i % 9, i / 10 FROM"
		" generate_series(1, 20000) i",
		"ANALYZE audit",
	};
	PGconn *conn = PQconnectdb(f.url);
	struct buf text;
	PGresult *result;

	for (size_t i = 0; i < COUNT_OF(ready); i++)
		PQclear(PQexec(conn, ready[i]));
	buf_init(&text, SIZE_MAX);
	buf_add_text(&text, "PREPARE p AS ");
	add_numbered(&text,
		     statement->pgsql ? statement->pgsql : statement->text);
	result = PQexec(conn, text.data);
	ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s",
		      PQerrorMessage(conn));
	PQclear(result);
	buf_clear(&text);
	buf_addf(&text, "EXPLAIN EXECUTE p(1, 100, 21, 1%s",
		 strstr(statement->text, "?5") ? ", 1" : "");
	if (strstr(statement->text, "?11"))
		buf_add_text(&text, ", 0, 100, '[2]', NULL, NULL, NULL");
	if (strstr(statement->text, "?12"))
		buf_add_text(&text, ", 1");
	buf_add_char(&text, ')');
	result = PQexec(conn, text.data);
	ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s: %s",
		      text.data, PQerrorMessage(conn));
	for (int i = 0; i < PQntuples(result); i++)
		buf_addf(ret, "%s\n", PQgetvalue(result, i, 0));
	PQclear(result);
	PQfinish(conn);
	buf_release(&text);
}

/* No table is read as a whole, and nothing is sorted. */
START_TEST(test_a_search_goes_by_a_key_or_the_index)
{
	static const char *const wrong[] = { "SCAN a", "SCAN t", "TEMP B-TREE",
					     "Seq Scan on", "Sort" };
	const char *index = searches[_i].by_target ? "audit_target" : NULL;
	struct buf plan;

	buf_init(&plan, SIZE_MAX);
	if (strcmp(f.engine->name, "sqlite") == 0)
		sqlite_plan(searches[_i].sql, &plan);
	else
		pgsql_plan(searches[_i].sql, &plan);
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		ck_assert_msg(!strstr(plan.data, wrong[i]), "%s: %s",
			      searches[_i].sql->name, plan.data);
	ck_assert_msg(!index || strstr(plan.data, index), "%s: %s",
		      searches[_i].sql->name, plan.data);
	buf_release(&plan);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests,
		       test_who_accepts_leaves_what_is_personal_at_the_side);
	tcase_add_test(tests, test_what_a_key_does_leaves_nothing_at_the_side);
	tcase_add_test(tests,
		       test_erasure_leaves_the_event_and_nothing_at_its_side);
	tcase_add_test(tests, test_the_event_of_an_invite_has_the_id_behind_it);
	tcase_add_loop_test(tests, test_a_search_goes_by_a_key_or_the_index, 0,
			    COUNT_OF(searches));
}

int main(int argc, char **argv)
{
	return store_tests("search", argc, argv, add);
}
