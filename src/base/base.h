/*
 * base.h: included first by every file of the daemon, the library and the CLI.
 *
 * A few macros that C lacks, and a list of standard functions that must not be
 * used here: a use of one is a compile error that names the replacement.
 */
#ifndef BASE_BASE_H
#define BASE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The argument number `text` is a printf format for those from `first`. */
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

/* The caller must not ignore the return value. */
#define MUST_CHECK __attribute__((warn_unused_result))

/* The struct of type `type` whose member `member` lies at `pointer`. */
#define CONTAINER_OF(pointer, type, member) \
	((type *)((char *)(pointer)-offsetof(type, member)))

/* `offsetof`, which compiles for a member of type `of` only. */
#define OFFSET_OF(type, member, of) \
	(offsetof(type, member) +   \
	 0 * sizeof(char[_Generic(((type *)0)->member, of : 1)]))

/* The same for an enum, which is read and written as an int. */
#define OFFSET_OF_ENUM(type, member) \
	(offsetof(type, member) +    \
	 0 * sizeof(                 \
		 char[sizeof(((type *)0)->member) == sizeof(int) ? 1 : -1]))

/* Unbounded, locale-dependent or not thread-safe: the name says what to use
 * instead. */
#undef strcpy
#define strcpy(a, b) use_buf_or_arena_instead_of_strcpy
#undef strcat
#define strcat(a, b) use_buf_instead_of_strcat
#undef strncpy
#define strncpy(a, b, n) use_snprintf_instead_of_strncpy
#undef strncat
#define strncat(a, b, n) use_buf_instead_of_strncat
#undef sprintf
#define sprintf(...) use_snprintf_instead_of_sprintf
#undef vsprintf
#define vsprintf(...) use_vsnprintf_instead_of_vsprintf
#undef strtok
#define strtok(a, b) use_str_cut_instead_of_strtok
#undef atoi
#define atoi(a) use_str_to_i64_instead_of_atoi
#undef gmtime
#define gmtime(a) use_gmtime_r_instead_of_gmtime
#undef localtime
#define localtime(a) use_localtime_r_instead_of_localtime
#undef rand
#define rand() use_random_bytes_instead_of_rand

#endif
