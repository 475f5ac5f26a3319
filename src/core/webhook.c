/*
 * webhook.c: where webhooks may lead, and how long they are retried.
 */
#include "base/base.h"
#include "core/webhook.h"

#include <arpa/inet.h>

#include "base/clock.h"

static const char *const statuses[] = {
	[WEBHOOK_ENABLED] = "enabled",
	[WEBHOOK_DISABLED] = "disabled",
};
const struct vocabulary webhook_statuses = VOCABULARY(statuses);

static const char *const reasons[] = {
	[WEBHOOK_BY_REQUEST] = "by_request",
	[WEBHOOK_FAILED] = "failed",
	[WEBHOOK_GONE] = "gone",
};
const struct vocabulary webhook_reasons = OPTIONAL_VOCABULARY(reasons);

static const char *const outcomes[] = {
	[WEBHOOK_DELIVERED] = "delivered",
	[WEBHOOK_DEFERRED] = "deferred",
	[WEBHOOK_GIVEN_UP] = "given_up",
};
const struct vocabulary webhook_outcomes = VOCABULARY(outcomes);

/* ---- addresses ---- */

/*
 * Addresses that are not global unicast, by the registries of special-purpose
 * addresses, and those that lead to one by translation: NAT64, 6to4, Teredo. Of
 * IPv6, all outside 2000::/3 that is not an IPv4-mapped address.
 */
static const char *const special[] = {
	"0.0.0.0/8",	  "10.0.0.0/8",	    "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12",  "192.0.0.0/24",  "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",   "::/3",
	"4000::/2",	  "8000::/1",	    "64:ff9b::/96",  "64:ff9b:1::/48",
	"2001::/23",	  "2001:db8::/32",  "2002::/16",     "3fff::/20",
};

static bool is_in(const char *text, const struct in6_addr *address)
{
	struct network network;

	return network_parse(str_of(text), &network) &&
	       network_has(&network, address);
}

static bool is_global(const struct in6_addr *address)
{
	bool four = IN6_IS_ADDR_V4MAPPED(address);

	for (size_t i = 0; i < COUNT_OF(special); i++) {
		if (strchr(special[i], ':') && four)
			continue;
		if (is_in(special[i], address))
			return false;
	}
	return true;
}

bool reach_has(const struct reach *reach, const struct in6_addr *address,
	       bool plain)
{
	for (size_t i = 0; i < reach->count; i++) {
		if (network_has(&reach->allowed[i], address))
			return true;
	}
	return !plain && is_global(address);
}

/* ---- URLs ---- */

/* An address as URLs and C libraries take it: decimal, octal and hexadecimal,
 * in one to four parts; or an IPv6 one without its brackets. */
static bool read_address(const char *host, struct in6_addr *ret_address)
{
	struct in_addr four;

	if (inet_pton(AF_INET6, host, ret_address) == 1)
		return true;
	if (inet_aton(host, &four) == 0)
		return false;
	*ret_address = (struct in6_addr){ 0 };
	ret_address->s6_addr[10] = ret_address->s6_addr[11] = 0xff;
	memcpy(&ret_address->s6_addr[12], &four, sizeof(four));
	return true;
}

/* No percent-escapes, for they would hide an address; no IPv6 zones. */
static bool is_name(const char *host)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._";

	return host[strspn(host, allowed)] == '\0';
}

static const char *check_host(const struct reach *reach, struct str host,
			      bool plain)
{
	char text[256];
	struct in6_addr address;

	if (host.len == 0 || host.len >= sizeof(text))
		return "it needs a host";
	memcpy(text, host.data, host.len);
	text[host.len] = '\0';
	if (!read_address(text, &address))
		return is_name(text) ? NULL : "its host is none";
	return reach_has(reach, &address, plain)
		   ? NULL
		   : "requests to this address are not allowed; whoever runs "
		     "the server can allow its network with --webhook-allow";
}

static bool is_port(struct str text)
{
	int64_t port;

	return str_to_i64(text, &port) && port >= 1 && port <= 65535;
}

/* "host", "host:port", "[::1]:port" */
static const char *check_authority(const struct reach *reach, struct str place,
				   bool plain)
{
	struct str host = place, port = { 0 };
	bool has_port;

	if (memchr(place.data, '@', place.len))
		return "it must hold no user name and no password";
	if (place.len > 0 && place.data[0] == '[') {
		if (!str_cut(place, ']', &host, &port) ||
		    !memchr(host.data, ':', host.len))
			return "it needs a host";
		host = (struct str){ host.data + 1, host.len - 1 };
		has_port = port.len > 0;
		if (has_port && *port.data++ != ':')
			return "it needs a host";
		port.len -= has_port;
	} else {
		has_port = str_cut(place, ':', &host, &port);
	}
	if (has_port && !is_port(port))
		return "its port is none";
	return check_host(reach, host, plain);
}

static bool is_printable(struct str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] <= ' ' || text.data[i] > '~' ||
		    text.data[i] == '\\')
			return false;
	}
	return true;
}

const char *webhook_url_check(const struct reach *reach, struct str url)
{
	bool plain = str_starts_with(url, "http://");
	struct str place, rest;

	if (!is_printable(url))
		return "it must hold printable ASCII only; other characters "
		       "are written as %XX";
	if (!plain && !str_starts_with(url, "https://"))
		return "it has to begin with https://";
	if (plain && reach->count == 0)
		return "it has to begin with https://, unless whoever runs the "
		       "server allows a network with --webhook-allow";
	if (memchr(url.data, '#', url.len))
		return "it must hold no fragment (#)";
	place = (struct str){ url.data + (plain ? 7 : 8),
			      url.len - (plain ? 7 : 8) };
	(void)str_cut(place, '?', &place, &rest);
	(void)str_cut(place, '/', &place, &rest);
	return check_authority(reach, place, plain);
}

/* ---- patience ---- */

int64_t webhook_pause_ms(int64_t failures, int64_t first_ms, uint64_t random)
{
	/* in units of the first, which is 5 seconds by default */
	static const int64_t steps[] = { 1,    60,    360,   1440, 3600,
					 7200, 10080, 14400, 17280 };
	const int64_t last = COUNT_OF(steps);
	int64_t pause;

	_Static_assert(COUNT_OF(steps) == WEBHOOK_ATTEMPTS - 1,
		       "a pause before each attempt but the first");
	if (failures < 1)
		failures = 1;
	pause = first_ms * steps[(failures < last ? failures : last) - 1];
	return pause - (int64_t)(random % ((uint64_t)pause / 4 + 1));
}

/* ---- secrets ---- */

void webhook_secret_text(const uint8_t secret[WEBHOOK_SECRET_SIZE],
			 char out[WEBHOOK_SECRET_TEXT])
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmno"
				     "pqrstuvwxyz0123456789+/";
	char *to = out;

	_Static_assert(WEBHOOK_SECRET_SIZE % 3 == 2, "one '=' ends it");
	memcpy(to, "whsec_", 6);
	to += 6;
	for (size_t i = 0; i < WEBHOOK_SECRET_SIZE; i += 3) {
		bool last = i + 3 > WEBHOOK_SECRET_SIZE;
		unsigned three = (unsigned)secret[i] << 16 |
				 (unsigned)secret[i + 1] << 8 |
				 (last ? 0 : secret[i + 2]);

		*to++ = digits[three >> 18];
		*to++ = digits[three >> 12 & 63];
		*to++ = digits[three >> 6 & 63];
		*to++ = last ? '=' : digits[three & 63];
	}
	*to = '\0';
}
