/*
 * expiry_news.c: the task that reminds people before their invite expires, and
 * tells webhooks once it has.
 */
#include "base/base.h"

#include "expiry_news.h"

#include "base/hash.h"
#include "base/log.h"
#include "base/random.h"
#include "store/invites/expiry.h"

struct walk {
	enum expiry_kind kind;
	size_t count;
};

/* Of what a look has found; whether there is more behind it. */
static bool settle(struct sweep *sweep, struct arena *arena,
		   int64_t organization, const struct expiry_look_out *found,
		   struct walk *walk)
{
	struct expiry_settle_in *in = arena_alloc(arena, sizeof(*in));
	struct expiry_settle_out out = { .count = 0 };
	bool done;

	if (!in)
		return false;
	*in = (struct expiry_settle_in){
		.kind = walk->kind,
		.mark = found->mark,
		.invites = found->invites,
		.count = found->count,
	};
	random_bytes(in->secrets, sizeof(in->secrets));
	done = sweep_ask(sweep, arena, &verb_expiry_settle, organization, in,
			 &out);
	wipe(in->secrets, sizeof(in->secrets));
	walk->count += out.count;
	return done && found->has_more;
}

static bool look_once(struct sweep *sweep, int64_t organization,
		      struct walk *walk)
{
	const struct expiry_look_in in = { .kind = walk->kind };
	struct expiry_look_out found;
	struct arena arena;
	bool more;

	arena_init(&arena, SWEEP_MEMORY);
	more = sweep_ask(sweep, &arena, &verb_expiry_look, organization, &in,
			 &found) &&
	       found.due && settle(sweep, &arena, organization, &found, walk);
	arena_release(&arena);
	return more;
}

static void look_in(struct sweep *sweep, int64_t organization, void *context)
{
	while (look_once(sweep, organization, context))
		continue;
}

static void look_for(struct sweep *sweep, enum expiry_kind kind,
		     const char *event)
{
	struct walk walk = { .kind = kind };

	sweep_organizations(sweep, look_in, &walk);
	if (walk.count > 0)
		log_event(LOG_INFO, event, LOG_I("count", (int64_t)walk.count));
}

void reminders_look(struct sweep *sweep, int64_t seconds)
{
	(void)seconds;
	look_for(sweep, EXPIRY_REMINDER, "invites_reminded");
}

void expired_look(struct sweep *sweep, int64_t seconds)
{
	(void)seconds;
	look_for(sweep, EXPIRY_PASSED, "invites_expired");
}
