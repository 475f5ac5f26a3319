/*
 * bulk.c: invite bulk: everybody in a file, several at a time.
 *
 * What is pending already is left alone, so that a run that was interrupted is
 * simply run again. When the server asks for patience, all workers have it
 * together. The first Ctrl-C lets what is under way finish and reports; a
 * second one ends the program.
 */
#include "bulk.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define JOBS	     64
#define JOBS_MAX     128
#define TRIES_MAX    10	  /* of one person, each with libinv's retries */
#define PATIENCE_MS  1000 /* after the first setback; doubled each time */
#define PATIENCE_MAX 60000
#define TICK_MS	     100 /* between looks at the progress */
#define LIST_PAGE    100

const struct option bulk_options[] = {
	{ "role", 0, "ROLE", "reader owner", "for lines that name none" },
	{ "jobs", 'j', "N", NULL, "invites at a time; 64" },
	{ "dry-run", 'n', NULL, NULL, "only check the file" },
	{ 0 },
};

struct bulk {
	struct cli *cli;
	struct roster *roster;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t changed;
	size_t next; /* whom nobody has taken yet */
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

/* ---- what is there already -------------------------------------------- */

static struct person **sorted_people(const struct roster *roster)
{
	struct person **sorted = NULL;

	for (size_t i = 0; i < roster->count; i++) {
		sorted = grown(sorted, i, sizeof(struct person *));
		sorted[i] = &roster->people[i];
	}
	if (sorted)
		qsort(sorted, roster->count, sizeof(struct person *),
		      compare_emails);
	return sorted;
}

static void leave_alone(struct person **sorted, size_t count,
			const struct inv_invite *invite)
{
	struct person wanted = { .email = (char *)invite->email };
	struct person *key = &wanted, **found;

	if (invite->status != INV_INVITE_STATUS_PENDING || !sorted)
		return;
	found = bsearch(&key, sorted, count, sizeof(struct person *),
			compare_emails);
	if (!found || (*found)->outcome != OUTCOME_NONE)
		return;
	(*found)->outcome = OUTCOME_EXISTING;
	(*found)->id = copy_of(invite->id);
}

static int find_existing(struct cli *cli, const struct roster *roster,
			 struct inv_error *err)
{
	struct inv_invite_list_params params = { .limit = LIST_PAGE };
	const struct inv_invite *invite;
	struct inv_invite_page *iter;
	struct person **sorted;
	int rc;

	if (inv_invites_list(cli->client, &params, NULL, &iter, err))
		return -1;
	sorted = sorted_people(roster);
	while (!(rc = inv_next(iter, &invite, err)) && invite)
		leave_alone(sorted, roster->count, invite);
	free(sorted);
	inv_free(iter);
	return rc;
}

/* ---- workers ---------------------------------------------------------- */

static bool is_existing(const struct inv_error *err)
{
	return strcmp(err->code, "invite_already_exists") == 0 ||
	       strcmp(err->code, "user_already_exists") == 0;
}

static void note_failure(struct person *person, const struct inv_error *err)
{
	if (is_existing(err)) {
		person->outcome = OUTCOME_EXISTING;
		return;
	}
	person->outcome = err->temporary ? OUTCOME_FAILED : OUTCOME_REFUSED;
	person->err = grown(NULL, 0, sizeof(*person->err));
	*person->err = *err;
}

static int invite_person(struct bulk *bulk, struct person *person,
			 struct inv_error *err)
{
	struct inv_invite_create_params params = {
		.email = person->email,
		.role = inv_role_of(person->role),
	};
	struct inv_invite *invite;

	grants_into(&person->grants, &params);
	if (inv_invites_create(bulk->cli->client, &params, NULL, &invite, err))
		return -1;
	person->outcome = OUTCOME_INVITED;
	person->id = copy_of(invite->id);
	inv_free(invite);
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

static void serve(struct bulk *bulk, struct person *person)
{
	struct inv_error err;

	for (int tries = 0; have_patience(bulk); tries++) {
		if (invite_person(bulk, person, &err) == 0)
			return;
		if (!err.temporary || tries + 1 == TRIES_MAX) {
			note_failure(person, &err);
			return;
		}
		ask_patience(bulk, &err, tries);
	}
}

/* The next to be invited, or NULL. */
static struct person *take(struct bulk *bulk)
{
	struct person *person = NULL;

	pthread_mutex_lock(&bulk->lock);
	while (!person && !is_interrupted && bulk->next < bulk->roster->count) {
		person = &bulk->roster->people[bulk->next++];
		if (person->outcome != OUTCOME_NONE) {
			bulk->done++;
			person = NULL;
		}
	}
	pthread_mutex_unlock(&bulk->lock);
	return person;
}

static void *work(void *arg)
{
	struct bulk *bulk = arg;
	struct person *person;

	while ((person = take(bulk)) != NULL) {
		serve(bulk, person);
		pthread_mutex_lock(&bulk->lock);
		bulk->done++;
		pthread_mutex_unlock(&bulk->lock);
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
	fprintf(stderr, "\r%zu of %zu%s", bulk->done, bulk->roster->count,
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
	started = start_workers(bulk, threads, jobs);
	wait_for_workers(bulk);
	for (size_t i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&bulk->changed);
	pthread_mutex_destroy(&bulk->lock);
	if (started > 0)
		return STATUS_OK;
	say_problem("could not start a thread");
	return STATUS_TRY_AGAIN;
}

static enum status conclude(const struct roster *roster)
{
	struct tally tally = tally_of(roster);

	if (tally.of[OUTCOME_REFUSED])
		return STATUS_REFUSED;
	if (tally.of[OUTCOME_FAILED] || tally.of[OUTCOME_NONE])
		return STATUS_TRY_AGAIN;
	return STATUS_OK;
}

static enum status run(struct cli *cli, struct roster *roster)
{
	struct bulk bulk = { .cli = cli, .roster = roster };
	struct inv_error err;
	enum status status;
	long jobs;

	if (!args_number(cli->args, "jobs", 1, JOBS_MAX, JOBS, &jobs))
		return STATUS_USAGE;
	if (args_has(cli->args, "dry-run")) {
		fprintf(stderr, "%zu lines, all well-formed\n", roster->count);
		return STATUS_OK;
	}
	if (roster->count > 0) {
		if (find_existing(cli, roster, &err))
			return say_error(FORMAT_TABLE, &err);
		if ((size_t)jobs > roster->count)
			jobs = (long)roster->count;
		status = invite_all(&bulk, (size_t)jobs);
		if (status != STATUS_OK)
			return status;
	}
	report(cli, roster);
	return conclude(roster);
}

enum status cmd_bulk(struct cli *cli)
{
	const char *role = args_text(cli->args, "role");
	enum status status = STATUS_USAGE;
	struct roster roster;

	if (roster_read(&roster, cli->args->rest[0], role))
		status = run(cli, &roster);
	else
		say_problem("nobody was invited");
	roster_release(&roster);
	return status;
}
