/*
 * hook.h: tells webhooks what has happened. HTTP never calls this: the two meet
 * in the table of events that wait.
 */
#ifndef HOOK_HOOK_H
#define HOOK_HOOK_H

#include "base/base.h"
#include "base/buf.h"
#include "base/fail.h"
#include "core/webhook.h"
#include "store/store.h"

struct hooks;

struct hook_options {
	const struct seal_key *key; /* of the secrets; borrowed */
	struct reach reach;
	const char *ca_file; /* certificates to trust; NULL: the system's */
	int64_t retry_ms;    /* pause after a first failure */
};

/* Starts the workers. -1 with `fail` where a thread or libcurl cannot be
 * started. */
int hooks_start(const struct hook_options *options, struct store *store,
		struct hooks **ret_hooks, struct fail *fail) MUST_CHECK;

/* Something was queued; from any thread. */
void hooks_wake(void *hooks);

/* Finishes what is in hand (bounded by a few seconds) and frees. */
void hooks_stop(struct hooks *hooks);

void hooks_metrics(struct hooks *hooks, struct buf *out);

#endif
