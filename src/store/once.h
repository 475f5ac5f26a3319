/*
 * once.h: idempotent writes, by Idempotency-Key. Private to store/.
 */
#ifndef STORE_ONCE_H
#define STORE_ONCE_H

#include "store/work.h"

/* Runs a write that has `once` (store.h), or finds that it was done before. */
enum result once_run(struct work *work, struct store_op *op) MUST_CHECK;

#endif
