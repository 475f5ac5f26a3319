/*
 * deliver.h: gets what waits in a queue delivered, by a courier.
 */
#ifndef DELIVER_DELIVER_H
#define DELIVER_DELIVER_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "deliver/courier.h"

#define DELIVER_CONNECTIONS_MAX 64

struct deliverer;

struct deliver_options {
	const struct courier *courier; /* borrowed */
	void *context;		       /* of its functions */
	int connections;  /* how many are delivered at once: 1 to the maximum */
	int64_t retry_ms; /* pause after the first failed attempt */
};

/* Opens the hands and starts. -1 with `fail` where a hand says no. */
int deliver_start(const struct deliver_options *options,
		  struct deliverer **ret_deliverer,
		  struct fail *fail) MUST_CHECK;

/* Something was queued; from any thread. */
void deliver_wake(struct deliverer *deliverer);

/* Finishes what is in hand, gives back what is not, and frees. */
void deliver_stop(struct deliverer *deliverer);

/* Whether deliveries were possible when last attempted (or seem possible, as
 * far as that can be told without delivering anything); else why not. */
bool deliver_healthy(struct deliverer *deliverer, struct fail *fail);

void deliver_metrics(struct deliverer *deliverer, struct buf *out);

#endif
