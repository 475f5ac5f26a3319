/*
 * watch.h: a thread that asks the store, four times a second, whether the
 * rights of the organizations in use have changed, and writes down when keys
 * were used. Private to gate/.
 */
#ifndef GATE_WATCH_H
#define GATE_WATCH_H

#include "base/base.h"
#include "base/fail.h"
#include "gate/state.h"

struct watch;

int watch_start(struct gate *gate, struct watch **ret_watch,
		struct fail *fail) MUST_CHECK;

/* Once what was used is written down, or cannot be. NULL is fine. */
void watch_stop(struct watch *watch);

/* A key has come to memory. From any thread, as the next ones. */
void watch_wake(struct watch *watch);

/* Whether one more key may be written down; if not, then a moment later. */
bool watch_has_room(struct watch *watch);

/* The key was used. */
void watch_use(struct watch *watch, int64_t key);

#endif
