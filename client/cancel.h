/*
 * cancel.h: how a call is ended from outside. What is written to once can be
 * waited for together with the network, and written to in a signal handler.
 */
#ifndef CLIENT_CANCEL_H
#define CLIENT_CANCEL_H

#include "base/base.h"
#include "inv.h"

/* What becomes readable; -1 for NULL. */
int cancel_fd(const struct inv_canceller *cancel);

bool cancel_is_set(const struct inv_canceller *cancel);

/* 0 after that time, -1 at once when it is cancelled. */
int cancel_wait(const struct inv_canceller *cancel, int64_t milliseconds);

#endif
