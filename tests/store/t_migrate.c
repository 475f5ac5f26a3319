/*
 * t_migrate.c: a database that an older program left behind is brought up to
 * date, and what lay in it is as it was.
 *
 * The older schema is made from today's, by taking the steps back.
 */
#include "base/base.h"
#include "fixture.h"

/* What takes each step back, but for the first. */
static const char *const back[] = {
	"ALTER TABLE invite DROP COLUMN projects_sent",
};

static bool is_sqlite(void)
{
	return strcmp(f.engine->name, "sqlite") == 0;
}

static int64_t steps_taken(void)
{
	return is_sqlite() ? sql("PRAGMA user_version")
			   : sql("SELECT split_part(value, ' ', 1) FROM meta"
				 " WHERE key = 'schema'");
}

/* The database as a program with only the first step has it; then closed. */
static void go_back(void)
{
	close_store();
	for (size_t i = COUNT_OF(back); i-- > 0;)
		sql("%s", back[i]);
	if (is_sqlite())
		sql("PRAGMA user_version = 1");
	else
		sql("UPDATE meta SET value = '1 1' WHERE key = 'schema'");
}

/* Without this, a test of a new step would be forgotten. */
START_TEST(test_every_step_can_be_taken_back)
{
	ck_assert_int_eq(steps_taken(), 1 + COUNT_OF(back));
	go_back();
	ck_assert_int_eq(steps_taken(), 1);
	open_store();
	ck_assert_int_eq(steps_taken(), 1 + COUNT_OF(back));
	assert_sound();
}
END_TEST

START_TEST(test_invites_of_an_older_program_stay_as_they_were)
{
	const struct grant grants[] = { { f.project, PROJECT_OWNER },
					{ add_project("P"), PROJECT_MEMBER } };
	struct store_op op = invite_op("ada@example.com");
	struct invite invite;

	op.invite_create.default_project = false;
	op.invite_create.grants = grants_of(2, grants);
	assert_granted(&op);
	go_back();
	open_store();
	invite = invite_now(op.invite_create.ret_invite.id);
	ck_assert_str_eq(invite.email, "ada@example.com");
	ck_assert_uint_eq(invite.grants.count, 2);
	ck_assert_int_eq(invite.grants.at[0].project, f.project);
	ck_assert_int_eq(invite.grants.at[0].role, PROJECT_OWNER);
	assert_granted(&op);
	ck_assert(!op.invite_create.ret_created);
}
END_TEST

/* What an older daemon beside ours reads and insists on. */
START_TEST(test_older_programs_find_projects_sorted)
{
	const struct grant grants[] = { { add_project("P"), PROJECT_MEMBER },
					{ f.project, PROJECT_OWNER } };
	struct store_op op = invite_op("ada@example.com");

	op.invite_create.default_project = false;
	op.invite_create.grants = grants_of(2, grants);
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT count(*) FROM invite"
			     " WHERE projects = '[[%lld,1],[%lld,0]]'",
			     (long long)f.project,
			     (long long)grants[0].project),
			 1);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_every_step_can_be_taken_back);
	tcase_add_test(tests,
		       test_invites_of_an_older_program_stay_as_they_were);
	tcase_add_test(tests, test_older_programs_find_projects_sorted);
}

int main(int argc, char **argv)
{
	return store_tests("migrate", argc, argv, add);
}
