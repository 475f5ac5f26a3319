/*
 * t_random.c: bytes from a kernel that interrupts, gives little, or nothing.
 *
 * getrandom(2) is wrapped by the linker, so that a test can say what it does.
 */
#include "base/base.h"
#include "unit.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/random.h"

ssize_t __real_getrandom(void *out, size_t len, unsigned flags);
ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags);

static atomic_int calls;
static int interrupt_every, fail_with;
static size_t at_most = SIZE_MAX;

ssize_t __wrap_getrandom(void *out, size_t len, unsigned flags)
{
	int call = atomic_fetch_add(&calls, 1) + 1;

	if (interrupt_every && call % interrupt_every == 0) {
		errno = EINTR;
		return -1;
	}
	if (fail_with) {
		errno = fail_with;
		return -1;
	}
	return __real_getrandom(out, len < at_most ? len : at_most, flags);
}

/* Whether every 16 bytes of `p` have one that is not zero. */
static bool looks_filled(const char *p, size_t len)
{
	static const char zero[16];

	for (size_t i = 0; i + sizeof(zero) <= len; i += sizeof(zero))
		if (memcmp(p + i, zero, sizeof(zero)) == 0)
			return false;
	return true;
}

START_TEST(test_bytes)
{
	static char a[100000], b[100000];

	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	ck_assert(looks_filled(a, sizeof(a)));
	ck_assert_mem_ne(a, b, sizeof(a));
	random_bytes(NULL, 0);
}
END_TEST

START_TEST(test_bytes_from_a_reluctant_kernel)
{
	char bytes[256 + 16] = { 0 };

	at_most = 7;
	interrupt_every = 3;
	random_bytes(bytes, 256);
	ck_assert(looks_filled(bytes, 256));
	ck_assert_int_ge(calls, 256 / 7);
	ck_assert_mem_eq(bytes + 256, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
}
END_TEST

START_TEST(test_no_randomness_is_the_end)
{
	char byte;

	fail_with = ENOSYS;
	random_bytes(&byte, 1);
}
END_TEST

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static void check_all_different(uint64_t *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), compare);
	for (size_t i = 1; i < count; i++)
		ck_assert_uint_ne(numbers[i - 1], numbers[i]);
}

START_TEST(test_numbers_differ_and_cost_few_calls)
{
	static uint64_t numbers[6400];

	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		numbers[i] = random_u64();
	check_all_different(numbers, COUNT_OF(numbers));
	ck_assert_int_eq(calls, 100);
}
END_TEST

#define EACH 200

static void *draw(void *numbers)
{
	for (size_t i = 0; i < EACH; i++)
		((uint64_t *)numbers)[i] = random_u64();
	return NULL;
}

START_TEST(test_threads_differ)
{
	static uint64_t numbers[4 * EACH];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(
		    pthread_create(&threads[i], NULL, draw, numbers + i * EACH),
		    0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	check_all_different(numbers, COUNT_OF(numbers));
}
END_TEST

/* Draws in a child, after a fork out of the middle of a block. */
static void draw_in_child(uint64_t *numbers)
{
	int ends[2];
	pid_t child;

	ck_assert_int_eq(pipe(ends), 0);
	child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		draw(numbers);
		_exit(write(ends[1], numbers, EACH * sizeof(*numbers)) < 0);
	}
	ck_assert_int_eq(read(ends[0], numbers, EACH * sizeof(*numbers)),
			 EACH * sizeof(*numbers));
	waitpid(child, NULL, 0);
	close(ends[0]);
	close(ends[1]);
}

START_TEST(test_children_differ)
{
	static uint64_t numbers[3 * EACH];

	random_u64();
	draw_in_child(numbers);
	draw_in_child(numbers + EACH);
	draw(numbers + 2 * EACH);
	check_all_different(numbers, COUNT_OF(numbers));
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_bytes);
	tcase_add_test(tests, test_bytes_from_a_reluctant_kernel);
	tcase_add_test_raise_signal(tests, test_no_randomness_is_the_end,
				    SIGABRT);
	tcase_add_test(tests, test_numbers_differ_and_cost_few_calls);
	tcase_add_test(tests, test_threads_differ);
	tcase_add_test(tests, test_children_differ);
}

int main(void)
{
	return unit_run("random", add);
}
