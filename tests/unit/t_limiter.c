/*
 * Wrong codes: by whose address they are counted.
 */
#include "base/base.h"

#include "http/limiter.h"

#include <arpa/inet.h>

#include "base/network.h"
#include "http/request.h"
#include "unit.h"

static struct network proxies[1];
static struct http_service service;

/* Who asks, where `peer` connects and says that it is for `forwarded`. */
static uint64_t who(const char *peer, const char *forwarded)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct request request = { .service = &service,
				   .peer = (struct sockaddr *)&address,
				   .forwarded_for = str_of(forwarded) };

	ck_assert_int_eq(inet_pton(AF_INET, peer, &address.sin_addr), 1);
	return limiter_client(&request).hash;
}

static void with_proxy(const char *network)
{
	service = (struct http_service){ .limiter = limiter_new(),
					 .proxies = proxies,
					 .proxy_count = 1 };
	ck_assert(network_parse(str_of(network), proxies));
}

START_TEST(test_our_machine_is_believed)
{
	with_proxy("10.0.0.0/24");
	ck_assert(who("127.0.0.1", "192.0.2.1") == who("192.0.2.1", ""));
	ck_assert(who("127.0.0.1", "192.0.2.1") !=
		  who("127.0.0.1", "192.0.2.2"));
	limiter_free(service.limiter);
}
END_TEST

START_TEST(test_a_proxy_is_believed)
{
	with_proxy("10.0.0.0/24");
	ck_assert(who("10.0.0.7", "192.0.2.1") == who("192.0.2.1", ""));
	ck_assert(who("10.0.0.7", "192.0.2.1") != who("10.0.0.7", "192.0.2.2"));
	ck_assert(who("10.0.0.7", "x, 192.0.2.1") == who("192.0.2.1", ""));
	limiter_free(service.limiter);
}
END_TEST

START_TEST(test_others_are_not)
{
	with_proxy("10.0.0.0/24");
	ck_assert(who("10.0.1.7", "192.0.2.1") == who("10.0.1.7", "192.0.2.2"));
	ck_assert(who("10.0.1.7", "192.0.2.1") != who("192.0.2.1", ""));
	limiter_free(service.limiter);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, test_our_machine_is_believed);
	tcase_add_test(tests, test_a_proxy_is_believed);
	tcase_add_test(tests, test_others_are_not);
}

int main(void)
{
	return unit_run("limiter", add);
}
