/*
 * invite_list.c: lists of invites, whole or filtered.
 *
 * The surprise: those of one status that depends on the time are in the order
 * of their expiry. In that of their ids, five that are pending could lie behind
 * a million that have expired.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "store/invites/invite_search.h"
#include "store/rows.h"

/*
 * No list costs more than its page, however much lies between its rows; so each
 * follows the order of an index. Where it needs several, it takes a page from
 * each. The first parameters are those of work_list().
 */

/* Of one state, by id: the index invite_list. */
#define BY_LIST INDEXED_BY("invite_list")
#define OF_STATE(state) \
	" WHERE organization = ?1 AND state = " state " AND id < ?2"
#define BY_ID(state) \
	"SELECT " INVITE_COLUMNS " FROM invite" BY_LIST OF_STATE(state)
#define BY_ID_PGSQL(state)                                       \
	"(SELECT " INVITE_COLUMNS " FROM invite"                 \
	" WHERE (organization, state, id) < (?1, " state ", ?2)" \
	" AND (organization, state) >= (?1, " state ")"          \
	" ORDER BY organization DESC, state DESC, id DESC LIMIT ?3)"
#define NEWEST_FIRST " ORDER BY id DESC LIMIT ?3"

/* All but the withdrawn ones. SQLite merges their ids alone, and reads the rows
 * of the page then, since rows that are merged are copied. It keeps the order
 * of the ids: for the limit they are sorted, and each leads to its row in turn.
 */
#define IDS(state) "SELECT id AS n FROM invite" BY_LIST OF_STATE(state)
#define ALL_IDS	   IDS("0") " UNION ALL " IDS("1") " UNION ALL " IDS("3")
#define ALL_PGSQL        \
	BY_ID_PGSQL("0") \
	" UNION ALL " BY_ID_PGSQL("1") " UNION ALL " BY_ID_PGSQL("3")
STATEMENT(invite_list,
	  .text = "SELECT " INVITE_COLUMNS " FROM (" ALL_IDS
		  " ORDER BY 1 DESC LIMIT ?3) AS page"
		  " CROSS JOIN invite WHERE invite.id = page.n",
	  .pgsql = ALL_PGSQL NEWEST_FIRST);

STATEMENT(invite_list_accepted, .text = BY_ID("1") NEWEST_FIRST,
	  .pgsql = BY_ID_PGSQL("1"));
STATEMENT(invite_list_declined, .text = BY_ID("3") NEWEST_FIRST,
	  .pgsql = BY_ID_PGSQL("3"));

/*
 * Of one state, from a second and an id on: the index invite_expiry. What
 * expires in one second may be all that was imported; SQLite finds an id in
 * it only where the second is given.
 */
#define LAST_FIRST " ORDER BY expires_at DESC, id DESC LIMIT ?3"
#define IN_EXPIRY  INDEXED_BY("invite_expiry")
#define EXPIRING(state, when)                                                 \
	"SELECT * FROM (SELECT " INVITE_COLUMNS " FROM invite" IN_EXPIRY      \
	" WHERE organization = ?1 AND state = " state " AND " when LAST_FIRST \
	")"
#define BY_EXPIRY(state, at, id, since)                     \
	EXPIRING(state, "expires_at = " at " AND id < " id) \
	" UNION ALL " EXPIRING(state, "expires_at < " at since)
#define BY_EXPIRY_PGSQL(state, at, id, since)                                 \
	"(SELECT " INVITE_COLUMNS " FROM invite"                              \
	" WHERE (state = 0 OR state = 3) AND (organization, state,"           \
	" expires_at, id) < (?1, " state ", " at ", " id ")"                  \
	" AND (organization, state, expires_at) > (?1, " state ", " since ")" \
	" ORDER BY organization DESC, state DESC, expires_at DESC, id DESC"   \
	" LIMIT ?3)"

STATEMENT(invite_list_pending,
	  .text = BY_EXPIRY("0", "?4", "?2", " AND expires_at > ?5") LAST_FIRST,
	  .pgsql = BY_EXPIRY_PGSQL("0", "?4", "?2", "?5"));

/* Those that were not answered, and the declined ones. */
#define UNANSWERED_HERE BY_EXPIRY("0", "?4", "?2", "")
#define DECLINED_HERE	BY_EXPIRY("3", "?6", "?5", "")
#define UNANSWERED	BY_EXPIRY_PGSQL("0", "?4", "?2", "-1")
#define DECLINED	BY_EXPIRY_PGSQL("3", "?6", "?5", "-1")
STATEMENT(invite_list_expired,
	  .text = UNANSWERED_HERE " UNION ALL " DECLINED_HERE LAST_FIRST,
	  .pgsql = UNANSWERED " UNION ALL " DECLINED LAST_FIRST);

/* To one address or external_id, by id: the indexes invite_address and
 * invite_external, in which an open invite has a slot up to 0, and any other
 * its id. */
#define BY_SLOT(index, whom, slots)                                 \
	"(SELECT " INVITE_COLUMNS " FROM invite" index              \
	" WHERE organization = ?1 AND " whom " AND " slots          \
	" AND state <> 2 AND (CAST(?4 AS BIGINT) < 0 OR state = ?7" \
	" OR state = ?4 AND expires_at > ?5 AND expires_at <= ?6)"  \
	" ORDER BY slot DESC LIMIT ?3)"
#define TO(select, index, whom)                                       \
	select BY_SLOT(index, whom,                                   \
		       "slot > 0 AND slot < ?2") " UNION ALL " select \
	BY_SLOT(index, whom, "slot <= 0 AND id < ?2") NEWEST_FIRST
#define ADDRESS "address_hash = ?8 AND coalesce(email_key, email) = ?9"
#define NAMED	"external_id = ?8"

STATEMENT(invite_list_address,
	  .text = TO("SELECT * FROM ", INDEXED_BY("invite_address"), ADDRESS),
	  .pgsql = TO("", "", ADDRESS));
STATEMENT(invite_list_external,
	  .text = TO("SELECT * FROM ", INDEXED_BY("invite_external"), NAMED),
	  .pgsql = TO("", "", NAMED));

/* A status as what lies in the row: a state, and bounds of its expiry, or
 * another state whenever it expires. */
struct status_range {
	int64_t state;			      /* -1: any */
	int64_t expires_after, expires_until; /* (after, until] */
	int64_t other;			      /* -1: none */
};

static struct status_range range_of(const struct invite_list_in *in,
				    int64_t now)
{
	struct status_range range = { -1, -1, INT64_MAX, -1 };

	if (!in->by_status)
		return range;
	range.state = INVITE_OPEN;
	switch (in->status) {
	case STATUS_ACCEPTED:
		range.state = INVITE_ACCEPTED;
		break;
	case STATUS_EXPIRED:
		range.expires_until = now;
		range.other = INVITE_DECLINED;
		break;
	case STATUS_PENDING:
		range.expires_after = now;
		break;
	}
	return range;
}

static struct statement *list_to(const struct work *work, const struct sql *sql,
				 const struct invite_list_in *in)
{
	struct status_range range = range_of(in, work->now);
	struct statement *st = work_list(work, sql, &in->page);

	db_bind_i64(st, 4, range.state);
	db_bind_i64(st, 5, range.expires_after);
	db_bind_i64(st, 6, range.expires_until);
	db_bind_i64(st, 7, range.other);
	return st;
}

static struct statement *list_to_address(const struct work *work,
					 const struct invite_list_in *in)
{
	struct statement *st = list_to(work, &sql_invite_list_address, in);

	db_bind_i64(st, 8, hash63(work->db->hash_key, str_of(in->email_key)));
	db_bind_text(st, 9, in->email_key);
	return st;
}

static struct statement *list_named(const struct work *work,
				    const struct invite_list_in *in)
{
	struct statement *st = list_to(work, &sql_invite_list_external, in);

	db_bind_text(st, 8, in->external_id);
	return st;
}

/* Where in the order of expiry a page begins: behind this. */
struct place {
	int64_t expires_at, id;
};

static const struct place nowhere = { -1, 0 }; /* nothing is behind it */

STATEMENT(invite_expires_at, .text = "SELECT expires_at FROM invite"
				     " WHERE id = ?1 AND organization = ?2");

/* The cursor has to be an existing invite: an id alone has no place in this
 * order. */
static struct place place_of(const struct work *work, int64_t after)
{
	struct place place = { INT64_MAX, INT64_MAX };
	struct statement *st;

	if (!after)
		return place;
	st = db_statement(work->db, &sql_invite_expires_at);
	db_bind_i64(st, 1, after);
	db_bind_i64(st, 2, work->organization);
	if (!db_row(work->db, st))
		return nowhere;
	place = (struct place){ column_i64(st, 0), after };
	db_done(st);
	return place;
}

static struct statement *list_pending(const struct work *work,
				      const struct list_in *page)
{
	struct place place = place_of(work, page->after);
	struct statement *st = work_list(work, &sql_invite_list_pending, page);

	if (place.expires_at <= work->now)
		place = nowhere;
	db_bind_i64(st, 2, place.id);
	db_bind_i64(st, 4, place.expires_at);
	db_bind_i64(st, 5, work->now);
	return st;
}

static struct statement *list_expired(const struct work *work,
				      const struct list_in *page)
{
	struct place place = place_of(work, page->after), open = place;
	struct statement *st = work_list(work, &sql_invite_list_expired, page);

	if (open.expires_at > work->now)
		open = (struct place){ work->now, INT64_MAX };
	db_bind_i64(st, 2, open.id);
	db_bind_i64(st, 4, open.expires_at);
	db_bind_i64(st, 5, place.id);
	db_bind_i64(st, 6, place.expires_at);
	return st;
}

static struct statement *list_statement(const struct work *work,
					const struct invite_list_in *in)
{
	if (in->email_key)
		return list_to_address(work, in);
	if (in->external_id)
		return list_named(work, in);
	if (in->declined)
		return work_list(work, &sql_invite_list_declined, &in->page);
	if (!in->by_status)
		return work_list(work, &sql_invite_list, &in->page);
	switch (in->status) {
	case STATUS_PENDING:
		return list_pending(work, &in->page);
	case STATUS_EXPIRED:
		return list_expired(work, &in->page);
	case STATUS_ACCEPTED:
		break;
	}
	return work_list(work, &sql_invite_list_accepted, &in->page);
}

static enum result invite_list(struct work *work, const void *input,
			       void *output)
{
	const struct invite_list_in *in = input;
	struct list_out *out = output;
	struct invite *rows;
	struct invite_row row;
	struct statement *st;
	size_t count = 0, seen = 0;

	if (invite_is_searched(in))
		return invite_search(work, in, out);
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = list_statement(work, in);
	for (; db_row(work->db, st); seen++) {
		if (read_invite(work, st, &row))
			rows[count++] = row.invite;
	}
	*out = list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

/* Somebody may have had any number of invites, all of another status. */
static bool is_slow(const void *input)
{
	const struct invite_list_in *in = input;

	return (in->email_key || in->external_id) && in->by_status &&
	       !invite_is_searched(in);
}

const struct verb verb_invite_list = {
	VERB(invite_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct invite_list_in),
	.size_out = sizeof(struct list_out),
	.slow = is_slow,
	.run = invite_list,
};
