/*
 * limits.c: the limits that an organization's settings put on its invites:
 * which domains, how many seats, how many mails a day, how many invites a
 * minute.
 *
 * Nothing is counted for an organization that sets no limit. For one that does,
 * its rights row is locked first, so that a count stays true until the write
 * that relies on it, whatever other daemons do.
 *
 * How often something was done within a period is counted in a row, in the same
 * transaction: so the limit holds for all daemons together, and after a
 * restart. A period begins with the first use. Each new row deletes a few old
 * ones.
 */
#include "base/base.h"

#include "base/clock.h"
#include "store/invites/create.h"
#include "store/rows.h"

#define DAY_SECONDS    (DAY_MS / 1000)
#define MINUTE_SECONDS (MINUTE_MS / 1000)
#define A_FEW	       8  /* old rows that go for a new one */
#define CLOCKS_APART   60 /* seconds that another daemon's clock may be ahead */

/* ---- how often within a time ---- */

struct rate {
	int64_t organization;
	int64_t subject; /* the hash of an address; minus the id of a key */
	int64_t since, count;
};

#define RATE_TABLE(FIRST, MORE)                                  \
	FIRST(NUMBER, "organization", struct rate, organization) \
	MORE(SIGNED, "subject", struct rate, subject)            \
	MORE(NUMBER, "since", struct rate, since)                \
	MORE(NUMBER, "count", struct rate, count)

TABLE(rate, "rate", RATE_TABLE);

STATEMENT(rate_find, .text = "SELECT since, count FROM rate"
			     " WHERE organization = ?1 AND subject = ?2");

/* How often it was done, and in how many seconds its period ends. A row from
 * the future was written by a wrong clock, and does not count. */
static int64_t rate_of(const struct work *work, int64_t subject,
		       int64_t seconds, int64_t *ret_wait)
{
	struct statement *st = db_statement(work->db, &sql_rate_find);
	int64_t age, count = 0;

	*ret_wait = 0;
	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, subject);
	if (!db_row(work->db, st))
		return 0;
	age = work->now - column_i64(st, 0);
	if (age < seconds && age > -CLOCKS_APART) {
		count = column_i64(st, 1);
		*ret_wait = seconds - age;
	}
	db_done(st);
	return count;
}

#define STILL "rate.since > ?4 AND rate.since < ?5"
STATEMENT(
    rate_add,
    .text =
	"INSERT INTO rate(organization, subject, since, count)"
	" VALUES(?1, ?2, ?3, 1) ON CONFLICT(organization, subject) DO UPDATE"
	" SET count = CASE WHEN " STILL " THEN rate.count + 1 ELSE 1 END,"
	" since = CASE WHEN " STILL " THEN rate.since ELSE excluded.since END");

#define OLDEST                                                            \
	"SELECT subject FROM rate WHERE organization = ?1 AND since < ?2" \
	" ORDER BY organization, since LIMIT ?3"
STATEMENT(rate_forget,
	  .text = "DELETE FROM rate WHERE organization = ?1"
		  " AND subject IN (" OLDEST ")",
	  .pgsql = "DELETE FROM rate WHERE organization = ?1"
		   " AND subject = ANY(ARRAY(" OLDEST "))");

size_t limits_forget(const struct work *work, int64_t most)
{
	struct statement *st = db_statement(work->db, &sql_rate_forget);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, work->now - DAY_SECONDS);
	db_bind_i64(st, 3, most);
	return (size_t)db_run_counting(work->db, st);
}

static void rate_add(const struct work *work, int64_t subject, int64_t seconds)
{
	struct statement *st = db_statement(work->db, &sql_rate_add);

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, subject);
	db_bind_i64(st, 3, work->now);
	db_bind_i64(st, 4, work->now - seconds);
	db_bind_i64(st, 5, work->now + CLOCKS_APART);
	db_run(work->db, st);
	(void)limits_forget(work, A_FEW);
}

/* ---- seats ---- */

STATEMENT(seats_take, .text = "SELECT 1 FROM rights WHERE organization = ?1",
	  .pgsql = "SELECT 1 FROM rights WHERE organization = ?1 FOR UPDATE");

/* Counting stops at the limit. */
#define PENDING_SEATS(index)                                         \
	"(SELECT count(*) FROM (SELECT 1 FROM invite" index          \
	" WHERE organization = ?1 AND state = 0 AND expires_at > ?2" \
	" LIMIT ?3) p)"
#define PENDING_HERE PENDING_SEATS(INDEXED_BY("invite_expiry"))
STATEMENT(seats_taken,
	  .text = "SELECT (SELECT count(*) FROM (SELECT 1 FROM user"
		  " INDEXED BY user_present WHERE organization = ?1"
		  " AND removed_at = 0 LIMIT ?3) m) + " PENDING_HERE,
	  .pgsql = "SELECT (SELECT count(*) FROM (SELECT 1 FROM \"user\""
		   " WHERE organization = ?1 AND -removed_at = 0 LIMIT ?3) m)"
		   " + " PENDING_SEATS(""));

static int64_t count_seats(const struct work *work, int64_t most)
{
	struct statement *st = db_statement(work->db, &sql_seats_taken);
	int64_t count;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, work->now);
	db_bind_i64(st, 3, most);
	if (!db_row(work->db, st))
		return most;
	count = column_i64(st, 0);
	db_done(st);
	return count;
}

static void hold_seats(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_seats_take);

	db_bind_i64(st, 1, work->organization);
	if (db_row(work->db, st))
		db_done(st);
}

/* ---- seats, mails and invites that are left ---- */

void limits_hold(const struct work *work)
{
	struct limits *limits = &work->db->limits;
	int64_t key = work->actor.key, most;

	if (!work->limited ||
	    (limits->organization == work->organization && limits->key == key))
		return;
	hold_seats(work);
	*limits = (struct limits){ .organization = work->organization,
				   .key = key,
				   .seats_left = INT64_MAX,
				   .invites_left = INT64_MAX };
	find_settings(work, &limits->settings);
	most = limits->settings.max_seats;
	if (most)
		limits->seats_left = most - count_seats(work, most);
	most = limits->settings.invites_per_minute;
	if (most)
		limits->invites_left =
		    most -
		    rate_of(work, -key, MINUTE_SECONDS, &limits->wait_seconds);
	if (!limits->wait_seconds) /* none yet: it begins with the next */
		limits->wait_seconds = MINUTE_SECONDS;
}

enum result limits_check(const struct work *work,
			 const struct creation *creation)
{
	const struct limits *limits = &work->db->limits;

	if (!work->limited)
		return RESULT_OK;
	if (!settings_allow_address(&limits->settings, creation->in->email.key))
		return RESULT_DOMAIN_NOT_ALLOWED;
	if (limits->seats_left <= 0)
		return RESULT_SEAT_LIMIT_REACHED;
	if (limits->invites_left > 0)
		return RESULT_OK;
	creation->out->wait_seconds = limits->wait_seconds;
	return RESULT_INVITES_PER_MINUTE;
}

void limits_count_invite(const struct work *work)
{
	struct limits *limits = &work->db->limits;

	if (!work->limited)
		return;
	if (limits->settings.max_seats)
		limits->seats_left--;
	if (!limits->settings.invites_per_minute)
		return;
	limits->invites_left--;
	rate_add(work, -work->actor.key, MINUTE_SECONDS);
}

/* ---- mails ---- */

static int64_t address_of(const struct work *work, const char *email_key)
{
	return hash63(work->db->hash_key, str_of(email_key));
}

/* Whether the address has had as many mails as allowed; and for how long that
 * lasts. */
static bool has_had(const struct work *work, int64_t most,
		    const char *email_key, int64_t *ret_wait)
{
	return most && rate_of(work, address_of(work, email_key), DAY_SECONDS,
			       ret_wait) >= most;
}

enum result limits_check_mail(const struct work *work, const char *email_key,
			      struct invite_create_out *out)
{
	int64_t wait;

	if (!work->limited ||
	    !has_had(work, work->db->limits.settings.mails_per_day, email_key,
		     &wait))
		return RESULT_OK;
	out->wait_seconds = wait;
	return RESULT_MAILS_PER_DAY;
}

void limits_count_mail(const struct work *work, const char *email_key)
{
	if (work->limited && work->db->limits.settings.mails_per_day)
		rate_add(work, address_of(work, email_key), DAY_SECONDS);
}

bool limits_spare_mail(const struct work *work,
		       const struct organization_settings *settings,
		       const char *email_key)
{
	int64_t most = settings->mails_per_day, wait;

	if (has_had(work, most, email_key, &wait))
		return false;
	if (most)
		rate_add(work, address_of(work, email_key), DAY_SECONDS);
	return true;
}
