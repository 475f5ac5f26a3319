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
#include "store/webhooks/webhook_deal.h"
#include "store/webhooks/webhook_queue.h"

#define ENDPOINTS_MAX 256  /* webhooks that one claim considers */
#define HELD_MAX      1024 /* and that have events in hand */
#define DROPPED_MAX   500  /* events of a deleted webhook, dropped at once */
#define LONGEST_MS    (25 * 60 * MINUTE_MS) /* that anything is put off */
#define PROMPT_MS     (2 * SECOND_MS)	    /* an answer that comes within */

/* A webhook for which events wait. */
struct endpoint {
	struct turn turn;
	struct webhook webhook;
	bool sound;	     /* `webhook` is what its row says */
	bool there;	     /* it is, and is enabled */
	int64_t first_ms;    /* when the first event is due */
	int64_t until_ms;    /* it may get those that are due until then */
	int64_t next_due_ms; /* of those that are not; 0: none */
	struct webhook_parcel *parcels;
	size_t count;
};

struct claiming {
	struct work *work;
	struct turn *held; /* what is in hand, by webhook */
	size_t held_count;
	struct endpoint *endpoints;
	size_t count;
	int64_t given; /* in all, and so many is the bound: */
	int64_t limit;
};

/* ---- what is in hand ---- */

/* When the last attempt was, and how long it took. */
#define LAST_(what, webhook)                        \
	"(SELECT a." what " FROM webhook_attempt a" \
	" WHERE a.webhook = " webhook               \
	" ORDER BY a.webhook DESC, a.attempt DESC LIMIT 1)"
#define LAST(webhook) \
	LAST_("attempt", webhook) ", " LAST_("duration_ms", webhook)

/* Where two daemons ask at once, both may give what only one of them should:
 * once, and no more than a claim. */
/* clang-format off */
#define HELD(held)                                                           \
	"SELECT e.webhook, min(e.organization), count(*),"                   \
	" (SELECT h.failures FROM webhook h WHERE h.id = e.webhook), "       \
	LAST("e.webhook")                                                    \
	" FROM webhook_event e" held                                         \
	" WHERE e.webhook > 0 AND e.in_hand = 1 AND e.due_at_ms > ?1"        \
	" AND e.due_at_ms <= ?2 GROUP BY e.webhook LIMIT ?3"
/* clang-format on */
STATEMENT(webhook_held, .text = HELD(INDEXED_BY("webhook_event_in_hand")),
	  .pgsql = HELD(""));

static bool is_prompt(int64_t failures, int64_t last, int64_t duration_ms)
{
	return failures == 0 && last != 0 && duration_ms <= PROMPT_MS;
}

static struct statement *ask_held(const struct work *work)
{
	struct statement *st = db_statement(work->db, &sql_webhook_held);

	db_bind_i64(st, 1, lease_now(work));
	db_bind_i64(st, 2, lease_now(work) + LONGEST_MS); /* see is_far() */
	db_bind_i64(st, 3, HELD_MAX);
	db_ask(work->db, st);
	return st;
}

static void take_held(struct claiming *all, struct statement *st)
{
	while (db_row(all->work->db, st)) {
		struct turn *turn = &all->held[all->held_count++];

		*turn = (struct turn){ .webhook = column_i64(st, 0),
				       .organization = column_i64(st, 1),
				       .held = column_i64(st, 2),
				       .last = column_i64(st, 4) };
		turn->prompt =
		    is_prompt(column_i64(st, 3), turn->last, column_i64(st, 5));
	}
}

static int64_t held_by(const struct claiming *all, int64_t webhook)
{
	for (size_t i = 0; i < all->held_count; i++) {
		if (all->held[i].webhook == webhook)
			return all->held[i].held;
	}
	return 0;
}

/* ---- endpoints ---- */

/* clang-format off */
#define WAITING(due)                                                         \
	"WITH RECURSIVE w(waiting) AS ("                                     \
	"SELECT min(webhook) FROM webhook_event WHERE webhook > ?1"          \
	" UNION ALL SELECT (SELECT min(e.webhook) FROM webhook_event e"      \
	"  WHERE e.webhook > w.waiting) FROM w"                              \
	" WHERE w.waiting IS NOT NULL)"                                      \
	" SELECT " COLUMNS_OF(WEBHOOK_TABLE) ", w.waiting,"                  \
	" (SELECT min(e.due_at_ms) FROM webhook_event e" due                 \
	"  WHERE e.webhook = w.waiting), " LAST("w.waiting")                 \
	" FROM w LEFT JOIN webhook ON id = w.waiting"                        \
	" WHERE w.waiting IS NOT NULL LIMIT ?2"
/* clang-format on */
STATEMENT(webhook_waiting, .text = WAITING(INDEXED_BY("webhook_event_due")),
	  .pgsql = WAITING(""));

#define BEHIND COLUMN_BEHIND(&webhook_table)

/* What is due further away than anything is put off was due by a clock that was
 * wrong, then or now. */
static bool is_far(int64_t due_ms, int64_t now_ms)
{
	return due_ms > now_ms + LONGEST_MS;
}

/* Whether it may be given something, and when it is next worth a look. */
static void judge(struct endpoint *endpoint, int64_t now_ms)
{
	const struct webhook *webhook = &endpoint->webhook;
	bool failing = webhook->failures > 0;
	int64_t retry_ms = webhook->retry_at_ms;

	endpoint->until_ms = now_ms;
	if (is_far(endpoint->first_ms, now_ms))
		endpoint->until_ms = INT64_MAX;
	endpoint->turn.waiting = endpoint->first_ms <= endpoint->until_ms;
	if (!endpoint->turn.waiting)
		endpoint->next_due_ms = endpoint->first_ms;
	if (failing && retry_ms > now_ms && !is_far(retry_ms, now_ms)) {
		endpoint->turn.waiting = false;
		endpoint->next_due_ms = retry_ms;
	}
}

static void read_endpoint(const struct claiming *all, struct statement *st,
			  struct endpoint *endpoint)
{
	const struct work *work = all->work;
	struct webhook *webhook = &endpoint->webhook;
	bool missing = column_i64(st, 0) == 0;

	*endpoint = (struct endpoint){
		.turn = { .webhook = column_i64(st, BEHIND),
			  .last = column_i64(st, BEHIND + 2) },
		.first_ms = column_i64(st, BEHIND + 1),
	};
	endpoint->sound =
	    missing || table_read(&webhook_table, work->arena, st, webhook);
	endpoint->there =
	    endpoint->sound && !missing && webhook->status == WEBHOOK_ENABLED;
	if (!endpoint->there)
		return;
	endpoint->turn.organization = webhook->organization;
	endpoint->turn.held = held_by(all, webhook->id);
	endpoint->turn.prompt = is_prompt(
	    webhook->failures, endpoint->turn.last, column_i64(st, BEHIND + 3));
	judge(endpoint, lease_now(work));
}

static void find_endpoints(struct claiming *all, int64_t after)
{
	struct work *work = all->work;
	struct statement *held = ask_held(work);
	struct statement *st = db_statement(work->db, &sql_webhook_waiting);

	db_bind_i64(st, 1, after);
	db_bind_i64(st, 2, ENDPOINTS_MAX);
	db_ask(work->db, st);
	take_held(all, held);
	while (all->count < ENDPOINTS_MAX && db_row(work->db, st))
		read_endpoint(all, st, &all->endpoints[all->count++]);
	db_done(st);
}

/* ---- events of deleted webhooks ---- */

/* But for those in hand: until they are settled they have a connection, which
 * their organization would otherwise have beyond its share. */
#define DROPPED                                                       \
	"DELETE FROM webhook_event WHERE webhook = ?1 AND event IN (" \
	"SELECT event FROM webhook_event WHERE webhook = ?1 AND"      \
	" CASE in_hand WHEN 1 THEN due_at_ms <= ?3 OR due_at_ms > ?4" \
	" ELSE TRUE END"
STATEMENT(webhook_drop, .text = DROPPED " LIMIT ?2)",
	  .pgsql = DROPPED " ORDER BY webhook, event LIMIT ?2"
			   " FOR UPDATE SKIP LOCKED)");

static void drop(const struct work *work, int64_t webhook)
{
	struct statement *st = db_statement(work->db, &sql_webhook_drop);

	db_bind_i64(st, 1, webhook);
	db_bind_i64(st, 2, DROPPED_MAX);
	db_bind_i64(st, 3, lease_now(work));
	db_bind_i64(st, 4, lease_now(work) + LONGEST_MS);
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
			   .webhook = endpoint->turn.webhook,
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

	db_bind_i64(st, 1, endpoint->turn.webhook);
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
	size_t limit = (size_t)endpoint->turn.given;
	struct statement *st;

	endpoint->count = 0;
	if (limit == 0)
		return;
	st = db_statement(work->db, &sql_webhook_due);
	db_bind_i64(st, 1, endpoint->turn.webhook);
	db_bind_i64(st, 2, endpoint->until_ms);
	db_bind_i64(st, 3, endpoint->turn.given);
	while (db_row(work->db, st)) {
		if (endpoint->count < limit)
			read_parcel(work, st, endpoint,
				    &endpoint->parcels[endpoint->count++]);
	}
	find_next(work, endpoint);
}

/* Each is given room for as many as it may have. */
static bool deal(struct claiming *all)
{
	struct arena *arena = all->work->arena;
	struct webhook_parcel *parcels =
	    arena_array(arena, (size_t)all->limit, sizeof(*parcels));
	struct deal deal = {
		.turns =
		    arena_array(arena, all->count + 1, sizeof(*deal.turns)),
		.count = all->count,
		.held = all->held,
		.held_count = all->held_count,
		.limit = all->limit,
	};

	if (!parcels || !deal.turns)
		return false;
	for (size_t i = 0; i < all->count; i++)
		deal.turns[i] = &all->endpoints[i].turn;
	all->given = webhook_deal(&deal);
	for (size_t i = 0; i < all->count; i++) {
		all->endpoints[i].parcels = parcels;
		parcels += all->endpoints[i].turn.given;
	}
	return true;
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

/* Bodies are made here, since lease() stores them before they are sent. Events
 * of unknown types are only put off. */
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

/* When to claim again, as far as this claim saw. Webhooks that have as much in
 * hand as they may are considered again when some of that is settled. */
static void find_next_due(const struct claiming *all,
			  struct webhook_claim_out *out)
{
	out->now_ms = lease_now(all->work);
	for (size_t i = 0; i < all->count; i++) {
		const struct endpoint *endpoint = &all->endpoints[i];

		note_due(out, endpoint->next_due_ms);
		if (endpoint->sound && !endpoint->there) /* more to drop */
			note_due(out, endpoint->first_ms);
	}
	if (all->given == all->limit)
		note_due(out, out->now_ms);
	if (all->count == ENDPOINTS_MAX)
		out->last = all->endpoints[all->count - 1].turn.webhook;
}

static bool make_room(struct claiming *all, struct webhook_claim_out *out)
{
	struct arena *arena = all->work->arena;

	out->parcels =
	    arena_array(arena, (size_t)all->limit, sizeof(*out->parcels));
	all->held = arena_array(arena, HELD_MAX, sizeof(*all->held));
	all->endpoints =
	    arena_array(arena, ENDPOINTS_MAX, sizeof(*all->endpoints));
	return out->parcels && all->held && all->endpoints;
}

static enum result webhook_claim(struct work *work, const void *input,
				 void *output)
{
	const struct webhook_claim_in *in = input;
	struct webhook_claim_out *out = output;
	int64_t until_ms;
	struct claiming all = { .work = work, .limit = in->limit };

	if (!make_room(&all, out))
		return RESULT_OUT_OF_MEMORY;
	take_clock(work, ask_clock(work));
	find_endpoints(&all, in->after);
	if (!deal(&all))
		return RESULT_OUT_OF_MEMORY;
	for (size_t i = 0; i < all.count; i++) {
		if (all.endpoints[i].sound && !all.endpoints[i].there)
			drop(work, all.endpoints[i].turn.webhook);
	}
	db_each(work->db, all.count, find_events, &all);
	until_ms = lease_now(work) + in->lease_ms;
	for (size_t i = 0; i < all.count; i++)
		hand_out(&all, &all.endpoints[i], until_ms, out);
	lease(&all, until_ms);
	find_next_due(&all, out);
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
