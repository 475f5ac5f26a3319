/*
 * webhook_tell.c: queues a test or a redelivery on request, and lists the last
 * attempts.
 */
#include "base/base.h"

#include "store/rows.h"
#include "store/webhooks/webhook_queue.h"

/* ---- queueing for one ---- */

STATEMENT(webhook_queue,
	  .text = "INSERT INTO webhook_event(webhook, event, organization,"
		  " type, target, at, due_at_ms, attempts, in_hand, body)"
		  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8)");

static void queue(const struct work *work, const struct webhook_event *event,
		  const char *body)
{
	struct statement *st = db_statement(work->db, &sql_webhook_queue);

	db_bind_i64(st, 1, event->webhook);
	db_bind_i64(st, 2, event->id);
	db_bind_i64(st, 3, work->organization);
	db_bind_i64(st, 4, event->type);
	db_bind_i64(st, 5, event->target);
	db_bind_i64(st, 6, event->at);
	db_bind_i64(st, 7, lease_now(work));
	db_bind_text(st, 8, body);
	db_run(work->db, st);
}

/* A webhook that is enabled. */
static enum result find_enabled(const struct work *work, int64_t id)
{
	struct webhook webhook;
	enum result result = find_webhook(work, id, &webhook);

	if (result != RESULT_OK || webhook.status == WEBHOOK_ENABLED)
		return result;
	return RESULT_WEBHOOK_IS_DISABLED;
}

/* ---- test ---- */

static enum result webhook_test(struct work *work, const void *input,
				void *output)
{
	const struct id_in *in = input;
	struct webhook_event *out = output;
	enum result result = find_enabled(work, in->id);

	if (result != RESULT_OK)
		return result;
	*out = (struct webhook_event){
		.id = work_id(work),
		.webhook = in->id,
		.organization = work->organization,
		.type = EVENT_WEBHOOK_TEST,
		.target = in->id,
		.at = work->now,
	};
	queue(work, out, NULL);
	work_audit(work, AUDIT_WEBHOOK_TESTED, in->id);
	work->op->event_queued = true;
	return RESULT_OK;
}

const struct verb verb_webhook_test = {
	VERB(webhook_test),
	.size_in = sizeof(struct id_in),
	.size_out = sizeof(struct webhook_event),
	.run = webhook_test,
};

/* ---- redeliver ---- */

#define QUEUED                                                      \
	"SELECT type, target, at, in_hand FROM webhook_event WHERE" \
	" webhook = ?1 AND event = ?2 AND organization = ?3"
STATEMENT(webhook_event_take, .text = QUEUED, .pgsql = QUEUED " FOR UPDATE");
STATEMENT(webhook_event_hurry,
	  .text = "UPDATE webhook_event SET due_at_ms = ?3 WHERE webhook = ?1"
		  " AND event = ?2 AND in_hand = 0");
STATEMENT(webhook_unpause,
	  .text = "UPDATE webhook SET retry_at_ms = 0 WHERE id = ?1"
		  " AND organization = ?2");

/* An event that waits becomes due at once; one that is being sent is left
 * alone. */
static bool hurry(const struct work *work, struct webhook_event *event)
{
	struct statement *st = db_statement(work->db, &sql_webhook_event_take);

	db_bind_i64(st, 1, event->webhook);
	db_bind_i64(st, 2, event->id);
	db_bind_i64(st, 3, work->organization);
	if (!db_row(work->db, st))
		return false;
	event->type = (enum event)column_i64(st, 0);
	event->target = column_i64(st, 1);
	event->at = column_i64(st, 2);
	db_done(st);
	st = db_statement(work->db, &sql_webhook_event_hurry);
	db_bind_i64(st, 1, event->webhook);
	db_bind_i64(st, 2, event->id);
	db_bind_i64(st, 3, lease_now(work));
	db_run(work->db, st);
	return true;
}

/* Of the last 100. */
STATEMENT(webhook_attempt_find,
	  .text = "SELECT type, target, at_ms, body FROM webhook_attempt"
		  " WHERE webhook = ?1 AND event = ?2 AND organization = ?3"
		  " ORDER BY webhook DESC, attempt DESC LIMIT 1");

static enum result queue_again(const struct work *work,
			       struct webhook_event *event)
{
	struct statement *st =
	    db_statement(work->db, &sql_webhook_attempt_find);
	const char *body;

	db_bind_i64(st, 1, event->webhook);
	db_bind_i64(st, 2, event->id);
	db_bind_i64(st, 3, work->organization);
	if (!db_row(work->db, st))
		return RESULT_EVENT_NOT_FOUND;
	event->type = (enum event)column_i64(st, 0);
	event->target = column_i64(st, 1);
	event->at = column_i64(st, 2) / 1000;
	body = column_text(st, work->arena, 3);
	db_done(st);
	queue(work, event, body);
	return RESULT_OK;
}

static enum result webhook_redeliver(struct work *work, const void *input,
				     void *output)
{
	const struct webhook_redeliver_in *in = input;
	struct webhook_event *out = output;
	enum result result = find_enabled(work, in->webhook);

	if (result != RESULT_OK)
		return result;
	*out = (struct webhook_event){ .id = in->event,
				       .webhook = in->webhook,
				       .organization = work->organization };
	if (!hurry(work, out))
		result = queue_again(work, out);
	if (result != RESULT_OK)
		return result;
	work_run_for(work, &sql_webhook_unpause, in->webhook);
	work_audit(work, AUDIT_WEBHOOK_REDELIVERED, in->webhook);
	work->op->event_queued = true;
	return RESULT_OK;
}

const struct verb verb_webhook_redeliver = {
	VERB(webhook_redeliver),
	.size_in = sizeof(struct webhook_redeliver_in),
	.size_out = sizeof(struct webhook_event),
	.run = webhook_redeliver,
};

/* ---- attempts ---- */

STATEMENT(webhook_attempt_list,
	  .text = "SELECT attempt, event, type, at_ms, outcome, status,"
		  " duration_ms, error, answer, body FROM webhook_attempt"
		  " WHERE organization + 0 = ?1 AND webhook = ?4"
		  " AND attempt < ?2 ORDER BY webhook DESC, attempt DESC"
		  " LIMIT ?3");

/* False: damaged. */
static bool read_attempt(const struct work *work, struct statement *st,
			 int64_t webhook, struct webhook_attempt *attempt)
{
	struct arena *arena = work->arena;
	int64_t type = column_i64(st, 2), outcome = column_i64(st, 4);

	*attempt = (struct webhook_attempt){
		.id = column_i64(st, 0),
		.webhook = webhook,
		.event = column_i64(st, 1),
		.type = (enum event)type,
		.at = column_i64(st, 3) / 1000,
		.outcome = (enum webhook_outcome)outcome,
		.status = (int)column_i64(st, 5),
		.duration_ms = (int)column_i64(st, 6),
		.error = column_text(st, arena, 7),
		.answer = column_text(st, arena, 8),
		.body = column_text(st, arena, 9),
	};
	return vocabulary_has(&events, type) &&
	       vocabulary_has(&webhook_outcomes, outcome);
}

static enum result webhook_attempt_list(struct work *work, const void *input,
					void *output)
{
	const struct webhook_attempt_list_in *in = input;
	struct webhook_attempt *rows;
	struct webhook webhook;
	struct statement *st;
	size_t count = 0, seen = 0;

	if (find_webhook(work, in->webhook, &webhook))
		return RESULT_WEBHOOK_NOT_FOUND;
	rows = work_rows(work, &in->page, sizeof(*rows));
	st = work_list(work, &sql_webhook_attempt_list, &in->page);
	db_bind_i64(st, 4, in->webhook);
	for (; rows && db_row(work->db, st); seen++)
		count += read_attempt(work, st, in->webhook, &rows[count]);
	*(struct list_out *)output =
	    list_end(work, &in->page, rows, count, seen);
	return RESULT_OK;
}

const struct verb verb_webhook_attempt_list = {
	VERB(webhook_attempt_list),
	.flags = VERB_READ,
	.size_in = sizeof(struct webhook_attempt_list_in),
	.size_out = sizeof(struct list_out),
	.run = webhook_attempt_list,
};
