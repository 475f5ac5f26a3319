/*
 * courier.c: the courier for webhooks: claims events, signs and sends them, and
 * records what the receivers said.
 *
 * There is no one way that all of them take, so the way is always open; which
 * receiver fails, and when it is tried again, stands in its row.
 */
#include "base/base.h"
#include "hook/hook.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/random.h"
#include "deliver/deliver.h"
#include "hook/request.h"
#include "hook/sign.h"
#include "store/webhooks/webhook_queue.h"

struct hooks {
	struct hook_options options;
	struct store_port *claims, *records;   /* a thread each */
	_Atomic(struct deliverer *) deliverer; /* NULL while it starts */

	/* Of the round over all webhooks for which something waits. */
	int64_t after;	     /* how far it has come */
	int64_t due_ms;	     /* what it has seen will be due next; 0: nothing */
	atomic_bool stirred; /* something was queued since it began */

	/* After a round that found nothing: until when none begins, by the
	 * monotonic clock, and when one would have; -1: by itself never. */
	atomic_llong rest_until_ms;
	int64_t next_ms;
	int64_t ahead_ms; /* the store's clock, of ours, at the last claim */

	atomic_llong disabled; /* webhooks, by what we recorded */
};

/* To look is a write. Where all receivers wait to be tried again, each event
 * would bring one. */
#define REST_MS 100

struct hook_parcel {
	struct parcel parcel;
	struct webhook_parcel told;
	struct hook_answer answer;
	bool sealed; /* the secret could not be read */
	struct webhook_settle_out settled;
};

static struct hook_parcel *hook_of(struct parcel *parcel)
{
	return CONTAINER_OF(parcel, struct hook_parcel, parcel);
}

static const struct hook_parcel *hook_in(const struct parcel *parcel)
{
	return CONTAINER_OF(parcel, const struct hook_parcel, parcel);
}

/* ---- claim ---- */

static bool pack(struct claim *claim, const struct webhook_claim_out *out)
{
	struct hook_parcel *parcels =
	    arena_array(claim->arena, out->count + 1, sizeof(*parcels));

	claim->ret_parcels = arena_array(claim->arena, out->count + 1,
					 sizeof(*claim->ret_parcels));
	if (!parcels || !claim->ret_parcels)
		return false;
	for (size_t i = 0; i < out->count; i++) {
		const struct webhook_parcel *told = &out->parcels[i];

		parcels[i] = (struct hook_parcel){ .told = *told };
		parcels[i].parcel.attempts = (int)told->attempts;
		parcels[i].parcel.lease = (struct lease){
			.organization = told->webhook.organization,
			.id = told->event.id,
			.part = told->webhook.id,
			.until_ms = told->leased_until_ms,
		};
		claim->ret_parcels[i] = &parcels[i].parcel;
	}
	claim->ret_count = out->count;
	return true;
}

/* The round goes on with the next claim, or begins anew when something is
 * due. */
static void go_round(struct hooks *hooks, const struct webhook_claim_out *out,
		     struct claim *claim)
{
	int64_t due_ms = hooks->due_ms;

	if (out->next_due_ms && (due_ms == 0 || out->next_due_ms < due_ms))
		due_ms = out->next_due_ms;
	hooks->after = out->last;
	hooks->due_ms = out->last ? due_ms : 0;
	claim->ret_pause_ms = -1;
	if (out->last || atomic_load(&hooks->stirred))
		claim->ret_pause_ms = 0;
	else if (due_ms)
		claim->ret_pause_ms =
		    due_ms > out->now_ms ? due_ms - out->now_ms : 0;
}

static bool is_resting(const struct hooks *hooks, int64_t now_ms)
{
	return now_ms < atomic_load(&hooks->rest_until_ms);
}

/* Nothing was found: there is time to rest, and then, unless something was
 * queued meanwhile, until something is due. */
static void begin_rest(struct hooks *hooks, struct claim *claim)
{
	int64_t now_ms = clock_mono_ms();

	hooks->next_ms =
	    claim->ret_pause_ms < 0 ? -1 : now_ms + claim->ret_pause_ms;
	atomic_store(&hooks->rest_until_ms, now_ms + REST_MS);
	claim->ret_pause_ms = REST_MS;
}

/* The first claim after it: whether that would be in vain. */
static bool was_idle(struct hooks *hooks, int64_t now_ms)
{
	bool rested = atomic_exchange(&hooks->rest_until_ms, 0) != 0;
	bool due = hooks->next_ms >= 0 && hooks->next_ms <= now_ms;

	return rested && !due && !atomic_load(&hooks->stirred);
}

/* Whether it is no time for a claim, and how long until it is. */
static bool rest(struct hooks *hooks, struct claim *claim)
{
	int64_t now_ms = clock_mono_ms();
	int64_t until_ms = atomic_load(&hooks->rest_until_ms);

	claim->ret_ahead_ms = hooks->ahead_ms;
	if (now_ms < until_ms)
		claim->ret_pause_ms = until_ms - now_ms;
	else if (was_idle(hooks, now_ms))
		claim->ret_pause_ms =
		    hooks->next_ms < 0 ? -1 : hooks->next_ms - now_ms;
	else
		return false;
	return true;
}

static bool hook_claim(void *context, struct claim *claim)
{
	struct hooks *hooks = context;
	const struct webhook_claim_in in = { .limit = claim->limit,
					     .lease_ms = claim->lease_ms,
					     .after = hooks->after };
	struct webhook_claim_out out;

	if (rest(hooks, claim))
		return true;
	if (hooks->after == 0)
		atomic_store(&hooks->stirred, false);
	if (store_ask(hooks->claims, claim->arena, &verb_webhook_claim, 0, &in,
		      &out) != RESULT_OK ||
	    !pack(claim, &out))
		return false;
	hooks->ahead_ms = out.now_ms - clock_now_ms();
	claim->ret_ahead_ms = hooks->ahead_ms;
	go_round(hooks, &out, claim);
	if (out.count == 0 && out.last == 0)
		begin_rest(hooks, claim);
	return true;
}

static bool hook_renew(void *context, const struct lease *lease)
{
	const struct hooks *hooks = context;
	const struct webhook_renew_in in = {
		.webhook = lease->part,
		.event = lease->id,
		.leased_until_ms = lease->until_ms,
		.until_ms = lease->asked_ms,
	};
	char room[512];
	struct arena arena;
	enum result result;

	arena_init_with(&arena, room, sizeof(room), 64 * 1024);
	result = store_ask(hooks->claims, &arena, &verb_webhook_renew,
			   lease->organization, &in, NULL);
	arena_release(&arena);
	return result == RESULT_OK;
}

/* Nothing waits because the way is closed. */
static bool hook_recall(void *context)
{
	(void)context;
	return true;
}

/* ---- attempt ---- */

/* A worker's. */
struct hand {
	const struct hooks *hooks;
	struct requester *requester;
};

/* A header of the one that is sent, in `text`. */
static void set_signature(const struct hooks *hooks, struct hook_parcel *hook,
			  const char *id, int64_t now, struct buf *text)
{
	const struct webhook *webhook = &hook->told.webhook;
	const uint8_t *const sealed[] = { webhook->secret,
					  webhook->old_secret };
	size_t count = webhook->old_secret_until > now ? 2 : 1;
	uint8_t secret[WEBHOOK_SECRET_SIZE];

	buf_add_text(text, "webhook-signature: ");
	for (size_t i = 0; i < count; i++) {
		if (!unseal(hooks->options.key, webhook->organization,
			    sealed[i], sizeof(secret), secret)) {
			hook->sealed = true;
			return;
		}
		if (i > 0)
			buf_add_char(text, ' ');
		sign_add(text, secret, sizeof(secret), id, now,
			 str_of(hook->told.body));
	}
	wipe(secret, sizeof(secret));
}

static void send_signed(const struct hand *hand, struct hook_parcel *hook,
			struct buf *signature)
{
	int64_t now = clock_now_ms() / 1000;
	char id[ID_TEXT_SIZE], id_line[64], time_line[64];
	struct hook_request request = {
		.url = hook->told.webhook.url,
		.headers = { "content-type: application/json",
			     "user-agent: invited/" INVITED_VERSION, id_line,
			     time_line },
		.body = str_of(hook->told.body),
	};

	id_format(ID_EVENT, hook->told.event.id, id);
	set_signature(hand->hooks, hook, id, now, signature);
	if (hook->sealed || !buf_ok(signature))
		return;
	request.headers[4] = signature->data;
	snprintf(id_line, sizeof(id_line), "webhook-id: %s", id);
	snprintf(time_line, sizeof(time_line), "webhook-timestamp: %jd",
		 (intmax_t)now);
	requester_send(hand->requester, &request, &hook->answer);
}

static bool is_success(int status)
{
	return status >= 200 && status < 300;
}

/* What the log says, and the list of attempts. */
static void judge(struct hook_parcel *hook, struct report *report)
{
	struct hook_answer *answer = &hook->answer;

	if (hook->sealed)
		snprintf(answer->error, sizeof(answer->error),
			 "its secret cannot be read by the key of --secrets-key"
			 ": rotate it");
	else if (answer->status >= 300 && answer->status < 400)
		snprintf(answer->error, sizeof(answer->error),
			 "the receiver redirects, which is not followed");
	else if (answer->status && !is_success(answer->status))
		snprintf(answer->error, sizeof(answer->error),
			 "the receiver answered %d", answer->status);
	report_set(
	    report, is_success(answer->status) ? OUTBOX_SENT : OUTBOX_DEFERRED,
	    WAY_OPEN, "%s", answer->error[0] ? answer->error : "delivered");
}

static void hand_attempt(void *context, struct parcel *parcel,
			 struct report *ret_report)
{
	struct hook_parcel *hook = hook_of(parcel);
	struct buf signature;

	buf_init(&signature, 1024);
	hook->answer = (struct hook_answer){ .error = "out of memory" };
	send_signed(context, hook, &signature);
	buf_release(&signature);
	judge(hook, ret_report);
}

/* ---- record ---- */

/* An operation that records one. */
struct settlement {
	struct webhook_settle_in in;
	struct store_op op;
	struct arena arena;
	char room[512];
};

static void settle(const struct hooks *hooks, struct settlement *settlement,
		   const struct record *record)
{
	struct hook_parcel *hook =
	    (struct hook_parcel *)hook_in(record->parcel);
	const struct hook_answer *answer = &hook->answer;

	settlement->in = (struct webhook_settle_in){
		.webhook = hook->told.webhook.id,
		.event = hook->told.event.id,
		.leased_until_ms = record->lease.until_ms,
		.asked_until_ms = record->lease.asked_ms,
		.unmade = answer->hurried,
		.done = is_success(answer->status),
		.gone = answer->status == 410,
		.retry_ms = hooks->options.retry_ms,
		.random = random_u64(),
		.status = answer->status,
		.duration_ms = answer->duration_ms,
		.error = answer->error[0] ? answer->error : NULL,
		.answer = answer->answer[0] ? answer->answer : NULL,
	};
	settlement->op = (struct store_op){
		.verb = &verb_webhook_settle,
		.in = &settlement->in,
		.out = &hook->settled,
		.organization = hook->told.webhook.organization,
		.now_ms = clock_now_ms(),
		.arena = &settlement->arena,
	};
	arena_init_with(&settlement->arena, settlement->room,
			sizeof(settlement->room), 256 * 1024);
}

static void count_disabled(struct hooks *hooks, const struct record *record)
{
	if (hook_in(record->parcel)->settled.disabled)
		atomic_fetch_add(&hooks->disabled, 1);
}

static void hook_record(void *context, struct record *records, size_t count)
{
	struct hooks *hooks = context;
	struct settlement *settlements = calloc(count, sizeof(*settlements));
	struct store_op **ops = calloc(count, sizeof(struct store_op *));

	for (size_t i = 0; i < count && settlements && ops; i++) {
		settle(hooks, &settlements[i], &records[i]);
		ops[i] = &settlements[i].op;
	}
	if (settlements && ops)
		store_call_many(hooks->records, ops, count);
	for (size_t i = 0; i < count && settlements && ops; i++) {
		records[i].ret_done = ops[i]->result == RESULT_OK;
		if (records[i].ret_done)
			count_disabled(hooks, &records[i]);
		arena_release(&settlements[i].arena);
	}
	free(ops);
	free(settlements);
	atomic_store(&hooks->rest_until_ms, 0);
	hooks_wake(hooks); /* its webhook may be given more */
}

/* ---- the log ---- */

static void hook_log(const struct parcel *parcel)
{
	const struct hook_parcel *hook = hook_in(parcel);
	bool done = is_success(hook->answer.status);
	char id[ID_TEXT_SIZE], webhook[ID_TEXT_SIZE];

	id_format(ID_EVENT, hook->told.event.id, id);
	id_format(ID_WEBHOOK, hook->told.webhook.id, webhook);
	if (hook->settled.disabled)
		log_event(LOG_WARN, "webhook_disabled",
			  LOG_S("webhook", webhook));
	if (hook->answer.hurried || (done && !log_takes_routine()))
		return;
	log_event(done ? LOG_INFO : LOG_WARN,
		  done ? "event_delivered" : "event_deferred",
		  LOG_S("event", id), LOG_S("webhook", webhook),
		  LOG_I("attempts", parcel->verdict.attempts),
		  LOG_S("reply", parcel->verdict.words));
}

static void hook_log_unrecorded(const struct parcel *parcel)
{
	char id[ID_TEXT_SIZE];

	log_event(LOG_ERROR, "event_unrecorded",
		  LOG_S("event", id_format(ID_EVENT, parcel->lease.id, id)));
}

static const char *hook_party(const struct parcel *parcel)
{
	(void)parcel;
	return "";
}

/* ---- hands ---- */

static void hand_close(void *context)
{
	struct hand *hand = context;

	if (hand->requester)
		requester_free(hand->requester);
	free(hand);
}

static int hand_open(void *context, void **ret_hand, struct fail *fail)
{
	struct hooks *hooks = context;
	struct hand *hand = calloc(1, sizeof(*hand));

	if (!hand)
		return fail_set(fail, "out of memory");
	hand->hooks = hooks;
	hand->requester =
	    requester_new(&hooks->options.reach, hooks->options.ca_file, fail);
	if (!hand->requester) {
		hand_close(hand);
		return -1;
	}
	*ret_hand = hand;
	return 0;
}

static void hand_look(void *context, const char *party,
		      struct report *ret_report)
{
	(void)context;
	(void)party;
	report_set(ret_report, OUTBOX_SENT, WAY_OPEN, "open");
}

static void hand_idle(void *context)
{
	requester_idle(((struct hand *)context)->requester);
}

static void hand_hurry(void *context)
{
	requester_hurry(((struct hand *)context)->requester);
}

static const struct courier hook_courier = {
	.name = "webhook",
	.usable_event = "webhooks_usable",
	.unusable_event = "webhooks_unusable",
	.claim = hook_claim,
	.renew = hook_renew,
	.recall = hook_recall,
	.record = hook_record,
	.log = hook_log,
	.log_unrecorded = hook_log_unrecorded,
	.party = hook_party,
	.open = hand_open,
	.attempt = hand_attempt,
	.look = hand_look,
	.idle = hand_idle,
	.hurry = hand_hurry,
	.close = hand_close,
};

/* ---- life ---- */

static int start(struct hooks *hooks, struct store *store, struct fail *fail)
{
	const struct deliver_options deliver = {
		.courier = &hook_courier,
		.context = hooks,
		.connections = WEBHOOK_CONNECTIONS,
		.retry_ms = hooks->options.retry_ms,
	};
	struct deliverer *deliverer;

	if (store_port_open(store, NULL, NULL, &hooks->claims, fail) < 0 ||
	    store_port_open(store, NULL, NULL, &hooks->records, fail) < 0)
		return -1;
	if (deliver_start(&deliver, &deliverer, fail) < 0)
		return -1;
	atomic_store(&hooks->deliverer, deliverer);
	return 0;
}

int hooks_start(const struct hook_options *options, struct store *store,
		struct hooks **ret_hooks, struct fail *fail)
{
	struct hooks *hooks = calloc(1, sizeof(*hooks));

	if (!hooks)
		return fail_set(fail, "out of memory");
	hooks->options = *options;
	if (start(hooks, store, fail) < 0) {
		hooks_stop(hooks);
		return -1;
	}
	*ret_hooks = hooks;
	return 0;
}

void hooks_wake(void *context)
{
	struct hooks *hooks = context;
	struct deliverer *deliverer = atomic_load(&hooks->deliverer);

	atomic_store(&hooks->stirred, true);
	if (deliverer && !is_resting(hooks, clock_mono_ms()))
		deliver_wake(deliverer);
}

void hooks_stop(struct hooks *hooks)
{
	if (hooks->deliverer)
		deliver_stop(hooks->deliverer);
	if (hooks->claims)
		store_port_close(hooks->claims);
	if (hooks->records)
		store_port_close(hooks->records);
	free(hooks);
}

void hooks_metrics(struct hooks *hooks, struct buf *out)
{
	static const struct metric disabled = {
		.name = "invited_webhook_disabled_total",
		.type = METRIC_COUNTER,
		.help = "Webhooks disabled since their receivers failed.",
	};

	deliver_metrics(hooks->deliverer, out);
	metric_write(out, &disabled, atomic_load(&hooks->disabled));
}
