/*
 * counts.h: what the store has done, in numbers. Private to store/. Any thread
 * may count.
 */
#ifndef STORE_COUNTS_H
#define STORE_COUNTS_H

#include "base/base.h"

#include <stdatomic.h>

#include "base/buf.h"
#include "store/store.h"

struct store_counts {
	atomic_llong operations[VERB_COUNT], failures, refused;
	atomic_llong batch_sizes[10]; /* by power of two: 1, 2, 4, ... 512 */
};

void counts_add_read(struct store_counts *counts, const struct store_op *op);

/* A read that may take long, and found no place. */
void counts_add_refused(struct store_counts *counts);

/* Writes that were applied together. */
void counts_add_batch(struct store_counts *counts, struct store_op *const *ops,
		      size_t n);

void counts_write(const struct store_counts *counts, struct buf *out);

#endif
