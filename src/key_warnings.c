/*
 * key_warnings.c: warns the owners of keys that are about to end, by mail.
 */
#include "base/base.h"

#include "key_warnings.h"

#include "base/log.h"
#include "store/mail/notices.h"

#define AT_ONCE 100 /* keys in one transaction, so that nobody waits long */

/* How many keys were looked at; 0 also where it is not to be gone on with. */
static size_t warn_some(struct sweep *sweep)
{
	const struct key_warn_in in = { .limit = AT_ONCE };
	struct key_warn_out out = { .count = 0 };
	struct arena arena;
	bool done;

	arena_init(&arena, SWEEP_MEMORY);
	done = sweep_ask(sweep, &arena, &verb_key_warn, 0, &in, &out);
	arena_release(&arena);
	return done ? out.count : 0;
}

void key_warnings_look(struct sweep *sweep, int64_t seconds)
{
	size_t count, all = 0;

	(void)seconds;
	while ((count = warn_some(sweep)) > 0)
		all += count;
	if (all > 0)
		log_event(LOG_INFO, "keys_end_soon",
			  LOG_I("count", (int64_t)all));
}
