/*
 * t_migrate.c: a database that an older program left behind is brought up to
 * date, and what lay in it is as it was.
 *
 * The older schema is made from today's, by taking the steps back.
 */
#include "base/base.h"
#include "fixture.h"

#include "store/steps/steps.h"

/* What takes each step back, but for the first; NULL where nothing has to. */
static const char *const back[] = {
	"ALTER TABLE invite DROP COLUMN projects_sent",
	"ALTER TABLE invite DROP COLUMN declined_at",
	NULL,
	"ALTER TABLE project DROP COLUMN residency;"
	"ALTER TABLE project DROP COLUMN geography;"
	"ALTER TABLE project DROP COLUMN external_key_id",
	"ALTER TABLE admin_key DROP COLUMN expires_at;"
	"ALTER TABLE admin_key DROP COLUMN \"user\";"
	"DROP TABLE rights",
	"DROP TABLE \"group\"; DROP TABLE group_user",
	"ALTER TABLE \"group\" DROP COLUMN role;"
	"DROP TABLE project_group; DROP INDEX group_user_of",
	"ALTER TABLE audit DROP COLUMN \"user\";"
	"ALTER TABLE audit DROP COLUMN project;"
	"ALTER TABLE audit DROP COLUMN detail;"
	"ALTER TABLE audit DROP COLUMN side_hash;"
	"DROP TABLE audit_side",
	"DROP INDEX audit_target",
	"DROP INDEX user_present; DROP INDEX user_owner;"
	"DROP INDEX project_user_of;"
	"ALTER TABLE \"user\" DROP COLUMN removed_at;"
	"ALTER TABLE \"user\" DROP COLUMN technical_level;"
	"ALTER TABLE \"user\" DROP COLUMN developer_persona;"
	"CREATE INDEX user_list ON \"user\"(organization)",
	"DROP TABLE role; DROP TABLE role_assignment",
	"DROP INDEX invite_expiry",
	"DROP INDEX outbox_unreached;"
	"ALTER TABLE outbox DROP COLUMN unreached",
	"DROP INDEX admin_key_present",
	"DROP INDEX invite_withdrawn",
	"DROP TABLE service_account; DROP TABLE project_key",
	"ALTER TABLE project_key DROP COLUMN models;"
	"ALTER TABLE project_key DROP COLUMN lifetime",
	"DROP INDEX invite_inviter;"
	"ALTER TABLE invite DROP COLUMN inviter_name;"
	"ALTER TABLE invite DROP COLUMN inviter_email;"
	"ALTER TABLE invite DROP COLUMN inviter_key",
	"DROP TABLE organization_settings",
	"DROP INDEX invite_trouble",
	"ALTER TABLE organization_settings"
	" DROP COLUMN max_key_lifetime_seconds;"
	"ALTER TABLE project DROP COLUMN max_key_lifetime_seconds",
	"ALTER TABLE organization_settings DROP COLUMN locale;"
	"ALTER TABLE invite DROP COLUMN locale",
	"DROP TABLE once",
	"ALTER TABLE invite DROP COLUMN metadata;"
	"ALTER TABLE \"user\" DROP COLUMN metadata",
	"ALTER TABLE organization_settings DROP COLUMN allowed_domains;"
	"ALTER TABLE organization_settings DROP COLUMN max_seats",
	"DROP INDEX outbox_notice; DROP INDEX project_key_warn;"
	"ALTER TABLE outbox DROP COLUMN kind;"
	"ALTER TABLE outbox DROP COLUMN subject;"
	"ALTER TABLE outbox DROP COLUMN recipient;"
	"ALTER TABLE project_key DROP COLUMN warn_at;"
	"ALTER TABLE project_key DROP COLUMN warned",
	"DROP INDEX invite_external; DROP INDEX user_external;"
	"ALTER TABLE invite DROP COLUMN external_id;"
	"ALTER TABLE \"user\" DROP COLUMN external_id",
	"DROP TABLE rate;"
	"ALTER TABLE organization_settings DROP COLUMN mails_per_day;"
	"ALTER TABLE organization_settings DROP COLUMN invites_per_minute",
	"DROP TABLE webhook; DROP TABLE webhook_event;"
	"DROP TABLE webhook_attempt",
	"ALTER TABLE organization_settings DROP COLUMN sender_email;"
	"ALTER TABLE organization_settings DROP COLUMN sender_name",
	"DROP TABLE invite_mark;"
	"ALTER TABLE invite DROP COLUMN other_hash;"
	"ALTER TABLE invite DROP COLUMN reminder;"
	"ALTER TABLE invite DROP COLUMN reminded_at;"
	"ALTER TABLE invite DROP COLUMN expiry_told;"
	"ALTER TABLE organization_settings DROP COLUMN reminder_hours_before",
	"DROP TABLE blocked_address;"
	"ALTER TABLE invite DROP COLUMN opted_out_at;"
	"ALTER TABLE invite DROP COLUMN resend_requested_at",
	"ALTER TABLE project_key DROP COLUMN replaced_by",
};

/* What came to PostgreSQL with step 13, and was always in SQLite. */
static const char later_there[] = "DROP INDEX invite_list, project_active";

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
	if (!is_sqlite())
		sql("%s", later_there);
	for (size_t i = COUNT_OF(back); i-- > 0;) {
		if (back[i])
			sql("%s", back[i]);
	}
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

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(2, grants);
	assert_granted(&op);
	go_back();
	open_store();
	invite = invite_now(out_of(&op, invite_create_out)->invite.id);
	ck_assert_str_eq(invite.email, "ada@example.com");
	ck_assert_uint_eq(invite.grants.count, 2);
	ck_assert_int_eq(invite.grants.at[0].project, f.project);
	ck_assert_int_eq(invite.grants.at[0].role, PROJECT_OWNER);
	assert_granted(&op);
	ck_assert(!out_of(&op, invite_create_out)->created);
}
END_TEST

/* Invites that an older program let go, with its audit event or, for what it
 * is worth, without. */
static int64_t declined_before(const char *address, int64_t expires_at,
			       bool event)
{
	struct store_op create = invited(address);
	struct store_op op =
	    answer_op(&verb_invitation_decline, token_of(&create));
	int64_t id = out_of(&create, invite_create_out)->invite.id;

	f.now_ms += HOUR_MS;
	op.now_ms = f.now_ms;
	assert_granted(&op);
	sql("UPDATE invite SET expires_at = %lld WHERE id = %lld",
	    (long long)expires_at, (long long)id);
	if (!event)
		sql("DELETE FROM audit WHERE type = 4 AND target = %lld",
		    (long long)id);
	return id;
}

static void assert_declined(int64_t id, int64_t declined_at, int64_t expires_at)
{
	struct invite invite = invite_now(id);

	ck_assert_int_eq(invite.state, INVITE_DECLINED);
	ck_assert_int_eq(invite.declined_at, declined_at);
	ck_assert_int_eq(invite.expires_at, expires_at);
}

START_TEST(test_what_was_declined_before_says_when)
{
	int64_t start = f.now_ms / 1000, hour = HOUR_MS / 1000;
	int64_t far = declined_before("far@example.com", start + TTL, true);
	int64_t near = declined_before("near@example.com", start + 10, true);
	int64_t lost = declined_before("lost@example.com", start + TTL, false);
	struct store_op open = invited("open@example.com");
	struct invite invite;

	go_back();
	open_store();
	assert_declined(far, start + hour, start + hour);
	assert_declined(near, start + 2 * hour, start + 10);
	assert_declined(lost, start + 2 * hour, start + 2 * hour);
	invite = invite_now(out_of(&open, invite_create_out)->invite.id);
	ck_assert_int_eq(invite.declined_at, 0);
	ck_assert_int_eq(invite.expires_at,
			 out_of(&open, invite_create_out)->invite.expires_at);
}
END_TEST

START_TEST(test_events_of_an_older_program_say_who_accepted)
{
	int64_t user = member("ada@example.com");

	(void)invited("bob@example.com");
	go_back();
	open_store();
	ck_assert_int_eq(sql("SELECT count(*) FROM audit WHERE type IN (2, 5)"
			     " AND \"user\" = %lld",
			     (long long)user),
			 2);
	ck_assert_int_eq(rows("audit WHERE \"user\" <> 0"), 2);
}
END_TEST

/* What an older daemon beside ours reads and insists on. */
START_TEST(test_older_programs_find_projects_sorted)
{
	const struct grant grants[] = { { add_project("P"), PROJECT_MEMBER },
					{ f.project, PROJECT_OWNER } };
	struct store_op op = invite_op("ada@example.com");

	in_of(&op, invite_create_in)->default_project = false;
	in_of(&op, invite_create_in)->grants = grants_of(2, grants);
	assert_granted(&op);
	ck_assert_int_eq(sql("SELECT count(*) FROM invite"
			     " WHERE projects = '[[%lld,1],[%lld,0]]'",
			     (long long)f.project,
			     (long long)grants[0].project),
			 1);
}
END_TEST

/* The keys as older programs made them, where they took "ss" for the same. */
static void make_keys_old(void)
{
	sql("UPDATE invite SET email_key = 'strasse@example.com',"
	    " address_hash = 1 WHERE email = 'stra\u00DFe@example.com'");
	sql("UPDATE \"user\" SET email_key = 'weiss@example.com'"
	    " WHERE email = 'wei\u00DF@example.com'");
	sql("DELETE FROM meta WHERE key = 'addresses'");
}

START_TEST(test_addresses_with_keys_of_an_older_program_are_found)
{
	struct store_op invite = invited("stra\u00DFe@example.com");
	struct store_op member = invited("wei\u00DF@example.com");
	struct store_op op =
	    answer_op(&verb_invitation_accept, token_of(&member));

	assert_granted(&op);
	make_keys_old();
	close_store();
	open_store();
	op = invite_op("stra\u00DFe@example.com");
	assert_granted(&op);
	ck_assert(!out_of(&op, invite_create_out)->created);
	ck_assert_int_eq(out_of(&op, invite_create_out)->invite.id,
			 out_of(&invite, invite_create_out)->invite.id);
	op = invite_op("strasse@example.com");
	assert_granted(&op);
	ck_assert(out_of(&op, invite_create_out)->created);
	op = invite_op("wei\u00DF@example.com");
	assert_ends(&op, RESULT_USER_EXISTS);
	op = invite_op("weiss@example.com");
	assert_granted(&op);
	assert_sound();
}
END_TEST

START_TEST(test_every_step_is_worded_for_each_engine)
{
	for (size_t number = 1; number <= step_count(); number++) {
		const struct step *step = step_number(number);

		ck_assert_ptr_nonnull(step->sqlite);
		ck_assert_ptr_nonnull(step->pgsql[0]);
		ck_assert_ptr_null(step->pgsql[COUNT_OF(step->pgsql) - 1]);
		ck_assert_uint_ge(step->oldest, 1);
		ck_assert_uint_le(step->oldest, number);
	}
	ck_assert_ptr_null(step_number(step_count() + 1));
	ck_assert_int_eq((int64_t)step_count(), steps_taken());
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_every_step_is_worded_for_each_engine);
	tcase_add_test(tests, test_every_step_can_be_taken_back);
	tcase_add_test(tests,
		       test_invites_of_an_older_program_stay_as_they_were);
	tcase_add_test(tests, test_what_was_declined_before_says_when);
	tcase_add_test(tests, test_events_of_an_older_program_say_who_accepted);
	tcase_add_test(tests,
		       test_addresses_with_keys_of_an_older_program_are_found);
	tcase_add_test(tests, test_older_programs_find_projects_sorted);
}

int main(int argc, char **argv)
{
	return store_tests("migrate", argc, argv, add);
}
