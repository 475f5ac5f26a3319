/*
 * listen.h: listening sockets from what the operator wrote.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include "base/base.h"
#include "base/fail.h"

#define LISTEN_NAME_SIZE 160

struct listener {
	int fd;
	char name[LISTEN_NAME_SIZE]; /* as server_address() gives it */
	char *path;		     /* of a UNIX socket that we made */
};

/* Binds and listens. Accepting from it does not wait. -1 with `fail`. */
int listener_open(const char *address, struct listener *ret_listener,
		  struct fail *fail) MUST_CHECK;

/* Takes over a socket that listens already (from the service manager). */
int listener_adopt(int fd, struct listener *ret_listener,
		   struct fail *fail) MUST_CHECK;

/* Nobody is accepted any more. */
void listener_close(struct listener *listener);

/* The same, and removes the UNIX socket's file, if we made it. */
void listener_release(struct listener *listener);

#endif
