/*
 * shifted_clock.c: a wall clock that is wrong, for the daemon that this is
 * preloaded into. By how many milliseconds says a file, SHIFTED_CLOCK, from
 * one reading to the next. The monotonic clock stays right, as it does when
 * somebody sets the time.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *shift_ms;

__attribute__((constructor)) static void map_shift(void)
{
	const char *path = getenv("SHIFTED_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	void *at;

	if (fd < 0)
		abort();
	at = mmap(NULL, sizeof(*shift_ms), PROT_READ, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		abort();
	shift_ms = at;
	close(fd);
	/* What the daemon starts, a sanitizer's symbolizer say, has none. */
	unsetenv("LD_PRELOAD");
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
	int result = (int)syscall(SYS_clock_gettime, clock, now);
	int64_t ns;

	if (result != 0 || clock != CLOCK_REALTIME || !shift_ms)
		return result;
	ns = now->tv_nsec + *shift_ms % 1000 * 1000000;
	now->tv_sec += *shift_ms / 1000 + ns / 1000000000;
	now->tv_nsec = ns % 1000000000;
	if (now->tv_nsec < 0) {
		now->tv_nsec += 1000000000;
		now->tv_sec--;
	}
	return 0;
}
