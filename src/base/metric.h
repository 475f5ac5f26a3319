/*
 * metric.h: metrics, in Prometheus' text format. What a number means is
 * declared once, as a row; the code that has the number writes it.
 */
#ifndef BASE_METRIC_H
#define BASE_METRIC_H

#include "base/base.h"
#include "base/buf.h"

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric {
	const char *name;
	enum metric_type type;
	const char *help; /* a sentence */
};

/* One number. */
void metric_write(struct buf *out, const struct metric *metric, int64_t value);

/* Several, which differ in a label: first this... */
void metric_begin(struct buf *out, const struct metric *metric);

/* ...then this for each. `label` is plain text without quotes. */
void metric_add(struct buf *out, const struct metric *metric, const char *name,
		const char *label, int64_t value);

/* An upper bound of a histogram's bucket, and how that is written. */
struct metric_bound {
	int64_t most;
	const char *text;
};

/*
 * After metric_begin() of a histogram of seconds: how often something took at
 * most each of `bounds`, which are in microseconds, and in the last bucket
 * more. `labels` is what stands between the braces.
 */
void metric_add_times(struct buf *out, const struct metric *metric,
		      const char *labels, const struct metric_bound *bounds,
		      size_t count, const int64_t *buckets, int64_t sum_us);

/*
 * How often something was of a size: buckets[i] counts those of at most 2^i
 * that are in no bucket before; `sum` is of all sizes.
 */
void metric_write_histogram(struct buf *out, const struct metric *metric,
			    const int64_t *buckets, size_t count, int64_t sum);

#endif
