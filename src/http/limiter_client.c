/*
 * limiter_client.c: the client's address, behind any proxies.
 */
#include "base/base.h"

#include "http/limiter.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/network.h"
#include "http/request.h"

#define NET_64 8 /* octets: of IPv6, what one customer has at least... */
#define NET_48 6 /* ...and may have, ... */
#define NET_32 4 /* ...and what a provider has */

/* 127.0.0.0/8 and ::1. */
static bool is_own_machine(const struct in6_addr *address)
{
	return IN6_IS_ADDR_LOOPBACK(address) ||
	       (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

bool proxy_is_trusted(const struct http_service *service,
		      const struct in6_addr *address)
{
	for (size_t i = 0; i < service->proxy_count; i++) {
		if (network_has(&service->proxies[i], address))
			return true;
	}
	return is_own_machine(address);
}

/* Some proxies add the port: 192.0.2.1:4711, [2001:db8::1]:4711. */
static struct str without_port(struct str text)
{
	const char *colon;
	struct str address, port;

	if (str_starts_with(text, "[")) {
		text = (struct str){ text.data + 1, text.len - 1 };
		return str_cut(text, ']', &address, &port) ? address : text;
	}
	/* One colon: a port. More: an address of IPv6. */
	colon = text.len ? memchr(text.data, ':', text.len) : NULL;
	if (colon &&
	    !memchr(colon + 1, ':', text.len - (size_t)(colon + 1 - text.data)))
		text.len = (size_t)(colon - text.data);
	return text;
}

/* Takes the last entry off a list; false once it is empty. */
static bool cut_last(struct str *list, struct str *ret_entry)
{
	const char *comma =
	    list->len ? memrchr(list->data, ',', list->len) : NULL;
	size_t before = comma ? (size_t)(comma - list->data) : 0;
	size_t skip = comma ? before + 1 : 0;

	if (list->len == 0)
		return false;
	*ret_entry =
	    str_trim((struct str){ list->data + skip, list->len - skip });
	list->len = before;
	return true;
}

static void add_key(struct limiter_client *client,
		    const struct limiter *limiter, const void *octets,
		    size_t len)
{
	client->keys[client->count++] =
	    limiter_hash(limiter, (struct str){ octets, len });
}

/* An address of IPv4 written as one of IPv6 is the same one. */
static struct limiter_client client_at(const struct limiter *limiter,
				       const struct in6_addr *address)
{
	struct limiter_client client = { .count = 0 };

	if (IN6_IS_ADDR_V4MAPPED(address)) {
		add_key(&client, limiter, address->s6_addr, 16);
		return client;
	}
	add_key(&client, limiter, address->s6_addr, NET_64);
	add_key(&client, limiter, address->s6_addr, NET_48);
	add_key(&client, limiter, address->s6_addr, NET_32);
	return client;
}

/* False if it is not known as an address: `ret_name` is what the nearest proxy
 * wrote instead, if anything. */
static bool find_client(const struct request *request,
			struct in6_addr *ret_address, struct str *ret_name)
{
	struct str list = request->forwarded_for;

	*ret_name = (struct str){ NULL, 0 };
	if (network_peer(request->peer, ret_address) &&
	    !proxy_is_trusted(request->service, ret_address))
		return true;
	/* From the end, which the nearest proxy wrote. */
	while (cut_last(&list, ret_name)) {
		if (!network_address(without_port(*ret_name), ret_address))
			break; /* a name, or "unknown": as it stands */
		if (list.len == 0 ||
		    !proxy_is_trusted(request->service, ret_address))
			return true;
	}
	return false;
}

struct limiter_client limiter_client(const struct request *request)
{
	const struct limiter *limiter = request->service->limiter;
	struct limiter_client client = { .count = 0 };
	struct in6_addr address;
	struct str name;

	if (find_client(request, &address, &name))
		return client_at(limiter, &address);
	add_key(&client, limiter, name.data, name.len);
	return client;
}

/* ---- for the record ---- */

const char *client_address(struct request *request)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr address;
	struct str name;

	if (!find_client(request, &address, &name) &&
	    (name.len > 0 || !network_peer(request->peer, &address)))
		return NULL;
	if (IN6_IS_ADDR_V4MAPPED(&address))
		inet_ntop(AF_INET, &address.s6_addr[12], text, sizeof(text));
	else
		inet_ntop(AF_INET6, &address, text, sizeof(text));
	return arena_str(&request->arena, str_of(text));
}

const char *client_agent(struct request *request)
{
	struct str agent = request->user_agent;
	size_t len = agent.len < AGENT_MAX ? agent.len : AGENT_MAX;
	char *text = len ? arena_alloc(&request->arena, len + 1) : NULL;

	for (size_t i = 0; text && i < len; i++)
		text[i] = agent.data[i] < ' ' || agent.data[i] > '~'
			      ? '?'
			      : agent.data[i];
	return text;
}
