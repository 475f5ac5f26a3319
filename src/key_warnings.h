/*
 * key_warnings.h: whoever has a key that is about to end is told by mail.
 */
#ifndef KEY_WARNINGS_H
#define KEY_WARNINGS_H

#include "sweep.h"

/* A task: queues the mails that are due, of a bounded number of keys at a
 * time. Where no key is due, one look at an index is all. */
void key_warnings_look(struct sweep *sweep, int64_t seconds);

#endif
