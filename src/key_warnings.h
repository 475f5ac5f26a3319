/*
 * key_warnings.h: warns the owners of keys that are about to end, by mail.
 */
#ifndef KEY_WARNINGS_H
#define KEY_WARNINGS_H

#include "sweep.h"

/* A task: queues the mails that are due, of a bounded number of keys at a
 * time. Where no key is due, one look at an index is all. */
void key_warnings_look(struct sweep *sweep, int64_t seconds);

#endif
