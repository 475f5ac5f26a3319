/*
 * fail.h: why something could not be done, in a sentence for a person.
 *
 * The caller owns a `struct fail`; the callee that knows the reason writes it
 * and returns -1; every caller in between passes it on. Untouched on success.
 * Nothing is allocated, so that "out of memory" can be reported too.
 */
#ifndef BASE_FAIL_H
#define BASE_FAIL_H

#include "base/base.h"

struct fail {
	char message[512]; /* NUL-terminated; lower case, no full stop */
	bool passing;	   /* worth trying again; set only where documented */
};

/*
 * Writes the message (cut if too long) and returns -1, to be returned on. The
 * arguments may name `fail->message` itself, to put something before it.
 */
int fail_set(struct fail *fail, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with ": " and the text of `error_number` (an errno) behind it. */
int fail_errno(struct fail *fail, int error_number, const char *format, ...)
    PRINTF_LIKE(3, 4);

#endif
