/*
 * retention.c: what has been kept for long enough is forgotten.
 */
#include "base/base.h"

#include "retention.h"

#include "base/clock.h"
#include "base/log.h"
#include "store/invites.h"
#include "store/organizations.h"
#include "store/store.h"

#define PAGE 100 /* organizations */

/* A few at a time, so that nobody waits for long; how many it were. */
static size_t forget_in(struct sweep *sweep, int64_t organization,
			int64_t seconds)
{
	const struct invite_forget_in in = {
		.ended_before = clock_now_ms() / 1000 - seconds
	};
	struct invite_forget_out out;
	size_t count = 0;
	struct arena arena;
	bool more;

	do {
		arena_init(&arena, SWEEP_MEMORY);
		more = sweep_ask(sweep, &arena, &verb_invite_forget,
				 organization, &in, &out) &&
		       out.count > 0;
		count += more ? out.count : 0;
		arena_release(&arena);
	} while (more);
	return count;
}

static size_t forget_in_all(struct sweep *sweep, int64_t seconds)
{
	struct list_in in = { .limit = PAGE };
	struct list_out page;
	struct arena arena;
	size_t count = 0;
	bool more;

	do {
		arena_init(&arena, SWEEP_MEMORY);
		more = sweep_ask(sweep, &arena, &verb_organization_list, 0, &in,
				 &page);
		for (size_t i = 0; more && i < page.count; i++) {
			const struct organization *o = page.rows;

			in.after = o[i].id;
			count += forget_in(sweep, o[i].id, seconds);
		}
		more = more && page.has_more;
		arena_release(&arena);
	} while (more);
	return count;
}

void retention_look(struct sweep *sweep, int64_t seconds)
{
	size_t count = forget_in_all(sweep, seconds);

	if (count > 0)
		log_event(LOG_INFO, "invites_forgotten",
			  LOG_I("count", (int64_t)count));
}
