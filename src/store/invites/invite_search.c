/*
 * invite_search.c: searches invites by columns that have no index.
 *
 * As with events (audit_logs.c), a page is found by walking ids, newest first,
 * a chunk at a time, each larger than the one before. Where a chunk ends is
 * asked first, so that the number of rows that a statement reads is bounded,
 * however few of them match. A request reads at most WALK_MAX invites; one that
 * did not find enough in its first chunk goes on in the slow lane.
 *
 * Mails that failed or are put off have an index, which creates never touch:
 * they are few, and what people look for.
 */
#include "base/base.h"

#include "store/invites/invites.h"

#include "base/clock.h"
#include "store/invites/invite_search.h"
#include "store/rows.h"

#define WALK_CHUNK  (128 * 1024) /* at most; each is 8 times the last */
#define WALK_MAX    (512 * 1024)
#define CLOCK_SLACK (HOUR_MS / 1000) /* see lowest_id() */

/* ---- statements ---- */

/* Bits of ?11: those of enum invite_wish. */
#define MATCHES(within)                                                   \
	" AND created_at >= ?5 AND created_at <= ?6"                      \
	" AND (CAST(?7 AS BIGINT) < 0 OR delivery = ?7)"                  \
	" AND (CAST(?8 AS TEXT) IS NULL OR " within "(projects, ?8) > 0)" \
	" AND (CAST(?9 AS TEXT) IS NULL"                                  \
	" OR " within "(coalesce(email_key, email), ?9) > 0)"             \
	" AND (CAST(?10 AS TEXT) IS NULL"                                 \
	" OR coalesce(email_key, email) = ?10)"                           \
	" AND (CAST(?14 AS TEXT) IS NULL OR external_id = ?14)"           \
	" AND (CAST(?11 AS BIGINT) = 0 OR CASE state WHEN 1 THEN ?11 & 2" \
	" WHEN 3 THEN ?11 & 12 ELSE CASE WHEN expires_at > ?12"           \
	" THEN ?11 & 1 ELSE ?11 & 4 END END <> 0)"

/* Of one state, or whose mail is in one state of those that the index has;
 * below an id, as far as another. */
#define BY_LIST	   INDEXED_BY("invite_list")
#define BY_TROUBLE INDEXED_BY("invite_trouble")
#define STATE_(columns, state, matches)               \
	"SELECT " columns " FROM invite" BY_LIST      \
	" WHERE organization = ?1 AND state = " state \
	" AND id < ?2 AND id >= ?4" matches
#define STATE_PGSQL_(columns, state, matches, most)                     \
	"(SELECT " columns " FROM invite"                               \
	" WHERE (organization, state, id) < (?1, " state ", ?2)"        \
	" AND (organization, state, id) >= (?1, " state ", ?4)" matches \
	" ORDER BY organization DESC, state DESC, id DESC LIMIT " most ")"
#define AND_(each, ...) " UNION ALL " each(__VA_ARGS__)
#define STATES_(each, columns, ...)                                           \
	each(columns, "0", __VA_ARGS__) AND_(each, columns, "1", __VA_ARGS__) \
	    AND_(each, columns, "3", __VA_ARGS__)
#define TROUBLE_(columns, delivery, matches)         \
	"SELECT " columns " FROM invite" BY_TROUBLE  \
	" WHERE organization = ?1 AND delivery >= 3" \
	" AND delivery = " delivery " AND id < ?2 AND id >= ?4" matches
#define TROUBLE_PGSQL_(columns, delivery, matches)                            \
	"SELECT " columns " FROM invite WHERE delivery >= 3"                  \
	" AND (organization, delivery, id) < (?1, " delivery ", ?2)"          \
	" AND (organization, delivery, id) >= (?1, " delivery ", ?4)" matches \
	" ORDER BY organization DESC, delivery DESC, id DESC"

#define NEWEST " ORDER BY id DESC LIMIT ?3"
#define FEW    " ORDER BY id DESC LIMIT min(?3, ?13)"
#define THERE  " AND state <> 2"

/* PostgreSQL finds the ids of the chunk, ?13 of them, first: whatever it
 * believes about how many match, that goes by the one index. */
#define WITH_IDS_OF(ids)                                              \
	"SELECT " INVITE_COLUMNS " FROM invite WHERE id = ANY(ARRAY(" \
	"SELECT s.id FROM (" ids ") s ORDER BY 1 DESC LIMIT ?13))"

STATEMENT(invite_search,
	  .text = STATES_(STATE_, INVITE_COLUMNS, MATCHES("instr")) FEW,
	  .pgsql = WITH_IDS_OF(STATES_(STATE_PGSQL_, "id", "", "?13"))
	      MATCHES("strpos") NEWEST);
STATEMENT(invite_search_trouble,
	  .text = TROUBLE_(INVITE_COLUMNS, "?7", THERE MATCHES("instr")) FEW,
	  .pgsql = WITH_IDS_OF(TROUBLE_PGSQL_("id", "?7", "") " LIMIT ?13")
	      THERE MATCHES("strpos") NEWEST);

/* The last id of a chunk of ?3 + 1. */
#define LAST " ORDER BY 1 DESC LIMIT 1 OFFSET ?3"
STATEMENT(invite_search_end, .text = STATES_(STATE_, "id", "") LAST,
	  .pgsql = STATES_(STATE_PGSQL_, "id", "", "CAST(?3 AS BIGINT) + 1")
	      LAST);
STATEMENT(invite_search_end_trouble,
	  .text = TROUBLE_("id", "?5",
			   "") " ORDER BY id DESC LIMIT 1 OFFSET ?3",
	  .pgsql = TROUBLE_PGSQL_("id", "?5", "") " LIMIT 1 OFFSET ?3");

/* ---- the walk ---- */

struct search {
	struct work *work;
	const struct invite_list_in *in;
	bool trouble;	     /* by the index of mails in trouble */
	const char *project; /* as it stands in a row's list */
	int64_t end;	     /* as far as this id */
	struct invite *rows;
	size_t count, seen;
	bool stopped; /* the rest was not searched */
};

static bool is_trouble(const struct invite_list_in *in)
{
	return in->by_delivery && (in->delivery == DELIVERY_DEFERRED ||
				   in->delivery == DELIVERY_FAILED);
}

/* An id is of its invite's time or, if the clock had been set back, of a later
 * time: by an hour at most, as far as the search is concerned. */
static int64_t lowest_id(int64_t since)
{
	return since > 0 && since < INT64_MAX / 2000 ? id_first_at(since * 1000)
	       : since > 0			     ? INT64_MAX
						     : 0;
}

static int64_t start_of(const struct invite_list_in *in)
{
	int64_t start = list_before(&in->page), last;

	if (time_range_end(&in->created) > INT64_MAX / 2000)
		return start;
	last = id_last_at((in->created.until + CLOCK_SLACK) * 1000);
	return last < start ? last + 1 : start;
}

/* The end of the chunk that begins below `start`; 0: fewer rows are left. */
static int64_t end_of_chunk(const struct search *search, int64_t start,
			    int64_t size)
{
	struct db *db = search->work->db;
	struct statement *st =
	    db_statement(db, search->trouble ? &sql_invite_search_end_trouble
					     : &sql_invite_search_end);
	int64_t end = 0;

	db_bind_i64(st, 1, search->work->organization);
	db_bind_i64(st, 2, start);
	db_bind_i64(st, 3, size - 1);
	db_bind_i64(st, 4, search->end);
	if (search->trouble)
		db_bind_i64(st, 5, search->in->delivery);
	if (db_row(db, st)) {
		end = column_i64(st, 0);
		db_done(st);
	}
	return end;
}

static void bind_wishes(const struct search *search, struct statement *st)
{
	const struct invite_list_in *in = search->in;

	db_bind_i64(st, 5, in->created.since);
	db_bind_i64(st, 6, time_range_end(&in->created));
	db_bind_i64(st, 7, in->by_delivery ? (int64_t)in->delivery : -1);
	db_bind_text(st, 8, search->project);
	db_bind_text(st, 9, in->part);
	db_bind_text(st, 10, in->email_key);
	db_bind_i64(st, 11, in->wishes);
	db_bind_i64(st, 12, search->work->now);
	db_bind_text(st, 14, in->external_id);
}

/* Up to `most` matches from below `start` down to `end`. */
static void find_rows(struct search *search, int64_t start, int64_t end,
		      int64_t size, size_t most)
{
	struct work *work = search->work;
	struct statement *st =
	    db_statement(work->db, search->trouble ? &sql_invite_search_trouble
						   : &sql_invite_search);
	struct invite_row row;

	db_bind_i64(st, 1, work->organization);
	db_bind_i64(st, 2, start);
	db_bind_i64(st, 3, (int64_t)most);
	db_bind_i64(st, 4, end);
	bind_wishes(search, st);
	db_bind_i64(st, 13, size);
	for (; db_row(work->db, st); search->seen++) {
		if (read_invite(work, st, &row))
			search->rows[search->count++] = row.invite;
	}
}

static void walk(struct search *search)
{
	size_t full = (size_t)search->in->page.limit + 1;
	int64_t at = start_of(search->in), size = 2 * (int64_t)full,
		left = WALK_MAX;

	while (search->seen < full && left > 0) {
		int64_t end = end_of_chunk(search, at, size);

		find_rows(search, at, end ? end : search->end, size,
			  full - search->seen);
		if (!end)
			return;
		at = end;
		left -= size;
		if (search->seen < full && work_leaves(search->work))
			return;
		size = size < WALK_CHUNK / 8 ? size * 8 : WALK_CHUNK;
	}
	search->stopped = search->seen < full;
}

/* "[[4711,": see grants_format(). */
static const char *project_text(struct work *work, int64_t project)
{
	const char *text =
	    arena_printf(work->arena, "[%lld,", (long long)project);

	if (!text)
		db_no_memory(work->db);
	return text;
}

enum result invite_search(struct work *work, const struct invite_list_in *in,
			  struct list_out *out)
{
	struct search search = {
		.work = work,
		.in = in,
		.trouble = is_trouble(in),
		.end = lowest_id(in->created.since),
		.rows = work_rows(work, &in->page, sizeof(*search.rows)),
	};

	if (in->by_project)
		search.project = project_text(work, in->project);
	if (work->db->error)
		return RESULT_OK;
	walk(&search);
	*out =
	    list_end(work, &in->page, search.rows, search.count, search.seen);
	if (!search.stopped)
		return RESULT_OK;
	out->has_more = true;
	return out->count > 0 ? RESULT_OK : RESULT_INVITES_TOO_MANY;
}

bool invite_is_searched(const struct invite_list_in *in)
{
	return in->wishes || in->part || in->by_project || in->by_delivery ||
	       in->created.since || in->created.bounded ||
	       (in->external_id && in->email_key);
}
