/*
 * retention.c: deletes data whose retention period is over.
 */
#include "base/base.h"

#include "retention.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/invites/invites.h"
#include "store/organizations/organizations.h"
#include "store/store.h"

struct forgetting {
	int64_t seconds;
	size_t count;
};

/* A few at a time, so that nobody waits for long. */
static void forget_in(struct sweep *sweep, int64_t organization, void *context)
{
	struct forgetting *all = context;
	const struct invite_forget_in in = {
		.ended_before = clock_now_ms() / 1000 - all->seconds
	};
	struct invite_forget_out out;
	struct arena arena;
	bool more;

	do {
		arena_init(&arena, SWEEP_MEMORY);
		more = sweep_ask(sweep, &arena, &verb_invite_forget,
				 organization, &in, &out) &&
		       out.count > 0;
		all->count += more ? out.count : 0;
		arena_release(&arena);
	} while (more);
}

void retention_look(struct sweep *sweep, int64_t seconds)
{
	struct forgetting all = { .seconds = seconds };

	sweep_organizations(sweep, forget_in, &all);
	if (all.count > 0)
		log_event(LOG_INFO, "invites_forgotten",
			  LOG_I("count", (int64_t)all.count));
}

/* Asked first: to look by a write would make everybody's writes wait for it,
 * and mostly there is nothing. */
static bool is_untidy(struct sweep *sweep, int64_t organization)
{
	struct organization_look_out out;
	struct arena arena;
	bool untidy;

	arena_init(&arena, SWEEP_MEMORY);
	untidy = sweep_ask(sweep, &arena, &verb_organization_look, organization,
			   NULL, &out) &&
		 out.untidy;
	arena_release(&arena);
	return untidy;
}

static void tidy_in(struct sweep *sweep, int64_t organization, void *context)
{
	struct organization_tidy_out out;
	struct arena arena;
	bool done = true;

	(void)context;
	while (done && is_untidy(sweep, organization)) {
		arena_init(&arena, SWEEP_MEMORY);
		done = sweep_ask(sweep, &arena, &verb_organization_tidy,
				 organization, NULL, &out) &&
		       out.count > 0;
		arena_release(&arena);
	}
}

void tidy_look(struct sweep *sweep, int64_t seconds)
{
	(void)seconds;
	sweep_organizations(sweep, tidy_in, NULL);
}
