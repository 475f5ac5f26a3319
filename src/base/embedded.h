/*
 * embedded.h: files that the program carries, as tools/embed lists them.
 */
#ifndef BASE_EMBEDDED_H
#define BASE_EMBEDDED_H

#include "base/base.h"

/* A list of them ends with a `name` of NULL. */
struct embedded {
	const char *name;
	const unsigned char *data; /* a NUL stands behind the last byte */
};

#endif
