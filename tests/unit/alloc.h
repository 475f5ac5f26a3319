/*
 * alloc.h: allocations that fail when a test wants them to.
 *
 * malloc() and its sisters are replaced for the whole process, libraries
 * included; under a sanitizer, which needs its own, for the project's code
 * only. To see every way out of a function:
 *
 *	for (long n = 1; alloc_more(n); n++)
 *		... call it; where alloc_failed(), it has to say so ...
 *
 * alloc_more() lets the n-th allocation from then on fail, and ends the loop
 * after the first round in which there were fewer than n. It fails the test
 * where a round has left something allocated.
 */
#ifndef ALLOC_H
#define ALLOC_H

#include "base/base.h"

bool alloc_more(long n);

/* Whether an allocation was refused since. From here on none will be. */
bool alloc_failed(void);

/* What this round has left allocated is not ours: a library lost it. */
void alloc_forgive(void);

/* How many there were since. */
long alloc_count(void);

#endif
