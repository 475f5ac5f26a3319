/*
 * alloc.c: the replaced malloc(), calloc(), realloc() and free().
 *
 * They come before those of the C library because the program's own symbols
 * do. glibc offers its own under other names for exactly this.
 */
#include "base/base.h"

#include <check.h>
#include <errno.h>
#include <stdatomic.h>

#include "alloc.h"

#ifdef WRAPPED /* by the linker, under a sanitizer */
#define REAL(name)    __real_##name
#define FAKE(name)    __wrap_##name
#define SEES_ALL_FREE false /* what a library gave is freed, not counted */
#else
#define REAL(name)    __libc_##name
#define FAKE(name)    name
#define SEES_ALL_FREE true
#endif

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *old, size_t size);
void REAL(free)(void *old);

void *FAKE(malloc)(size_t size);
void *FAKE(calloc)(size_t count, size_t size);
void *FAKE(realloc)(void *old, size_t size);
void FAKE(free)(void *old);

static atomic_long count, fail_at, live;
static atomic_bool failed;

/* Whether this allocation is the one. */
static bool refuse(void)
{
	if (atomic_fetch_add(&count, 1) + 1 != atomic_load(&fail_at))
		return false;
	atomic_store(&failed, true);
	errno = ENOMEM;
	return true;
}

static void *given(void *p)
{
	if (p)
		atomic_fetch_add(&live, 1);
	return p;
}

void *FAKE(malloc)(size_t size)
{
	return refuse() ? NULL : given(REAL(malloc)(size));
}

void *FAKE(calloc)(size_t many, size_t size)
{
	return refuse() ? NULL : given(REAL(calloc)(many, size));
}

void *FAKE(realloc)(void *old, size_t size)
{
	void *p;

	if (refuse())
		return NULL;
	p = REAL(realloc)(old, size);
	return old ? p : given(p);
}

void FAKE(free)(void *old)
{
	if (old)
		atomic_fetch_sub(&live, 1);
	REAL(free)(old);
}

static long live_before;

bool alloc_more(long n)
{
	bool more = n == 1 || failed;

	atomic_store(&fail_at, 0);
	if (n > 1 && SEES_ALL_FREE)
		ck_assert_int_eq(live, live_before);
	live_before = live;
	atomic_store(&count, 0);
	atomic_store(&failed, false);
	atomic_store(&fail_at, more ? n : 0);
	return more;
}

bool alloc_failed(void)
{
	atomic_store(&fail_at, 0);
	return failed;
}

void alloc_forgive(void)
{
	live_before = live;
}

long alloc_count(void)
{
	return count;
}
