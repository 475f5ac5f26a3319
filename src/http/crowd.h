/*
 * crowd.h: how many connections each address has, so that one alone cannot
 * have them all. Of IPv6, a /64 is one address. Trusted proxies, and this very
 * machine, are not counted: they come for many. May be used by many threads.
 */
#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include "base/base.h"

#include <netinet/in.h>
#include <pthread.h>

#include "base/hash.h"

#define CROWD_BUCKETS 1024

struct crowd_member {
	struct crowd_member *next;
	struct in6_addr address;
	unsigned count;
};

struct crowd {
	pthread_mutex_t mutex; /* of the members */
	struct crowd_member *buckets[CROWD_BUCKETS];
	uint8_t seed[SHA256_SIZE];
	unsigned most; /* connections of one address */
};

struct http_service;
struct sockaddr;

void crowd_init(struct crowd *crowd);
void crowd_release(struct crowd *crowd); /* nobody is there */

/* Counts a connection from there. False: that address has enough. Otherwise the
 * place has to be given to crowd_leave(); NULL if it is not counted. */
bool crowd_join(struct crowd *crowd, const struct http_service *service,
		const struct sockaddr *peer,
		struct crowd_member **ret_member) MUST_CHECK;
void crowd_leave(struct crowd *crowd, struct crowd_member *member);

#endif
