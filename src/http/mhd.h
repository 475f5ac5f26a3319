/*
 * mhd.h: libmicrohttpd, which nothing else knows.
 *
 * A daemon of the library serves the connections that it is given, in the
 * thread that calls mhd_run(), and fills exchanges with requests.
 */
#ifndef HTTP_MHD_H
#define HTTP_MHD_H

#include "http/arrival.h"
#include "http/exchange.h"

struct MHD_Daemon;

/* Serves connections that mhd_add() gives it. NULL where that cannot be. */
struct MHD_Daemon *mhd_start(struct exchanges *all);

/* A connection that has taken its place; whatever comes of it, it is the
 * daemon's from now on. At most COMING_MAX between two of mhd_run(). */
void mhd_add(struct MHD_Daemon *daemon, struct exchanges *all,
	     const struct arrival *arrival);

/* What becomes readable when there is something to do; -1: nothing does. */
int mhd_epoll_fd(struct MHD_Daemon *daemon);

/* Does what there is to do. Never waits. */
void mhd_run(struct MHD_Daemon *daemon, struct exchanges *all);

/* For how long there will be nothing to do, if nothing happens: at most
 * `most_ms`. */
int mhd_wait_ms(struct MHD_Daemon *daemon, int most_ms);

/* An exchange's operation is finished: if its connection was suspended, the
 * next mhd_run() goes on with it. */
void mhd_wake(struct exchange *exchange);

/* Ends all connections. */
void mhd_stop(struct MHD_Daemon *daemon, struct exchanges *all);

#endif
