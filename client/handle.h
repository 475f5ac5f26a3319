/*
 * handle.h: what stands, unseen, before everything that the library hands
 * out: how it is freed, and what came with it. So inv_free() and inv_meta()
 * take whatever there is.
 */
#ifndef CLIENT_HANDLE_H
#define CLIENT_HANDLE_H

#include "base/base.h"
#include "inv.h"

#include <stdalign.h>

struct handle {
	alignas(max_align_t) void (*release)(void *handed_out); /* or NULL */
	struct inv_metadata meta;
};

#define NO_META                                             \
	{                                                   \
		.json = "", .request_id = "", .headers = "" \
	}

/* Of what was handed out, or will be: it begins right behind. */
static inline struct handle *handle_of(const void *handed_out)
{
	return (struct handle *)(uintptr_t)handed_out - 1;
}

#endif
