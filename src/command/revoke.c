/*
 * revoke.c: invited key revoke-before: ends all keys, of whatever kind,
 * that were made before a time.
 *
 * A backup that was restored has keys in force that were revoked since, and
 * nobody may know any more which.
 */
#include "base/base.h"

#include <time.h>

#include "base/clock.h"
#include "command/commands.h"
#include "command/session.h"
#include "store/keys/admin_keys.h"
#include "store/keys/project_keys.h"

#define PAGE 100

struct cutoff {
	int64_t made_before; /* Unix seconds */
	size_t admin_keys, project_keys;
	enum result result; /* of the last that was asked */
};

/* ---- the time ---- */

/* A date or a time, in UTC; what there is not, such as February 30, is none. */
static bool parse_time(const char *text, int64_t *ret_seconds)
{
	static const struct {
		size_t len;
		const char *form;
	} forms[] = {
		{ 10, "%Y-%m-%d" },
		{ 17, "%Y-%m-%dT%H:%MZ" },
		{ 20, "%Y-%m-%dT%H:%M:%SZ" },
	};

	for (size_t i = 0; i < COUNT_OF(forms); i++) {
		struct tm when = { 0 }, real;
		const char *end = strptime(text, forms[i].form, &when);

		if (strlen(text) != forms[i].len || !end || *end)
			continue;
		real = when;
		*ret_seconds = timegm(&real);
		return real.tm_mon == when.tm_mon &&
		       real.tm_mday == when.tm_mday &&
		       real.tm_hour == when.tm_hour &&
		       real.tm_min == when.tm_min && real.tm_sec == when.tm_sec;
	}
	return false;
}

/* ---- the keys ---- */

static bool end_admin_key(struct session *session, struct cutoff *cutoff,
			  const struct admin_key *key)
{
	const struct id_in in = { .id = key->id };

	if (key->created_at >= cutoff->made_before)
		return true;
	cutoff->result = session_ask(session, &verb_key_revoke,
				     key->organization, &in, NULL);
	if (cutoff->result == RESULT_OK)
		cutoff->admin_keys++;
	else if (cutoff->result != RESULT_KEY_NOT_FOUND) /* ended meanwhile */
		return false;
	return true;
}

/* A page, newest first; whether to go on. */
static bool end_admin_keys(struct session *session, int64_t organization,
			   struct cutoff *cutoff, int64_t *after)
{
	const struct key_list_in in = { .page = { .after = *after,
						  .limit = PAGE } };
	struct list_out page;
	const struct admin_key *keys;

	cutoff->result =
	    session_ask(session, &verb_key_list, organization, &in, &page);
	if (cutoff->result != RESULT_OK)
		return false;
	keys = page.rows;
	for (size_t i = 0; i < page.count; i++) {
		*after = keys[i].id;
		if (!end_admin_key(session, cutoff, &keys[i]))
			return false;
	}
	cutoff->result = RESULT_OK;
	return page.has_more;
}

/* A batch; whether to go on. */
static bool end_project_keys(struct session *session, int64_t organization,
			     struct cutoff *cutoff,
			     struct project_keys_end_in *in)
{
	struct project_keys_end_out out;

	cutoff->result = session_ask(session, &verb_project_keys_end,
				     organization, in, &out);
	if (cutoff->result != RESULT_OK)
		return false;
	cutoff->project_keys += out.count;
	in->after = out.last;
	return out.has_more;
}

/* What a step needs goes with it, however many there are. */
static void begin_step(struct session *step, const struct session *session)
{
	*step = *session;
	arena_init(&step->arena, COMMAND_ARENA);
}

/* `context`: a struct cutoff. */
static bool end_keys_of(struct session *session, const struct organization *o,
			void *context)
{
	struct cutoff *cutoff = context;
	struct project_keys_end_in in = { .made_before = cutoff->made_before };
	struct session step;
	int64_t after = 0;
	bool more = true;

	for (; more; arena_release(&step.arena)) {
		begin_step(&step, session);
		more = end_project_keys(&step, o->id, cutoff, &in);
	}
	for (more = cutoff->result == RESULT_OK; more;
	     arena_release(&step.arena)) {
		begin_step(&step, session);
		more = end_admin_keys(&step, o->id, cutoff, &after);
	}
	return cutoff->result == RESULT_OK;
}

int command_revoke_before(struct session *session)
{
	const char *time = session->conf->argument;
	struct cutoff cutoff = { .result = RESULT_OK };

	if (!parse_time(time, &cutoff.made_before))
		return command_fail(EXIT_USAGE,
				    "%s is not a time in UTC, such as "
				    "2026-11-27 or 2026-11-27T09:30:00Z",
				    time);
	if (cutoff.made_before > clock_now_ms() / 1000)
		return command_fail(EXIT_USAGE, "%s is in the future", time);
	if (visit_organizations(session, end_keys_of, &cutoff) < 0)
		return EXIT_FAILED;
	printf("revoked: %zu admin keys, %zu keys of projects\n",
	       cutoff.admin_keys, cutoff.project_keys);
	if (cutoff.result != RESULT_OK)
		return command_refused(cutoff.result);
	return EXIT_OK;
}
