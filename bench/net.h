/*
 * net.h: what the clients of the bench share: a connection to loopback, and
 * room for as many of them as wanted.
 */
#ifndef BENCH_NET_H
#define BENCH_NET_H

#include "base/base.h"

/* A connected socket, or -1 with errno. */
int net_connect(int port);

/* Raises the limit of open files as far as allowed. */
void net_allow_many(void);

/* Says what could not be done, with errno, and ends the program. */
void net_die(const char *what) __attribute__((noreturn));

#endif
