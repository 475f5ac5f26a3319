/*
 * thread.h: starts threads, whose stacks are as large as this program needs.
 *
 * By default each takes 8 MiB of address space (`ulimit -s`), of which ours
 * touch at most 178 KiB: see THREAD_STACK in thread.c.
 */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include "base/base.h"

#include <pthread.h>

/* As pthread_create(): 0, or the error. */
int thread_start(pthread_t *thread, void *(*run)(void *context),
		 void *context) MUST_CHECK;

/* One that nobody waits for. */
int thread_start_detached(void *(*run)(void *context),
			  void *context) MUST_CHECK;

/* What libraries start (libcurl looks up each name in a thread) gets such a
 * stack as well. */
void thread_set_default(void);

#endif
