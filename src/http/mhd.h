/*
 * mhd.h: libmicrohttpd, which nothing else knows.
 *
 * A daemon of the library serves one listening socket, in the thread that calls
 * mhd_run(), and fills exchanges with requests.
 */
#ifndef HTTP_MHD_H
#define HTTP_MHD_H

#include "http/exchange.h"

#define HEADER_MS (20 * SECOND_MS) /* first byte to last header, or idle */

struct MHD_Daemon;

/* `fd` listens; of at most `limit` connections. NULL where that cannot be. The
 * daemon has `fd` from then on. */
struct MHD_Daemon *mhd_start(struct exchanges *all, int fd, unsigned limit);

/* What becomes readable when there is something to do; -1: nothing does. */
int mhd_epoll_fd(struct MHD_Daemon *daemon);

/* Does what there is to do. Never waits. */
void mhd_run(struct MHD_Daemon *daemon);

/* For how long there will be nothing to do, if nothing happens: at most
 * `most_ms`. */
int mhd_wait_ms(struct MHD_Daemon *daemon, int most_ms);

/* An exchange's operation is finished: if its connection was suspended, the
 * next mhd_run() goes on with it. */
void mhd_wake(struct exchange *exchange);

/* No more connections; those that are there go on. */
void mhd_quiesce(struct MHD_Daemon *daemon);

/* Ends all connections. */
void mhd_stop(struct MHD_Daemon *daemon);

#endif
