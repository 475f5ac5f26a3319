/*
 * t_threads.c: what HTTP threads share, touched by several of them.
 */
#include "base/base.h"

#include <arpa/inet.h>
#include <check.h>
#include <pthread.h>
#include <sched.h>

#include "http/arrival.h"
#include "http/crowd.h"
#include "http/dispatch.h"
#include "http/places.h"
#include "service.h"

#define THREADS 4
#define TIMES	2000
#define MOST	3

#define KEY	"Authorization: Bearer " SERVICE_KEY "\n"

/* Runs it in many threads at once. */
static void in_threads(void *(*run)(void *))
{
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, run, NULL),
				 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

/* How many have something just now, and that these are never too many. */
static atomic_uint holders;

static void hold_it_a_moment(void)
{
	ck_assert_uint_lt(atomic_fetch_add(&holders, 1), MOST);
	sched_yield();
	atomic_fetch_sub(&holders, 1);
}

/* ---- limits ---- */

static struct crowd crowd;
static struct http_service nobody_trusted;

static void *come_and_go(void *unused)
{
	struct sockaddr_in peer = { .sin_family = AF_INET,
				    .sin_addr.s_addr = htonl(0xC0000201) };

	for (int i = 0; i < TIMES; i++) {
		struct crowd_member *member;

		if (!crowd_join(&crowd, &nobody_trusted,
				(struct sockaddr *)&peer, &member))
			continue;
		hold_it_a_moment();
		crowd_leave(&crowd, member);
	}
	return unused;
}

START_TEST(test_an_address_has_one_limit_over_all_threads)
{
	crowd_init(&crowd);
	crowd.most = MOST;
	in_threads(come_and_go);
	for (size_t i = 0; i < CROWD_BUCKETS; i++)
		ck_assert_ptr_null(crowd.buckets[i]);
	crowd_release(&crowd);
}
END_TEST

static struct places places = { .most = MOST, .many = MOST };

static void *take_and_give_back(void *unused)
{
	for (int i = 0; i < TIMES; i++) {
		if (!places_take(&places))
			continue;
		hold_it_a_moment();
		places_give_back(&places);
	}
	return unused;
}

START_TEST(test_there_are_so_many_places_for_all_threads)
{
	in_threads(take_and_give_back);
	ck_assert_uint_eq(places.taken, 0);
	for (size_t i = 0; i < MOST; i++)
		ck_assert(places_take(&places));
	ck_assert(!places_take(&places));
	ck_assert(!places_left(&places));
}
END_TEST

/* ---- inboxes ---- */

static struct inbox inbox;
static atomic_uint taken;

static void *put_each(void *unused)
{
	struct arrival arrival = { .fd = 1 };

	for (int i = 0; i < TIMES; i++) {
		bool first;

		while (!inbox_put(&inbox, &arrival, &first))
			sched_yield();
	}
	return unused;
}

static void *take_all(void *unused)
{
	struct arrival arrivals[INBOX_MAX];

	while (taken < THREADS * TIMES)
		taken += (unsigned)inbox_take(&inbox, arrivals);
	return unused;
}

START_TEST(test_what_is_put_into_an_inbox_comes_out)
{
	struct arrival arrivals[INBOX_MAX], arrival = { .fd = 7 };
	pthread_t owner;
	bool first;

	inbox_init(&inbox);
	ck_assert_int_eq(pthread_create(&owner, NULL, take_all, NULL), 0);
	in_threads(put_each);
	pthread_join(owner, NULL);
	ck_assert(inbox_put(&inbox, &arrival, &first) && first);
	ck_assert(inbox_put(&inbox, &arrival, &first) && !first);
	inbox_close(&inbox);
	ck_assert(!inbox_put(&inbox, &arrival, &first));
	ck_assert_uint_eq(inbox_take(&inbox, arrivals), 2);
	ck_assert_int_eq(arrivals[1].fd, 7);
	inbox_release(&inbox);
}
END_TEST

/* ---- what is seen ---- */

static void read_list(struct request *request)
{
	service_read(request, STR("GET /organization/projects\n" KEY "\n"));
}

/* So that the key's first use is written down. */
static void use_key(void)
{
	struct request request;

	read_list(&request);
	service_answer(&request);
	request_release(&request);
}

/* In the midst of a round, in which its thread has one state of the store. */
static size_t projects_seen(void)
{
	struct request request;
	size_t count = 0;

	read_list(&request);
	request_dispatch(&request);
	ck_assert(request.answered && request.status == 200);
	buf_add_char(&request.out, '\0');
	for (const char *at = request.out.data;
	     (at = strstr(at, "\"id\":\"proj_")); at++)
		count++;
	request_release(&request);
	return count;
}

static void create_project(struct http_thread *other)
{
	struct request request;

	service_read(&request, STR("POST /organization/projects\n" KEY
				   "Content-Type: application/json\n\n"
				   "{\"name\": \"Apollo\"}"));
	request.thread = other;
	service_answer(&request);
	ck_assert_int_eq(request.status, 200);
	request_release(&request);
}

START_TEST(test_what_a_client_was_told_every_thread_sees)
{
	struct http_thread *thread, other;
	struct fail fail;
	size_t before;

	service_open();
	thread = service_thread();
	other = (struct http_thread){ .service = thread->service,
				      .router = thread->router };
	ck_assert_int_eq(store_port_open(thread->service->store, NULL, NULL,
					 &other.port, &fail),
			 0);
	use_key();
	before = projects_seen();
	create_project(&other);
	ck_assert_uint_eq(projects_seen(), before);
	service_tell(thread->service); /* as a loop does before it answers */
	ck_assert_uint_eq(projects_seen(), before + 1);
	store_idle(thread->port);
	store_port_close(other.port);
	service_close();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("threads");
	TCase *tests = tcase_create("threads");
	SRunner *runner = srunner_create(suite);
	int ran, failed;

	suite_add_tcase(suite, tests);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, test_an_address_has_one_limit_over_all_threads);
	tcase_add_test(tests, test_there_are_so_many_places_for_all_threads);
	tcase_add_test(tests, test_what_is_put_into_an_inbox_comes_out);
	tcase_add_test(tests, test_what_a_client_was_told_every_thread_sees);
	srunner_run_all(runner, CK_ENV);
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return ran > 0 && failed == 0 ? 0 : 1;
}
