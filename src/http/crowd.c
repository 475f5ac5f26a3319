/*
 * crowd.c: a table of client addresses and their connections.
 */
#include "base/base.h"

#include "http/crowd.h"

#include <limits.h>

#include "base/network.h"
#include "base/random.h"
#include "http/limiter.h"
#include "http/service.h"

void crowd_init(struct crowd *crowd)
{
	*crowd = (struct crowd){ .most = UINT_MAX };
	pthread_mutex_init(&crowd->mutex, NULL);
	random_bytes(crowd->seed, sizeof(crowd->seed));
}

void crowd_release(struct crowd *crowd)
{
	pthread_mutex_destroy(&crowd->mutex);
}

/* False for addresses that are not counted. */
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

/* NULL: out of memory. */
static struct crowd_member *add(struct crowd *crowd,
				const struct in6_addr *address)
{
	struct crowd_member *member = malloc(sizeof(*member));
	struct crowd_member **bucket =
	    &crowd->buckets[bucket_of(crowd, address)];

	if (!member)
		return NULL;
	*member = (struct crowd_member){ *bucket, *address, 0 };
	*bucket = member;
	return member;
}

/* Without memory to count it, a connection is let in. */
static bool count_in(struct crowd *crowd, const struct in6_addr *address,
		     struct crowd_member **ret_member)
{
	struct crowd_member *member = find(crowd, address);

	if (!member)
		member = add(crowd, address);
	if (member && member->count >= crowd->most)
		return false;
	if (member)
		member->count++;
	*ret_member = member;
	return true;
}

bool crowd_join(struct crowd *crowd, const struct http_service *service,
		const struct sockaddr *peer, struct crowd_member **ret_member)
{
	struct in6_addr address;
	bool joined;

	*ret_member = NULL;
	if (!is_counted(service, peer, &address))
		return true;
	pthread_mutex_lock(&crowd->mutex);
	joined = count_in(crowd, &address, ret_member);
	pthread_mutex_unlock(&crowd->mutex);
	return joined;
}

static void take_out(struct crowd *crowd, struct crowd_member *member)
{
	struct crowd_member **at =
	    &crowd->buckets[bucket_of(crowd, &member->address)];

	while (*at != member)
		at = &(*at)->next;
	*at = member->next;
	free(member);
}

void crowd_leave(struct crowd *crowd, struct crowd_member *member)
{
	if (!member)
		return;
	pthread_mutex_lock(&crowd->mutex);
	if (--member->count == 0)
		take_out(crowd, member);
	pthread_mutex_unlock(&crowd->mutex);
}
