/*
 * waiting.h: reports what a slow start is waiting for.
 */
#ifndef WAITING_H
#define WAITING_H

#include "base/base.h"

/*
 * Until waiting_end(), a line in the log says what is waited for: after ten
 * seconds, and then once a minute. One at a time.
 */
void waiting_begin(const char *what);
void waiting_end(void);

#endif
