/*
 * places.h: how many connections there may be, of all threads that serve the
 * same addresses. When all are taken, new connections wait in the kernel.
 */
#ifndef HTTP_PLACES_H
#define HTTP_PLACES_H

#include "base/base.h"

#include <stdatomic.h>

struct places {
	unsigned most;
	unsigned many; /* from here on, idle ones make room for new */
	atomic_uint taken;
};

/* False: there is none. */
static inline bool places_take(struct places *places)
{
	if (atomic_fetch_add(&places->taken, 1) < places->most)
		return true;
	atomic_fetch_sub(&places->taken, 1);
	return false;
}

static inline void places_give_back(struct places *places)
{
	atomic_fetch_sub(&places->taken, 1);
}

static inline bool places_left(struct places *places)
{
	return atomic_load(&places->taken) < places->most;
}

static inline bool places_are_few(struct places *places)
{
	return atomic_load(&places->taken) > places->many;
}

#endif
