/*
 * fuzz.h: what a fuzz target begins with.
 *
 * A target is fuzz_<name>.c with fuzz_one(), which holds what must be true of
 * any input with require(). libFuzzer calls it (-Dfuzz=true, clang); otherwise
 * replay.c does, with every file of corpus/<name>/, as a test.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "base/base.h"

#define fuzz_one LLVMFuzzerTestOneInput

/* One input; always returns 0. */
int fuzz_one(const uint8_t *data, size_t size);

#define require(condition)                                               \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, \
				__LINE__, #condition);                   \
			abort();                                         \
		}                                                        \
	} while (0)

#endif
