/*
 * copy_end.h: what a database has to offer to be copied, from or to. Private
 * to store/.
 *
 * An end is one connection in one transaction. A source's transaction sees one
 * snapshot, whoever writes meanwhile; while a target's is open nobody else
 * writes, and nothing of it is visible before commit().
 */
#ifndef STORE_COPY_END_H
#define STORE_COPY_END_H

#include "base/fail.h"
#include "base/hash.h"
#include "store/table.h"

/* Engines put theirs around it. Zeroed before open(). */
struct copy_end {
	char name[256]; /* for people: no password */
	uint8_t hash_key[SHA256_SIZE];
	bool again; /* the failure may be temporary */
};

enum copy_side { COPY_SOURCE, COPY_TARGET };

/* Called for each row, or each answer; -1 ends it, with the reason noted. */
typedef int copy_take(void *context, struct str row, struct fail *fail);

/* SQL around a name. */
struct sql_around {
	const char *before, *behind;
};

struct copy_type {
	size_t size; /* of the engine's struct around `struct copy_end` */

	/* A source is neither made nor migrated; a target is both. close()
	 * gives up what was not committed; it takes what open() has left,
	 * also where that failed. */
	int (*open)(struct copy_end *end, const char *place,
		    enum copy_side side, struct fail *fail);
	void (*close)(struct copy_end *end);

	/* Runs SQL; `take`, which may be NULL, gets the first column of each
	 * row as text. */
	int (*ask)(struct copy_end *end, const char *sql, copy_take *take,
		   void *context, struct fail *fail);

	/* Hands over each row of a table, in no order. */
	int (*read)(struct copy_end *end, const struct table *table,
		    copy_take *take, void *context, struct fail *fail);

	/* Adds rows to a table. */
	int (*write_begin)(struct copy_end *end, const struct table *table,
			   struct fail *fail);
	int (*write)(struct copy_end *end, struct str row, struct fail *fail);
	int (*write_end)(struct copy_end *end, struct fail *fail);

	int (*commit)(struct copy_end *end, struct fail *fail);

	struct sql_around columns;  /* around a table: names of its columns */
	struct sql_around empty;    /* around a table: removes all rows */
	struct sql_around hash_key; /* around 64 hex digits: keeps the key */
};

extern const struct copy_type sqlite_copy;
extern const struct copy_type pgsql_copy;

#endif
