/*
 * crowd.h: how many connections each address has, so that one alone cannot
 * have them all. Of IPv6, a /64 is one address. Trusted proxies, and this very
 * machine, are not counted: they come for many.
 */
#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include "base/base.h"

#include <netinet/in.h>

#include "base/hash.h"

#define CROWD_BUCKETS 1024

struct crowd_member {
	struct crowd_member *next;
	struct in6_addr address;
	unsigned count;
};

struct crowd {
	struct crowd_member *buckets[CROWD_BUCKETS];
	uint8_t seed[SHA256_SIZE];
	unsigned most; /* connections of one address */
};

struct http_service;
struct sockaddr;

void crowd_init(struct crowd *crowd);

/* Whether one more may come from there. */
bool crowd_admits(const struct crowd *crowd, const struct http_service *service,
		  const struct sockaddr *peer) MUST_CHECK;

/* It came. To be given to crowd_leave(); NULL where it is not counted. */
struct crowd_member *crowd_join(struct crowd *crowd,
				const struct http_service *service,
				const struct sockaddr *peer);
void crowd_leave(struct crowd *crowd, struct crowd_member *member);

#endif
