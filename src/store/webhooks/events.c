/*
 * events.c: queues events: a row for each webhook that wants the event, in the
 * transaction of what caused it.
 *
 * It holds ids only: what the event says is looked up when it is first sent
 * (webhook_body.c), so that a create pays for one small row. Where the
 * organization has no webhook, as is known along with its key, nothing is done.
 */
#include "base/base.h"

#include "core/event.h"
#include "store/rows.h"
#include "store/work.h"

#define EVENT_ROWS                                                      \
	"INSERT INTO webhook_event(webhook, event, organization, type," \
	" target, at, due_at_ms, attempts, in_hand)"

/* The parameters' order: event, organization, type, target, at, due, bit. */
STATEMENT(webhook_event_insert_many,
	  .pgsql = EVENT_ROWS
	  " SELECT w.id, r.event, r.organization, r.type, r.target, r.at,"
	  " r.due, 0, 0 FROM unnest(?1::bigint[], ?2::bigint[],"
	  " ?3::bigint[], ?4::bigint[], ?5::bigint[], ?6::bigint[],"
	  " ?7::bigint[]) r(event, organization, type, target, at, due, bit)"
	  " JOIN LATERAL (SELECT id FROM webhook WHERE"
	  " organization = r.organization AND status = 1"
	  " AND (events & r.bit) <> 0 ORDER BY organization, id LIMIT 100) w"
	  " ON true");
STATEMENT(webhook_event_insert,
	  .text = EVENT_ROWS " SELECT id, ?1, ?2, ?3, ?4, ?5, ?6, 0, 0"
			     " FROM webhook" INDEXED_BY("webhook_list") //
	  " WHERE organization = ?2 AND status = 1 AND (events & ?7) <> 0",
	  .pgsql = EVENT_ROWS
	  " SELECT id, ?1::bigint, organization, ?3::bigint, ?4::bigint,"
	  " ?5::bigint, ?6::bigint, 0, 0 FROM webhook"
	  " WHERE organization = ?2 AND status = 1"
	  " AND (events & ?7::bigint) <> 0"
	  " ORDER BY organization, id LIMIT 100",
	  .many = &sql_webhook_event_insert_many);

void work_event_as(const struct work *work, enum event event, int64_t id,
		   int64_t target)
{
	struct statement *st;

	if (work->listeners == LISTENERS_NONE)
		return;
	st = db_statement(work->db, &sql_webhook_event_insert);
	db_bind_i64(st, 1, id);
	db_bind_i64(st, 2, work->organization);
	db_bind_i64(st, 3, event);
	db_bind_i64(st, 4, target);
	db_bind_i64(st, 5, work->now);
	db_bind_i64(st, 6, lease_now(work));
	db_bind_i64(st, 7, event_bit(event));
	db_run(work->db, st);
	work->op->event_queued = true;
}

/* Erases bodies that were sent; those that wait are made anew from what is
 * left. Responses are erased too, since they may repeat what was sent. */
STATEMENT(webhook_event_erase,
	  .text = "UPDATE webhook_event SET body = NULL WHERE target = ?1"
		  " AND organization = ?2 AND body IS NOT NULL");
STATEMENT(webhook_attempt_erase,
	  .text = "UPDATE webhook_attempt SET body = NULL, answer = NULL"
		  " WHERE target = ?1 AND organization = ?2"
		  " AND body IS NOT NULL");

void events_erase(const struct work *work, int64_t target)
{
	work_run_for(work, &sql_webhook_event_erase, target);
	work_run_for(work, &sql_webhook_attempt_erase, target);
}

void work_event(const struct work *work, enum event event, int64_t target)
{
	if (work->listeners != LISTENERS_NONE)
		work_event_as(work, event, work_id(work), target);
}
