/*
 * random.h: unpredictable bytes from the kernel (getrandom(2)).
 */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "base/base.h"

/* Fills `out`. Cannot fail: a kernel without randomness ends the process. */
void random_bytes(void *out, size_t len);

/*
 * A random number for ids and jitter, never for secrets: from a block that is
 * fetched ahead, one system call for hundreds. One block per thread.
 */
uint64_t random_u64(void);

#endif
