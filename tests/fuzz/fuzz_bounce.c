/*
 * fuzz_bounce.c: any bytes as a message that comes back. Whatever it is: there
 * is room enough to read it, it comes to one of three things, and what is kept
 * of it is one line of text.
 */
#include "base/base.h"

#include "fuzz.h"
#include "mail/dsn.h"

static void check_reason(const struct dsn *dsn)
{
	struct str reason = str_of(dsn->reason);

	require(memchr(dsn->reason, '\0', sizeof(dsn->reason)));
	require(str_is_utf8(reason) && !str_has_control(reason));
	require((reason.len > 0) == (dsn->outcome == DSN_FAILED));
}

int fuzz_one(const uint8_t *data, size_t size)
{
	/* Of exactly its size, so that nobody reads on behind it. */
	char *copy = malloc(size > 0 ? size : 1);
	struct str message = { copy, size };
	struct return_code code;
	struct arena arena;
	struct dsn dsn;

	require(copy && size <= DSN_MAX);
	memcpy(copy, data, size);
	arena_init(&arena, DSN_ROOM);
	dsn_read(&arena, message, &dsn);
	check_reason(&dsn);
	if (dsn_return_code(message, &code))
		require(code.id >= 0);
	require(arena.used < DSN_ROOM / 2);
	arena_release(&arena);
	free(copy);
	return 0;
}
