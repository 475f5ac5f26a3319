/*
 * retention.h: what has been kept for long enough is forgotten: a thread that
 * looks for it once an hour, a few rows at a time.
 */
#ifndef RETENTION_H
#define RETENTION_H

#include "base/base.h"
#include "base/fail.h"

struct retention;
struct store;

/*
 * Invites that ended `invites_seconds` ago lose their addresses: from now on,
 * until retention_stop().
 */
int retention_start(struct store *store, int64_t invites_seconds,
		    struct retention **ret_retention,
		    struct fail *fail) MUST_CHECK;
void retention_stop(struct retention *retention); /* NULL: nothing */

#endif
