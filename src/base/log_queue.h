/*
 * log_queue.h: the lines on their way to standard error. Private to log.c.
 */
#ifndef BASE_LOG_QUEUE_H
#define BASE_LOG_QUEUE_H

#include "base/base.h"

/*
 * Whole lines, each of at most PIPE_BUF octets: to be written by the thread,
 * where there is one; else at once. Where there is no room they are counted as
 * lost. Some of the room is reserved for `grave` lines.
 */
void log_queue_put(const char *text, size_t len, bool grave);

#endif
