/*
 * counts.c: what the store has done, in numbers.
 */
#include "base/base.h"

#include "store/counts.h"

#include "base/metric.h"

static const struct metric operations = {
	.name = "invited_store_operations_total",
	.type = METRIC_COUNTER,
	.help = "Operations by verb.",
};
static const struct metric batch_sizes = {
	.name = "invited_store_batch_size",
	.type = METRIC_HISTOGRAM,
	.help = "Writes committed together.",
};
static const struct metric failures = {
	.name = "invited_store_failures_total",
	.type = METRIC_COUNTER,
	.help = "Writes that the database could not take.",
};

static const struct metric refused = {
	.name = "invited_store_questions_refused_total",
	.type = METRIC_COUNTER,
	.help = "Reads that take long, for which there was no place.",
};

static const struct verb *const verbs[VERB_COUNT] = {
#define X(name) [VERB_##name] = &verb_##name,
	VERBS(X)
#undef X
};

static void count(atomic_llong *counter)
{
	atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static int64_t load(const atomic_llong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

void counts_add_read(struct store_counts *counts, const struct store_op *op)
{
	count(&counts->operations[op->verb->index]);
}

void counts_add_refused(struct store_counts *counts)
{
	count(&counts->refused);
}

void counts_add_batch(struct store_counts *counts, struct store_op *const *ops,
		      size_t n)
{
	size_t bucket = 0;

	while ((size_t)1 << bucket < n)
		bucket++;
	count(&counts->batch_sizes[bucket]);
	for (size_t i = 0; i < n; i++) {
		count(&counts->operations[ops[i]->verb->index]);
		if (ops[i]->result >= RESULT_OUT_OF_MEMORY)
			count(&counts->failures);
	}
}

void counts_write(const struct store_counts *counts, struct buf *out)
{
	int64_t sizes[COUNT_OF(counts->batch_sizes)], writes = 0;

	metric_begin(out, &operations);
	for (size_t i = 0; i < VERB_COUNT; i++) {
		int64_t done = load(&counts->operations[i]);

		metric_add(out, &operations, "verb", verbs[i]->name, done);
		if (!(verbs[i]->flags & VERB_READ))
			writes += done;
	}
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		sizes[i] = load(&counts->batch_sizes[i]);
	metric_write_histogram(out, &batch_sizes, sizes, COUNT_OF(sizes),
			       writes);
	metric_write(out, &failures, load(&counts->failures));
	metric_write(out, &refused, load(&counts->refused));
}
