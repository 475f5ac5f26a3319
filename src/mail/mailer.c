/*
 * mailer.c: the threads that empty the outbox.
 *
 *	dispatcher   claims as many due mails as there are idle workers, and
 *	             sleeps until the next is due, a worker is idle again, or
 *	             something was queued
 *	workers      each with a transport and a store port of its own: hand a
 *	             mail over, record how it went, and wait for the next
 *
 * A mail is only claimed when somebody can take it in hand at once, so that a
 * stop leaves nothing claimed behind. A claim is a lease, which the dispatcher
 * renews for as long as somebody has the mail in hand: should the daemon die,
 * the mail is due again soon, for whichever daemon sees it first.
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

#include <assert.h>
#include <errno.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/log.h"
#include "mail/health.h"
#include "mail/outbox.h"

#define WORKERS	       4
#define LEASE_MS       (30 * SECOND_MS)
#define RENEW_MS       (LEASE_MS / 3)
#define REST_MS	       (5 * SECOND_MS)	/* until an idle connection is closed */
#define STORE_PAUSE_MS SECOND_MS	/* while the store cannot write */
#define OPTIONS_MAX    (64 * 1024)	/* octets of text */
#define POLL_MS	       (10 * SECOND_MS) /* for what others leave behind */
#define NEVER	       HEALTH_NEVER

/* Mails of one claim; goes when the last of them is done. */
struct batch {
	struct arena arena;
	size_t unfinished;
};

enum task { TASK_NONE, TASK_MAIL, TASK_PROBE };

struct worker {
	struct mailer *mailer;
	pthread_t thread;
	pthread_cond_t given; /* a task, or the end */
	struct store_port *port;
	struct transport *transport;
	struct message message;

	/* Under the mailer's lock. */
	enum task task;
	struct outbox_mail *mail;
	struct batch *batch;
	struct lease lease;
	int64_t renew_at; /* clock_mono_ms(), or NEVER */
};

struct mailer {
	struct arena arena; /* of the options */
	struct outbox_policy policy;
	bool sends;  /* false: nothing below is used */
	bool shared; /* others put mails into the outbox too */
	struct store_port *port;
	pthread_t dispatcher;
	size_t started; /* threads, the dispatcher last */

	pthread_mutex_t lock;
	pthread_cond_t changed; /* for the dispatcher; and when stopping */
	bool stopping;		/* no more claims */
	bool ending;		/* nor tasks: the dispatcher is gone */
	int64_t claim_at;	/* clock_mono_ms(), or NEVER */
	bool store_refused;	/* and that was logged */
	struct health health;
	struct worker workers[WORKERS];
};

/* ---- waiting ---- */

static void init_condition(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* Waits until `condition` is signalled or it is `at`; false: it is. */
static bool wait_until(struct mailer *mailer, pthread_cond_t *condition,
		       int64_t at)
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

/* ---- workers ---- */

/*
 * Records it, however long the store cannot write: the mail is gone already,
 * and nobody else will say so. At the end of the program it has to do without.
 */
static void record(struct worker *worker, const struct outbox_verdict *verdict)
{
	struct mailer *mailer = worker->mailer;
	char id[ID_TEXT_SIZE];

	while (!outbox_record(worker->port, worker->mail, verdict)) {
		bool stop;
		pthread_mutex_lock(&mailer->lock);
		if (!mailer->stopping)
			(void)wait_until(mailer, &worker->given,
					 clock_mono_ms() + STORE_PAUSE_MS);
		stop = mailer->stopping;
		pthread_mutex_unlock(&mailer->lock);
		if (!stop)
			continue;
		log_event(
		    LOG_ERROR, "mail_unrecorded",
		    LOG_S("invite", id_format(ID_INVITE,
					      worker->mail->to.invite.id, id)));
		return;
	}
}

/* Under the lock: there should be a claim in `ms`, or before. */
static void claim_in(struct mailer *mailer, int64_t ms)
{
	int64_t at = clock_mono_ms() + (ms > 0 ? ms : 0);

	if (at < mailer->claim_at)
		mailer->claim_at = at;
}

/* The mail at hand, from composing it to the log. */
static void send_mail(struct worker *worker, struct report *ret_report)
{
	struct mailer *mailer = worker->mailer;
	struct outbox_verdict verdict;

	outbox_attempt(&mailer->policy, worker->transport, &worker->message,
		       worker->mail, &verdict);
	pthread_mutex_lock(&mailer->lock);
	mailer->health.attempts[verdict.report.outcome]++;
	if (mailer->stopping) /* the next start need not wait */
		verdict.next_at_ms = clock_now_ms();
	pthread_mutex_unlock(&mailer->lock);
	record(worker, &verdict);
	outbox_log(worker->mail, &verdict);
	*ret_report = verdict.report;
	if (verdict.report.outcome != OUTBOX_DEFERRED)
		return;
	pthread_mutex_lock(&mailer->lock);
	claim_in(mailer, verdict.next_at_ms - clock_now_ms());
	pthread_mutex_unlock(&mailer->lock);
}

static void note_health(struct mailer *mailer, const struct report *report)
{
	bool changed;

	pthread_mutex_lock(&mailer->lock);
	changed = health_note(&mailer->health, report, clock_mono_ms());
	pthread_mutex_unlock(&mailer->lock);
	if (changed)
		log_event(report->usable ? LOG_INFO : LOG_WARN,
			  report->usable ? "mail_server_usable"
					 : "mail_server_unusable",
			  LOG_S("reply", report->words));
}

static void release_batch(struct batch *batch)
{
	arena_release(&batch->arena);
	free(batch);
}

/* Does the task at hand; called and left with the lock held. */
static void work(struct worker *worker)
{
	struct mailer *mailer = worker->mailer;
	struct report report;

	pthread_mutex_unlock(&mailer->lock);
	if (worker->task == TASK_MAIL)
		send_mail(worker, &report);
	else
		transport_probe(worker->transport, &report);
	note_health(mailer, &report);
	pthread_mutex_lock(&mailer->lock);
	if (worker->batch && --worker->batch->unfinished == 0)
		release_batch(worker->batch);
	worker->task = TASK_NONE;
	worker->mail = NULL;
	worker->batch = NULL;
	worker->renew_at = NEVER;
	pthread_cond_signal(&mailer->changed);
}

static void *run_worker(void *context)
{
	struct worker *worker = context;
	struct mailer *mailer = worker->mailer;
	int64_t rest_at = NEVER;

	pthread_mutex_lock(&mailer->lock);
	while (worker->task != TASK_NONE || !mailer->ending) {
		if (worker->task != TASK_NONE) {
			work(worker);
			rest_at = clock_mono_ms() + REST_MS;
		} else if (!wait_until(mailer, &worker->given, rest_at) &&
			   worker->task == TASK_NONE) {
			rest_at = NEVER;
			pthread_mutex_unlock(&mailer->lock);
			transport_rest(worker->transport);
			pthread_mutex_lock(&mailer->lock);
		}
	}
	pthread_mutex_unlock(&mailer->lock);
	return NULL;
}

/* ---- dispatcher ---- */

static size_t count_idle(const struct mailer *mailer)
{
	size_t idle = 0;

	for (size_t i = 0; i < WORKERS; i++)
		idle += mailer->workers[i].task == TASK_NONE;
	return idle;
}

/* Under the lock; somebody is idle, and only the dispatcher gives. */
static struct worker *give(struct mailer *mailer, enum task task)
{
	size_t i = 0;

	while (i < WORKERS && mailer->workers[i].task != TASK_NONE)
		i++;
	assert(i < WORKERS);
	mailer->workers[i].task = task;
	pthread_cond_signal(&mailer->workers[i].given);
	return &mailer->workers[i];
}

/* Who has the mail in hand already; NULL: nobody. */
static struct worker *holder(struct mailer *mailer, int64_t invite)
{
	for (size_t i = 0; i < WORKERS; i++) {
		struct worker *worker = &mailer->workers[i];

		if (worker->mail && worker->lease.invite == invite)
			return worker;
	}
	return NULL;
}

/* Where a lease could not be renewed in time we may have claimed a mail that is
 * in hand: then that goes on. */
static void give_mail(struct mailer *mailer, struct outbox_mail *mail,
		      struct batch *batch)
{
	struct worker *worker = holder(mailer, mail->to.invite.id);

	if (!worker) {
		worker = give(mailer, TASK_MAIL);
		worker->mail = mail;
		worker->batch = batch;
		batch->unfinished++;
	}
	worker->lease =
	    (struct lease){ mail->to.invite.organization, mail->to.invite.id,
			    mail->leased_until_ms };
	worker->renew_at = clock_mono_ms() + RENEW_MS;
}

/* The store's answer to a claim, or that it gave none: in the log, once. */
static void note_store(struct mailer *mailer, bool refused)
{
	if (refused && !mailer->store_refused)
		log_event(LOG_WARN, "outbox_unavailable",
			  LOG_I("retry_ms", STORE_PAUSE_MS));
	mailer->store_refused = refused;
}

/* Gives the claimed mails to workers; says when to claim again. */
static void give_claimed(struct mailer *mailer, const struct store_op *op,
			 struct batch *batch)
{
	int64_t due = op->outbox_claim.ret_next_due_ms;

	for (size_t i = 0; i < op->outbox_claim.ret_count; i++)
		give_mail(mailer, &op->outbox_claim.ret_mails[i], batch);
	if (due != 0)
		claim_in(mailer, due - op->now_ms);
}

/* Claims for `idle` workers; called and left with the lock held. */
static void claim(struct mailer *mailer, size_t idle)
{
	struct batch *batch = malloc(sizeof(*batch));
	struct store_op op = {
		.verb = STORE_OUTBOX_CLAIM,
		.now_ms = clock_now_ms(),
		.outbox_claim = { .limit = (int)idle, .lease_ms = LEASE_MS },
	};

	/* Unless something is queued meanwhile. */
	mailer->claim_at = mailer->shared ? clock_mono_ms() + POLL_MS : NEVER;
	if (!batch) {
		claim_in(mailer, STORE_PAUSE_MS);
		return;
	}
	*batch = (struct batch){ .unfinished = 0 };
	arena_init(&batch->arena, idle * MESSAGE_MAX);
	op.arena = &batch->arena;
	pthread_mutex_unlock(&mailer->lock);
	store_call(mailer->port, &op);
	pthread_mutex_lock(&mailer->lock);
	note_store(mailer, op.refusal != REFUSAL_GRANTED);
	if (op.refusal == REFUSAL_GRANTED)
		give_claimed(mailer, &op, batch);
	else
		claim_in(mailer, STORE_PAUSE_MS);
	if (batch->unfinished == 0)
		release_batch(batch);
}

/* Whose lease is to be renewed next; when: in `renew_at`. */
static struct worker *next_to_renew(struct mailer *mailer)
{
	struct worker *next = &mailer->workers[0];

	for (size_t i = 1; i < WORKERS; i++) {
		if (mailer->workers[i].renew_at < next->renew_at)
			next = &mailer->workers[i];
	}
	return next;
}

/* Called and left with the lock held; the worker may finish meanwhile, but is
 * given nothing else. */
static void renew(struct mailer *mailer, struct worker *worker)
{
	struct lease lease = worker->lease;
	bool done;

	pthread_mutex_unlock(&mailer->lock);
	done = outbox_renew(mailer->port, &lease, LEASE_MS);
	pthread_mutex_lock(&mailer->lock);
	if (!worker->mail)
		return;
	worker->lease = lease;
	worker->renew_at = clock_mono_ms() + (done ? RENEW_MS : STORE_PAUSE_MS);
}

/* Until there is something for the dispatcher to do. */
static void rest(struct mailer *mailer, bool somebody_idle)
{
	int64_t at = next_to_renew(mailer)->renew_at;

	if (somebody_idle && mailer->claim_at < at)
		at = mailer->claim_at;
	if (somebody_idle && mailer->health.probe_at < at)
		at = mailer->health.probe_at;
	(void)wait_until(mailer, &mailer->changed, at);
}

static void *run_dispatcher(void *context)
{
	struct mailer *mailer = context;

	pthread_mutex_lock(&mailer->lock);
	while (!mailer->stopping) {
		int64_t now = clock_mono_ms();
		size_t idle = count_idle(mailer);
		struct worker *held = next_to_renew(mailer);
		if (held->renew_at <= now) {
			renew(mailer, held);
		} else if (idle > 0 && mailer->health.probe_at <= now) {
			mailer->health.probe_at = NEVER;
			give(mailer, TASK_PROBE);
		} else if (idle > 0 && mailer->claim_at <= now) {
			claim(mailer, idle);
		} else {
			rest(mailer, idle > 0);
		}
	}
	pthread_mutex_unlock(&mailer->lock);
	return NULL;
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
		    pthread_create(&worker->thread, NULL, run_worker, worker);
		mailer->started += error == 0;
	}
	if (error == 0) {
		error = pthread_create(&mailer->dispatcher, NULL,
				       run_dispatcher, mailer);
		mailer->started += error == 0;
	}
	if (error != 0)
		return fail_errno(fail, error, "could not start a thread");
	return 0;
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
		 WORKERS - count_idle(mailer));
	pthread_mutex_unlock(&mailer->lock);
}
