/*
 * crew.h: what the mailer's threads share: mailer.c makes them and ends them,
 * dispatcher.c gives out the work, worker.c does it.
 */
#ifndef MAIL_CREW_H
#define MAIL_CREW_H

#include "base/base.h"

#include <pthread.h>

#include "mail/health.h"
#include "mail/outbox.h"

#define WORKERS	       4
#define LEASE_MS       (30 * SECOND_MS)
#define RENEW_MS       (LEASE_MS / 3)
#define STORE_PAUSE_MS SECOND_MS /* while the store cannot write */
#define NEVER	       HEALTH_NEVER

/* How long to wait at most where mails wait: others may leave some behind, and
 * clocks may jump. */
#define POLL_MS (10 * SECOND_MS)

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
	char look_at[EMAIL_MAX + 1]; /* of a probe: the recipient; "" = none */
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

/* Waits, under the lock, until `condition` is signalled or it is `at`; false:
 * it is. */
bool mailer_wait(struct mailer *mailer, pthread_cond_t *condition, int64_t at);

/* Under the lock: there should be a claim in `ms` or POLL_MS, or before. */
void mailer_claim_in(struct mailer *mailer, int64_t ms);

/* Under the lock: how many workers have nothing to do. */
size_t mailer_idle(const struct mailer *mailer);

void batch_release(struct batch *batch);

/* The threads. */
void *worker_run(void *worker);
void *dispatcher_run(void *mailer);

#endif
