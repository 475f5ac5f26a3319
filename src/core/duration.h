/*
 * duration.h: "90", "90s", "15m", "12h", "7d" as seconds.
 */
#ifndef CORE_DURATION_H
#define CORE_DURATION_H

#include "base/base.h"
#include "base/str.h"

/* A positive whole number and at most one unit. False for anything else. */
bool duration_parse(struct str text, int64_t *ret_seconds) MUST_CHECK;

#endif
