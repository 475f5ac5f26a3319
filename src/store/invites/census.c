/*
 * census.c: invites and seats of all organizations, a slice at a time.
 *
 * A counter in the database would be a row that every create changes; counting
 * all rows would cost more from year to year.
 */
#include "base/base.h"

#include "store/invites/census.h"

#include "store/engine.h"
#include "store/work.h"

STATEMENT(census_invites,
	  .text = "SELECT state, delivery,"
		  " CASE WHEN expires_at > ?2 THEN 1 ELSE 0 END,"
		  " count(*), max(id)"
		  " FROM (SELECT id, state, delivery, expires_at FROM invite"
		  "  WHERE id > ?1 ORDER BY id LIMIT ?3) i"
		  " GROUP BY 1, 2, 3");

/* Invites that are alike. */
struct group {
	int64_t state, delivery;
	bool in_time;
	int64_t count;
};

/* Other numbers are not a status. */
static int status_of(const struct group *group)
{
	switch (group->state) {
	case INVITE_OPEN:
		return group->in_time ? CENSUS_PENDING : CENSUS_EXPIRED;
	case INVITE_ACCEPTED:
		return CENSUS_ACCEPTED;
	case INVITE_DECLINED:
		return CENSUS_DECLINED;
	default:
		return -1;
	}
}

static void add_group(struct census_invites *invites, const struct group *group)
{
	int status = status_of(group);

	if (status < 0)
		return;
	invites->by_status[status] += group->count;
	if (vocabulary_has(&delivery_statuses, group->delivery))
		invites->by_delivery[group->delivery] += group->count;
}

static void count_invites(const struct work *work, const struct census_in *in,
			  struct census_out *out)
{
	struct statement *st = db_statement(work->db, &sql_census_invites);
	int64_t seen = 0, last = 0;

	db_bind_i64(st, 1, in->invites_after);
	db_bind_i64(st, 2, work->now);
	db_bind_i64(st, 3, in->limit);
	while (db_row(work->db, st)) {
		const struct group group = {
			.state = column_i64(st, 0),
			.delivery = column_i64(st, 1),
			.in_time = column_i64(st, 2) != 0,
			.count = column_i64(st, 3),
		};

		add_group(&out->invites, &group);
		seen += group.count;
		if (column_i64(st, 4) > last)
			last = column_i64(st, 4);
	}
	out->invites_next = seen >= in->limit ? last : 0;
}

/* Without a limit that can be counted, 0 of 0. */
#define OF_LIMITED(count) \
	"CASE WHEN s.max_seats BETWEEN 1 AND ?4 THEN (" count ") ELSE 0 END"
#define MEMBERS_IN(table, present)                    \
	"(SELECT count(*) FROM (SELECT 1 FROM " table \
	" WHERE organization = s.organization"        \
	" AND " present " LIMIT ?4) m)"
#define PENDING_IN(index)                                    \
	"(SELECT count(*) FROM (SELECT 1 FROM invite" index  \
	" WHERE organization = s.organization AND state = 0" \
	" AND expires_at > ?2 LIMIT ?4) p)"
#define SEATS_OF(members, pending)                         \
	"SELECT s.organization, s.max_seats, " OF_LIMITED( \
	    members " + " pending) FROM_LIMITS
#define FROM_LIMITS                                       \
	" FROM (SELECT organization, max_seats FROM"      \
	"  organization_settings WHERE organization > ?1" \
	"  ORDER BY organization LIMIT ?3) s"
#define MEMBERS_HERE \
	MEMBERS_IN("user INDEXED BY user_present", "removed_at = 0")
#define PENDING_HERE PENDING_IN(INDEXED_BY("invite_expiry"))
#define MEMBERS	     MEMBERS_IN("\"user\"", "-removed_at = 0")
STATEMENT(census_seats, .text = SEATS_OF(MEMBERS_HERE, PENDING_HERE),
	  .pgsql = SEATS_OF(MEMBERS, PENDING_IN("")));

static void add_seats(struct census_seats *seats, int64_t limit, int64_t taken)
{
	int64_t full;

	if (limit <= 0 || limit > CENSUS_SEATS)
		return;
	full = taken * 1000000 / limit;
	seats->limited++;
	seats->limit += limit;
	seats->taken += taken;
	if (full > seats->fullest)
		seats->fullest = full;
}

static void count_seats(const struct work *work, const struct census_in *in,
			struct census_out *out)
{
	struct statement *st = db_statement(work->db, &sql_census_seats);
	int64_t most =
	    in->limit < CENSUS_ORGANIZATIONS ? in->limit : CENSUS_ORGANIZATIONS;
	int64_t seen = 0, last = 0;

	db_bind_i64(st, 1, in->seats_after);
	db_bind_i64(st, 2, work->now);
	db_bind_i64(st, 3, most);
	db_bind_i64(st, 4, CENSUS_SEATS);
	while (db_row(work->db, st)) {
		if (column_i64(st, 0) > last)
			last = column_i64(st, 0);
		seen++;
		add_seats(&out->seats, column_i64(st, 1), column_i64(st, 2));
	}
	out->seats_next = seen >= most ? last : 0;
}

static enum result census(struct work *work, const void *input, void *output)
{
	count_invites(work, input, output);
	count_seats(work, input, output);
	return RESULT_OK;
}

static bool is_slow(const void *input)
{
	(void)input;
	return true;
}

const struct verb verb_census = {
	VERB(census),
	.flags = VERB_READ | VERB_ANY_ORGANIZATION,
	.size_in = sizeof(struct census_in),
	.size_out = sizeof(struct census_out),
	.slow = is_slow,
	.run = census,
};
