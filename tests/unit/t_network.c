/*
 * Networks: what is one, and who is in it.
 */
#include "base/base.h"

#include "base/network.h"

#include <arpa/inet.h>

#include "unit.h"

/* Whether `peer`, as text, is in `text`: connected, and as an address. */
static bool has(const char *text, const char *peer)
{
	struct sockaddr_in four = { .sin_family = AF_INET };
	struct sockaddr_in6 six = { .sin6_family = AF_INET6 };
	const struct sockaddr *connected = (struct sockaddr *)&four;
	struct in6_addr address, same;
	struct network network;

	ck_assert_msg(network_parse(str_of(text), &network), "%s", text);
	if (inet_pton(AF_INET, peer, &four.sin_addr) != 1) {
		ck_assert_int_eq(inet_pton(AF_INET6, peer, &six.sin6_addr), 1);
		connected = (struct sockaddr *)&six;
	}
	ck_assert(network_peer(connected, &address));
	ck_assert(network_address(str_of(peer), &same));
	ck_assert_mem_eq(&address, &same, sizeof(address));
	return network_has(&network, &address);
}

START_TEST(test_one_address)
{
	ck_assert(has("10.0.0.1", "10.0.0.1"));
	ck_assert(has("10.0.0.1", "::ffff:10.0.0.1"));
	ck_assert(!has("10.0.0.1", "10.0.0.2"));
	ck_assert(has("2001:db8::1", "2001:db8::1"));
	ck_assert(!has("2001:db8::1", "2001:db8::2"));
	ck_assert(!has("0.0.0.0", "::"));
}
END_TEST

START_TEST(test_many)
{
	ck_assert(has("10.1.2.3/8", "10.200.0.1"));
	ck_assert(!has("10.1.2.3/8", "11.1.2.3"));
	ck_assert(has("192.168.4.0/22", "192.168.7.255"));
	ck_assert(!has("192.168.4.0/22", "192.168.8.0"));
	ck_assert(has("0.0.0.0/0", "203.0.113.9"));
	ck_assert(!has("0.0.0.0/0", "2001:db8::1"));
	ck_assert(has("::/0", "203.0.113.9"));
	ck_assert(has("2001:db8::/33", "2001:db8:7fff::1"));
	ck_assert(!has("2001:db8::/33", "2001:db8:8000::1"));
}
END_TEST

START_TEST(test_others_have_no_address)
{
	struct sockaddr local = { .sa_family = AF_UNIX };
	struct in6_addr address;

	ck_assert(!network_peer(&local, &address));
	ck_assert(!network_peer(NULL, &address));
}
END_TEST

START_TEST(test_what_is_none)
{
	static const char *const texts[] = {
		"",	      "/",	     "10.0.0.1/",   "10.0.0.1/33",
		"10.0.0/24",  "::/129",	     "10.0.0.1/-1", "10.0.0.1/0008",
		"proxy.test", "10.0.0.1:80", "[::1]",	    "10.0.0.1 ",
	};
	struct network network = { .bits = 7 };

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		ck_assert_msg(!network_parse(str_of(texts[i]), &network),
			      "\"%s\"", texts[i]);
	ck_assert(!network_parse((struct str){ "10.0.0.1\0x", 10 }, &network));
	ck_assert_uint_eq(network.bits, 7);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_one_address);
	tcase_add_test(tests, test_many);
	tcase_add_test(tests, test_others_have_no_address);
	tcase_add_test(tests, test_what_is_none);
}

int main(void)
{
	return unit_run("network", add);
}
