/*
 * Wrong codes: by whose address they are counted, and who is still let in.
 */
#include "base/base.h"

#include "http/limiter.h"

#include <arpa/inet.h>

#include "base/clock.h"
#include "base/network.h"
#include "http/request.h"
#include "unit.h"

static struct network proxies[1];
static struct http_service service;
static int64_t now_ms;

static void start(void)
{
	service = (struct http_service){ .limiter = limiter_new(),
					 .proxies = proxies,
					 .proxy_count = 1 };
	ck_assert(network_parse(STR("10.0.0.0/24"), proxies));
	now_ms = 7 * DAY_MS;
}

static void end(void)
{
	limiter_free(service.limiter);
}

/* Who asks, where `peer` connects and says that it is for `forwarded`. */
static struct limiter_client client(const char *peer, const char *forwarded)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	struct request request = { .service = &service,
				   .peer = (struct sockaddr *)&address,
				   .forwarded_for = str_of(forwarded) };

	ck_assert_int_eq(inet_pton(AF_INET, peer, &address.sin_addr), 1);
	return limiter_client(&request);
}

static uint64_t who(const char *peer, const char *forwarded)
{
	return client(peer, forwarded).keys[0];
}

/* ---- who it is ---- */

START_TEST(test_our_machine_is_believed)
{
	ck_assert(who("127.0.0.1", "192.0.2.1") == who("192.0.2.1", ""));
	ck_assert(who("127.0.0.1", "192.0.2.1") !=
		  who("127.0.0.1", "192.0.2.2"));
}
END_TEST

START_TEST(test_a_proxy_is_believed)
{
	ck_assert(who("10.0.0.7", "192.0.2.1") == who("192.0.2.1", ""));
	ck_assert(who("10.0.0.7", "192.0.2.1") != who("10.0.0.7", "192.0.2.2"));
	ck_assert(who("10.0.0.7", "x, 192.0.2.1") == who("192.0.2.1", ""));
}
END_TEST

START_TEST(test_a_proxy_behind_a_proxy_is_believed)
{
	ck_assert(who("127.0.0.1", "x, 192.0.2.1, 10.0.0.7") ==
		  who("192.0.2.1", ""));
	ck_assert(who("10.0.0.8", "192.0.2.1:99, 10.0.0.7:4711, 127.0.0.1") ==
		  who("192.0.2.1", ""));
	/* Someone at the proxy itself. */
	ck_assert(who("10.0.0.8", "10.0.0.7") != who("10.0.0.8", "10.0.0.9"));
}
END_TEST

START_TEST(test_others_are_not)
{
	ck_assert(who("10.0.1.7", "192.0.2.1") == who("10.0.1.7", "192.0.2.2"));
	ck_assert(who("10.0.1.7", "192.0.2.1") != who("192.0.2.1", ""));
}
END_TEST

START_TEST(test_networks_of_ipv6)
{
	struct limiter_client one = client("127.0.0.1", "2001:db8:1:2::1"),
			      same = client("127.0.0.1", "[2001:db8:1:2::9]:1"),
			      near = client("127.0.0.1", "2001:db8:1:3::1"),
			      far = client("127.0.0.1", "2001:db8:2::1");

	ck_assert_uint_eq(one.count, 3);
	ck_assert_uint_eq(client("192.0.2.1", "").count, 1);
	ck_assert_mem_eq(one.keys, same.keys, sizeof(one.keys));
	ck_assert(one.keys[0] != near.keys[0] && one.keys[1] == near.keys[1]);
	ck_assert(one.keys[1] != far.keys[1] && one.keys[2] == far.keys[2]);
	ck_assert(one.keys[0] != one.keys[1]);
}
END_TEST

/* ---- what it may ---- */

static int ask(const char *address, int code)
{
	struct limiter_client asks = client("127.0.0.1", address);

	return limiter_ask(service.limiter, &asks,
			   (struct str){ (const char *)&code, sizeof(code) },
			   now_ms);
}

static void settle(const char *address, bool wrong)
{
	struct limiter_client asks = client("127.0.0.1", address);

	limiter_settle(service.limiter, &asks, wrong, now_ms);
}

/* Whether the code is looked up, and then found wrong or right. */
static bool try_code(const char *address, int code, bool wrong)
{
	struct limiter_client asks = client("127.0.0.1", address);
	struct str text = { (const char *)&code, sizeof(code) };

	if (limiter_ask(service.limiter, &asks, text, now_ms) != LIMITER_GO)
		return false;
	limiter_settle(service.limiter, &asks, wrong, now_ms);
	return true;
}

/* Tries wrong codes one after another until they are refused. */
static int count_guesses(const char *address)
{
	static int code;
	int guesses = 0;

	for (; ask(address, ++code) == LIMITER_GO; guesses++) {
		ck_assert_int_lt(guesses, 1000);
		settle(address, true);
	}
	return guesses;
}

START_TEST(test_thousands_at_once_are_not_all_looked_up)
{
	int looked_up = 0;

	for (int code = 1; code <= 2000; code++)
		looked_up += ask("192.0.2.1", code) == LIMITER_GO;
	ck_assert_int_ge(looked_up, 10);
	ck_assert_int_le(looked_up, 64);
	for (; looked_up > 0; looked_up--)
		settle("192.0.2.1", true);
	/* However many there were, they are forgotten within a minute. */
	ck_assert_int_ne(ask("192.0.2.1", 1), LIMITER_GO);
	now_ms += MINUTE_MS;
	ck_assert_int_eq(count_guesses("192.0.2.1"), 10);
}
END_TEST

START_TEST(test_right_codes_cost_nothing)
{
	for (int code = 1; code <= 5000; code++) {
		ck_assert_int_eq(ask("192.0.2.1", code), LIMITER_GO);
		settle("192.0.2.1", false);
	}
	ck_assert_int_eq(count_guesses("192.0.2.1"), 10);
}
END_TEST

START_TEST(test_mistakes_are_forgiven_one_by_one)
{
	ck_assert_int_eq(count_guesses("192.0.2.1"), 10);
	ck_assert_int_eq(count_guesses("192.0.2.2"), 10);
	now_ms += 5 * SECOND_MS;
	ck_assert_int_eq(count_guesses("192.0.2.1"), 1);
	now_ms += 15 * SECOND_MS;
	ck_assert_int_eq(count_guesses("192.0.2.1"), 3);
}
END_TEST

START_TEST(test_who_comes_back_with_the_same_code_is_looked_up)
{
	int wait;

	count_guesses("192.0.2.1");
	wait = ask("192.0.2.1", -1);
	ck_assert_int_ge(wait, 1);
	ck_assert_int_le(wait, 5);
	ck_assert_int_ne(ask("192.0.2.1", -1), LIMITER_GO); /* too early */
	for (int code = -2; code > -2000; code--) /* and others press on */
		ck_assert_int_ne(ask("192.0.2.1", code), LIMITER_GO);
	now_ms += wait * SECOND_MS;
	ck_assert(try_code("192.0.2.1", -1, true));
	ck_assert(!try_code("192.0.2.1", -1, true)); /* once */
}
END_TEST

START_TEST(test_a_right_code_comes_back_as_often_as_it_likes)
{
	count_guesses("192.0.2.1");
	for (int i = 0; i < 5; i++) {
		ck_assert(!try_code("192.0.2.1", -1, false));
		now_ms += 2 * SECOND_MS;
		count_guesses("192.0.2.1");
		ck_assert(try_code("192.0.2.1", -1, false));
	}
}
END_TEST

START_TEST(test_a_wrong_code_that_came_back_does_not_come_back_again)
{
	count_guesses("192.0.2.1");
	ck_assert(!try_code("192.0.2.1", -1, true));
	now_ms += 2 * SECOND_MS;
	ck_assert(try_code("192.0.2.1", -1, true));
	for (int i = 0; i < 80; i++) {
		count_guesses("192.0.2.1");
		ck_assert(!try_code("192.0.2.1", -1, true));
		now_ms += 2 * SECOND_MS;
	}
	now_ms += 2 * MINUTE_MS;
	count_guesses("192.0.2.1");
	ck_assert(!try_code("192.0.2.1", -1, true)); /* a ticket again */
	now_ms += 2 * SECOND_MS;
	count_guesses("192.0.2.1");
	ck_assert(try_code("192.0.2.1", -1, true));
}
END_TEST

/* Cycling 3,000 wrong codes, 5,000 a second, beside a right one that comes
 * once a second. */
START_TEST(test_a_right_code_gets_in_beside_cycling_wrong_ones)
{
	int code = 0;

	for (int second = 0; second < 40; second++) {
		for (int ms = 0; ms < SECOND_MS; ms++, now_ms++) {
			for (int i = 0; i < 5; i++, code++)
				try_code("192.0.2.1", code % 3000, true);
		}
		if (try_code("192.0.2.1", -1, false))
			return;
	}
	ck_abort_msg("it did not get in");
}
END_TEST

START_TEST(test_a_debtor_has_its_share_whatever_others_do)
{
	count_guesses("192.0.2.1");
	count_guesses("192.0.2.2");
	for (int code = -2; code > -2000; code--)
		ck_assert(!try_code("192.0.2.1", code, true));
	ck_assert(!try_code("192.0.2.2", -1, false));
	now_ms += 2 * SECOND_MS;
	for (int code = -2; code > -2000; code--)
		try_code("192.0.2.1", code, true);
	ck_assert(try_code("192.0.2.2", -1, false));
}
END_TEST

/* Whatever one /64 sends, its /48 and its /32 are in no debt. */
START_TEST(test_one_address_puts_no_network_into_debt)
{
	for (int code = 0; code < 500000; code++) {
		if (code % 2 == 0)
			now_ms++;
		try_code("2001:db8:1:1::1", code % 3000, true);
	}
	ck_assert(!try_code("2001:db8:1:1::2", -1, false));
	ck_assert(try_code("2001:db8:1:2::1", -2, false));
	ck_assert(try_code("2001:db8:2::1", -3, false));
	ck_assert_int_eq(count_guesses("2001:db8:1:3::1"), 10);
}
END_TEST

START_TEST(test_not_all_who_come_back_are_looked_up)
{
	int looked_up = 0;

	count_guesses("192.0.2.1");
	for (int code = -1; code > -2000; code--)
		ck_assert_int_ne(ask("192.0.2.1", code), LIMITER_GO);
	now_ms += 2 * SECOND_MS;
	for (int code = -1; code > -2000; code--)
		looked_up += ask("192.0.2.1", code) == LIMITER_GO;
	ck_assert_int_gt(looked_up, 10);
	ck_assert_int_le(looked_up, 150);
}
END_TEST

/* Each /64 of a /48 tries as often as it may, and each /48 of a /32. */
START_TEST(test_a_network_does_not_fill_the_table)
{
	char address[64];
	int guesses = 0;

	for (int net = 0; net < 65536; net++) {
		snprintf(address, sizeof(address), "2001:db8:1:%x::1", net);
		guesses += count_guesses(address);
	}
	ck_assert_int_le(guesses, 80);
	ck_assert_int_eq(count_guesses("2001:db8:2::1"), 10);
	for (int net = 3; net < 65536; net++) {
		snprintf(address, sizeof(address), "2001:db8:%x::1", net);
		guesses += count_guesses(address);
	}
	ck_assert_int_le(guesses, 640);
	for (int net = 0; net < 65536; net++) {
		snprintf(address, sizeof(address), "10.9.%d.%d", net / 256,
			 net % 256);
		ck_assert_int_eq(ask(address, 1), LIMITER_GO);
		settle(address, false);
	}
}
END_TEST

/* A botnet may make the table forget; it never turns a stranger away. */
START_TEST(test_no_stranger_pays_for_others)
{
	char address[64];

	for (int net = 0; net < 20000; net++) {
		snprintf(address, sizeof(address), "198.51.%d.%d", net / 256,
			 net % 256);
		count_guesses(address);
	}
	for (int net = 0; net < 10000; net++) {
		snprintf(address, sizeof(address), "10.9.%d.%d", net / 256,
			 net % 256);
		ck_assert_int_eq(ask(address, 1), LIMITER_GO);
		settle(address, false);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_test(tests, test_our_machine_is_believed);
	tcase_add_test(tests, test_a_proxy_is_believed);
	tcase_add_test(tests, test_a_proxy_behind_a_proxy_is_believed);
	tcase_add_test(tests, test_others_are_not);
	tcase_add_test(tests, test_networks_of_ipv6);
	tcase_add_test(tests, test_thousands_at_once_are_not_all_looked_up);
	tcase_add_test(tests, test_right_codes_cost_nothing);
	tcase_add_test(tests, test_mistakes_are_forgiven_one_by_one);
	tcase_add_test(tests,
		       test_who_comes_back_with_the_same_code_is_looked_up);
	tcase_add_test(tests,
		       test_a_right_code_comes_back_as_often_as_it_likes);
	tcase_add_test(
	    tests, test_a_wrong_code_that_came_back_does_not_come_back_again);
	tcase_add_test(tests,
		       test_a_right_code_gets_in_beside_cycling_wrong_ones);
	tcase_add_test(tests, test_a_debtor_has_its_share_whatever_others_do);
	tcase_add_test(tests, test_one_address_puts_no_network_into_debt);
	tcase_add_test(tests, test_not_all_who_come_back_are_looked_up);
	tcase_add_test(tests, test_a_network_does_not_fill_the_table);
	tcase_add_test(tests, test_no_stranger_pays_for_others);
}

int main(void)
{
	return unit_run("limiter", add);
}
