/*
 * copy.h: copies the whole of one database into another, of any engine.
 *
 * The source is read as of one moment and not changed; daemons may work on it
 * meanwhile. The target becomes equal to it in one transaction, or stays as it
 * was. It has to be empty, or a former copy of the same database that nobody
 * has written to since.
 */
#ifndef STORE_COPY_H
#define STORE_COPY_H

#include "base/base.h"
#include "base/fail.h"
#include "base/hash.h"

#define STORE_COPY_TABLES 32

struct store_copy_table {
	const char *name;
	int64_t rows;
	/* The sum modulo 2^256 of each row's SHA-256: of the source's rows, and
	 * found the same in the target. */
	uint8_t digest[SHA256_SIZE];
	bool written; /* false: the target's were equal already */
};

struct store_copy {
	const char *from, *to; /* URLs, as store_open() has them */

	/* Called now and then; may be NULL. What is being done ("copying"), to
	 * which table, and for how many rows so far. */
	void (*progress)(void *context, const char *what, const char *table,
			 int64_t rows);
	void *context;

	/* What was found; names to be shown, without a password. */
	char from_name[256], to_name[256];
	struct store_copy_table tables[STORE_COPY_TABLES];
	size_t count;
	bool again; /* with -1: it may succeed another time */
};

/* Sets all that is below `context`. -1 with `fail`: nothing was changed,
 * unless it says that this is unknown. */
int store_copy(struct store_copy *copy, struct fail *fail) MUST_CHECK;

#endif
