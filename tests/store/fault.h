/*
 * fault.h: things that go wrong when a test wants them to: memory, statements,
 * the disk. One kind at a time; counted across all threads, while it is on.
 *
 *	fault_plan(FAULT_WRITE, SQLITE_FULL, 7, FAULT_ONCE);
 *	fault_on();
 *	... the 7th write from here fails ...
 *	fault_off();
 *	if (fault_struck()) ...
 */
#ifndef FAULT_H
#define FAULT_H

#include "base/base.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_MEMORY,	 /* malloc() and its sisters, ours and SQLite's */
	FAULT_STATEMENT, /* sqlite3_step(), before it does anything */
	FAULT_READ,
	FAULT_WRITE, /* half of it is written */
	FAULT_SYNC,
	FAULT_OPEN,
	FAULT_OTHER, /* of the disk: sizes, truncation, locks, shared memory */
	FAULT_KINDS
};

enum fault_mode { FAULT_ONCE, FAULT_FROM_THEN_ON };

/* Begins to count anew; off until fault_on(). */
void fault_plan(enum fault_kind kind, int code, long n, enum fault_mode mode);
void fault_on(void);
void fault_off(void);

/* Whether it happened, since fault_plan(). */
bool fault_struck(void);

/* How many could have failed, since fault_plan(). */
long fault_count(void);

/* For whoever can fail: the code to fail with now, or 0. */
int fault_now(enum fault_kind kind);

/* fault_wraps.c: puts SQLite's memory under FAULT_MEMORY. Before any other
 * call of SQLite. */
void fault_take_sqlite_memory(void);

#endif
