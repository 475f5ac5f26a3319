/*
 * audit_logs.c: searches audit events, newest first.
 *
 * The only index is that of targets. So a page is found by walking ids, a chunk
 * at a time, each larger than the one before. Where a chunk ends is asked
 * first, so that the number of rows that a statement reads is bounded, however
 * few of them match. A request reads at most WALK_MAX events, which bounds its
 * time without a clock: on PostgreSQL a read is run again for each answer, and
 * has to ask the same each time. A search that did not find enough in its first
 * chunk goes on in the slow lane.
 *
 * On SQLite the walk passes the events of all organizations, which lie in one
 * order there.
 */
#include "base/base.h"

#include "store/organizations/audit_logs.h"

#include "store/rows.h"

#define WALK_FIRST 256
#define WALK_CHUNK (128 * 1024) /* at most; each is 8 times the last */
#define WALK_MAX   (512 * 1024)

/* ---- statements ---- */

/* What happened in no project was done in the default one where a key did it,
 * as the contract has it. ?5: the default project. */
#define PROJECT_OF                                   \
	"CASE WHEN a.project <> 0 THEN a.project"    \
	" WHEN a.actor <> 0 THEN CAST(?5 AS BIGINT)" \
	" ELSE 0 END"
#define SIDE_PERSON "CASE a.\"user\" WHEN 0 THEN a.target ELSE a.\"user\" END"
#define EVENT_COLUMNS                                                  \
	"a.id, a.at, a.type, a.target, a.actor, a.\"user\", a.detail," \
	" " PROJECT_OF

/*
 * What is shown beside an event, each found by its key for each row that comes
 * out. SQLite opens a table anew for each row of a subquery, and once for a
 * join; but there it would sort what it finds by its target, and PostgreSQL may
 * read a table from end to end.
 */
#define SHOWN_JOINED                                                \
	", p.name, coalesce(s.email, u.email), s.address, s.agent," \
	" i.email, coalesce(i.role, v.role, -1)"
#define JOIN_(table, name, id)                                            \
	" LEFT JOIN " table " " name " ON " name ".id = " id " AND " name \
	".organization = a.organization"
#define JOIN_PROJECT JOIN_("project", "p", PROJECT_OF)
#define JOIN_USER    JOIN_("\"user\"", "u", "nullif(a.\"user\", 0)")
#define JOIN_INVITE  JOIN_("invite", "i", "CASE a.type WHEN 1 THEN a.target END")
#define JOIN_MEMBER \
	JOIN_("\"user\"", "v", "CASE a.type WHEN 5 THEN a.target END")
#define JOIN_SIDE                                                    \
	" LEFT JOIN audit_side s ON s.organization = a.organization" \
	" AND s.person = " SIDE_PERSON " AND s.event = a.id"
#define JOINED       \
	SHOWN_JOINED \
	" FROM audit a" JOIN_PROJECT JOIN_USER JOIN_INVITE JOIN_MEMBER JOIN_SIDE

#define OF_(table, id)                                            \
	" FROM " table " t WHERE t.organization = a.organization" \
	" AND t.id = " id ")"
#define SIDE_(column)                            \
	"(SELECT t." column " FROM audit_side t" \
	" WHERE t.organization = a.organization" \
	" AND t.person = " SIDE_PERSON " AND t.event = a.id)"
#define PROJECT_NAME "(SELECT t.name" OF_("project", PROJECT_OF)
#define USER_EMAIL   "(SELECT t.email" OF_("\"user\"", "a.\"user\"")
#define USER_ROLE    "(SELECT t.role" OF_("\"user\"", "a.target")
#define INVITE_EMAIL "(SELECT t.email" OF_("invite", "a.target")
#define INVITE_ROLE  "(SELECT t.role" OF_("invite", "a.target")
#define EMAIL_THEN   SIDE_("email")
#define ADDRESS	     SIDE_("address")
#define AGENT	     SIDE_("agent")
#define SHOWN_ASKED                                                        \
	", " PROJECT_NAME ", coalesce(" EMAIL_THEN ", " USER_EMAIL         \
	"), " ADDRESS ", " AGENT ", CASE a.type WHEN 1 THEN " INVITE_EMAIL \
	" END"                                                             \
	", coalesce(CASE a.type WHEN 1 THEN " INVITE_ROLE                  \
	" WHEN 5 THEN " USER_ROLE " END, -1)"

#define IN_JSON(parameter) " IN (SELECT value FROM json_each(" parameter "))"
#define IF_GIVEN(parameter, matches) \
	" AND (CAST(" parameter " AS TEXT) IS NULL OR " matches ")"

#define BY_TIME		" AND a.at >= ?6 AND a.at <= ?7"
#define BY_TYPE(in)	" AND a.type" in("?8")
#define IN_PROJECTS(in) IF_GIVEN("?9", "(" PROJECT_OF ")" in("?9"))
#define BY_ACTORS(in) \
	IF_GIVEN("?10", "a.actor" in("?10") " OR a.\"user\"" in("?10"))
#define BY_PEOPLE(in) IF_GIVEN("?11", "a.\"user\"" in("?11"))
#define MATCHES(in) \
	BY_TIME BY_TYPE(in) IN_PROJECTS(in) BY_ACTORS(in) BY_PEOPLE(in)

/* Of the organization, or of one thing in it, but for type 1: see audit.c. */
#define ALL    "a.organization = ?1"
#define TARGET "a.organization = ?1 AND a.target = ?12 AND a.type > 1"

#define ROWS_(shown, scope, in, beyond, until, order)                     \
	"SELECT " EVENT_COLUMNS shown " WHERE " scope " AND a.id " beyond \
	" ?2 AND a.id " until " ?4" MATCHES(in) " ORDER BY a.id " order   \
						" LIMIT ?3"
#define ASKED SHOWN_ASKED " FROM audit a"
#define ROWS(id, shown, scope, beyond, until, order)                        \
	STATEMENT(                                                          \
	    id, .text = ROWS_(shown, scope, IN_JSON, beyond, until, order), \
	    .pgsql = ROWS_(ASKED, scope, IN_ID_LIST, beyond, until, order))

ROWS(audit_rows, JOINED, ALL, "<", ">=", "DESC");
ROWS(audit_rows_before, JOINED, ALL, ">", "<=", "ASC");
ROWS(audit_rows_of, ASKED, TARGET, "<", ">=", "DESC");
ROWS(audit_rows_of_before, ASKED, TARGET, ">", "<=", "ASC");

/* The last id of a chunk of ?3 + 1. */
#define END_(scope, beyond, until, order)                           \
	"SELECT a.id FROM audit a WHERE " scope " AND a.id " beyond \
	" ?2 AND a.id " until " ?4 ORDER BY a.id " order " LIMIT 1 OFFSET ?3"
#define ANY "?1 <> 0"

STATEMENT(audit_end, .text = END_(ANY, "<", ">=", "DESC"),
	  .pgsql = END_(ALL, "<", ">=", "DESC"));
STATEMENT(audit_end_before, .text = END_(ANY, ">", "<=", "ASC"),
	  .pgsql = END_(ALL, ">", "<=", "ASC"));
#define TARGET_5 "a.organization = ?1 AND a.target = ?5 AND a.type > 1"
STATEMENT(audit_end_of, .text = END_(TARGET_5, "<", ">=", "DESC"));
STATEMENT(audit_end_of_before, .text = END_(TARGET_5, ">", "<=", "ASC"));

/* By whether one thing is asked for, and by direction. */
static const struct sql *const rows_sql[2][2] = {
	{ &sql_audit_rows, &sql_audit_rows_before },
	{ &sql_audit_rows_of, &sql_audit_rows_of_before },
};
static const struct sql *const end_sql[2][2] = {
	{ &sql_audit_end, &sql_audit_end_before },
	{ &sql_audit_end_of, &sql_audit_end_of_before },
};

/* ---- a search ---- */

struct search {
	struct work *work;
	const struct audit_log_list_in *in;
	int64_t default_project;
	/* The values that the filters accept, as JSON; NULL: all. */
	const char *types, *projects, *actors, *people;
	bool before;	    /* towards the newest */
	int64_t start, end; /* beyond this id, as far as that one */
	int64_t left;	    /* events that may still be read */
	struct audit_log *rows;
	size_t count;
	/* Where a walk had to stop: the rest was not searched. */
	bool stopped;
	int64_t known_to;
};

/* "[1,2]", of what is in `list` so far. */
static const char *end_list(const struct work *work, struct buf *list)
{
	const char *text = NULL;

	buf_add_char(list, ']');
	if (buf_ok(list))
		text = arena_str(work->arena, buf_str(list));
	buf_release(list);
	if (!text)
		db_no_memory(work->db);
	return text;
}

static const char *list_of(const struct work *work,
			   const struct audit_filter *filter)
{
	struct buf list;

	if (!filter->given)
		return NULL;
	id_list_begin(&list, filter->count);
	for (size_t i = 0; i < filter->count; i++)
		id_list_add(&list, filter->at[i]);
	return end_list(work, &list);
}

/* Those asked for; else all that may be shown. Never AUDIT_NONE. */
static const char *list_of_types(const struct work *work,
				 const struct audit_log_list_in *in)
{
	struct buf list;

	if (in->types.given)
		return list_of(work, &in->types);
	id_list_begin(&list, audit_kind_count);
	for (size_t i = 0; i < audit_kind_count; i++) {
		if (in->ours || audit_kinds[i].whose == AUDIT_PUBLISHED)
			id_list_add(&list, audit_kinds[i].type);
	}
	return end_list(work, &list);
}

STATEMENT(people_by_address,
	  .text = "SELECT id FROM \"user\" WHERE organization = ?1"
		  " AND email_key >= ?2 AND email_key < ?2 || '!' LIMIT 100");

/* The users who have or had one of the addresses: a removed user's address is
 * followed by a blank and the id. */
static const char *list_of_people(const struct work *work,
				  const struct audit_log_list_in *in)
{
	struct buf list;

	if (!in->by_email)
		return NULL;
	buf_init(&list, SIZE_MAX);
	buf_add_char(&list, '[');
	for (size_t i = 0; i < in->email_count; i++) {
		struct statement *st =
		    db_statement(work->db, &sql_people_by_address);

		db_bind_i64(st, 1, work->organization);
		db_bind_text(st, 2, in->email_keys[i]);
		while (db_row(work->db, st))
			id_list_add(&list, column_i64(st, 0));
	}
	return end_list(work, &list);
}

/* ---- rows ---- */

static bool read_log(const struct search *search, struct statement *st,
		     struct audit_log *log)
{
	struct arena *arena = search->work->arena;
	int64_t role = column_i64(st, 13);

	*log = (struct audit_log){
		.id = column_i64(st, 0),
		.organization = search->work->organization,
		.at = column_i64(st, 1),
		.type = (enum audit_type)column_i64(st, 2),
		.target = column_i64(st, 3),
		.key = column_i64(st, 4),
		.user = column_i64(st, 5),
		.detail = column_text(st, arena, 6),
		.project = column_i64(st, 7),
		.project_name = column_text(st, arena, 8),
		.email = column_text(st, arena, 9),
		.address = column_text(st, arena, 10),
		.agent = column_text(st, arena, 11),
		.target_email = column_text(st, arena, 12),
		.has_role = vocabulary_has(&roles, role),
	};
	if (log->has_role)
		log->role = (enum role)role;
	return log->target > 0 && log->project >= 0;
}

/* Up to `most` matches from beyond `start` to `end`. */
static void find_rows(struct search *search, int64_t target, int64_t start,
		      int64_t end, size_t most)
{
	const struct audit_log_list_in *in = search->in;
	struct db *db = search->work->db;
	struct statement *st =
	    db_statement(db, rows_sql[target != 0][search->before]);

	db_bind_i64(st, 1, search->work->organization);
	db_bind_i64(st, 2, start);
	db_bind_i64(st, 3, (int64_t)most);
	db_bind_i64(st, 4, end);
	db_bind_i64(st, 5, search->default_project);
	db_bind_i64(st, 6, in->effective.since);
	db_bind_i64(st, 7, time_range_end(&in->effective));
	db_bind_text(st, 8, search->types);
	db_bind_text(st, 9, search->projects);
	db_bind_text(st, 10, search->actors);
	db_bind_text(st, 11, search->people);
	if (target)
		db_bind_i64(st, 12, target);
	while (db_row(db, st))
		search->count +=
		    read_log(search, st, &search->rows[search->count]);
}

/* The end of the chunk that begins beyond `start`; 0: fewer rows are left. */
static int64_t end_of_chunk(const struct search *search, int64_t target,
			    int64_t start, int64_t size)
{
	struct db *db = search->work->db;
	struct statement *st =
	    db_statement(db, end_sql[target != 0][search->before]);
	int64_t end = 0;

	db_bind_i64(st, 1, search->work->organization);
	db_bind_i64(st, 2, start);
	db_bind_i64(st, 3, size - 1);
	db_bind_i64(st, 4, search->end);
	if (target)
		db_bind_i64(st, 5, target);
	if (db_row(db, st)) {
		end = column_i64(st, 0);
		db_done(st);
	}
	return end;
}

/* ---- the walk ---- */

static void stop_at(struct search *search, int64_t id)
{
	bool nearer =
	    search->before ? id < search->known_to : id > search->known_to;

	if (!search->stopped || nearer)
		search->known_to = id;
	search->stopped = true;
}

/* Reads one more than the page has room for, for `has_more`. About one target,
 * or (0) all. False: it goes on in the slow lane, from its beginning. */
static bool walk(struct search *search, int64_t target)
{
	size_t most = (size_t)search->in->page.limit + 1;
	size_t full = search->count + most;
	int64_t at = search->start, size = WALK_FIRST;

	while (search->count < full && search->left > 0) {
		int64_t end = end_of_chunk(search, target, at, size);

		find_rows(search, target, at, end ? end : search->end,
			  full - search->count);
		if (!end)
			return true;
		at = end;
		search->left -= size;
		if (search->count < full && work_leaves(search->work))
			return false;
		size = size < WALK_CHUNK / 8 ? size * 8 : WALK_CHUNK;
	}
	if (search->count < full)
		stop_at(search, at);
	return true;
}

/* For an invite, the event that it was sent: its id is the invite's plus
 * one. */
static void find_sent(struct search *search, int64_t target)
{
	size_t count = search->count;
	int64_t id = target + 1;

	if (search->before ? id <= search->start || id > search->end
			   : id >= search->start || id < search->end)
		return;
	find_rows(search, 0, search->before ? id - 1 : id + 1, id, 1);
	if (search->count > count &&
	    (search->rows[count].target != target ||
	     search->rows[count].type != AUDIT_INVITE_SENT))
		search->count = count;
}

static int by_id(const void *left, const void *right)
{
	const struct audit_log *a = left, *b = right;

	return a->id > b->id ? -1 : a->id < b->id;
}

static void search_for_targets(struct search *search)
{
	const struct audit_filter *resources = &search->in->resources;

	for (size_t i = 0; i < resources->count; i++) {
		int64_t target = resources->at[i];

		if (target <= 0 || target >= INT64_MAX - 1)
			continue;
		if (!walk(search, target))
			return;
		find_sent(search, target);
	}
	qsort(search->rows, search->count, sizeof(*search->rows), by_id);
}

/* ---- the page ---- */

#define CLOCK_SLACK (24 * 3600) /* see set_range() */

/* The first and last ids of a range of time. */
static int64_t id_of(int64_t seconds, bool last)
{
	int64_t ms = seconds > INT64_MAX / 2000 ? INT64_MAX : seconds * 1000;

	return last ? id_last_at(ms) : id_first_at(ms);
}

/*
 * An event's id is of its time or, if the clock had been set back, of a later
 * time. So no event since `since` has a smaller id; and of those up to `until`,
 * only events written while a clock was a day ahead are missed.
 */
static void set_range(struct search *search)
{
	const struct audit_log_list_in *in = search->in;
	const struct time_range *range = &in->effective;
	int64_t first = range->since ? id_of(range->since, false) : 0;
	int64_t last = time_range_end(range) < INT64_MAX - CLOCK_SLACK
			   ? id_of(range->until + CLOCK_SLACK, true)
			   : INT64_MAX;

	search->before = in->page.before && !in->page.after;
	if (search->before) {
		search->start = in->page.before;
		if (first > search->start)
			search->start = first - 1;
		search->end = last;
		return;
	}
	search->start = last < INT64_MAX ? last + 1 : INT64_MAX;
	if (in->page.after && in->page.after < search->start)
		search->start = in->page.after;
	search->end = in->page.before >= first ? in->page.before + 1 : first;
}

/* Rows are newest first; the page is at the end that the search began at. */
static struct list_out page_of(struct search *search)
{
	size_t limit = (size_t)search->in->page.limit, first = 0, skip;
	struct audit_log *rows = search->rows;
	size_t count = search->count;
	bool more;

	/* Goes on where an earlier walk had to stop. */
	while (search->stopped && count > 0 && !search->before &&
	       rows[count - 1].id < search->known_to)
		count--;
	while (search->stopped && first < count && search->before &&
	       rows[first].id > search->known_to)
		first++;
	more = search->stopped || count - first > limit;
	skip = count - first > limit ? count - first - limit : 0;
	return (struct list_out){
		.rows = rows + first + (search->before ? skip : 0),
		.count = count - first - skip,
		.has_more = more,
	};
}

static void reverse(struct audit_log *rows, size_t count)
{
	for (size_t i = 0; i < count / 2; i++) {
		struct audit_log row = rows[i];

		rows[i] = rows[count - 1 - i];
		rows[count - 1 - i] = row;
	}
}

static bool begin(struct work *work, const struct audit_log_list_in *in,
		  struct search *search)
{
	size_t walks = in->resources.given ? in->resources.count : 1;
	struct organization organization;

	*search = (struct search){ .work = work, .in = in, .left = WALK_MAX };
	if (find_organization(work, work->organization, &organization))
		search->default_project = organization.default_project;
	search->types = list_of_types(work, in);
	search->projects = list_of(work, &in->projects);
	search->actors = list_of(work, &in->actors);
	search->people = list_of_people(work, in);
	search->rows =
	    arena_array(work->arena, walks * ((size_t)in->page.limit + 2) + 1,
			sizeof(*search->rows));
	if (!search->rows)
		db_no_memory(work->db);
	set_range(search);
	return !work->db->error;
}

static bool is_none(const struct audit_filter *filter)
{
	return filter->given && filter->count == 0;
}

/* Whether nothing can match, so that no walk is needed. */
static bool is_hopeless(const struct search *search)
{
	const struct audit_log_list_in *in = search->in;

	return in->tenants || is_none(&in->types) || is_none(&in->projects) ||
	       is_none(&in->actors) || is_none(&in->resources) ||
	       (search->people && strcmp(search->people, "[]") == 0);
}

static enum result audit_log_list(struct work *work, const void *input,
				  void *output)
{
	const struct audit_log_list_in *in = input;
	struct list_out *out = output;
	struct search search;

	if (!begin(work, in, &search) || is_hopeless(&search))
		return RESULT_OK;
	if (in->resources.given) {
		search_for_targets(&search);
	} else {
		(void)walk(&search, 0);
		if (search.before)
			reverse(search.rows, search.count);
	}
	*out = page_of(&search);
	return out->has_more && out->count == 0 ? RESULT_SEARCH_TOO_LONG
						: RESULT_OK;
}

/* Many people may have one of the addresses, or have had it. */
static bool is_slow(const void *input)
{
	const struct audit_log_list_in *in = input;

	return in->by_email;
}

const struct verb verb_audit_log_list = {
	VERB(audit_log_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct audit_log_list_in),
	.size_out = sizeof(struct list_out),
	.slow = is_slow,
	.run = audit_log_list,
};
