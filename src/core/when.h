/*
 * when.h: times as people and browsers read them. Pages and mails have them
 * from here, so that one invite is never open for two lengths of time.
 */
#ifndef CORE_WHEN_H
#define CORE_WHEN_H

#include "base/base.h"
#include "base/text.h"

#define WHEN_SIZE 64

/* A time for people, "3 Dec 2026, 14:05 UTC", and for programs. */
struct when {
	char text[WHEN_SIZE], iso[WHEN_SIZE];
};

/* "" in both if there is no time (0 or less), or no calendar has it. */
void when_init(struct when *when, const struct language *language,
	       int64_t seconds);

/*
 * "7 days": the nearest whole number of the largest unit of which there are
 * two; never less than a minute. `invite` rounds in the same way.
 */
void when_span(const struct language *language, int64_t seconds,
	       char out[WHEN_SIZE]);

#endif
