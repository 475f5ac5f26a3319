/*
 * network.c: addresses and networks as text.
 */
#include "base/base.h"

#include "base/network.h"

#include <arpa/inet.h>

#define MAPPED_BITS 96 /* the prefix of an IPv4-mapped IPv6 address */

static void map(const void *four, struct in6_addr *out)
{
	*out = (struct in6_addr){ .s6_addr = { [10] = 0xff, [11] = 0xff } };
	memcpy(out->s6_addr + MAPPED_BITS / 8, four, sizeof(struct in_addr));
}

/* The address, and how many bits stand before those that it was given in. */
static bool parse_address(struct str text, struct in6_addr *out,
			  unsigned *ret_before)
{
	char room[INET6_ADDRSTRLEN];
	struct in_addr four;

	if (text.len == 0 || text.len >= sizeof(room))
		return false;
	memcpy(room, text.data, text.len);
	room[text.len] = '\0';
	*ret_before = 0;
	if (strlen(room) == text.len && inet_pton(AF_INET6, room, out) == 1)
		return true;
	if (strlen(room) != text.len || inet_pton(AF_INET, room, &four) != 1)
		return false;
	*ret_before = MAPPED_BITS;
	map(&four, out);
	return true;
}

bool network_parse(struct str text, struct network *ret_network)
{
	struct network network = { .bits = 128 };
	struct str address, length;
	bool has_length = str_cut(text, '/', &address, &length);
	unsigned before;
	int64_t bits;

	if (!parse_address(has_length ? address : text, &network.address,
			   &before))
		return false;
	if (has_length) {
		if (length.len > 3 || !str_to_i64(length, &bits) || bits < 0 ||
		    bits > 128 - (int64_t)before)
			return false;
		network.bits = before + (unsigned)bits;
	}
	*ret_network = network;
	return true;
}

static bool begin_alike(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (memcmp(a, b, whole) != 0)
		return false;
	return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

bool network_address(struct str text, struct in6_addr *ret_address)
{
	unsigned before;

	return parse_address(text, ret_address, &before);
}

bool network_peer(const struct sockaddr *peer, struct in6_addr *ret_address)
{
	if (peer && peer->sa_family == AF_INET)
		map(&((const struct sockaddr_in *)peer)->sin_addr, ret_address);
	else if (peer && peer->sa_family == AF_INET6)
		*ret_address = ((const struct sockaddr_in6 *)peer)->sin6_addr;
	else
		return false;
	return true;
}

bool network_has(const struct network *network, const struct in6_addr *address)
{
	return begin_alike(address->s6_addr, network->address.s6_addr,
			   network->bits);
}
