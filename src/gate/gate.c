/*
 * gate.c: begins, ends and counts.
 */
#include "base/base.h"

#include "gate/gate.h"

#include "base/metric.h"
#include "gate/state.h"
#include "gate/watch.h"

int gate_start(struct store *store, const struct gate_options *options,
	       struct gate **ret_gate, struct fail *fail)
{
	struct gate *gate = calloc(1, sizeof(*gate));

	if (!gate)
		return fail_set(fail, "out of memory");
	*ret_gate = gate;
	gate->store = store;
	gate->options = *options;
	gate->memory = memory_new();
	gate->flood = flood_new();
	if (!gate->memory || !gate->flood)
		return fail_set(fail, "out of memory");
	return watch_start(gate, &gate->watch, fail);
}

void gate_stop(struct gate *gate)
{
	if (!gate)
		return;
	watch_stop(gate->watch);
	flood_free(gate->flood);
	memory_free(gate->memory);
	free(gate);
}

static const struct metric checks = {
	.name = "invited_gate_checks_total",
	.type = METRIC_COUNTER,
	.help = "Questions of gateways and programs, by how they ended.",
};

static const struct metric lookups = {
	.name = "invited_gate_lookups_total",
	.type = METRIC_COUNTER,
	.help = "Keys that the store was asked for.",
};

static const struct metric keys = {
	.name = "invited_gate_keys",
	.type = METRIC_GAUGE,
	.help = "Keys in memory.",
};

void gate_metrics(struct gate *gate, struct buf *out)
{
	metric_begin(out, &checks);
	for (int i = 0; i < VERDICTS; i++)
		metric_add(out, &checks, "code", verdict_word((enum verdict)i),
			   atomic_load(&gate->verdicts[i]));
	metric_write(out, &lookups, atomic_load(&gate->lookups));
	metric_write(out, &keys, (int64_t)memory_count(gate->memory));
}
