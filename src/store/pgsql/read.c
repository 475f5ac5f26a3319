/*
 * read.c: many reads in one round trip.
 *
 * The verbs use the database as if it were local: a query, its rows, perhaps
 * another query. Over a network the answer takes a while, and other verbs could
 * send their queries meanwhile. So each verb is run until its first query that
 * has not been answered, and stopped there by a noted DB_WAITS, under which
 * every further call does nothing. When all queries of a round have been sent
 * and answered together, each verb that was stopped is run again from its
 * beginning; now it is given the answers that it has, and gets further. A verb
 * that asks one query, as most do, runs twice.
 *
 * That is sound because reads change nothing, and ask the same again.
 *
 * The same query is sent once, whoever asks: sixty requests that arrive
 * together with one key look it up once.
 */
#include "base/base.h"

#include "store/pgsql/read.h"

#include "store/work.h"

struct query {
	const struct sql *sql;
	struct str params; /* all of them, as one text; ours */
	PGresult *result;  /* NULL: not answered yet; ours */
};

/* The queries that one has asked so far, in order. */
struct replay {
	size_t *queries; /* ours */
	size_t count, room, next;
	bool done;
};

struct reading {
	struct pgsql_db *db;
	void (*run)(void *context, size_t i); /* number i of those that ask */
	void *context;
	size_t n;
	size_t before;	       /* waits for other queries' answers first */
	struct query *queries; /* ours */
	size_t count, room;
	size_t answered;       /* those before this one are */
	struct replay *replay; /* of the verb that runs */
};

/* One more element; NULL when out of memory. */
static void *grow(void *array, size_t count, size_t *room, size_t size)
{
	void *more;

	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 4;
	more = realloc(array, *room * size);
	if (!more)
		*room = count;
	return more;
}

/* ---- queries ---- */

static struct str params_of(const struct pgsql_statement *st)
{
	struct buf text;

	buf_init(&text, SIZE_MAX);
	buf_add_char(&text, (char)st->params);
	for (int i = 0; i < st->params; i++) {
		buf_add(&text, &st->lengths[i], sizeof(st->lengths[i]));
		if (st->values[i])
			buf_add(&text, st->values[i], (size_t)st->lengths[i]);
	}
	if (!buf_ok(&text))
		buf_release(&text);
	return (struct str){ text.data, text.len };
}

/* Its place among those that were asked before, or the count of them. */
static size_t find_query(const struct reading *reading, const struct sql *sql,
			 struct str params)
{
	size_t i = 0;

	while (i < reading->count &&
	       (reading->queries[i].sql != sql ||
		!str_eq(reading->queries[i].params, params)))
		i++;
	return i;
}

/* Adds it and sends it. False when out of memory. */
static bool add_query(struct reading *reading, struct pgsql_statement *st,
		      struct str params)
{
	struct query *queries = grow(reading->queries, reading->count,
				     &reading->room, sizeof(*queries));

	if (!queries)
		return false;
	reading->queries = queries;
	queries[reading->count++] =
	    (struct query){ .sql = st->base.sql, .params = params };
	pgsql_send(reading->db, st);
	return true;
}

static bool note_replay(struct replay *replay, size_t query)
{
	size_t *queries = grow(replay->queries, replay->count, &replay->room,
			       sizeof(*queries));

	if (!queries)
		return false;
	replay->queries = queries;
	queries[replay->count++] = query;
	return true;
}

/* The statement as a query, new or known. -1 when out of memory. */
static int put_query(struct reading *reading, struct pgsql_statement *st)
{
	struct str params = params_of(st);
	size_t place;

	if (!params.data)
		return -1;
	place = find_query(reading, st->base.sql, params);
	if (place < reading->count || !add_query(reading, st, params))
		free((char *)params.data);
	if (place >= reading->count || !note_replay(reading->replay, place))
		return -1;
	return 0;
}

/* Answers the running verb's next query, if it can be yet. */
static PGresult *ask(struct pgsql_db *db, struct pgsql_statement *st)
{
	struct reading *reading = db->ask_context;
	struct replay *replay = reading->replay;
	PGresult *result;

	if (replay->next == replay->count && put_query(reading, st) < 0) {
		db_no_memory(&db->base);
		return NULL;
	}
	result = reading->queries[replay->queries[replay->next++]].result;
	if (!result)
		db_note(&db->base, DB_WAITS);
	return result;
}

static void take_answer(void *context, PGresult *result)
{
	struct reading *reading = context;

	if (reading->before > 0) {
		reading->before--;
		PQclear(result);
		return;
	}
	reading->queries[reading->answered++].result = result;
}

/* ---- rounds ---- */

/* Runs one as far as it gets. False where an error is noted. */
static bool advance(struct reading *reading, size_t i, struct replay *replay)
{
	struct db *db = &reading->db->base;

	reading->replay = replay;
	replay->next = 0;
	reading->run(reading->context, i);
	replay->done = db->error == DB_FINE;
	if (db->error == DB_WAITS)
		db->error = DB_FINE;
	return db->error == DB_FINE;
}

/* Until all are done; each round answers at least one query of each. */
static bool run_rounds(struct reading *reading, struct replay *replays)
{
	bool all_done;

	do {
		all_done = true;
		for (size_t i = 0; i < reading->n; i++) {
			if (replays[i].done)
				continue;
			if (!advance(reading, i, &replays[i]))
				return false;
			all_done = all_done && replays[i].done;
		}
		if (!all_done &&
		    !pgsql_db_exchange(reading->db, take_answer, reading))
			return false;
	} while (!all_done);
	return true;
}

static void release(struct reading *reading, struct replay *replays)
{
	for (size_t i = 0; i < reading->count; i++) {
		free((char *)reading->queries[i].params.data);
		PQclear(reading->queries[i].result);
	}
	free(reading->queries);
	for (size_t i = 0; replays && i < reading->n; i++)
		free(replays[i].queries);
	free(replays);
}

static bool read_all(struct reading *reading)
{
	struct pgsql_db *db = reading->db;
	struct replay *replays = calloc(reading->n, sizeof(*replays));
	bool done = false;

	db->ask = ask;
	db->ask_context = reading;
	if (replays)
		done = run_rounds(reading, replays);
	else
		db_no_memory(&db->base);
	/* What was sent before an error is answered all the same. */
	if (!done && db->conn && db->unanswered > 0)
		pgsql_db_drop(db);
	db->ask = NULL;
	release(reading, replays);
	return done;
}

/* ---- verbs ---- */

struct verbs {
	struct db *db;
	struct store_op **ops;
};

static void run_verb(void *context, size_t i)
{
	const struct verbs *verbs = context;

	verbs->ops[i]->result = work_run(verbs->db, NULL, verbs->ops[i]);
}

bool pgsql_read(struct pgsql_db *db, struct store_op **ops, size_t n)
{
	struct verbs verbs = { &db->base, ops };
	struct reading reading = {
		.db = db, .run = run_verb, .context = &verbs, .n = n
	};

	return read_all(&reading);
}

/* ---- what a write asks ---- */

void pgsql_each(struct db *base, size_t n, void (*run)(void *context, size_t i),
		void *context)
{
	struct pgsql_db *db = (struct pgsql_db *)base;
	struct reading reading = {
		.db = db,
		.run = run,
		.context = context,
		.n = n,
		.before = db->unanswered - db->expected_count,
	};

	if (!base->error)
		(void)!read_all(&reading);
}
