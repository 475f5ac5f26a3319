/*
 * read.c: many reads in one round trip.
 *
 * The verbs ask the database as if it were here: a question, its rows,
 * perhaps another question. Here the answer takes a while, and others want to
 * ask meanwhile. So each verb is run until its first question that has not been
 * answered, and stopped there by a noted DB_WAITS, under which every further
 * call does nothing. When all questions of a round have been sent and answered
 * together, each verb that was stopped is run again from its beginning; now it
 * is given the answers that it has, and gets further. A verb that asks one
 * question, as most do, runs twice.
 *
 * That is sound because reads change nothing, and ask the same again.
 *
 * The same question is sent once, whoever asks: sixty requests that arrive
 * together with one key look it up once.
 */
#include "base/base.h"

#include "store/pgsql/read.h"

#include "store/work.h"

struct question {
	const struct sql *sql;
	struct str params; /* all of them, as one text; ours */
	PGresult *result;  /* NULL: not answered yet; ours */
};

/* The questions that a verb has asked so far, in order. */
struct course {
	size_t *questions; /* ours */
	size_t count, room, next;
	bool done;
};

struct reading {
	struct pgsql_db *db;
	struct question *questions; /* ours */
	size_t count, room;
	size_t answered;       /* those before this one are */
	struct course *course; /* of the verb that runs */
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

/* ---- questions ---- */

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
static size_t find_question(const struct reading *reading,
			    const struct sql *sql, struct str params)
{
	size_t i = 0;

	while (i < reading->count &&
	       (reading->questions[i].sql != sql ||
		!str_eq(reading->questions[i].params, params)))
		i++;
	return i;
}

/* Adds it and sends it. False when out of memory. */
static bool add_question(struct reading *reading, struct pgsql_statement *st,
			 struct str params)
{
	struct question *questions = grow(reading->questions, reading->count,
					  &reading->room, sizeof(*questions));

	if (!questions)
		return false;
	reading->questions = questions;
	questions[reading->count++] =
	    (struct question){ .sql = st->base.sql, .params = params };
	pgsql_send(reading->db, st);
	return true;
}

static bool note_course(struct course *course, size_t question)
{
	size_t *questions = grow(course->questions, course->count,
				 &course->room, sizeof(*questions));

	if (!questions)
		return false;
	course->questions = questions;
	questions[course->count++] = question;
	return true;
}

/* The statement as a question, new or known. -1 when out of memory. */
static int put_question(struct reading *reading, struct pgsql_statement *st)
{
	struct str params = params_of(st);
	size_t place;

	if (!params.data)
		return -1;
	place = find_question(reading, st->base.sql, params);
	if (place < reading->count || !add_question(reading, st, params))
		free((char *)params.data);
	if (place >= reading->count || !note_course(reading->course, place))
		return -1;
	return 0;
}

/* Answers the running verb's next question, if it can be yet. */
static PGresult *ask(struct pgsql_db *db, struct pgsql_statement *st)
{
	struct reading *reading = db->ask_context;
	struct course *course = reading->course;
	PGresult *result;

	if (course->next == course->count && put_question(reading, st) < 0) {
		db_no_memory(&db->base);
		return NULL;
	}
	result = reading->questions[course->questions[course->next++]].result;
	if (!result)
		db_note(&db->base, DB_WAITS);
	return result;
}

static void take_answer(void *context, PGresult *result)
{
	struct reading *reading = context;

	reading->questions[reading->answered++].result = result;
}

/* ---- rounds ---- */

/* Runs the verb as far as it gets. False where an error is noted. */
static bool advance(struct reading *reading, struct store_op *op,
		    struct course *course)
{
	struct db *db = &reading->db->base;

	reading->course = course;
	course->next = 0;
	op->result = work_run(db, NULL, op);
	course->done = db->error == DB_FINE;
	if (db->error == DB_WAITS)
		db->error = DB_FINE;
	return db->error == DB_FINE;
}

/* Until all are done; each round answers at least one question of each. */
static bool run_rounds(struct reading *reading, struct store_op **ops, size_t n,
		       struct course *courses)
{
	bool all_done;

	do {
		all_done = true;
		for (size_t i = 0; i < n; i++) {
			if (courses[i].done)
				continue;
			if (!advance(reading, ops[i], &courses[i]))
				return false;
			all_done = all_done && courses[i].done;
		}
		if (!all_done &&
		    !pgsql_db_exchange(reading->db, take_answer, reading))
			return false;
	} while (!all_done);
	return true;
}

static void release(struct reading *reading, struct course *courses, size_t n)
{
	for (size_t i = 0; i < reading->count; i++) {
		free((char *)reading->questions[i].params.data);
		PQclear(reading->questions[i].result);
	}
	free(reading->questions);
	for (size_t i = 0; courses && i < n; i++)
		free(courses[i].questions);
	free(courses);
}

bool pgsql_read(struct pgsql_db *db, struct store_op **ops, size_t n)
{
	struct reading reading = { .db = db };
	struct course *courses = calloc(n, sizeof(*courses));
	bool done = false;

	db->ask = ask;
	db->ask_context = &reading;
	if (courses)
		done = run_rounds(&reading, ops, n, courses);
	else
		db_no_memory(&db->base);
	/* What was sent before an error is answered all the same. */
	if (!done && db->conn && db->unanswered > 0)
		pgsql_db_drop(db);
	db->ask = NULL;
	release(&reading, courses, n);
	return done;
}
