/*
 * find.c: finds keys.
 *
 * What begins as no key of a project costs nothing. One that is held in memory,
 * and is known to be as it was, costs a hash, and one that was mistyped a
 * checksum, too. All else is one question to the store, which is charged
 * (flood.h) unless the key was a right one before.
 */
#include "base/base.h"

#include "gate/find.h"

#include "base/clock.h"
#include "gate/watch.h"
#include "http/limiter.h"

static void found(struct request *request, struct search *search,
		  enum verdict verdict, const struct found_key *key)
{
	search->verdict = verdict;
	search->found = key;
	search->then(request, search);
}

/* Whether what was so a moment ago will do, where the store cannot be read. */
static bool will_do(const struct gate *gate, const struct search *search)
{
	return search->held &&
	       search->held_age_ms < FRESH_MS + gate->options.stale_ms;
}

static void do_without(struct request *request, struct search *search)
{
	if (will_do(request->service->gate, search))
		found(request, search, VERDICT_VALID, search->held);
	else
		found(request, search, VERDICT_UNAVAILABLE, NULL);
}

static bool is_right(const struct search *search, const struct request *request)
{
	const struct found_key *key = request->op.out;

	return request->op.result == RESULT_OK &&
	       same_bytes(search->hash, key->secret_hash, SHA256_SIZE);
}

static void looked_up(struct request *request)
{
	struct search *search = request->state;
	struct gate *gate = request->service->gate;
	enum result result = request->op.result;

	if (result != RESULT_OK && result != RESULT_API_KEY_NOT_FOUND) {
		do_without(request, search);
	} else if (is_right(search, request)) {
		if (!search->held)
			flood_give_back(gate->flood, &search->charge);
		memory_put(gate->memory, request->op.out, &search->asked);
		watch_wake(gate->watch);
		found(request, search, VERDICT_VALID, request->op.out);
	} else {
		found(request, search, VERDICT_UNKNOWN, NULL);
	}
}

/* Reads of one round see one state, which may be older than what is known to
 * have moved: so this one begins another. */
static void look_up(struct request *request, struct search *search)
{
	struct id_in *in = request_verb(request, &verb_project_key_find);

	if (!in)
		return;
	in->id = search->id;
	gate_count(&request->service->gate->lookups);
	store_renew(request->thread->port);
	request_submit(request, looked_up);
}

/* In memory as it is now: true. */
static bool recall(struct request *request, struct search *search)
{
	struct gate *gate = request->service->gate;
	const struct found_key *key = NULL;
	enum held held;

	held =
	    memory_find(gate->memory, search->id, search->hash, &search->asked,
			&request->arena, &key, &search->held_age_ms);
	search->held = key;
	return held == HELD_FRESH && key;
}

static bool may_look_up(struct request *request, struct search *search)
{
	uint64_t source = search->source;

	if (search->held) /* a right one, then */
		return true;
	if (source == 0)
		source = limiter_client(request).keys[0];
	return flood_admits(request->service->gate->flood, source,
			    search->asked.mono_ms, &search->charge);
}

/* A text that is remembered by its hash is a key, so its checksum is looked at
 * only where it is not. */
static void find_by_text(struct request *request, struct search *search,
			 struct str text)
{
	struct gate *gate = request->service->gate;

	search->id = key_id(text);
	sha256(text, search->hash);
	search->asked =
	    (struct moment){ clock_mono_ms(), store_rights_moved(gate->store) };
	if (recall(request, search) || (gate->away && will_do(gate, search)))
		found(request, search, VERDICT_VALID, search->held);
	else if (key_form(text) == KEY_MISSPELT)
		found(request, search, VERDICT_UNKNOWN, NULL);
	else if (may_look_up(request, search))
		look_up(request, search);
	else
		found(request, search, VERDICT_BUSY, NULL);
}

void find_key(struct request *request, struct search *search, struct str text)
{
	enum key_form form = key_form_begun(text);

	if (text.len == 0)
		found(request, search, VERDICT_NO_KEY, NULL);
	else if (str_starts_with(text, KEY_OLD_PREFIX))
		found(request, search, VERDICT_ADMIN_KEY, NULL);
	else if (form == KEY_FOREIGN || text.len > KEY_MAX)
		found(request, search, VERDICT_UNKNOWN, NULL);
	else
		find_by_text(request, search, text);
}

void find_used(struct gate *gate, const struct found_key *found,
	       int64_t now_seconds)
{
	const struct project_key *key = &found->shown.key;

	if (key_use_is_news(key->last_used_at, now_seconds) &&
	    watch_has_room(gate->watch) &&
	    memory_use(gate->memory, key->id, now_seconds))
		watch_use(gate->watch, key->id);
}
