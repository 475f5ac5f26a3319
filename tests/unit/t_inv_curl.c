/*
 * t_inv_curl.c: every way in which libcurl can fail is an error of the right
 * kind with a sentence, tried again where that can help.
 *
 * link_perform(), which waits for libcurl, is replaced by one that fails as
 * told.
 */
#include "base/base.h"
#include "unit.h"

#include "inv.h"
#include "link.h"

static CURLcode failure;
static int performed, paused, give_up;

CURLcode __wrap_link_perform(struct link *link, int wake);

CURLcode __wrap_link_perform(struct link *link, int wake)
{
	(void)link;
	(void)wake;
	performed++;
	return failure;
}

static int note_pause(void *arg, int64_t milliseconds)
{
	(void)arg;
	(void)milliseconds;
	paused++;
	return give_up;
}

static struct inv_error error_for(CURLcode code)
{
	struct inv_options options = { .base_url = "http://127.0.0.1:1",
				       .admin_api_key = "k",
				       .pause = note_pause };
	struct inv_client *client;
	struct inv_invite *invite;
	struct inv_error err = { 0 };

	failure = code;
	performed = paused = 0;
	ck_assert_int_eq(inv_client_new(&options, &client, &err), 0);
	ck_assert_int_eq(
	    inv_invites_retrieve(client, "invite-1", NULL, &invite, &err), -1);
	inv_free(client);
	return err;
}

START_TEST(every_code)
{
	for (int code = 1; code < CURL_LAST; code++) {
		struct inv_error err = error_for((CURLcode)code);

		ck_assert_msg(err.kind == INV_ERROR_CONNECTION ||
				  err.kind == INV_ERROR_TIMEOUT ||
				  err.kind == INV_ERROR_MEMORY ||
				  err.kind == INV_ERROR_USAGE ||
				  err.kind == INV_ERROR_CANCELLED ||
				  err.kind == INV_ERROR_ANSWER,
			      "%d", code);
		ck_assert_msg(err.message[0] != '\0', "%d", code);
		ck_assert_str_eq(err.detail,
				 curl_easy_strerror((CURLcode)code));
		ck_assert_msg(err.kind == INV_ERROR_MEMORY ||
				  strstr(err.message, "127.0.0.1:1"),
			      "%s", err.message);
		ck_assert_int_eq(err.status, 0);
		ck_assert_int_eq(err.attempts, performed);
		ck_assert_int_eq(performed, err.temporary ? 3 : 1);
		ck_assert_int_eq(paused, performed - 1);
	}
}
END_TEST

START_TEST(codes_that_matter)
{
	static const struct {
		CURLcode code;
		enum inv_error_kind kind;
		enum inv_cause cause;
		bool temporary;
	} cases[] = {
		{ CURLE_COULDNT_RESOLVE_PROXY, INV_ERROR_CONNECTION,
		  INV_CAUSE_PROXY, true },
		{ CURLE_COULDNT_RESOLVE_HOST, INV_ERROR_CONNECTION,
		  INV_CAUSE_DNS, true },
		{ CURLE_COULDNT_CONNECT, INV_ERROR_CONNECTION,
		  INV_CAUSE_REFUSED, true },
		{ CURLE_PARTIAL_FILE, INV_ERROR_CONNECTION, INV_CAUSE_CUT,
		  true },
		{ CURLE_OPERATION_TIMEDOUT, INV_ERROR_TIMEOUT, INV_CAUSE_NONE,
		  true },
		{ CURLE_GOT_NOTHING, INV_ERROR_CONNECTION, INV_CAUSE_CUT,
		  true },
		{ CURLE_SEND_ERROR, INV_ERROR_CONNECTION, INV_CAUSE_CUT, true },
		{ CURLE_RECV_ERROR, INV_ERROR_CONNECTION, INV_CAUSE_CUT, true },
		{ CURLE_SSL_CONNECT_ERROR, INV_ERROR_CONNECTION, INV_CAUSE_TLS,
		  true },
		{ CURLE_HTTP2, INV_ERROR_CONNECTION, INV_CAUSE_PROTOCOL, true },
		{ CURLE_PEER_FAILED_VERIFICATION, INV_ERROR_CONNECTION,
		  INV_CAUSE_CERTIFICATE, false },
		{ CURLE_SSL_CACERT_BADFILE, INV_ERROR_USAGE, INV_CAUSE_TLS,
		  false },
		{ CURLE_OUT_OF_MEMORY, INV_ERROR_MEMORY, INV_CAUSE_NONE,
		  false },
		{ CURLE_URL_MALFORMAT, INV_ERROR_USAGE, INV_CAUSE_NONE, false },
		{ CURLE_UNSUPPORTED_PROTOCOL, INV_ERROR_ANSWER,
		  INV_CAUSE_PROTOCOL, false },
		{ CURLE_BAD_CONTENT_ENCODING, INV_ERROR_ANSWER,
		  INV_CAUSE_ENCODING, false },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct inv_error err = error_for(cases[i].code);

		ck_assert_msg(err.kind == cases[i].kind, "%d", cases[i].code);
		ck_assert_msg(err.cause == cases[i].cause, "%d", cases[i].code);
		ck_assert(err.temporary == cases[i].temporary);
	}
}
END_TEST

START_TEST(a_pause_may_be_the_end)
{
	struct inv_error err;

	give_up = 1;
	err = error_for(CURLE_COULDNT_CONNECT);
	ck_assert_int_eq(err.kind, INV_ERROR_CANCELLED);
	ck_assert_int_eq(err.attempts, 1);
	ck_assert(!err.temporary);
	ck_assert_int_eq(paused, 1);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, every_code);
	tcase_add_test(tests, codes_that_matter);
	tcase_add_test(tests, a_pause_may_be_the_end);
}

int main(void)
{
	return unit_run("inv_curl", add);
}
