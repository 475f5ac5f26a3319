/*
 * expiry_news.h: reminds invited people before their invite expires, and tells
 * webhooks once it has.
 */
#ifndef EXPIRY_NEWS_H
#define EXPIRY_NEWS_H

#include "sweep.h"

/* Tasks: look through what each organization wants to be looked for, a bounded
 * number of invites at a time. Reminders are for where mail is sent. */
void reminders_look(struct sweep *sweep, int64_t seconds);
void expired_look(struct sweep *sweep, int64_t seconds);

#define EXPIRY_EVERY_MS (5 * MINUTE_MS) /* so often */

#endif
