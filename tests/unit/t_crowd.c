/*
 * t_crowd.c: one address cannot have all connections.
 */
#include "base/base.h"
#include "unit.h"

#include <arpa/inet.h>

#include "base/network.h"
#include "http/crowd.h"
#include "http/request.h"

#define MOST 5

static struct crowd crowd;
static struct network proxy;
static struct http_service service = { .proxies = &proxy, .proxy_count = 1 };

static void setup(void)
{
	memset(&crowd, 0, sizeof(crowd));
	crowd_init(&crowd);
	crowd.most = MOST;
	ck_assert(network_parse(STR("198.51.100.0/24"), &proxy));
}

static struct sockaddr_storage peer_at(const char *text)
{
	struct sockaddr_storage out = { .ss_family = AF_INET6 };
	struct sockaddr_in *in = (struct sockaddr_in *)&out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out;

	if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1)
		return out;
	out.ss_family = AF_INET;
	ck_assert_int_eq(inet_pton(AF_INET, text, &in->sin_addr), 1);
	return out;
}

static bool admitted(const char *text, struct crowd_member **ret_member)
{
	struct sockaddr_storage peer = peer_at(text);

	return crowd_join(&crowd, &service, (struct sockaddr *)&peer,
			  ret_member);
}

static struct crowd_member *joined(const char *text)
{
	struct crowd_member *member;

	ck_assert(admitted(text, &member));
	return member;
}

static bool turned_away(const char *text)
{
	struct crowd_member *member;

	return !admitted(text, &member);
}

START_TEST(test_an_address_has_its_share_and_no_more)
{
	struct crowd_member *member = NULL;

	for (int i = 0; i < MOST; i++)
		member = joined("192.0.2.1");
	ck_assert(turned_away("192.0.2.1"));
	crowd_leave(&crowd, joined("192.0.2.2"));
	crowd_leave(&crowd, member);
	ck_assert_ptr_eq(joined("192.0.2.1"), member);
	for (int i = 0; i < MOST; i++)
		crowd_leave(&crowd, member);
	for (size_t i = 0; i < CROWD_BUCKETS; i++)
		ck_assert_ptr_null(crowd.buckets[i]);
}
END_TEST

START_TEST(test_a_64_is_one_address)
{
	struct crowd_member *member = NULL;

	for (int i = 0; i < MOST; i++)
		member = joined(i % 2 ? "2001:db8::1" : "2001:db8::2:3");
	ck_assert(turned_away("2001:db8::4"));
	crowd_leave(&crowd, joined("2001:db8:0:1::4"));
	for (int i = 0; i < MOST; i++)
		crowd_leave(&crowd, member);
}
END_TEST

START_TEST(test_who_comes_for_many_is_not_counted)
{
	static const char *const trusted[] = { "198.51.100.7", "127.0.0.1",
					       "::1" };

	for (size_t i = 0; i < COUNT_OF(trusted); i++) {
		for (int n = 0; n < 2 * MOST; n++)
			ck_assert_ptr_null(joined(trusted[i]));
	}
}
END_TEST

START_TEST(test_thousands_come_and_go)
{
	struct crowd_member *members[3000];
	char text[64];

	for (int i = 0; i < 3000; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.1", i / 250, i % 250);
		members[i] = joined(text);
		ck_assert_ptr_nonnull(members[i]);
	}
	for (int i = 0; i < 3000; i++)
		crowd_leave(&crowd, members[(i * 7) % 3000]);
	for (size_t i = 0; i < CROWD_BUCKETS; i++)
		ck_assert_ptr_null(crowd.buckets[i]);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, NULL);
	tcase_add_test(tests, test_an_address_has_its_share_and_no_more);
	tcase_add_test(tests, test_a_64_is_one_address);
	tcase_add_test(tests, test_who_comes_for_many_is_not_counted);
	tcase_add_test(tests, test_thousands_come_and_go);
}

int main(void)
{
	return unit_run("crowd", add);
}
