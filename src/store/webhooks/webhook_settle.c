/*
 * webhook_settle.c: records how an attempt went: in the event's row, in the
 * webhook's, and in the list of its last attempts.
 */
#include "base/base.h"

#include "store/mail/notices.h"
#include "store/rows.h"
#include "store/webhooks/webhook_queue.h"

/* What the rows say. */
struct waiting {
	struct webhook_event event;
	int64_t due_ms, attempts;
	const char *body;
	int64_t failures, failing_since, retry_at_ms;
};

#define WAITING                                                            \
	"SELECT e.type, e.target, e.due_at_ms, e.attempts, e.body,"        \
	" h.failures, h.failing_since, h.retry_at_ms FROM webhook_event e" \
	" JOIN webhook h ON h.id = e.webhook"                              \
	" AND h.organization = e.organization"                             \
	" WHERE e.webhook = ?1 AND e.event = ?2 AND e.organization = ?3"
STATEMENT(webhook_event_get, .text = WAITING,
	  .pgsql = WAITING " FOR UPDATE OF e");

/* False: its webhook was deleted, or another daemon settled it. */
static bool find_waiting(const struct work *work,
			 const struct webhook_settle_in *in,
			 struct waiting *ret_waiting)
{
	struct statement *st = db_statement(work->db, &sql_webhook_event_get);

	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, in->event);
	db_bind_i64(st, 3, work->organization);
	if (!db_row(work->db, st))
		return false;
	*ret_waiting = (struct waiting){
		.event = { .id = in->event,
			   .webhook = in->webhook,
			   .organization = work->organization,
			   .type = (enum event)column_i64(st, 0),
			   .target = column_i64(st, 1) },
		.due_ms = column_i64(st, 2),
		.attempts = column_i64(st, 3),
		.body = column_text(st, work->arena, 4),
		.failures = column_i64(st, 5),
		.failing_since = column_i64(st, 6),
		.retry_at_ms = column_i64(st, 7),
	};
	db_done(st);
	return true;
}

/* ---- the list of attempts ---- */

STATEMENT(webhook_attempt_insert,
	  .text = "INSERT INTO webhook_attempt(webhook, attempt, organization,"
		  " event, type, target, at_ms, outcome, status, duration_ms,"
		  " error, answer, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7,"
		  " ?8, ?9, ?10, ?11, ?12, ?13)");
/* The offset is WEBHOOK_LOG, less 1. */
STATEMENT(webhook_attempt_prune,
	  .text = "DELETE FROM webhook_attempt WHERE webhook = ?1"
		  " AND organization + 0 = ?2"
		  " AND attempt < (SELECT attempt FROM webhook_attempt"
		  "  WHERE webhook = ?1 ORDER BY webhook DESC, attempt DESC"
		  "  LIMIT 1 OFFSET 99)");

static void remember(const struct work *work,
		     const struct webhook_settle_in *in,
		     const struct waiting *waiting,
		     enum webhook_outcome outcome)
{
	struct statement *st =
	    db_statement(work->db, &sql_webhook_attempt_insert);

	_Static_assert(WEBHOOK_LOG == 100, "the offset above");
	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, work_id(work));
	db_bind_i64(st, 3, work->organization);
	db_bind_i64(st, 4, in->event);
	db_bind_i64(st, 5, waiting->event.type);
	db_bind_i64(st, 6, waiting->event.target);
	db_bind_i64(st, 7, work->now_ms);
	db_bind_i64(st, 8, outcome);
	db_bind_i64(st, 9, in->status);
	db_bind_i64(st, 10, in->duration_ms);
	db_bind_text(st, 11, in->error);
	db_bind_text(st, 12, in->answer);
	db_bind_text(st, 13, waiting->body);
	db_run(work->db, st);
	work_run_for(work, &sql_webhook_attempt_prune, in->webhook);
}

/* ---- the event ---- */

STATEMENT(webhook_event_delete,
	  .text = "DELETE FROM webhook_event WHERE webhook = ?1"
		  " AND event = ?2");
STATEMENT(webhook_event_let_go,
	  .text = "DELETE FROM webhook_event WHERE webhook = ?1"
		  " AND event = ?2 AND organization = ?3 AND in_hand = 1");
STATEMENT(webhook_event_defer,
	  .text = "UPDATE webhook_event SET due_at_ms = ?3, attempts = ?4,"
		  " in_hand = 0 WHERE webhook = ?1 AND event = ?2");

static void end(const struct work *work, const struct webhook_settle_in *in)
{
	struct statement *st =
	    db_statement(work->db, &sql_webhook_event_delete);

	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, in->event);
	db_run(work->db, st);
}

/* Where its webhook was deleted meanwhile. If instead another daemon settled
 * it, it may be queued again by now, and that is left alone. */
static void let_go(const struct work *work, const struct webhook_settle_in *in)
{
	struct statement *st =
	    db_statement(work->db, &sql_webhook_event_let_go);

	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, in->event);
	db_bind_i64(st, 3, work->organization);
	db_run(work->db, st);
}

static void defer(const struct work *work, const struct webhook_settle_in *in,
		  int64_t pause_ms, int64_t attempts)
{
	struct statement *st = db_statement(work->db, &sql_webhook_event_defer);

	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, in->event);
	db_bind_i64(st, 3, lease_now(work) + pause_ms);
	db_bind_i64(st, 4, attempts);
	db_run(work->db, st);
}

/* ---- the webhook ---- */

STATEMENT(webhook_disable,
	  .text = "UPDATE webhook SET status = 2, reason = ?3,"
		  " disabled_at = ?4 WHERE id = ?1 AND organization = ?2"
		  " AND status = 1");
STATEMENT(webhook_failures,
	  .text = "UPDATE webhook SET failures = ?3, failing_since = ?4,"
		  " retry_at_ms = ?5 WHERE id = ?1 AND organization = ?2");

/* Its owners are told. */
static void disable(struct work *work, int64_t webhook,
		    enum webhook_reason reason, struct webhook_settle_out *out)
{
	struct statement *st = db_statement(work->db, &sql_webhook_disable);

	db_bind_i64(st, 1, webhook);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, reason);
	db_bind_i64(st, 4, work->now);
	if (db_run_counting(work->db, st) == 0)
		return;
	db_forget(work->db); /* whether the organization has any */
	work_audit(work, AUDIT_WEBHOOK_WAS_DISABLED, webhook);
	queue_notice(work, MAIL_WEBHOOK, webhook, 0);
	out->disabled = true;
}

static void set_failures(const struct work *work, int64_t webhook,
			 int64_t failures, int64_t since, int64_t retry_at_ms)
{
	struct statement *st = db_statement(work->db, &sql_webhook_failures);

	db_bind_i64(st, 1, webhook);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, failures);
	db_bind_i64(st, 4, since);
	db_bind_i64(st, 5, retry_at_ms);
	db_run(work->db, st);
}

/* Several attempts that were under way together count as one failure. */
static void note_failure(struct work *work, const struct webhook_settle_in *in,
			 const struct waiting *waiting,
			 struct webhook_settle_out *out)
{
	int64_t failures = waiting->failures + 1;
	int64_t since =
	    waiting->failing_since ? waiting->failing_since : work->now;
	int64_t pause = webhook_pause_ms(failures, in->retry_ms, in->random);

	if (in->gone) {
		disable(work, in->webhook, WEBHOOK_GONE, out);
		return;
	}
	if (waiting->failures > 0 && waiting->retry_at_ms > lease_now(work))
		return;
	set_failures(work, in->webhook, failures, since,
		     lease_now(work) + pause);
	if (failures >= WEBHOOK_ATTEMPTS)
		disable(work, in->webhook, WEBHOOK_FAILED, out);
}

/* ---- the verb ---- */

static bool is_theirs(const struct webhook_settle_in *in, int64_t due_ms)
{
	return in->leased_until_ms == due_ms || in->asked_until_ms == due_ms;
}

static void fail(struct work *work, const struct webhook_settle_in *in,
		 const struct waiting *waiting, struct webhook_settle_out *out)
{
	int64_t attempts = waiting->attempts + 1;
	bool given_up = attempts >= WEBHOOK_ATTEMPTS || in->gone;

	if (given_up)
		end(work, in);
	else
		defer(work, in,
		      webhook_pause_ms(attempts, in->retry_ms, in->random),
		      attempts);
	remember(work, in, waiting,
		 given_up ? WEBHOOK_GIVEN_UP : WEBHOOK_DEFERRED);
	note_failure(work, in, waiting, out);
}

static enum result webhook_settle(struct work *work, const void *input,
				  void *output)
{
	const struct webhook_settle_in *in = input;
	struct waiting waiting;

	if (!find_waiting(work, in, &waiting)) {
		let_go(work, in);
		return RESULT_OK;
	}
	if (in->done) {
		end(work, in);
		remember(work, in, &waiting, WEBHOOK_DELIVERED);
		if (waiting.failures > 0)
			set_failures(work, in->webhook, 0, 0, 0);
	} else if (!is_theirs(in, waiting.due_ms)) {
		return RESULT_OK; /* others record how it ends */
	} else if (in->unmade) {
		defer(work, in, 0, waiting.attempts);
	} else {
		fail(work, in, &waiting, output);
	}
	return RESULT_OK;
}

const struct verb verb_webhook_settle = {
	VERB(webhook_settle),
	.flags = VERB_REPEATABLE,
	.rank = RANK_LATER,
	.size_in = sizeof(struct webhook_settle_in),
	.size_out = sizeof(struct webhook_settle_out),
	.run = webhook_settle,
};
