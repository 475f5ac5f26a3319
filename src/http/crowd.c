/*
 * crowd.c: a table of those who are connected.
 */
#include "base/base.h"

#include "http/crowd.h"

#include <limits.h>

#include "base/network.h"
#include "base/random.h"
#include "http/limiter.h"

void crowd_init(struct crowd *crowd)
{
	random_bytes(crowd->seed, sizeof(crowd->seed));
	crowd->most = UINT_MAX;
}

/* False for whom nobody counts. */
static bool is_counted(const struct http_service *service,
		       const struct sockaddr *peer, struct in6_addr *ret)
{
	if (!network_peer(peer, ret) || proxy_is_trusted(service, ret))
		return false;
	if (!IN6_IS_ADDR_V4MAPPED(ret))
		memset(ret->s6_addr + 8, 0, 8);
	return true;
}

static size_t bucket_of(const struct crowd *crowd,
			const struct in6_addr *address)
{
	return (size_t)hash63(crowd->seed, (struct str){ (const char *)address,
							 sizeof(*address) }) %
	       CROWD_BUCKETS;
}

static struct crowd_member *find(const struct crowd *crowd,
				 const struct in6_addr *address)
{
	struct crowd_member *member = crowd->buckets[bucket_of(crowd, address)];

	while (member &&
	       memcmp(&member->address, address, sizeof(*address)) != 0)
		member = member->next;
	return member;
}

bool crowd_admits(const struct crowd *crowd, const struct http_service *service,
		  const struct sockaddr *peer)
{
	const struct crowd_member *member;
	struct in6_addr address;

	if (!is_counted(service, peer, &address))
		return true;
	member = find(crowd, &address);
	return !member || member->count < crowd->most;
}

struct crowd_member *crowd_join(struct crowd *crowd,
				const struct http_service *service,
				const struct sockaddr *peer)
{
	struct crowd_member *member, **bucket;
	struct in6_addr address;

	if (!is_counted(service, peer, &address))
		return NULL;
	member = find(crowd, &address);
	if (!member) {
		member = malloc(sizeof(*member));
		if (!member)
			return NULL;
		bucket = &crowd->buckets[bucket_of(crowd, &address)];
		*member = (struct crowd_member){ *bucket, address, 0 };
		*bucket = member;
	}
	member->count++;
	return member;
}

void crowd_leave(struct crowd *crowd, struct crowd_member *member)
{
	struct crowd_member **at;

	if (!member || --member->count > 0)
		return;
	at = &crowd->buckets[bucket_of(crowd, &member->address)];
	while (*at != member)
		at = &(*at)->next;
	*at = member->next;
	free(member);
}
