/*
 * limiter.c: token buckets of mistakes, by address.
 */
#include "base/base.h"

#include "http/limiter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/hash.h"
#include "base/network.h"
#include "base/random.h"
#include "http/request.h"

#define BUCKETS	      4096 /* a power of two */
#define MISTAKES_FREE 10   /* in a row */
#define MISTAKE_MS    6000 /* after which one is forgiven */

struct limiter {
	uint8_t key[SHA256_SIZE]; /* nobody can aim at another's bucket */
	/* When all mistakes will have been forgiven; 0 = none made. */
	int64_t clear_at_ms[BUCKETS];
};

struct limiter *limiter_new(void)
{
	struct limiter *limiter = calloc(1, sizeof(*limiter));

	if (limiter)
		random_bytes(limiter->key, sizeof(limiter->key));
	return limiter;
}

void limiter_free(struct limiter *limiter)
{
	free(limiter);
}

static bool is_own_machine(const struct sockaddr *peer)
{
	static const struct in6_addr mapped = { { { 0, 0, 0, 0, 0, 0, 0, 0, 0,
						    0, 0xff, 0xff, 127 } } };

	if (!peer || peer->sa_family == AF_UNIX)
		return true;
	if (peer->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)peer)
				 ->sin_addr.s_addr) >>
			   24 ==
		       127;
	if (peer->sa_family == AF_INET6) {
		const struct in6_addr *address =
		    &((const struct sockaddr_in6 *)peer)->sin6_addr;

		return IN6_IS_ADDR_LOOPBACK(address) ||
		       memcmp(address, &mapped, 13) == 0;
	}
	return false;
}

/* Trusted proxies: this machine, and those of --proxy. */
static bool is_trusted_proxy(const struct request *request)
{
	const struct http_service *service = request->service;

	for (size_t i = 0; i < service->proxy_count; i++) {
		if (network_has(&service->proxies[i], request->peer))
			return true;
	}
	return is_own_machine(request->peer);
}

/*
 * What stands for an address: all four octets, or the /64 that one customer
 * has; an IPv4 address written as IPv6 is the same one.
 */
static struct str significant(const struct in6_addr *address)
{
	const char *octets = (const char *)address->s6_addr;

	if (IN6_IS_ADDR_V4MAPPED(address))
		return (struct str){ octets + 12, 4 };
	return (struct str){ octets, 8 };
}

static struct str peer_bytes(const struct sockaddr *peer)
{
	if (peer && peer->sa_family == AF_INET)
		return (struct str){ (const char *)&(
					 (const struct sockaddr_in *)peer)
					 ->sin_addr,
				     4 };
	if (peer && peer->sa_family == AF_INET6)
		return significant(
		    &((const struct sockaddr_in6 *)peer)->sin6_addr);
	return (struct str){ NULL, 0 };
}

/* The entry that the proxy wrote itself: the last. */
static struct str last_forwarded(struct str list)
{
	struct str head;

	while (str_cut(list, ',', &head, &list))
		;
	return str_trim(head);
}

/* Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711. Not empty. */
static struct str without_port(struct str text)
{
	const char *colon = memchr(text.data, ':', text.len);
	struct str address, port;

	if (text.data[0] == '[') {
		text = (struct str){ text.data + 1, text.len - 1 };
		return str_cut(text, ']', &address, &port) ? address : text;
	}
	/* One colon: a port. More: an address of IPv6. */
	if (colon &&
	    !memchr(colon + 1, ':', text.len - (size_t)(colon + 1 - text.data)))
		text.len = (size_t)(colon - text.data);
	return text;
}

/* An address as its octets, in `room`; what is none (a name, "unknown") as it
 * stands. */
static struct str forwarded_bytes(struct str list, struct in6_addr *room)
{
	struct str entry = last_forwarded(list);
	struct str address;
	char text[INET6_ADDRSTRLEN];

	if (entry.len == 0)
		return entry;
	address = without_port(entry);
	if (address.len >= sizeof(text))
		return entry;
	memcpy(text, address.data, address.len);
	text[address.len] = '\0';
	if (inet_pton(AF_INET6, text, room) == 1)
		return significant(room);
	if (inet_pton(AF_INET, text, room) == 1)
		return (struct str){ (const char *)room, 4 };
	return entry;
}

struct limiter_client limiter_client(const struct request *request)
{
	struct in6_addr room;
	struct str who = is_trusted_proxy(request)
			     ? forwarded_bytes(request->forwarded_for, &room)
			     : peer_bytes(request->peer);

	return (struct limiter_client){ (uint64_t)hash63(
	    request->service->limiter->key, who) };
}

int limiter_wait_seconds(const struct limiter *limiter,
			 struct limiter_client client, int64_t now_ms)
{
	int64_t clear = limiter->clear_at_ms[client.hash % BUCKETS];
	int64_t over = clear - now_ms - (MISTAKES_FREE - 1) * MISTAKE_MS;

	return over > 0 ? (int)((over + 999) / 1000) : 0;
}

void limiter_punish(struct limiter *limiter, struct limiter_client client,
		    int64_t now_ms)
{
	int64_t *clear = &limiter->clear_at_ms[client.hash % BUCKETS];

	if (*clear < now_ms)
		*clear = now_ms;
	*clear += MISTAKE_MS;
}
