/*
 * metric.c: numbers in Prometheus' text format.
 */
#include "base/base.h"

#include "base/metric.h"

static const char *const types[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

void metric_begin(struct buf *out, const struct metric *metric)
{
	buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
		 metric->help, metric->name, types[metric->type]);
}

void metric_write(struct buf *out, const struct metric *metric, int64_t value)
{
	metric_begin(out, metric);
	buf_addf(out, "%s %lld\n", metric->name, (long long)value);
}

void metric_add(struct buf *out, const struct metric *metric, const char *name,
		const char *label, int64_t value)
{
	buf_addf(out, "%s{%s=\"%s\"} %lld\n", metric->name, name, label,
		 (long long)value);
}

void metric_write_histogram(struct buf *out, const struct metric *metric,
			    const int64_t *buckets, size_t count, int64_t sum)
{
	int64_t below = 0;

	metric_begin(out, metric);
	for (size_t i = 0; i < count; i++) {
		below += buckets[i];
		buf_addf(out, "%s_bucket{le=\"%lld\"} %lld\n", metric->name,
			 1LL << i, (long long)below);
	}
	buf_addf(out,
		 "%s_bucket{le=\"+Inf\"} %lld\n%s_sum %lld\n%s_count %lld\n",
		 metric->name, (long long)below, metric->name, (long long)sum,
		 metric->name, (long long)below);
}

void metric_add_times(struct buf *out, const struct metric *metric,
		      const char *labels, const struct metric_bound *bounds,
		      size_t count, const int64_t *buckets, int64_t sum_us)
{
	int64_t below = 0;

	for (size_t i = 0; i <= count; i++) {
		below += buckets[i];
		buf_addf(out, "%s_bucket{%s,le=\"%s\"} %lld\n", metric->name,
			 labels, i < count ? bounds[i].text : "+Inf",
			 (long long)below);
	}
	buf_addf(out,
		 "%s_sum{%s} %lld.%06lld\n"
		 "%s_count{%s} %lld\n",
		 metric->name, labels, (long long)(sum_us / 1000000),
		 (long long)(sum_us % 1000000), metric->name, labels,
		 (long long)below);
}
