/*
 * arena.h: memory that is freed all at once.
 *
 * A request, an operation or a mail has one arena; whatever it needs comes from
 * there and is never freed piecemeal. The arena has a ceiling, so that nothing
 * from outside can make it grow without end. Not thread-safe: an arena belongs
 * to the thread that works on its request at the moment.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/base.h"
#include "base/str.h"

struct arena_block;

struct arena {
	char *next, *end;           /* free part of the current block */
	struct arena_block *blocks; /* those to be freed */
	size_t used, max;           /* bytes handed out, ceiling */
};

/* An empty arena that hands out at most `max` bytes. Allocates nothing. */
void arena_init(struct arena *arena, size_t max);

/*
 * The same, with `size` bytes at `first` (borrowed, must outlive the arena)
 * to be used up before anything is allocated.
 */
void arena_init_with(struct arena *arena, void *first, size_t size,
		     size_t max);

/* Frees every block. The arena must be initialised again before use. */
void arena_release(struct arena *arena);

/*
 * `size` zeroed bytes, aligned for any type; NULL when out of memory or over
 * the ceiling. They live until arena_release().
 */
void *arena_alloc(struct arena *arena, size_t size) MUST_CHECK;

/* A zeroed array; NULL also where `count * size` overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size) MUST_CHECK;

/* A NUL-terminated copy of `s`; NULL as above. */
char *arena_str(struct arena *arena, struct str s) MUST_CHECK;

/* A formatted, NUL-terminated string; NULL as above. */
char *arena_printf(struct arena *arena, const char *format, ...)
    PRINTF_LIKE(2, 3) MUST_CHECK;

#endif
