/*
 * arrival.h: connections that were accepted and are to be served, and the inbox
 * by which one thread gives them to another.
 */
#ifndef HTTP_ARRIVAL_H
#define HTTP_ARRIVAL_H

#include "base/base.h"

#include <pthread.h>
#include <sys/socket.h>

struct crowd_member;

/* A connection that has taken its place (places.h). */
struct arrival {
	int fd;
	socklen_t size; /* of the address */
	struct sockaddr_storage peer;
	struct crowd_member *from; /* NULL: not counted */
};

#define INBOX_MAX 64

struct inbox {
	pthread_mutex_t mutex; /* of all */
	struct arrival all[INBOX_MAX];
	size_t count;
	bool closed;
};

void inbox_init(struct inbox *inbox);
void inbox_release(struct inbox *inbox);

/* False: it is full, or closed. `ret_first`: the inbox was empty, and its owner
 * is to be woken. */
bool inbox_put(struct inbox *inbox, const struct arrival *arrival,
	       bool *ret_first) MUST_CHECK;

/* Takes all that is there, and returns how many. */
size_t inbox_take(struct inbox *inbox, struct arrival out[INBOX_MAX]);

/* Closes the inbox; what is in it can still be taken. */
void inbox_close(struct inbox *inbox);

#endif
