/*
 * webhook_claim.c: which events are due, and for which webhooks.
 *
 * The webhooks for which something waits are found one after the other in the
 * index, whatever the number of events. So a claim costs as much as there are
 * such webhooks; and one of them cannot hide the others.
 */
#include "base/base.h"

#include "base/clock.h"
#include "store/mail/notices.h"
#include "store/rows.h"
#include "store/webhooks/webhook_queue.h"

#define ENDPOINTS_MAX 256 /* webhooks that one claim considers */
#define AT_ONCE	      3	  /* events for a webhook that does not fail */
#define DROPPED_MAX   500 /* events of a deleted webhook, dropped at once */
#define LONGEST_MS    (25 * 60 * MINUTE_MS) /* that anything is put off */

/* A webhook for which events wait. */
struct endpoint {
	struct webhook webhook;
	int64_t id;
	bool sound;	     /* `webhook` is what its row says */
	bool there;	     /* it is, and is enabled */
	int64_t first_ms;    /* when the first event is due */
	int64_t limit;	     /* events that it may get now */
	int64_t until_ms;    /* those that are due until then */
	int64_t next_due_ms; /* of those that are not; 0: none */
	struct webhook_parcel *parcels;
	size_t count;
};

struct claiming {
	struct work *work;
	struct endpoint *endpoints;
	size_t count;
};

/* ---- endpoints ---- */

#define WAITING(due, held)                                                   \
	"WITH RECURSIVE w(waiting) AS ("                                     \
	"SELECT min(webhook) FROM webhook_event WHERE webhook > ?1"          \
	" UNION ALL SELECT (SELECT min(e.webhook) FROM webhook_event e"      \
	"  WHERE e.webhook > w.waiting) FROM w"                              \
	" WHERE w.waiting IS NOT NULL)"                                      \
	" SELECT " COLUMNS_OF(                                               \
	    WEBHOOK_TABLE) ", w.waiting,"                                    \
			   " (SELECT min(e.due_at_ms) FROM webhook_event "   \
			   "e" due "  WHERE e.webhook = w.waiting),"         \
			   " (SELECT count(*) FROM webhook_event e" held     \
			   "  WHERE e.webhook = w.waiting AND e.in_hand = 1" \
			   "  AND e.due_at_ms > ?2)"                         \
			   " FROM w LEFT JOIN webhook ON id = w.waiting"     \
			   " WHERE w.waiting IS NOT NULL LIMIT ?3"
STATEMENT(webhook_waiting,
	  .text = WAITING(INDEXED_BY("webhook_event_due"),
			  INDEXED_BY("webhook_event_in_hand")),
	  .pgsql = WAITING("", ""));

#define BEHIND COLUMN_BEHIND(&webhook_table)

/* What is due further away than anything is put off was due by a clock that was
 * wrong, then or now. */
static bool is_far(int64_t due_ms, int64_t now_ms)
{
	return due_ms > now_ms + LONGEST_MS;
}

/* How many events it may be given, and when it is next worth a look. */
static void judge(struct endpoint *endpoint, int64_t held, int64_t now_ms)
{
	const struct webhook *webhook = &endpoint->webhook;
	bool failing = webhook->failures > 0;
	int64_t retry_ms = webhook->retry_at_ms;

	endpoint->until_ms = now_ms;
	if (is_far(endpoint->first_ms, now_ms))
		endpoint->until_ms = INT64_MAX;
	endpoint->limit = (failing ? 1 : AT_ONCE) - held;
	if (failing && retry_ms > now_ms && !is_far(retry_ms, now_ms)) {
		endpoint->limit = 0;
		endpoint->next_due_ms = retry_ms;
	}
	if (endpoint->limit < 0)
		endpoint->limit = 0;
}

static void read_endpoint(const struct work *work, struct statement *st,
			  struct endpoint *endpoint)
{
	bool missing = column_i64(st, 0) == 0;

	*endpoint = (struct endpoint){
		.id = column_i64(st, BEHIND),
		.first_ms = column_i64(st, BEHIND + 1),
	};
	endpoint->sound = missing || table_read(&webhook_table, work->arena, st,
						&endpoint->webhook);
	endpoint->there = endpoint->sound && !missing &&
			  endpoint->webhook.status == WEBHOOK_ENABLED;
	if (endpoint->there)
		judge(endpoint, column_i64(st, BEHIND + 2), lease_now(work));
}

static void find_endpoints(struct claiming *all, int64_t after)
{
	struct work *work = all->work;
	struct statement *st = db_statement(work->db, &sql_webhook_waiting);

	db_bind_i64(st, 1, after);
	db_bind_i64(st, 2, lease_now(work));
	db_bind_i64(st, 3, ENDPOINTS_MAX);
	while (all->count < ENDPOINTS_MAX && db_row(work->db, st))
		read_endpoint(work, st, &all->endpoints[all->count++]);
	db_done(st);
}

/* ---- events of deleted webhooks ---- */

#define DROPPED                                                       \
	"DELETE FROM webhook_event WHERE webhook = ?1 AND event IN (" \
	"SELECT event FROM webhook_event WHERE webhook = ?1"          \
	" ORDER BY webhook, event LIMIT ?2"
STATEMENT(webhook_drop, .text = DROPPED ")",
	  .pgsql = DROPPED " FOR UPDATE SKIP LOCKED)");

static void drop(const struct work *work, int64_t webhook)
{
	struct statement *st = db_statement(work->db, &sql_webhook_drop);

	db_bind_i64(st, 1, webhook);
	db_bind_i64(st, 2, DROPPED_MAX);
	db_run(work->db, st);
}

/* ---- events ---- */

#define DUE(index)                                                            \
	"SELECT event, organization, type, target, at, attempts, body"        \
	" FROM webhook_event" index " WHERE webhook = ?1 AND due_at_ms <= ?2" \
	" ORDER BY webhook, due_at_ms LIMIT ?3"
STATEMENT(webhook_due, .text = DUE(INDEXED_BY("webhook_event_due")),
	  .pgsql = DUE("") " FOR UPDATE SKIP LOCKED");

#define NEXT(index)                                      \
	"SELECT min(due_at_ms) FROM webhook_event" index \
	" WHERE webhook = ?1 AND due_at_ms > ?2"
STATEMENT(webhook_next, .text = NEXT(INDEXED_BY("webhook_event_due")),
	  .pgsql = NEXT(""));

static void read_parcel(const struct work *work, struct statement *st,
			const struct endpoint *endpoint,
			struct webhook_parcel *parcel)
{
	*parcel = (struct webhook_parcel){
		.webhook = endpoint->webhook,
		.event = { .id = column_i64(st, 0),
			   .webhook = endpoint->id,
			   .organization = column_i64(st, 1),
			   .type = (enum event)column_i64(st, 2),
			   .target = column_i64(st, 3),
			   .at = column_i64(st, 4) },
		.attempts = column_i64(st, 5),
		.body = column_text(st, work->arena, 6),
	};
}

static void find_next(const struct work *work, struct endpoint *endpoint)
{
	struct statement *st = db_statement(work->db, &sql_webhook_next);

	db_bind_i64(st, 1, endpoint->id);
	db_bind_i64(st, 2, endpoint->until_ms);
	if (!db_row(work->db, st))
		return;
	endpoint->next_due_ms = column_i64(st, 0);
	db_done(st);
}

static void find_events(void *context, size_t i)
{
	struct claiming *all = context;
	struct endpoint *endpoint = &all->endpoints[i];
	const struct work *work = all->work;
	size_t limit = (size_t)endpoint->limit;
	struct statement *st;

	endpoint->count = 0;
	if (limit == 0 || !endpoint->parcels)
		return;
	st = db_statement(work->db, &sql_webhook_due);
	db_bind_i64(st, 1, endpoint->id);
	db_bind_i64(st, 2, endpoint->until_ms);
	db_bind_i64(st, 3, endpoint->limit);
	while (db_row(work->db, st)) {
		if (endpoint->count < limit)
			read_parcel(work, st, endpoint,
				    &endpoint->parcels[endpoint->count++]);
	}
	find_next(work, endpoint);
}

/* Each is given room for as many as it may have; how many fit in all. */
static size_t deal(struct claiming *all, struct webhook_parcel *parcels,
		   size_t limit)
{
	size_t at, used = 0;

	for (at = 0; at < all->count && used < limit; at++) {
		struct endpoint *endpoint = &all->endpoints[at];
		int64_t left = (int64_t)(limit - used);

		if (!endpoint->there)
			continue;
		if (endpoint->limit > left)
			endpoint->limit = left;
		endpoint->parcels = parcels + used;
		used += (size_t)endpoint->limit;
	}
	return at;
}

/* ---- leases ---- */

STATEMENT(webhook_lease_many,
	  .pgsql = "UPDATE webhook_event e SET due_at_ms = r.until,"
		   " in_hand = r.held, body = r.body FROM"
		   " unnest(?1::bigint[], ?2::bigint[], ?3::bigint[],"
		   " ?4::bigint[], ?5::text[])"
		   " r(webhook, event, until, held, body)"
		   " WHERE e.webhook = r.webhook AND e.event = r.event");
STATEMENT(webhook_lease,
	  .text = "UPDATE webhook_event SET due_at_ms = ?3, in_hand = ?4,"
		  " body = ?5 WHERE webhook = ?1 AND event = ?2",
	  .many = &sql_webhook_lease_many);

static void set_due(const struct work *work,
		    const struct webhook_parcel *parcel, int64_t due_ms,
		    bool in_hand)
{
	struct statement *st = db_statement(work->db, &sql_webhook_lease);

	db_bind_i64(st, 1, parcel->webhook.id);
	db_bind_i64(st, 2, parcel->event.id);
	db_bind_i64(st, 3, due_ms);
	db_bind_i64(st, 4, in_hand);
	db_bind_text(st, 5, parcel->body);
	db_run(work->db, st);
}

/* Of a type that this program does not know, but a newer one may. */
static bool is_known(const struct webhook_parcel *parcel)
{
	return vocabulary_has(&events, parcel->event.type) &&
	       parcel->event.organization == parcel->webhook.organization;
}

/* The body is stored before it is sent; an event for which that fails is put
 * off.
 */
static void hand_out(const struct claiming *all, struct endpoint *endpoint,
		     int64_t until_ms, struct webhook_claim_out *out)
{
	for (size_t i = 0; i < endpoint->count; i++) {
		struct webhook_parcel *parcel = &endpoint->parcels[i];

		parcel->leased_until_ms = until_ms;
		if (!is_known(parcel))
			continue;
		if (!parcel->body)
			parcel->body = webhook_body(all->work, &parcel->event);
		out->parcels[out->count++] = *parcel;
	}
}

static void lease(const struct claiming *all, int64_t until_ms)
{
	struct work *work = all->work;
	int64_t later_ms = lease_now(work) + 60 * MINUTE_MS;

	db_gather(work->db);
	for (size_t i = 0; i < all->count; i++) {
		const struct endpoint *endpoint = &all->endpoints[i];

		for (size_t k = 0; k < endpoint->count; k++) {
			bool known = is_known(&endpoint->parcels[k]);

			set_due(work, &endpoint->parcels[k],
				known ? until_ms : later_ms, known);
		}
	}
	db_flush(work->db);
}

/* ---- the verb ---- */

static void note_due(struct webhook_claim_out *out, int64_t due_ms)
{
	if (due_ms && (out->next_due_ms == 0 || due_ms < out->next_due_ms))
		out->next_due_ms = due_ms;
}

/* When to claim again, as far as this claim saw. */
static void find_next_due(const struct claiming *all, size_t dealt,
			  struct webhook_claim_out *out)
{
	out->now_ms = lease_now(all->work);
	for (size_t i = 0; i < dealt; i++) {
		const struct endpoint *endpoint = &all->endpoints[i];

		note_due(out, endpoint->next_due_ms);
		if (endpoint->sound && !endpoint->there)
			note_due(out, out->now_ms);
	}
	if (dealt > 0 && (dealt < all->count || all->count == ENDPOINTS_MAX))
		out->last = all->endpoints[dealt - 1].id;
}

static enum result webhook_claim(struct work *work, const void *input,
				 void *output)
{
	const struct webhook_claim_in *in = input;
	struct webhook_claim_out *out = output;
	size_t limit = (size_t)in->limit, dealt;
	int64_t until_ms;
	struct claiming all = { .work = work };
	struct webhook_parcel *parcels =
	    arena_array(work->arena, limit, sizeof(*parcels));

	out->parcels = arena_array(work->arena, limit, sizeof(*parcels));
	all.endpoints =
	    arena_array(work->arena, ENDPOINTS_MAX, sizeof(*all.endpoints));
	if (!parcels || !out->parcels || !all.endpoints)
		return RESULT_OUT_OF_MEMORY;
	take_clock(work, ask_clock(work));
	find_endpoints(&all, in->after);
	dealt = deal(&all, parcels, limit);
	for (size_t i = 0; i < dealt; i++) {
		if (all.endpoints[i].sound && !all.endpoints[i].there)
			drop(work, all.endpoints[i].id);
	}
	db_each(work->db, dealt, find_events, &all);
	until_ms = lease_now(work) + in->lease_ms;
	for (size_t i = 0; i < dealt; i++)
		hand_out(&all, &all.endpoints[i], until_ms, out);
	lease(&all, until_ms);
	find_next_due(&all, dealt, out);
	return RESULT_OK;
}

const struct verb verb_webhook_claim = {
	VERB(webhook_claim),
	.flags = VERB_REPEATABLE | VERB_ANY_ORGANIZATION,
	.rank = RANK_LATER,
	.size_in = sizeof(struct webhook_claim_in),
	.size_out = sizeof(struct webhook_claim_out),
	.run = webhook_claim,
};

/* ---- renew ---- */

STATEMENT(webhook_renew, .text = "UPDATE webhook_event SET due_at_ms = ?4"
				 " WHERE webhook = ?1 AND event = ?2"
				 " AND organization = ?3 AND due_at_ms = ?5");

static enum result webhook_renew(struct work *work, const void *input,
				 void *output)
{
	const struct webhook_renew_in *in = input;
	struct statement *st = db_statement(work->db, &sql_webhook_renew);

	(void)output;
	db_bind_i64(st, 1, in->webhook);
	db_bind_i64(st, 2, in->event);
	db_bind_i64(st, 3, work->organization);
	db_bind_i64(st, 4, in->until_ms);
	db_bind_i64(st, 5, in->leased_until_ms);
	db_run(work->db, st);
	return RESULT_OK;
}

const struct verb verb_webhook_renew = {
	VERB(webhook_renew),  .flags = VERB_REPEATABLE,
	.rank = RANK_LATER,   .size_in = sizeof(struct webhook_renew_in),
	.run = webhook_renew,
};
