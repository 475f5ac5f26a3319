/*
 * once.h: writes that are done once, however often they are asked for. Private
 * to store/.
 */
#ifndef STORE_ONCE_H
#define STORE_ONCE_H

#include "store/work.h"

/* Runs a write that has `once`, or finds that it was done; see there. */
enum result once_run(struct work *work, struct store_op *op) MUST_CHECK;

#endif
