/*
 * gate.h: whether a key opens a project, for those who stand in front of it:
 * gateways (ask.c) and programs (check.c).
 *
 * Each asks core/access.h, and nothing else decides. What is needed for that is
 * in memory (memory.h) or found in the store (find.h); a thread of its own
 * keeps the memory up to date, and writes down when keys were used (watch.c).
 */
#ifndef GATE_GATE_H
#define GATE_GATE_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "http/router.h"
#include "store/store.h"

struct gate;

struct gate_options {
	/* For how long, while the store is away, what was confirmed last
	 * counts beyond FRESH_MS. */
	int64_t stale_ms;
	/* Besides Authorization, where a key may stand: a bit for each enum
	 * key_header. */
	unsigned key_headers;
};

int gate_start(struct store *store, const struct gate_options *options,
	       struct gate **ret_gate, struct fail *fail) MUST_CHECK;

/* Writes down what was used last. NULL is fine. */
void gate_stop(struct gate *gate);

void gate_metrics(struct gate *gate, struct buf *out);

/* What gateways ask, on a listener of their own; and what programs do. */
extern const struct route_table gate_routes, gate_check_routes;

#endif
