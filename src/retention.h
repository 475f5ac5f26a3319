/*
 * retention.h: deletes data whose retention period is over, a few rows at a
 * time.
 */
#ifndef RETENTION_H
#define RETENTION_H

#include "sweep.h"

/* A task: invites that ended `seconds` ago lose their addresses. */
void retention_look(struct sweep *sweep, int64_t seconds);

/* A task: what is kept for a day, in organizations where nothing happens. */
void tidy_look(struct sweep *sweep, int64_t seconds);

#endif
