/*
 * fault_wraps.c: stands between the program and the functions that can fail.
 * The linker's --wrap leads the project's calls here; SQLite's own memory is
 * taken by its configuration.
 */
#include "base/base.h"
#include "fault.h"

#include <errno.h>
#include <sqlite3.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);
int __real_sqlite3_step(sqlite3_stmt *st);
int __real_sqlite3_busy_timeout(sqlite3 *db, int ms);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);
int __wrap_sqlite3_step(sqlite3_stmt *st);
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms);

static bool no_memory(void)
{
	if (!fault_now(FAULT_MEMORY))
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return no_memory() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return no_memory() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return no_memory() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return no_memory() ? NULL : __real_strdup(text);
}

int __wrap_sqlite3_step(sqlite3_stmt *st)
{
	int code = fault_now(FAULT_STATEMENT);

	return code ? code : __real_sqlite3_step(st);
}

/* Nobody waits for a lock that a test holds. */
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms)
{
	return __real_sqlite3_busy_timeout(db, ms ? 1 : 0);
}

/* ---- SQLite's memory ---- */

static sqlite3_mem_methods real;

static void *sqlite_malloc(int size)
{
	return no_memory() ? NULL : real.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
	return no_memory() ? NULL : real.xRealloc(old, size);
}

void fault_take_sqlite_memory(void)
{
	sqlite3_mem_methods ours;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real) != SQLITE_OK)
		abort();
	ours = real;
	ours.xMalloc = sqlite_malloc;
	ours.xRealloc = sqlite_realloc;
	/* No reserve of small pieces: each is asked for. */
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &ours) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0) != SQLITE_OK)
		abort();
}
