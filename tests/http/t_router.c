/*
 * t_router.c: routes, methods, encodings, keys and bodies, table by table,
 * without a socket. The same surface over TCP is tested in tests/api.
 */
#include "base/base.h"

#include <check.h>
#include <jansson.h>

#include "core/token.h"
#include "http/router.h"
#include "service.h"

#define KEY "Authorization: Bearer " SERVICE_KEY "\n"

static struct request request;

static void start(void)
{
	service_open();
}

static void end(void)
{
	service_close();
}

/* ---- asking ---- */

static int ask(const char *text)
{
	service_read(&request, str_of(text));
	service_answer(&request);
	return request.status;
}

static json_t *answer_as_json(void)
{
	json_error_t why;
	json_t *json = json_loadb(request.out.data, request.out.len, 0, &why);

	ck_assert_msg(json != NULL, "%.*s", (int)request.out.len,
		      request.out.data);
	return json;
}

/* The member of the answer's error; "" where it is null. */
static void assert_error(const char *name, const char *wanted)
{
	json_t *json = answer_as_json();
	json_t *error = json_object_get(json, "error");
	json_t *value = json_object_get(error, name);

	ck_assert_uint_eq(json_object_size(error), 4);
	ck_assert_ptr_nonnull(value);
	if (json_is_null(value))
		ck_assert_str_eq("", wanted);
	else
		ck_assert_str_eq(json_string_value(value), wanted);
	json_decref(json);
}

static void assert_status(const char *text, int status)
{
	int got = ask(text);

	ck_assert_msg(got == status, "%s: %d instead of %d: %.*s", text, got,
		      status, (int)request.out.len, request.out.data);
}

/* ---- routes and methods ---- */

static const struct {
	const char *line;
	int status;
	const char *allow;
} lines[] = {
	{ "GET /organization/invites", 200, NULL },
	{ "GET /v1/organization/invites", 200, NULL },
	{ "HEAD /v1/organization/invites", 200, NULL },
	{ "GET /v1/organization/invites/{invite}", 200, NULL },
	{ "GET /organization/users", 200, NULL },
	{ "GET /v1/organization/users/{user}", 200, NULL },
	{ "GET /v1/organization/projects", 200, NULL },
	{ "GET /v1/organization/projects/{project}", 200, NULL },
	{ "GET /v1/organization/projects/{project}/users", 200, NULL },
	{ "GET /", 200, NULL },
	{ "GET /accept", 200, NULL },
	{ "GET /assets/page.css", 200, NULL },
	{ "GET /healthz", 200, NULL },
	{ "GET /readyz", 200, NULL },
	{ "GET /metrics", 200, NULL },

	{ "PUT /organization/invites", 405, "GET, HEAD, POST" },
	{ "PUT /organization/invites/{invite}", 405,
	  "GET, HEAD, POST, DELETE" },
	{ "DELETE /organization/invites", 405, "GET, HEAD, POST" },
	{ "PUT /organization/users/{user}", 405, "GET, HEAD, POST, DELETE" },
	{ "GET /invitations/accept", 405, "POST" },
	{ "HEAD /invitations/accept", 405, "POST" },
	{ "POST /healthz", 405, "GET, HEAD" },
	{ "BREW /accept", 405, "GET, HEAD, POST" },
	{ "get /healthz", 405, "GET, HEAD" },

	{ "GET ", 404, NULL },
	{ "GET *", 404, NULL },
	{ "GET v1/organization/invites", 400, NULL },
	{ "GET /v1", 404, NULL },
	{ "GET /v1/", 404, NULL },
	{ "GET /v1/v1/organization/invites", 400, NULL },
	{ "GET /v2/organization/invites", 400, NULL },
	{ "GET //organization/invites", 400, NULL },
	{ "GET /organization", 200, NULL },
	{ "GET /organization?a=b", 400, NULL },
	{ "POST /organization", 405, "GET, HEAD" },
	{ "GET /Organization/invites", 404, NULL },
	{ "GET /invitations/accept/", 404, NULL },
	{ "GET /assets/", 404, NULL },
	{ "GET /acceptance", 404, NULL },
	{ "GET /accept/more", 404, NULL },
	{ "POST /accept/", 404, NULL },
	{ "GET /organization%2Finvites", 404, NULL },
	{ "GET /organization/invites/invite-0000000000000", 404, NULL },
	{ "GET /organization/invites/x", 404, NULL },
	{ "GET /organization/invites/{user}", 404, NULL },
	{ "GET /organization/users/{invite}", 404, NULL },
	{ "GET /organization/projects/nothing/users", 404, NULL },
	{ "GET /assets/..", 404, NULL },
	{ "GET /assets/page.css/x", 404, NULL },
	{ "GET /assets/%2e%2e%2fpage.css", 404, NULL },

	{ "GET /organization/", 400, NULL },
	{ "GET /organization//invites", 400, NULL },
	{ "GET /organization/invites/", 400, NULL },
	{ "GET /organization/invites/{invite}/", 400, NULL },
	{ "GET /organization/invites/{invite}/x", 400, NULL },
	{ "GET /organization/../organization/invites", 400, NULL },
	{ "GET /v1/projects/{project}/roles", 200, NULL },
	{ "GET /v1/projects/{project}/models", 400, NULL },
	{ "GET https://invited.example.com/organization/users", 200, NULL },
	{ "GET HTTPS://invited.example.com/v1/organization/users", 200, NULL },
	{ "GET http://invited.example.com/organization/users", 200, NULL },
	{ "GET https://invited.example.com", 200, NULL },
	{ "GET ftp://invited.example.com/organization/users", 400, NULL },
	{ "GET /accept/", 200, NULL },
	{ "GET /accept%23", 200, NULL },
	{ "HEAD /accept/%23cut.short", 200, NULL },

	{ "GET /organization/invites/%", 400, NULL },
	{ "GET /organization/invites/%0", 400, NULL },
	{ "GET /organization/invites/%zz", 400, NULL },
	{ "GET /organization/invites/a%00b", 400, NULL },
};

START_TEST(test_route)
{
	char text[512];
	const char *allow;

	snprintf(text, sizeof(text), "%s\n" KEY "\n", lines[_i].line);
	assert_status(text, lines[_i].status);
	allow = service_header(&request, "Allow");
	if (lines[_i].allow)
		ck_assert_pstr_eq(allow, lines[_i].allow);
	else
		ck_assert_ptr_null(allow);
	request_release(&request);
}
END_TEST

/* An id may be encoded, all of it or some. */
START_TEST(test_encoded_id)
{
	char text[512], id[64];
	json_t *json;

	assert_status("GET /organization/invites?limit=1\n" KEY "\n", 200);
	json = answer_as_json();
	snprintf(id, sizeof(id), "%s",
		 json_string_value(json_object_get(json, "first_id")));
	json_decref(json);
	request_release(&request);
	snprintf(text, sizeof(text),
		 "GET /organization/invites/%%69nvite%%2d%s\n" KEY "\n",
		 id + strlen("invite-"));
	assert_status(text, 200);
	request_release(&request);
}
END_TEST

/* What the sentence says of what is served there, and one of the names in it:
 * the others change as the API grows. */
static const struct {
	const char *line, *below, *named;
} unserved[] = {
	{ "POST /organization/projects/{project}/certificates",
	  " below /organization/projects/{project_id}: ", "users" },
	{ "GET /v1/organization/usage/completions",
	  " below /organization: ", "invites" },
	{ "DELETE /v1/organization/users/{user}/sessions/x",
	  " below /organization/users/{user_id}: ", "" },
	{ "PATCH /projects/{project}/models", "What it has below /", "s" },
	{ "GET /v1/v1/organization/invites",
	  " below /organization: ", "users" },
	{ "GET /v1//organization/invites/{invite}",
	  " below /organization: ", "projects" },
	{ "GET /V1/projects/{project}", " below /organization: ", "groups" },
	{ "BREW /organization/\033[1m",
	  " BREW /organization/?[1m. What it has below /organization: ",
	  "invites" },
};

/* Any 404 is "gone already" to a client: an archive that was not done must not
 * look done. */
START_TEST(test_what_is_not_served_is_no_404)
{
	char text[512];
	const char *message;
	json_t *json;

	snprintf(text, sizeof(text), "%s\nAccept: text/html\n\n",
		 unserved[_i].line);
	assert_status(text, 400);
	assert_error("code", "not_supported");
	assert_error("param", "");
	ck_assert_pstr_eq(service_header(&request, "x-should-retry"), "false");
	json = answer_as_json();
	message = json_string_value(
	    json_object_get(json_object_get(json, "error"), "message"));
	message = strstr(message, unserved[_i].below);
	ck_assert_msg(message && strstr(message, unserved[_i].named), "%s",
		      text);
	json_decref(json);
	request_release(&request);
}
END_TEST

static const char *const bent_links[] = {
	"/accept%23{token}",
	"/accept/%23{token}",
	"/accept%2523{token}",
	"/accept%EF%BC%83{token}",
	"/accept/{token}",
	"/accept?{token}",
	"/accept?code={token}&utm_source=mail",
	"/v1/accept%23{token}%20",
	"/accept%23{token}?utm_source=mail",
	"https://invited.example.com/accept%23{token}",
};

/* The browser gets the link as it was; the token stands in a fragment again,
 * where neither a log nor a Referer finds it. */
START_TEST(test_bent_link_is_mended)
{
	char text[512], path[SHOWN_PATH_SIZE];
	const char *location;

	snprintf(text, sizeof(text), "GET %s\n\n", bent_links[_i]);
	assert_status(text, 303);
	location = service_header(&request, "Location");
	ck_assert_ptr_nonnull(location);
	ck_assert_int_eq(strncmp(location, "/accept#", 8), 0);
	ck_assert_uint_eq(strlen(location), 8 + TOKEN_TEXT_SIZE - 1);
	ck_assert_pstr_eq(service_header(&request, "Referrer-Policy"),
			  "no-referrer");
	ck_assert_str_eq(router_shown_path(&request, path), "/accept");
	ck_assert_uint_eq(request.out.len, 0);
	request_release(&request);
}
END_TEST

START_TEST(test_unknown_url_for_programs_and_people)
{
	assert_status("GET /nowhere\n\n", 404);
	assert_error("code", "unknown_url");
	request_release(&request);
	assert_status("GET /nowhere\nAccept: text/html,*/*\n\n", 404);
	ck_assert_str_eq(request.content_type_out, "text/html; charset=utf-8");
	request_release(&request);
}
END_TEST

/* ---- keys ---- */

static const struct {
	const char *headers;
	int status;
	const char *code;
} keys[] = {
	{ KEY, 200, NULL },
	{ "authorization: bearer   " SERVICE_KEY "  \n", 200, NULL },
	{ "", 401, "" },
	{ "Authorization: \n", 401, "" },
	{ "Authorization: Bearer\n", 401, "" },
	{ "Authorization: Bearer \n", 401, "" },
	{ "Authorization: Basic " SERVICE_KEY "\n", 401, "" },
	{ "Authorization: " SERVICE_KEY "\n", 401, "" },
	{ "Authorization: Bearer " SERVICE_KEY "x\n", 401, "invalid_api_key" },
	{ "Authorization: Bearer x " SERVICE_KEY "\n", 401, "invalid_api_key" },
	{ "Authorization: Bearer %73k\n", 401, "invalid_api_key" },
	{ KEY "OpenAI-Organization: org-0000000000000\n", 401,
	  "mismatched_organization" },
	{ KEY "OpenAI-Organization: \n", 200, NULL },
};

START_TEST(test_key)
{
	char text[512];

	snprintf(text, sizeof(text), "GET /v1/organization/users\n%s\n",
		 keys[_i].headers);
	assert_status(text, keys[_i].status);
	if (keys[_i].code)
		assert_error("code", keys[_i].code);
	request_release(&request);
}
END_TEST

/* Whatever is refused, the whole key is never said back. */
START_TEST(test_key_is_not_repeated)
{
	assert_status("GET /v1/organization/users\nAuthorization: Bearer "
		      "sk-admin-wrong-but-secret-all-the-same-0123\n\n",
		      401);
	ck_assert_ptr_null(memmem(request.out.data, request.out.len,
				  "but-secret", strlen("but-secret")));
	request_release(&request);
}
END_TEST

static const char *const open_to_all[] = {
	"GET /accept", "GET /assets/accept.js", "GET /healthz",
	"GET /readyz", "GET /metrics",
};

START_TEST(test_no_key_needed)
{
	char text[64];

	snprintf(text, sizeof(text), "%s\n\n", open_to_all[_i]);
	assert_status(text, 200);
	request_release(&request);
}
END_TEST

/* ---- queries ---- */

static const struct {
	const char *query;
	int status;
	const char *code;
} queries[] = {
	{ "", 200, NULL },
	{ "limit=1", 200, NULL },
	{ "limit=100", 200, NULL },
	{ "&&limit=%31&", 200, NULL },
	{ "after=", 200, NULL },
	{ "after={invite}", 200, NULL },
	{ "after=invite-0000000000000", 200, NULL },
	{ "status=pending&email=pending%40example.com", 200, NULL },
	{ "limit=0", 400, "integer_below_min_value" },
	{ "limit=-99999999999999999999", 400, "integer_below_min_value" },
	{ "limit=101", 400, "integer_above_max_value" },
	{ "limit=99999999999999999999", 400, "integer_above_max_value" },
	{ "limit=", 400, "invalid_type" },
	{ "limit=+1", 400, "invalid_type" },
	{ "limit=1.5", 400, "invalid_type" },
	{ "after={user}", 400, "invalid_value" },
	{ "after=x", 400, "invalid_value" },
	{ "status=deleted", 400, "invalid_value" },
	{ "email=nobody", 400, "invalid_email" },
	{ "order=asc", 400, "unknown_parameter" },
	{ "Limit=1", 400, "unknown_parameter" },
	{ "limit=%", 400, "invalid_value" },
	{ "limit=%ff", 400, "invalid_value" },
	{ "%00=1", 400, "invalid_value" },
};

START_TEST(test_query)
{
	char text[512];

	snprintf(text, sizeof(text),
		 "GET /v1/organization/invites?%s\n" KEY "\n",
		 queries[_i].query);
	assert_status(text, queries[_i].status);
	if (queries[_i].code)
		assert_error("code", queries[_i].code);
	request_release(&request);
}
END_TEST

/* ---- bodies ---- */

static const struct {
	const char *type, *body;
	int status;
	const char *code, *param;
} bodies[] = {
	{ "application/json",
	  "{\"email\":\"a@example.com\",\"role\":\"owner\"}", 200, NULL, NULL },
	{ "Application/JSON; charset=utf-8",
	  "{\"email\":\"a@example.com\",\"role\":\"owner\",\"projects\":null}",
	  200, NULL, NULL },
	{ "",
	  "{\"email\":\"a@example.com\",\"role\":\"reader\",\"projects\":"
	  "[{\"id\":\"{project}\",\"role\":\"owner\"}]}",
	  200, NULL, NULL },
	{ "text/plain", "{}", 415, "invalid_content_type", "" },
	{ "application/jsonx", "{}", 415, "invalid_content_type", "" },
	{ "application/json", "", 400, "invalid_json", "" },
	{ "application/json", "{", 400, "invalid_json", "" },
	{ "application/json", "\xEF\xBB\xBF{}", 400, "invalid_json", "" },
	{ "application/json\nContent-Encoding: gzip", "\x1f\x8b", 415,
	  "invalid_content_encoding", "" },
	{ "application/json\nContent-Encoding: Identity",
	  "{\"email\":\"a@example.com\",\"role\":\"owner\"}", 200, NULL, NULL },
	{ "application/json", "{}x", 400, "invalid_json", "" },
	{ "application/json", "{\"email\":\"a\",\"email\":\"b\"}", 400,
	  "invalid_json", "" },
	{ "application/json", "[]", 400, "invalid_type", "" },
	{ "application/json", "{}", 400, "missing_required_parameter",
	  "email" },
	{ "application/json", "{\"email\":\"a@example.com\"}", 400,
	  "missing_required_parameter", "role" },
	{ "application/json", "{\"email\":7,\"role\":\"reader\"}", 400,
	  "invalid_type", "email" },
	{ "application/json", "{\"email\":\"a\",\"role\":\"reader\"}", 400,
	  "invalid_email", "email" },
	{ "application/json", "{\"email\":\"a@example.com\",\"role\":\"x\"}",
	  400, "invalid_value", "role" },
	{ "application/json",
	  "{\"email\":\"a@example.com\",\"role\":\"reader\",\"project\":[]}",
	  400, "unknown_parameter", "project" },
	{ "application/json",
	  "{\"email\":\"a@example.com\",\"role\":\"reader\",\"projects\":"
	  "[{\"id\":\"{project}\",\"role\":\"member\"},7]}",
	  400, "invalid_type", "projects[1]" },
	{ "application/json",
	  "{\"email\":\"a@example.com\",\"role\":\"reader\",\"projects\":"
	  "[{\"id\":\"{user}\",\"role\":\"member\"}]}",
	  400, "project_not_found", "projects[0].id" },
	{ "application/json",
	  "{\"email\":\"a@example.com\",\"role\":\"reader\","
	  "\"expires_in_seconds\":59}",
	  400, "integer_below_min_value", "expires_in_seconds" },
	{ "application/json",
	  "{\"email\":\"Member@example.com\",\"role\":\"reader\"}", 400,
	  "user_already_exists", "email" },
	{ "application/json",
	  "{\"email\":\"pending@example.com\",\"role\":\"owner\"}", 400,
	  "invite_already_exists", "email" },
};

START_TEST(test_body)
{
	char text[1024];

	snprintf(text, sizeof(text),
		 "POST /v1/organization/invites\n" KEY "Content-Type: %s\n\n%s",
		 bodies[_i].type, bodies[_i].body);
	assert_status(text, bodies[_i].status);
	if (bodies[_i].code) {
		assert_error("code", bodies[_i].code);
		assert_error("param", bodies[_i].param);
		ck_assert_pstr_eq(service_header(&request, "x-should-retry"),
				  "false");
	}
	request_release(&request);
}
END_TEST

/* ---- one life ---- */

START_TEST(test_invitation)
{
	static const struct {
		const char *text;
		int status;
	} steps[] = {
		{ "POST /invitations/lookup\n\n{\"token\":\"{token}\"}", 200 },
		{ "POST /v1/invitations/accept\n\n"
		  "{\"token\":\"{token}\",\"name\":\"Ada\"}",
		  200 },
		{ "POST /invitations/accept\n\n{\"token\":\"{token}\"}", 200 },
		{ "POST /invitations/decline\n\n{\"token\":\"{token}\"}", 400 },
		{ "DELETE /organization/invites/{invite}\n" KEY "\n", 400 },
		{ "POST /invitations/lookup\n\n{\"token\":\"nonsense\"}", 404 },
	};

	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		assert_status(steps[i].text, steps[i].status);
		request_release(&request);
	}
}
END_TEST

START_TEST(test_page)
{
	static const char form[] =
	    "Content-Type: application/x-www-form-urlencoded\n\n";
	char text[512];

	snprintf(text, sizeof(text), "POST /accept\n%scode={token}", form);
	assert_status(text, 200);
	ck_assert_ptr_nonnull(memmem(request.out.data, request.out.len,
				     "Test &amp; &quot;Sons&quot;",
				     strlen("Test &amp; &quot;Sons&quot;")));
	request_release(&request);
	snprintf(text, sizeof(text),
		 "POST /accept\n%scode={token}&name=Ada&action=accept", form);
	assert_status(text, 200);
	request_release(&request);
	assert_status("POST /accept\n\ncode=nonsense", 404);
	request_release(&request);
}
END_TEST

START_TEST(test_request_ids_differ)
{
	char first[REQUEST_ID_SIZE];

	(void)ask("GET /healthz\n\n");
	memcpy(first, request.id, sizeof(first));
	request_release(&request);
	(void)ask("GET /healthz\n\n");
	ck_assert_str_ne(first, request.id);
	ck_assert_uint_eq(strlen(first), REQUEST_ID_SIZE - 1);
	request_release(&request);
}
END_TEST

/* For each verb: what a handler gets that comes after the key was looked up,
 * and after whatever the operation before has left. */
START_TEST(test_handler_that_sets_nothing_reads_zeros)
{
	static const struct verb *const verbs[] = {
#define X(name) &verb_##name,
		VERBS(X)
#undef X
	};
	const char zeros[8192] = { 0 };

	service_read(&request, STR("GET /healthz\n\n"));
	for (size_t round = 0; round < 2; round++) {
		for (size_t i = 0; i < COUNT_OF(verbs); i++) {
			char *in = request_verb(&request, verbs[i]);

			ck_assert_ptr_nonnull(in);
			ck_assert_ptr_eq(request.op.in, in);
			ck_assert_uint_le(verbs[i]->size_in, sizeof(zeros));
			ck_assert_mem_eq(in, zeros, verbs[i]->size_in);
			memset(in, 0xff, verbs[i]->size_in);
			memset(request.op.out, 0xff, verbs[i]->size_out);
		}
	}
	request_release(&request);
}
END_TEST

/* The key's look-up comes first and leaves the key behind: not in the list. */
START_TEST(test_list_is_not_filtered_by_what_was_before)
{
	json_t *json;

	for (int i = 0; i < 2; i++) {
		assert_status("GET /organization/invites\n" KEY "\n", 200);
		json = answer_as_json();
		ck_assert_uint_eq(
		    json_array_size(json_object_get(json, "data")), 2);
		json_decref(json);
		request_release(&request);
	}
}
END_TEST

/* What is remembered of a key is asked by the same rule as the store is. */
START_TEST(test_remembered_key_that_expires_is_looked_up)
{
	static const char create[] =
	    "POST /organization/projects\n" KEY
	    "Content-Type: application/json\n\n{\"name\": \"Apollo\"}";
	struct known_key *known;
	uint8_t hash[SHA256_SIZE];

	assert_status(create, 200);
	request_release(&request);
	sha256(STR(SERVICE_KEY), hash);
	known = key_memo_find(&service_thread()->memo, hash);
	ck_assert_ptr_nonnull(known);
	known->key.expires_at = request.now_ms / 1000;
	assert_status(create, 200);
	request_release(&request);
	ck_assert_int_eq(known->key.expires_at, 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("router");
	TCase *tests = tcase_create("router");
	SRunner *runner = srunner_create(suite);
	int ran, failed;

	suite_add_tcase(suite, tests);
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, start, end);
	tcase_add_loop_test(tests, test_route, 0, COUNT_OF(lines));
	tcase_add_test(tests, test_encoded_id);
	tcase_add_loop_test(tests, test_what_is_not_served_is_no_404, 0,
			    COUNT_OF(unserved));
	tcase_add_loop_test(tests, test_bent_link_is_mended, 0,
			    COUNT_OF(bent_links));
	tcase_add_test(tests, test_unknown_url_for_programs_and_people);
	tcase_add_loop_test(tests, test_key, 0, COUNT_OF(keys));
	tcase_add_test(tests, test_key_is_not_repeated);
	tcase_add_loop_test(tests, test_no_key_needed, 0,
			    COUNT_OF(open_to_all));
	tcase_add_loop_test(tests, test_query, 0, COUNT_OF(queries));
	tcase_add_loop_test(tests, test_body, 0, COUNT_OF(bodies));
	tcase_add_test(tests, test_invitation);
	tcase_add_test(tests, test_page);
	tcase_add_test(tests, test_request_ids_differ);
	tcase_add_test(tests, test_handler_that_sets_nothing_reads_zeros);
	tcase_add_test(tests, test_list_is_not_filtered_by_what_was_before);
	tcase_add_test(tests, test_remembered_key_that_expires_is_looked_up);
	srunner_run_all(runner, CK_ENV);
	ran = srunner_ntests_run(runner);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("router: %d passed, %d failed\n", ran - failed, failed);
	return ran > 0 && failed == 0 ? 0 : 1;
}
