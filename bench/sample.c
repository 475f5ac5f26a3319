/*
 * sample.c: a histogram, two clocks and a line of JSON.
 *
 * The CPU time of another process comes from its own POSIX clock, which counts
 * nanoseconds of all its threads in user and kernel; /proc counts in ticks of
 * ten milliseconds.
 */
#include "base/base.h"

#include <unistd.h>

#include "sample.h"

#define STEPS (1u << SAMPLE_STEP_BITS)

int64_t sample_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int64_t cpu_ns(pid_t pid)
{
	clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
	struct timespec used = { 0, 0 };

	if (pid != 0 && clock_getcpuclockid(pid, &clock) != 0)
		return 0;
	clock_gettime(clock, &used);
	return used.tv_sec * 1000000000LL + used.tv_nsec;
}

/* What all processes and the kernel have used, in ticks of the clock. */
static int64_t machine_ns(void)
{
	long long user = 0, nice = 0, system = 0, idle, wait, irq = 0, soft = 0;
	FILE *stat = fopen("/proc/stat", "re");

	if (stat == NULL)
		return 0;
	if (fscanf(stat, "cpu %lld %lld %lld %lld %lld %lld %lld", &user, &nice,
		   &system, &idle, &wait, &irq, &soft) != 7)
		user = nice = system = irq = soft = 0;
	fclose(stat);
	return (user + nice + system + irq + soft) *
	       (1000000000LL / sysconf(_SC_CLK_TCK));
}

/* Small values have a slot each; from there every octave has STEPS of them. */
static size_t slot_of(uint64_t ns)
{
	int octave;

	if (ns < STEPS)
		return ns;
	octave = 63 - __builtin_clzll(ns) - SAMPLE_STEP_BITS;
	return ((size_t)octave << SAMPLE_STEP_BITS) + (ns >> octave);
}

/* The middle of a slot. */
static int64_t slot_ns(size_t slot)
{
	size_t octave;

	if (slot < 2 * STEPS)
		return (int64_t)slot;
	octave = (slot >> SAMPLE_STEP_BITS) - 1;
	return (int64_t)(((slot - (octave << SAMPLE_STEP_BITS)) << octave) +
			 ((size_t)1 << octave) / 2);
}

void sample_start(struct sample *sample)
{
	memset(sample->slots, 0, sizeof sample->slots);
	sample->count = sample->failures = 0;
	sample->max_ns = 0;
	sample->machine_ns = -machine_ns();
	sample->own_cpu_ns = -cpu_ns(0);
	if (sample->server != 0)
		sample->server_cpu_ns = -cpu_ns(sample->server);
	sample->since_ns = sample_now_ns();
}

void sample_add(struct sample *sample, int64_t ns)
{
	sample->slots[slot_of((uint64_t)ns)]++;
	sample->count++;
	if (ns > sample->max_ns)
		sample->max_ns = ns;
}

void sample_stop(struct sample *sample)
{
	sample->until_ns = sample_now_ns();
	if (sample->server != 0)
		sample->server_cpu_ns += cpu_ns(sample->server);
	sample->own_cpu_ns += cpu_ns(0);
	sample->machine_ns += machine_ns();
}

int64_t sample_quantile_ns(const struct sample *sample, double part)
{
	uint64_t wanted = (uint64_t)(part * (double)sample->count);
	uint64_t seen = 0;

	for (size_t slot = 0; slot < SAMPLE_SLOTS; slot++) {
		seen += sample->slots[slot];
		if (seen > wanted)
			return slot_ns(slot);
	}
	return sample->max_ns;
}

/* Cores that were kept busy by somebody else, and by the kernel for us. */
static double others(const struct sample *sample)
{
	int64_t theirs =
	    sample->machine_ns - sample->own_cpu_ns - sample->server_cpu_ns;

	return theirs < 0 ? 0
			  : (double)theirs /
				(double)(sample->until_ns - sample->since_ns);
}

static double each_us(int64_t ns, uint64_t count)
{
	return count == 0 ? 0 : (double)ns / 1e3 / (double)count;
}

void sample_print(const struct sample *sample, const char *extra)
{
	double seconds = (double)(sample->until_ns - sample->since_ns) / 1e9;

	printf("{\"mode\":\"%s\",\"width\":%d,\"seconds\":%.3f,"
	       "\"count\":%llu,\"failures\":%llu,\"per_second\":%.1f,",
	       sample->mode, sample->width, seconds,
	       (unsigned long long)sample->count,
	       (unsigned long long)sample->failures,
	       (double)sample->count / seconds);
	printf("\"p50_us\":%.1f,\"p99_us\":%.1f,\"max_us\":%.1f,",
	       (double)sample_quantile_ns(sample, 0.50) / 1e3,
	       (double)sample_quantile_ns(sample, 0.99) / 1e3,
	       (double)sample->max_ns / 1e3);
	printf(
	    "\"others\":%.2f,\"own_cpu_us\":%.3f,\"server_cpu_us\":%.3f%s}\n",
	    others(sample), each_us(sample->own_cpu_ns, sample->count),
	    each_us(sample->server_cpu_ns, sample->count),
	    extra == NULL ? "" : extra);
	fflush(stdout);
}
