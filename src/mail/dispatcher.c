/*
 * dispatcher.c: who gets which mail, and for how long.
 *
 * A mail is only claimed when somebody can take it in hand at once, so that a
 * stop leaves nothing claimed behind. A claim is a lease, which is renewed for
 * as long as somebody has the mail in hand: should the daemon die, the mail is
 * due again soon, for whichever daemon sees it first.
 *
 * Leases are half a minute. Shorter ones would end in the middle of a failover,
 * when nobody can renew them, and then two send the same mail; longer ones keep
 * a dead daemon's mails waiting.
 */
#include "base/base.h"

#include "mail/crew.h"

#include <assert.h>

#include "base/clock.h"
#include "base/log.h"

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
	worker->lease = (struct lease){
		.organization = mail->to.invite.organization,
		.invite = mail->to.invite.id,
		.until_ms = mail->leased_until_ms,
		.made_at = clock_mono_ms(),
	};
	worker->renew_at = worker->lease.made_at + RENEW_MS;
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
static void give_claimed(struct mailer *mailer,
			 const struct outbox_claim_out *claimed,
			 struct batch *batch)
{
	for (size_t i = 0; i < claimed->count; i++)
		give_mail(mailer, &claimed->mails[i], batch);
	if (claimed->next_due_ms != 0)
		mailer_claim_in(mailer, claimed->next_due_ms - claimed->now_ms);
}

/* Claims for `idle` workers; called and left with the lock held. */
static void claim(struct mailer *mailer, size_t idle)
{
	struct batch *batch = malloc(sizeof(*batch));
	const struct outbox_claim_in in = { .limit = (int)idle,
					    .lease_ms = LEASE_MS };
	struct outbox_claim_out out;
	struct store_op op = {
		.verb = &verb_outbox_claim,
		.in = &in,
		.out = &out,
		.now_ms = clock_now_ms(),
	};

	/* Unless something is queued meanwhile. */
	mailer->claim_at = mailer->shared ? clock_mono_ms() + POLL_MS : NEVER;
	if (!batch) {
		mailer_claim_in(mailer, STORE_PAUSE_MS);
		return;
	}
	*batch = (struct batch){ .unfinished = 0 };
	arena_init(&batch->arena, idle * MESSAGE_MAX);
	op.arena = &batch->arena;
	pthread_mutex_unlock(&mailer->lock);
	store_call(mailer->port, &op);
	pthread_mutex_lock(&mailer->lock);
	note_store(mailer, op.result != RESULT_OK);
	if (op.result == RESULT_OK)
		give_claimed(mailer, &out, batch);
	else
		mailer_claim_in(mailer, STORE_PAUSE_MS);
	if (batch->unfinished == 0)
		batch_release(batch);
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

/*
 * Called and left with the lock held; the worker may finish meanwhile, but is
 * given nothing else.
 *
 * The new end is stored before asking, since the worker may record its verdict
 * meanwhile. A request that got no answer may have been carried out, so it is
 * repeated with the same end: at most two ends are possible. Ends are by the
 * store's clock, which is not asked again: as much time has passed there as
 * here.
 */
static void renew(struct mailer *mailer, struct worker *worker)
{
	bool again = worker->lease.asked_ms != 0, done;
	struct lease lease;

	if (!again) {
		int64_t now = clock_mono_ms();
		worker->lease.asked_ms =
		    worker->lease.until_ms + now - worker->lease.made_at;
		worker->lease.made_at = now;
	}
	lease = worker->lease;
	pthread_mutex_unlock(&mailer->lock);
	done = outbox_renew(mailer->port, &lease);
	pthread_mutex_lock(&mailer->lock);
	if (!worker->mail)
		return;
	worker->lease = lease;
	if (worker->renew_at == NEVER) /* it is being recorded */
		return;
	worker->renew_at = clock_mono_ms();
	if (!done)
		worker->renew_at += STORE_PAUSE_MS;
	else if (!again) /* else what it got is older than a lease should be */
		worker->renew_at += RENEW_MS;
}

/* Somebody is to see whether mail could leave. */
static void give_look(struct mailer *mailer)
{
	const char *to = health_look_at(&mailer->health);
	struct worker *worker = give(mailer, TASK_PROBE);

	mailer->health.probe_at = NEVER;
	snprintf(worker->look_at, sizeof(worker->look_at), "%s", to ? to : "");
}

/* Until there is something for the dispatcher to do. */
static void rest(struct mailer *mailer, bool somebody_idle)
{
	int64_t at = next_to_renew(mailer)->renew_at;

	if (somebody_idle && mailer->claim_at < at)
		at = mailer->claim_at;
	if (somebody_idle && mailer->health.probe_at < at)
		at = mailer->health.probe_at;
	(void)mailer_wait(mailer, &mailer->changed, at);
}

void *dispatcher_run(void *context)
{
	struct mailer *mailer = context;

	pthread_mutex_lock(&mailer->lock);
	while (!mailer->stopping) {
		int64_t now = clock_mono_ms();
		size_t idle = mailer_idle(mailer);
		struct worker *held = next_to_renew(mailer);
		if (held->renew_at <= now) {
			renew(mailer, held);
		} else if (idle > 0 && mailer->health.probe_at <= now) {
			give_look(mailer);
		} else if (idle > 0 && mailer->claim_at <= now) {
			claim(mailer, idle);
		} else {
			rest(mailer, idle > 0);
		}
	}
	pthread_mutex_unlock(&mailer->lock);
	return NULL;
}
