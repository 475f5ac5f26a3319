/*
 * worker.c: hands one mail after the other over, and records how it went.
 */
#include "base/base.h"

#include "mail/crew.h"

#include "base/clock.h"
#include "base/log.h"
#include "mail/mime.h"

#define REST_MS (5 * SECOND_MS) /* until an idle connection is closed */

/*
 * The lease by which the mail is ours, for good: from here on it is not
 * renewed. Were it, the store might do that before it looks at the verdict,
 * which would then seem to come from somebody who lost the mail, and not count.
 * A renewal that is under way is no trouble: the lease names its outcome too.
 */
static struct lease last_lease(struct worker *worker)
{
	struct mailer *mailer = worker->mailer;
	struct lease lease;

	pthread_mutex_lock(&mailer->lock);
	worker->renew_at = NEVER;
	lease = worker->lease;
	pthread_mutex_unlock(&mailer->lock);
	return lease;
}

static bool try_to_record(struct worker *worker,
			  const struct outbox_verdict *verdict)
{
	/* Each time: we may have claimed it again ourselves. */
	struct lease lease = last_lease(worker);

	return outbox_record(worker->port, worker->mail, &lease, verdict);
}

/*
 * Records it, however long the store cannot write: the mail is gone already,
 * and nobody else will say so. At the end of the program it has to do without.
 */
static void record(struct worker *worker, const struct outbox_verdict *verdict)
{
	struct mailer *mailer = worker->mailer;
	char id[ID_TEXT_SIZE];

	while (!try_to_record(worker, verdict)) {
		bool stop;
		pthread_mutex_lock(&mailer->lock);
		if (!mailer->stopping)
			(void)mailer_wait(mailer, &worker->given,
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
		verdict.pause_ms = 0;
	pthread_mutex_unlock(&mailer->lock);
	record(worker, &verdict);
	outbox_log(worker->mail, &verdict);
	*ret_report = verdict.report;
	if (verdict.report.outcome != OUTBOX_DEFERRED)
		return;
	pthread_mutex_lock(&mailer->lock);
	mailer_claim_in(mailer, verdict.pause_ms);
	pthread_mutex_unlock(&mailer->lock);
}

/* Without a mail, as far as sender and recipient. */
static void look(struct worker *worker, struct report *ret_report)
{
	const struct outbox_policy *policy = &worker->mailer->policy;
	const char *to = worker->look_at;
	const struct letter letter = {
		.from = policy->from.address,
		.to = *to ? to : NULL,
		.utf8 = policy->from.utf8 || !mime_is_ascii(str_of(to)),
	};

	transport_probe(worker->transport, &letter, ret_report);
}

static void log_health(bool usable, const struct report *report)
{
	log_event(usable ? LOG_INFO : LOG_WARN,
		  usable ? "mail_server_usable" : "mail_server_unusable",
		  LOG_S("reply", report->words));
}

static void note_health(struct worker *worker, const struct report *report)
{
	struct mailer *mailer = worker->mailer;
	bool changed, usable;

	pthread_mutex_lock(&mailer->lock);
	if (worker->mail)
		changed = health_note_mail(&mailer->health, report,
					   worker->mail->to.invite.email,
					   clock_mono_ms());
	else
		changed = health_note_look(&mailer->health, report,
					   worker->look_at[0] ? worker->look_at
							      : NULL,
					   clock_mono_ms());
	usable = mailer->health.usable;
	pthread_mutex_unlock(&mailer->lock);
	if (changed)
		log_health(usable, report);
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
		look(worker, &report);
	note_health(worker, &report);
	pthread_mutex_lock(&mailer->lock);
	if (worker->batch && --worker->batch->unfinished == 0)
		batch_release(worker->batch);
	worker->task = TASK_NONE;
	worker->mail = NULL;
	worker->batch = NULL;
	worker->renew_at = NEVER;
	pthread_cond_signal(&mailer->changed);
}

void *worker_run(void *context)
{
	struct worker *worker = context;
	struct mailer *mailer = worker->mailer;
	int64_t rest_at = NEVER;

	pthread_mutex_lock(&mailer->lock);
	while (worker->task != TASK_NONE || !mailer->ending) {
		if (worker->task != TASK_NONE) {
			work(worker);
			rest_at = clock_mono_ms() + REST_MS;
		} else if (!mailer_wait(mailer, &worker->given, rest_at) &&
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
