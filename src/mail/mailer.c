/*
 * mailer.c: the threads that empty the outbox: how they begin and end.
 *
 *	dispatcher   claims as many due mails as there are idle workers, and
 *	             sleeps until the next is due, a worker is idle again, or
 *	             something was queued
 *	workers      each with a transport and a store port of its own: hand a
 *	             mail over, record how it went, and wait for the next
 *
 * The server is also looked at without a mail: at the start, so that a wrong
 * password shows in the log before the first invite, and again and again
 * while it cannot be used, so that readiness comes back by itself.
 *
 * Times that are slept through come from the monotonic clock; when a mail is
 * due is a matter of the wall clock, like all that is stored.
 */
#include "base/base.h"
#include "mail/mail.h"

#include <errno.h>

#include "base/clock.h"
#include "mail/crew.h"

#define OPTIONS_MAX (64 * 1024) /* octets of text */

/* ---- what all of them use ---- */

bool mailer_wait(struct mailer *mailer, pthread_cond_t *condition, int64_t at)
{
	struct timespec when = {
		.tv_sec = (time_t)(at / SECOND_MS),
		.tv_nsec = (long)(at % SECOND_MS) * 1000000,
	};

	if (at == NEVER)
		return pthread_cond_wait(condition, &mailer->lock) == 0;
	return pthread_cond_timedwait(condition, &mailer->lock, &when) !=
	       ETIMEDOUT;
}

void mailer_claim_in(struct mailer *mailer, int64_t ms)
{
	int64_t at = clock_mono_ms();

	if (ms > 0)
		at += ms < POLL_MS ? ms : POLL_MS;
	if (at < mailer->claim_at)
		mailer->claim_at = at;
}

size_t mailer_idle(const struct mailer *mailer)
{
	size_t idle = 0;

	for (size_t i = 0; i < WORKERS; i++)
		idle += mailer->workers[i].task == TASK_NONE;
	return idle;
}

void batch_release(struct batch *batch)
{
	arena_release(&batch->arena);
	free(batch);
}

/* ---- life ---- */

static int open_worker(struct mailer *mailer, struct worker *worker,
		       const struct mail_options *options, struct store *store,
		       struct fail *fail)
{
	const struct transport_options transport = {
		.url = options->url,
		.username = options->username,
		.password = options->password,
		.helo = options->helo,
		.domain = mailer->policy.from.domain,
	};

	worker->mailer = mailer;
	message_init(&worker->message);
	if (transport_open(&transport, &worker->transport, fail) < 0)
		return -1;
	return store_port_open(store, NULL, NULL, &worker->port, fail);
}

/* What does not need the mailer to send. */
static int read_options(struct mailer *mailer,
			const struct mail_options *options, struct fail *fail)
{
	struct outbox_policy *policy = &mailer->policy;

	mailer->sends = mail_sends(options->url);
	policy->retry_ms = options->retry_ms;
	health_init(&mailer->health, options->retry_ms);
	policy->public_url =
	    arena_str(&mailer->arena, str_of(options->public_url));
	if (!policy->public_url)
		return fail_set(fail, "out of memory");
	return sender_parse(&mailer->arena, options->from, &policy->from, fail);
}

static int open_ports(struct mailer *mailer, const struct mail_options *options,
		      struct store *store, struct fail *fail)
{
	for (size_t i = 0; i < WORKERS; i++)
		if (open_worker(mailer, &mailer->workers[i], options, store,
				fail) < 0)
			return -1;
	return store_port_open(store, NULL, NULL, &mailer->port, fail);
}

static int start_threads(struct mailer *mailer, struct fail *fail)
{
	int error = 0;

	for (size_t i = 0; i < WORKERS && error == 0; i++) {
		struct worker *worker = &mailer->workers[i];
		error =
		    pthread_create(&worker->thread, NULL, worker_run, worker);
		mailer->started += error == 0;
	}
	if (error == 0) {
		error = pthread_create(&mailer->dispatcher, NULL,
				       dispatcher_run, mailer);
		mailer->started += error == 0;
	}
	if (error != 0)
		return fail_errno(fail, error, "could not start a thread");
	return 0;
}

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

static struct mailer *new_mailer(void)
{
	struct mailer *mailer = calloc(1, sizeof(*mailer));

	if (!mailer)
		return NULL;
	arena_init(&mailer->arena, OPTIONS_MAX);
	pthread_mutex_init(&mailer->lock, NULL);
	init_condition(&mailer->changed);
	for (size_t i = 0; i < WORKERS; i++) {
		init_condition(&mailer->workers[i].given);
		mailer->workers[i].renew_at = NEVER;
	}
	return mailer;
}

int mailer_start(const struct mail_options *options, struct store *store,
		 struct mailer **ret_mailer, struct fail *fail)
{
	struct mailer *mailer = new_mailer();

	if (!mailer)
		return fail_set(fail, "out of memory");
	mailer->shared = store_is_shared(store);
	if (read_options(mailer, options, fail) < 0 ||
	    (mailer->sends && (open_ports(mailer, options, store, fail) < 0 ||
			       start_threads(mailer, fail) < 0))) {
		mailer_stop(mailer);
		return -1;
	}
	*ret_mailer = mailer;
	return 0;
}

void mailer_wake(void *context)
{
	struct mailer *mailer = context;

	pthread_mutex_lock(&mailer->lock);
	mailer->claim_at = 0;
	pthread_cond_signal(&mailer->changed);
	pthread_mutex_unlock(&mailer->lock);
}

/*
 * The dispatcher goes first: it may just be claiming, and what it claims
 * needs workers that are still there.
 */
static void stop_threads(struct mailer *mailer)
{
	pthread_mutex_lock(&mailer->lock);
	mailer->stopping = true;
	pthread_cond_signal(&mailer->changed);
	for (size_t i = 0; i < WORKERS; i++) {
		pthread_cond_signal(&mailer->workers[i].given);
		if (mailer->workers[i].transport)
			transport_hurry(mailer->workers[i].transport);
	}
	pthread_mutex_unlock(&mailer->lock);
	if (mailer->started > WORKERS)
		pthread_join(mailer->dispatcher, NULL);

	pthread_mutex_lock(&mailer->lock);
	mailer->ending = true;
	for (size_t i = 0; i < WORKERS; i++)
		pthread_cond_signal(&mailer->workers[i].given);
	pthread_mutex_unlock(&mailer->lock);
	for (size_t i = 0; i < WORKERS && i < mailer->started; i++)
		pthread_join(mailer->workers[i].thread, NULL);
}

void mailer_stop(struct mailer *mailer)
{
	stop_threads(mailer);
	for (size_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &mailer->workers[i];
		if (worker->port)
			store_port_close(worker->port);
		transport_close(worker->transport);
		message_release(&worker->message);
		pthread_cond_destroy(&worker->given);
	}
	if (mailer->port)
		store_port_close(mailer->port);
	pthread_cond_destroy(&mailer->changed);
	pthread_mutex_destroy(&mailer->lock);
	arena_release(&mailer->arena);
	free(mailer);
}

bool mailer_healthy(struct mailer *mailer, struct fail *fail)
{
	bool usable;

	pthread_mutex_lock(&mailer->lock);
	usable = mailer->health.usable;
	if (!usable)
		*fail = mailer->health.why_not;
	pthread_mutex_unlock(&mailer->lock);
	return usable;
}

void mailer_metrics(struct mailer *mailer, struct buf *out)
{
	pthread_mutex_lock(&mailer->lock);
	health_metrics(&mailer->health, out);
	buf_addf(out,
		 "# HELP invited_mail_in_hand Mails being delivered now.\n"
		 "# TYPE invited_mail_in_hand gauge\n"
		 "invited_mail_in_hand %zu\n",
		 WORKERS - mailer_idle(mailer));
	pthread_mutex_unlock(&mailer->lock);
}
