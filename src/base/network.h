/*
 * network.h: an address or a network: 10.0.0.1, 10.0.0.0/24, 2001:db8::/32.
 */
#ifndef BASE_NETWORK_H
#define BASE_NETWORK_H

#include "base/base.h"
#include "base/str.h"

#include <netinet/in.h>
#include <sys/socket.h>

/* An IPv4 address is kept as an IPv4-mapped IPv6 address (::ffff:10.0.0.1). */
struct network {
	struct in6_addr address;
	unsigned bits; /* that count; 0 to 128 */
};

/* False, with `ret_network` untouched, if `text` is not a network. */
bool network_parse(struct str text, struct network *ret_network) MUST_CHECK;

/* The address alone; IPv4 as IPv4-mapped. */
bool network_address(struct str text, struct in6_addr *ret_address) MUST_CHECK;

/* The peer's, likewise. False for UNIX sockets, and where there is none. */
bool network_peer(const struct sockaddr *peer,
		  struct in6_addr *ret_address) MUST_CHECK;

bool network_has(const struct network *network, const struct in6_addr *address);

#endif
