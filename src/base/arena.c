/*
 * arena.c: bump allocation out of a list of malloc()ed blocks.
 *
 * The ceiling counts what was handed out, padding included, so that many tiny
 * requests cannot cost more than it says; what a block has left when the next
 * one is begun is lost and not counted. Strings are not aligned: they follow
 * one another without gaps.
 */
#include "base/base.h"
#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>

#define BLOCK_SIZE 4000 /* bytes of a usual block; a page with malloc's own */
#define ALIGNMENT  alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	alignas(max_align_t) char bytes[];
};

/* What is missing from `p` to the next multiple of `alignment`. */
static size_t padding(const char *p, size_t alignment)
{
	return -(uintptr_t)p & (alignment - 1);
}

void arena_init(struct arena *arena, size_t max)
{
	*arena = (struct arena){ .max = max };
}

void arena_init_with(struct arena *arena, void *first, size_t size, size_t max)
{
	char *start = first;
	size_t skip = padding(start, ALIGNMENT);

	arena_init(arena, max);
	if (skip > size)
		return;
	arena->next = start + skip;
	arena->end = start + size;
}

void arena_release(struct arena *arena)
{
	struct arena_block *block = arena->blocks;

	while (block) {
		struct arena_block *next = block->next;
		free(block);
		block = next;
	}
	*arena = (struct arena){ 0 };
}

/* A block with room for `size` bytes; those come first in it. */
static char *new_block(struct arena *arena, size_t size)
{
	size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;
	struct arena_block *block;

	if (room > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + room);
	if (!block)
		return NULL;
	block->next = arena->blocks;
	arena->blocks = block;
	/* Go on in whichever block has more left. */
	if (room - size >= (size_t)(arena->end - arena->next)) {
		arena->next = block->bytes + size;
		arena->end = block->bytes + room;
	}
	return block->bytes;
}

/* `size` bytes as malloc() gives them, aligned to `alignment`. */
static char *take(struct arena *arena, size_t size, size_t alignment)
{
	size_t pad = padding(arena->next, alignment);
	size_t left = arena->end - arena->next;
	size_t allowed = arena->max - arena->used;
	char *p;

	if (arena->next && pad <= left && size <= left - pad) {
		if (pad > allowed || size > allowed - pad)
			return NULL;
		p = arena->next + pad;
		arena->next = p + size;
		arena->used += pad + size;
		return p;
	}
	if (size > allowed)
		return NULL;
	p = new_block(arena, size);
	if (p)
		arena->used += size;
	return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	char *p = take(arena, size, ALIGNMENT);

	if (p)
		memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t bytes;

	if (__builtin_mul_overflow(count, size, &bytes))
		return NULL;
	return arena_alloc(arena, bytes);
}

char *arena_str(struct arena *arena, struct str s)
{
	char *copy;

	if (s.len == SIZE_MAX)
		return NULL;
	copy = take(arena, s.len + 1, 1);
	if (!copy)
		return NULL;
	if (s.len > 0)
		memcpy(copy, s.data, s.len);
	copy[s.len] = '\0';
	return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	char text[512];
	va_list args;
	char *copy;
	int len;

	va_start(args, format);
	len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (len < 0)
		return NULL;
	if ((size_t)len < sizeof(text))
		return arena_str(arena, (struct str){ text, len });
	copy = take(arena, (size_t)len + 1, 1);
	if (!copy)
		return NULL;
	va_start(args, format);
	vsnprintf(copy, (size_t)len + 1, format, args);
	va_end(args);
	return copy;
}
