/*
 * t_inv_request.c: what libinv would send, built without sending it, and what
 * it makes of an answer: the seam without I/O, and with a transport of the
 * caller's.
 */
#include "base/base.h"
#include "unit.h"

#include "inv.h"

static struct inv_client *client;
static struct inv_error err;

static void set_up(void)
{
	struct inv_options options = { .base_url = "http://host/v1/",
				       .admin_api_key = "key",
				       .headers = "X-Mine: 1",
				       .timeout_ms = 5000 };

	ck_assert_int_eq(inv_client_new(&options, &client, &err), 0);
}

static void tear_down(void)
{
	inv_free(client);
}

/* ---- three values ------------------------------------------------------- */

/* The body of a create with these projects, or the reason for none. */
static void check_projects(struct inv_grants projects, const char *expected)
{
	struct inv_invite_create_params params = { .email = "a@b.c",
						   .role = INV_ROLE_OWNER,
						   .projects = projects };
	struct inv_http_request *request = NULL;
	struct inv_call call = { .ret_request = &request };

	if (inv_invites_create(client, &params, &call, NULL, &err)) {
		ck_assert_int_eq(err.kind, INV_ERROR_USAGE);
		ck_assert_msg(strstr(err.message, expected), "%s", err.message);
		return;
	}
	ck_assert_str_eq(request->body, expected);
	ck_assert_uint_eq(request->body_len, strlen(expected));
	inv_free(request);
}

#define BODY(projects) "{\"email\":\"a@b.c\",\"role\":\"owner\"" projects "}"

START_TEST(an_empty_list_is_not_an_omitted_one)
{
	struct inv_grant grant = { .id = "p", .role = INV_PROJECT_ROLE_MEMBER };

	check_projects((struct inv_grants){ .said = INV_OMITTED }, BODY(""));
	check_projects((struct inv_grants){ .said = INV_NULL },
		       BODY(",\"projects\":null"));
	check_projects(INV_GRANTS(NULL, 0), BODY(",\"projects\":[]"));
	check_projects(INV_GRANTS(&grant, 0), BODY(",\"projects\":[]"));
	check_projects(INV_GRANTS(&grant, 1),
		       BODY(",\"projects\":[{\"id\":\"p\",\"role\":"
			    "\"member\"}]"));
}
END_TEST

START_TEST(what_contradicts_itself_is_refused)
{
	struct inv_grant grant = { .id = "p", .role = INV_PROJECT_ROLE_MEMBER };

	check_projects((struct inv_grants){ .items = &grant },
		       "projects is omitted, but has a value");
	check_projects((struct inv_grants){ .len = 1 },
		       "projects is omitted, but has a value");
	check_projects((struct inv_grants){ INV_NULL, &grant, 1 },
		       "projects is null, but has a value");
	check_projects(INV_GRANTS(NULL, 1), "but has none");
	check_projects((struct inv_grants){ (enum inv_said)7, NULL, 0 },
		       "neither");
}
END_TEST

static const char *key_body(struct inv_text key)
{
	static char text[128];
	struct inv_http_request *request = NULL;
	struct inv_call call = { .ret_request = &request };

	if (inv_projects_create(client,
				&(struct inv_project_create_params){
				    .name = "N", .external_key_id = key },
				&call, NULL, &err))
		return err.message;
	snprintf(text, sizeof(text), "%s", request->body);
	inv_free(request);
	return text;
}

START_TEST(texts_have_three_values_too)
{
	ck_assert_str_eq(key_body((struct inv_text){ 0 }), "{\"name\":\"N\"}");
	ck_assert_str_eq(key_body((struct inv_text){ .said = INV_NULL }),
			 "{\"name\":\"N\",\"external_key_id\":null}");
	ck_assert_str_eq(key_body(INV_TEXT("")),
			 "{\"name\":\"N\",\"external_key_id\":\"\"}");
	ck_assert_str_eq(key_body(INV_TEXT("k")),
			 "{\"name\":\"N\",\"external_key_id\":\"k\"}");
	ck_assert_str_eq(key_body(INV_TEXT(NULL)),
			 "external_key_id is said to have a value, but has "
			 "none.");
	ck_assert(strstr(key_body((struct inv_text){ .value = "k" }),
			 "is omitted, but has a value"));
}
END_TEST

/* ---- queries --------------------------------------------------------------
 */

static void check_url(const struct inv_user_list_params *params,
		      const char *expected)
{
	struct inv_http_request *request = NULL;
	struct inv_call call = { .ret_request = &request };

	ck_assert_int_eq(inv_users_list(client, params, &call, NULL, &err), 0);
	ck_assert_str_eq(request->method, "GET");
	ck_assert_str_eq(request->url, expected);
	ck_assert_ptr_null(request->body);
	inv_free(request);
}

START_TEST(queries)
{
	static const char *const emails[] = { "a@b.c", "d&e" };
	const struct {
		struct inv_user_list_params params;
		const char *query;
	} cases[] = {
		{ { 0 }, "" },
		{ { .after = "" }, "" },
		{ { .limit = 5 }, "?limit=5" },
		{ { .after = "a b&c" }, "?after=a%20b%26c" },
		{ { .after = "x", .limit = 1 }, "?after=x&limit=1" },
		{ { .extra_query = "a=b" }, "?a=b" },
		{ { .extra_query = "" }, "" },
		{ { .after = "x", .limit = 1, .extra_query = "a=b&c" },
		  "?after=x&limit=1&a=b&c" },
		{ { .emails = INV_TEXTS(emails, 2) },
		  "?emails%5B%5D=a%40b.c&emails%5B%5D=d%26e" },
		{ { .emails = INV_TEXTS(NULL, 0) }, "" },
	};

	check_url(NULL, "http://host/v1/organization/users");
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char url[256];

		snprintf(url, sizeof(url),
			 "http://host/v1/organization/users%s", cases[i].query);
		check_url(&cases[i].params, url);
	}
}
END_TEST

START_TEST(a_query_has_no_null)
{
	struct inv_user_list_params params = {
		.emails = { .said = INV_NULL },
	};

	ck_assert_int_eq(inv_users_list(client, &params, NULL, NULL, &err), -1);
	ck_assert_str_eq(err.message, "emails cannot be null in a query.");
}
END_TEST

/* ---- options of a call ------------------------------------------------------
 */

static bool has(const struct inv_http_request *request, const char *line)
{
	for (size_t i = 0; i < request->headers_len; i++)
		if (strcmp(request->headers[i], line) == 0)
			return true;
	return false;
}

START_TEST(a_call_adds_headers_and_a_key_for_repeating_it)
{
	struct inv_http_request *request = NULL;
	struct inv_call call = { .headers = "x-mine: 2\nUser-Agent: me",
				 .idempotency_key = "once-1",
				 .deadline_ms = 3000,
				 .ret_request = &request };

	ck_assert_int_eq(inv_invites_delete(client, "i", &call, NULL, &err), 0);
	inv_free(client); /* what was built does not need it */
	client = NULL;
	ck_assert(has(request, "Authorization: Bearer key"));
	ck_assert(has(request, "x-mine: 2"));
	ck_assert(!has(request, "X-Mine: 1"));
	ck_assert(has(request, "User-Agent: me"));
	ck_assert(has(request, "Idempotency-Key: once-1"));
	ck_assert_ptr_null(request->headers[request->headers_len]);
	ck_assert_int_eq(request->timeout_ms, 3000);
	ck_assert_int_eq(request->cancel_fd, -1);
	inv_free(request);
}
END_TEST

START_TEST(options_that_make_no_sense)
{
	static const struct inv_call calls[] = {
		{ .timeout_ms = -1 },	   { .deadline_ms = -1 },
		{ .max_retries = -2 },	   { .headers = "no colon" },
		{ .idempotency_key = "" }, { .idempotency_key = "a\nb: c" },
	};

	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		ck_assert_int_eq(
		    inv_invites_delete(client, "i", &calls[i], NULL, &err), -1);
		ck_assert_int_eq(err.kind, INV_ERROR_USAGE);
	}
}
END_TEST

/* ---- answers ----------------------------------------------------------------
 */

static int parse(int status, const char *headers, const char *body,
		 struct inv_invite **ret_invite)
{
	struct inv_http_request *request = NULL;
	struct inv_call call = { .ret_request = &request };
	struct inv_http_answer answer = { .status = status,
					  .headers = headers,
					  .body = body,
					  .body_len = strlen(body) };
	int rc;

	ck_assert_int_eq(inv_invites_retrieve(client, "i", &call, NULL, &err),
			 0);
	rc = inv_parse(request, &answer, ret_invite, &err);
	inv_free(request);
	return rc;
}

START_TEST(an_answer_is_parsed_as_if_it_had_come)
{
	struct inv_invite *invite;

	ck_assert_int_eq(parse(200, "X-Request-ID: req_1\r\nA: b\r\n",
			       "{\"id\":\"i\",\"new\":1}", &invite),
			 0);
	ck_assert_str_eq(invite->id, "i");
	ck_assert_str_eq(inv_meta(invite)->request_id, "req_1");
	ck_assert_str_eq(inv_meta(invite)->headers,
			 "X-Request-ID: req_1\nA: b\n");
	ck_assert_str_eq(inv_meta(invite)->json, "{\"id\":\"i\",\"new\":1}");
	ck_assert_int_eq(inv_meta(invite)->status, 200);
	inv_free(invite);

	ck_assert_int_eq(parse(429, "Retry-After: 2",
			       "{\"error\":{\"message\":\"Slow.\"}}", &invite),
			 -1);
	ck_assert_int_eq(err.kind, INV_ERROR_RATE_LIMIT);
	ck_assert_str_eq(err.message, "Slow.");
	ck_assert_int_eq(err.retry_after_ms, 2000);
	ck_assert(err.temporary);
	ck_assert_int_eq(parse(200, NULL, "{", NULL), -1);
	ck_assert_int_eq(err.cause, INV_CAUSE_JSON);
	ck_assert_int_eq(parse(200, NULL, "{\"id\":\"i\"}", NULL), 0);
}
END_TEST

/* ---- a transport of one's own
 * ------------------------------------------------- */

static int asked;
static const char *pages[] = {
	"{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}",
	"{\"data\":[{\"id\":\"c\"}],\"has_more\":false}",
};

/* Cuts the first request, answers the next with pages. */
static enum inv_cause serve(void *arg, const struct inv_http_request *request,
			    struct inv_receiver *to)
{
	struct inv_http_answer answer = { .status = 200 };

	if (asked++ == 0)
		return INV_CAUSE_CUT;
	ck_assert(strstr(request->url, asked == 2 ? "/users" : "?after=b"));
	answer.body = ((const char **)arg)[asked - 2];
	answer.body_len = strlen(answer.body);
	ck_assert_int_eq(inv_receive(to, &answer), 0);
	return INV_CAUSE_NONE;
}

static int no_pause(void *arg, int64_t milliseconds)
{
	(void)arg;
	return milliseconds < 0;
}

START_TEST(another_transport_is_asked_instead)
{
	struct inv_options options = { .admin_api_key = "k",
				       .pause = no_pause,
				       .transport = serve,
				       .transport_arg = pages };
	struct inv_client *own;
	struct inv_user_page *page;
	const struct inv_user *user;
	char ids[8] = "";

	asked = 0;
	ck_assert_int_eq(inv_client_new(&options, &own, &err), 0);
	ck_assert_int_eq(inv_users_list(own, NULL, NULL, &page, &err), 0);
	ck_assert_int_eq(inv_meta(page)->attempts, 2);
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(inv_next(page, &user, &err), 0);
		ids[i] = user->id[0];
	}
	ck_assert_str_eq(ids, "abc");
	ck_assert_str_eq(inv_meta(user)->json, "{\"id\":\"c\"}");
	ck_assert_int_eq(inv_next(page, &user, &err), 0);
	ck_assert_ptr_null(user);
	ck_assert_int_eq(asked, 3);
	inv_free(page);
	inv_free(own);
}
END_TEST

/* The second of three requests is lost. */
static enum inv_cause lose_one(void *arg,
			       const struct inv_http_request *request,
			       struct inv_receiver *to)
{
	struct inv_http_answer answer = { .status = 200 };

	(void)request;
	if (++asked == 2)
		return INV_CAUSE_CUT;
	answer.body = ((const char **)arg)[asked > 1];
	answer.body_len = strlen(answer.body);
	return inv_receive(to, &answer) ? INV_CAUSE_TOO_LARGE : INV_CAUSE_NONE;
}

START_TEST(a_page_that_failed_is_asked_for_again)
{
	struct inv_options options = { .admin_api_key = "k",
				       .max_retries = INV_NO_RETRIES,
				       .transport = lose_one,
				       .transport_arg = pages };
	struct inv_client *own;
	struct inv_user_page *page;
	const struct inv_user *user;

	asked = 0;
	ck_assert_int_eq(inv_client_new(&options, &own, &err), 0);
	ck_assert_int_eq(inv_users_list(own, NULL, NULL, &page, &err), 0);
	ck_assert_int_eq(inv_next(page, &user, &err), 0);
	ck_assert_int_eq(inv_next(page, &user, &err), 0);
	ck_assert_str_eq(user->id, "b");
	inv_free((void *)(uintptr_t)user); /* its page's, and stays there */
	ck_assert_int_eq(inv_next(page, &user, &err), -1);
	ck_assert_int_eq(err.cause, INV_CAUSE_CUT);
	ck_assert_str_eq(user->id, "b");
	ck_assert_uint_eq(page->data_len, 2);
	ck_assert_int_eq(inv_next(page, &user, &err), 0);
	ck_assert_str_eq(user->id, "c");
	ck_assert_uint_eq(page->data_len, 1);
	ck_assert_int_eq(inv_next(page, &user, &err), 0);
	ck_assert_ptr_null(user);
	inv_free(page);
	inv_free(own);
}
END_TEST

static enum inv_cause say_why(void *arg, const struct inv_http_request *request,
			      struct inv_receiver *to)
{
	(void)request;
	(void)to;
	return *(enum inv_cause *)arg;
}

START_TEST(what_another_transport_says_is_told)
{
	enum inv_cause cause;
	struct inv_options options = { .admin_api_key = "k",
				       .base_url = "http://host",
				       .max_retries = INV_NO_RETRIES,
				       .transport = say_why,
				       .transport_arg = &cause };
	struct inv_client *own;

	ck_assert_int_eq(inv_client_new(&options, &own, &err), 0);
	for (cause = INV_CAUSE_NONE; cause <= INV_CAUSE_DEADLINE;
	     cause = (enum inv_cause)(cause + 1)) {
		ck_assert_int_eq(inv_invites_delete(own, "i", NULL, NULL, &err),
				 -1);
		ck_assert_int_eq(err.cause, cause ? cause : INV_CAUSE_CUT);
		ck_assert_msg(strstr(err.message, "host"), "%s", err.message);
		ck_assert_int_eq(err.attempts, 1);
	}
	inv_free(own);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, an_empty_list_is_not_an_omitted_one);
	tcase_add_test(tests, what_contradicts_itself_is_refused);
	tcase_add_test(tests, texts_have_three_values_too);
	tcase_add_test(tests, queries);
	tcase_add_test(tests, a_query_has_no_null);
	tcase_add_test(tests, a_call_adds_headers_and_a_key_for_repeating_it);
	tcase_add_test(tests, options_that_make_no_sense);
	tcase_add_test(tests, an_answer_is_parsed_as_if_it_had_come);
	tcase_add_test(tests, another_transport_is_asked_instead);
	tcase_add_test(tests, a_page_that_failed_is_asked_for_again);
	tcase_add_test(tests, what_another_transport_says_is_told);
}

int main(void)
{
	return unit_run("inv_request", add);
}
