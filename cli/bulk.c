/*
 * bulk.c: invite bulk: everybody in a file, several at a time.
 *
 * Where the server takes many in one request, as invited(8) does, they go so,
 * and one by one where it does not. What is pending already is left alone, so
 * that a run that was interrupted is simply run again. When the server asks for
 * patience, all workers have it together. The first Ctrl-C lets what is under
 * way finish and reports; a second one ends the program.
 */
#include "bulk.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "invites.h"
#include "text.h"

#define JOBS	     64
#define JOBS_MAX     128
#define AT_ONCE	     100  /* in one request, where the server takes many */
#define MANY_JOBS    4	  /* of such requests */
#define TRIES_MAX    10	  /* of one row, each with libinv's retries */
#define PATIENCE_MS  1000 /* after the first setback; doubled each time */
#define PATIENCE_MAX 60000
#define TICK_MS	     100 /* between looks at the progress */

const struct option bulk_options[] = {
	OPTION_ROLE("role for rows that have none"),
	{ .name = "jobs",
	  .letter = 'j',
	  .value = "N",
	  .help = "people to invite at a time; 64 by default" },
	{ .name = "dry-run",
	  .letter = 'n',
	  .help = "check the file and ask the server, invite nobody" },
	{ .name = "ignore-columns", .help = "ignore unknown columns" },
	{ 0 },
};

struct bulk {
	struct cli *cli;
	struct rows *rows;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	size_t next;	/* whom nobody has taken yet */
	size_t at_once; /* that a worker takes */
	size_t done;
	size_t workers;	      /* still at work */
	long long not_before; /* when the server may be asked again */
};

static atomic_int is_interrupted; /* lock-free: set by a signal handler */

static void interrupt(int signal)
{
	(void)signal;
	is_interrupted = 1;
}

static long long mono_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits on `changed`, with the lock, for at most so long. */
static void wait_ms(struct bulk *bulk, long long milliseconds)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += milliseconds / 1000;
	until.tv_nsec += milliseconds % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&bulk->changed, &bulk->lock, &until);
}

/* ---- workers ---------------------------------------------------------- */

static bool is_existing(const struct inv_error *err)
{
	return strcmp(err->code, "invite_already_exists") == 0 ||
	       strcmp(err->code, "user_already_exists") == 0;
}

static void note_failure(struct row *row, const struct inv_error *err)
{
	/* Without a mail it is not left alone, but something to look at. */
	if (is_existing(err) && !row->mail_failed) {
		row->outcome = OUTCOME_EXISTING;
		return;
	}
	row->outcome = err->temporary ? OUTCOME_FAILED : OUTCOME_REFUSED;
	row->err = grown(NULL, 0, sizeof(*row->err));
	*row->err = *err;
}

/* A pending invite whose mail had failed is mailed by a create. */
static void note_invite(struct row *row, const struct inv_invite *invite,
			bool is_old)
{
	row->outcome = row->mail_failed ? OUTCOME_REMAILED
		       : is_old		? OUTCOME_EXISTING
					: OUTCOME_INVITED;
	free(row->id);
	row->id = copy_of(invite->id);
}

static struct inv_invite_create_params params_of(struct row *row)
{
	struct inv_invite_create_params params = {
		.email = row->email,
		.role = inv_role_of(row->role),
		.external_id = row->external_id,
		.metadata = row->metadata,
	};

	grants_into(&row->grants, &params);
	return params;
}

static int invite_row(struct bulk *bulk, struct row *row, struct inv_error *err)
{
	struct inv_invite_create_params params = params_of(row);
	struct inv_invite *invite;

	if (inv_invites_create(bulk->cli->client, &params, NULL, &invite, err))
		return -1;
	note_invite(row, invite, was_there(invite));
	inv_free(invite);
	return 0;
}

static struct inv_error error_of(const struct inv_invite_line *line)
{
	struct inv_error err = { .kind = INV_ERROR_BAD_REQUEST,
				 .status = (int)line->status };

	snprintf(err.message, sizeof(err.message), "%s", line->error->message);
	snprintf(err.code, sizeof(err.code), "%s", line->error->code);
	return err;
}

/* What the server could not do just now is left to be tried alone. */
static void note_line(struct row *row, const struct inv_invite_line *line,
		      bool is_first)
{
	struct inv_error err;

	if (line->invite) {
		note_invite(row, line->invite, line->existing && is_first);
	} else if (line->error && line->status < 500 && line->status != 429) {
		err = error_of(line);
		note_failure(row, &err);
	}
}

/* After a retry of ours nobody knows who was there: see was_there(). */
static int invite_rows(struct bulk *bulk, struct row **rows, size_t count,
		       struct inv_error *err)
{
	struct inv_invite_create_params lines[AT_ONCE];
	const struct inv_invite_bulk_params params = { .invites = lines,
						       .invites_len = count };
	struct inv_invite_bulk *answer;

	for (size_t i = 0; i < count; i++)
		lines[i] = params_of(rows[i]);
	if (inv_invites_create_bulk(bulk->cli->client, &params, NULL, &answer,
				    err))
		return -1;
	for (size_t i = 0; i < count && i < answer->data_len; i++)
		note_line(rows[i], answer->data[i],
			  inv_meta(answer)->attempts == 1);
	inv_free(answer);
	return 0;
}

/* All wait; false where the program is to end instead. */
static bool have_patience(struct bulk *bulk)
{
	pthread_mutex_lock(&bulk->lock);
	while (!is_interrupted && mono_ms() < bulk->not_before)
		wait_ms(bulk, TICK_MS);
	pthread_mutex_unlock(&bulk->lock);
	return !is_interrupted;
}

static void ask_patience(struct bulk *bulk, const struct inv_error *err,
			 int tries)
{
	long long pause = (long long)PATIENCE_MS << tries;

	if (pause > PATIENCE_MAX)
		pause = PATIENCE_MAX;
	if (err->retry_after_ms > pause)
		pause = err->retry_after_ms;
	pthread_mutex_lock(&bulk->lock);
	if (mono_ms() + pause > bulk->not_before)
		bulk->not_before = mono_ms() + pause;
	pthread_mutex_unlock(&bulk->lock);
}

static void serve(struct bulk *bulk, struct row *row)
{
	struct inv_error err;

	for (int tries = 0; have_patience(bulk); tries++) {
		if (invite_row(bulk, row, &err) == 0)
			return;
		if (!err.temporary || tries + 1 == TRIES_MAX) {
			note_failure(row, &err);
			return;
		}
		ask_patience(bulk, &err, tries);
	}
}

/* A server that does not have the call, or not for these. */
static bool is_not_taken(const struct inv_error *err)
{
	return err->kind == INV_ERROR_BAD_REQUEST ||
	       err->kind == INV_ERROR_NOT_FOUND || err->status == 405 ||
	       err->status == 413;
}

/* By one request; false where they have to go one by one. */
static bool serve_together(struct bulk *bulk, struct row **rows, size_t count)
{
	struct inv_error err;

	for (int tries = 0; have_patience(bulk); tries++) {
		if (invite_rows(bulk, rows, count, &err) == 0)
			return true;
		if (is_not_taken(&err))
			return false;
		if (!err.temporary || tries + 1 == TRIES_MAX) {
			for (size_t i = 0; i < count; i++)
				note_failure(rows[i], &err);
			return true;
		}
		ask_patience(bulk, &err, tries);
	}
	return true;
}

static void serve_each(struct bulk *bulk, struct row **rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i]->outcome == OUTCOME_NONE)
			serve(bulk, rows[i]);
	}
	pthread_mutex_lock(&bulk->lock);
	bulk->done += count;
	pthread_mutex_unlock(&bulk->lock);
}

/* Those that are to be invited next; how many. */
static size_t take(struct bulk *bulk, struct row **rows)
{
	size_t count = 0;

	pthread_mutex_lock(&bulk->lock);
	while (count < bulk->at_once && !is_interrupted &&
	       bulk->next < bulk->rows->count) {
		rows[count] = &bulk->rows->list[bulk->next++];
		if (rows[count]->outcome != OUTCOME_NONE)
			bulk->done++;
		else
			count++;
	}
	pthread_mutex_unlock(&bulk->lock);
	return count;
}

/* The first of them, to see whether the server takes many. */
static void try_many(struct bulk *bulk)
{
	struct row *rows[AT_ONCE];
	size_t count;

	bulk->at_once = AT_ONCE;
	count = take(bulk, rows);
	if (count > 1 && serve_together(bulk, rows, count)) {
		serve_each(bulk, rows, count);
		return;
	}
	bulk->at_once = 1;
	bulk->next = bulk->done = 0;
}

static void *work(void *arg)
{
	struct bulk *bulk = arg;
	struct row *rows[AT_ONCE];
	size_t count;

	while ((count = take(bulk, rows)) > 0) {
		if (count > 1)
			(void)serve_together(bulk, rows, count);
		serve_each(bulk, rows, count);
	}
	pthread_mutex_lock(&bulk->lock);
	bulk->workers--;
	pthread_cond_broadcast(&bulk->changed);
	pthread_mutex_unlock(&bulk->lock);
	return NULL;
}

/* ---- the foreman ------------------------------------------------------ */

static void show_progress(const struct bulk *bulk, bool is_last)
{
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%zu of %zu%s", bulk->done, bulk->rows->count,
		is_last ? "\n" : "");
}

static void wait_for_workers(struct bulk *bulk)
{
	pthread_mutex_lock(&bulk->lock);
	while (bulk->workers > 0) {
		show_progress(bulk, false);
		wait_ms(bulk, TICK_MS);
	}
	pthread_mutex_unlock(&bulk->lock);
	show_progress(bulk, true);
}

/* Workers leave signals to the thread that waits for them. */
static size_t start_workers(struct bulk *bulk, pthread_t *threads, size_t jobs)
{
	sigset_t all, before;
	size_t started = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_mutex_lock(&bulk->lock);
	while (started < jobs &&
	       pthread_create(&threads[started], NULL, work, bulk) == 0)
		started++;
	bulk->workers = started;
	pthread_mutex_unlock(&bulk->lock);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

static enum status invite_all(struct bulk *bulk, size_t jobs)
{
	struct sigaction action = { .sa_handler = interrupt,
				    .sa_flags = (int)SA_RESETHAND };
	pthread_t threads[JOBS_MAX];
	pthread_condattr_t attributes;
	size_t started;

	pthread_mutex_init(&bulk->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&bulk->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	try_many(bulk);
	if (bulk->at_once > 1 && jobs > MANY_JOBS)
		jobs = MANY_JOBS;
	started = start_workers(bulk, threads, jobs);
	wait_for_workers(bulk);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&bulk->changed);
	pthread_mutex_destroy(&bulk->lock);
	if (started > 0)
		return STATUS_OK;
	print_problem("could not start a thread");
	return STATUS_TRY_AGAIN;
}

static enum status conclude(const struct rows *rows)
{
	struct tally tally = tally_of(rows);

	if (tally.of[OUTCOME_REFUSED])
		return STATUS_REFUSED;
	if (tally.of[OUTCOME_FAILED] || tally.of[OUTCOME_NONE])
		return STATUS_TRY_AGAIN;
	return STATUS_OK;
}

/* What would become of those that nothing is known of yet. */
static void foretell(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		struct row *row = &rows->list[i];

		if (row->outcome == OUTCOME_NONE)
			row->outcome = row->mail_failed ? OUTCOME_REMAILED
							: OUTCOME_INVITED;
	}
}

static enum status run(struct cli *cli, struct rows *rows, size_t jobs)
{
	struct bulk bulk = { .cli = cli, .rows = rows };
	struct inv_error err;
	enum status status = STATUS_OK;

	if (find_existing(cli, rows, rows->is_dry, &err))
		return fail(cli, &err);
	if (rows->is_dry)
		foretell(rows);
	else if (rows->count > 0)
		status =
		    invite_all(&bulk, jobs < rows->count ? jobs : rows->count);
	if (status != STATUS_OK)
		return status;
	print_report(cli, rows);
	return conclude(rows);
}

/* A bad file is reported too, so that a program gets the same kind of JSON. */
static enum status refuse(struct cli *cli, const struct rows *rows)
{
	print_problem("nobody was invited");
	if (format_is_json(cli->format))
		print_report(cli, rows);
	return STATUS_USAGE;
}

static enum status read_rows(struct cli *cli, struct rows *rows)
{
	const struct args *args = cli->args;
	bool is_read = rows_read(rows, args->rest[0], args_text(args, "role"),
				 args_has(args, "ignore-columns"));
	enum status status;

	rows->is_dry = args_has(args, "dry-run");
	if (!is_read)
		return refuse(cli, rows);
	status = rows_resolve(cli, rows, rows->is_dry);
	return rows->problem_count > 0 ? refuse(cli, rows) : status;
}

enum status cmd_bulk(struct cli *cli)
{
	const struct args *args = cli->args;
	struct rows rows;
	enum status status;
	long jobs;

	if (!args_word(args, "role") ||
	    !args_number(args, "jobs", 1, JOBS_MAX, JOBS, &jobs))
		return STATUS_USAGE;
	/* Failures belong into what a program reads, asked for or not. */
	cli->format_asked = cli->format_asked || format_is_json(cli->format);
	status = read_rows(cli, &rows);
	if (status == STATUS_OK)
		status = run(cli, &rows, (size_t)jobs);
	rows_release(&rows);
	return status;
}
