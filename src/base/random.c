/*
 * random.c: bytes from getrandom(2).
 *
 * The surprise: the block that random_u64() takes from is copied by fork(), and
 * parent and child would then draw the same numbers. So each block remembers
 * how many forks lay behind the process when it was filled, and one from before
 * a fork is thrown away. Where the fork handler could not be installed no block
 * is kept.
 */
#include "base/base.h"
#include "base/random.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/random.h>

#define BLOCK_NUMBERS 64 /* 512 bytes; getrandom() is not torn up to 256 */

static pthread_once_t watch_once = PTHREAD_ONCE_INIT;
static bool watching;	  /* set once, before any block is filled */
static atomic_uint forks; /* generations between us and the first */

static _Thread_local struct {
	uint64_t numbers[BLOCK_NUMBERS];
	unsigned left, forks;
} block;

void random_bytes(void *out, size_t len)
{
	char *p = out;

	while (len > 0) {
		ssize_t got = getrandom(p, len, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			abort();
		p += got;
		len -= got;
	}
}

static void count_fork(void)
{
	atomic_fetch_add_explicit(&forks, 1, memory_order_relaxed);
}

static void watch_forks(void)
{
	watching = pthread_atfork(NULL, NULL, count_fork) == 0;
}

uint64_t random_u64(void)
{
	unsigned now;

	pthread_once(&watch_once, watch_forks);
	now = atomic_load_explicit(&forks, memory_order_relaxed);
	if (block.left == 0 || block.forks != now || !watching) {
		random_bytes(block.numbers, sizeof(block.numbers));
		block.left = BLOCK_NUMBERS;
		block.forks = now;
	}
	return block.numbers[--block.left];
}
