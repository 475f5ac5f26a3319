/*
 * t_inv_client.c: what of inv.h needs no server: words, names, mistakes, and
 * that NULL does no harm.
 */
#include "base/base.h"
#include "unit.h"

#include <errno.h>

#include "client.h"
#include "inv.h"

START_TEST(words_go_both_ways)
{
	ck_assert_int_eq(inv_role_of("reader"), INV_ROLE_READER);
	ck_assert_int_eq(inv_role_of("owner"), INV_ROLE_OWNER);
	ck_assert_int_eq(inv_role_of("Owner"), INV_ROLE_UNKNOWN);
	ck_assert_int_eq(inv_role_of(""), INV_ROLE_UNKNOWN);
	ck_assert_int_eq(inv_role_of(NULL), INV_ROLE_UNKNOWN);
	ck_assert_str_eq(inv_role_text(INV_ROLE_OWNER), "owner");
	ck_assert_str_eq(inv_role_text(INV_ROLE_UNKNOWN), "");
	ck_assert_str_eq(inv_role_text((enum inv_role)99), "");
	ck_assert_str_eq(inv_project_role_text(INV_PROJECT_ROLE_MEMBER),
			 "member");
	ck_assert_int_eq(inv_project_role_of("owner"), INV_PROJECT_ROLE_OWNER);
	ck_assert_int_eq(inv_project_role_of("viewer"),
			 INV_PROJECT_ROLE_VIEWER);
	ck_assert_str_eq(inv_project_role_text(INV_PROJECT_ROLE_VIEWER),
			 "viewer");
	ck_assert_str_eq(inv_invite_status_text(INV_INVITE_STATUS_EXPIRED),
			 "expired");
	ck_assert_int_eq(inv_invite_status_of("accepted"),
			 INV_INVITE_STATUS_ACCEPTED);
	ck_assert_str_eq(inv_project_status_text(INV_PROJECT_STATUS_ARCHIVED),
			 "archived");
	ck_assert_int_eq(inv_project_status_of("active"),
			 INV_PROJECT_STATUS_ACTIVE);
}
END_TEST

START_TEST(every_kind_has_a_name)
{
	for (int kind = 0; kind <= INV_ERROR_WEBHOOK; kind++) {
		ck_assert_ptr_nonnull(
		    inv_error_kind_name((enum inv_error_kind)kind));
		for (int other = 0; other < kind; other++)
			ck_assert_str_ne(
			    inv_error_kind_name((enum inv_error_kind)kind),
			    inv_error_kind_name((enum inv_error_kind)other));
	}
	ck_assert_str_eq(inv_error_kind_name((enum inv_error_kind)99),
			 "unknown");
	ck_assert_str_eq(inv_version(), INV_VERSION);
}
END_TEST

START_TEST(the_versions_agree)
{
	int major, minor, patch;

	ck_assert_int_eq(
	    sscanf(INV_VERSION, "%d.%d.%d", &major, &minor, &patch), 3);
	ck_assert_int_eq(INV_VERSION_NUM, major << 16 | minor << 8 | patch);
	ck_assert_str_eq(INV_VERSION, INVITED_VERSION);
}
END_TEST

static struct inv_client *client_for_nobody(void)
{
	struct inv_options options = { .base_url = "http://127.0.0.1:1",
				       .admin_api_key = "k",
				       .max_retries = INV_NO_RETRIES };
	struct inv_client *client;

	ck_assert_int_eq(inv_client_new(&options, &client, NULL), 0);
	return client;
}

START_TEST(errors_may_be_unwanted)
{
	struct inv_client *client = NULL;
	struct inv_options bad = { .base_url = "nonsense" };
	struct inv_invite *invite = NULL;

	ck_assert_int_eq(inv_client_new(&bad, &client, NULL), -1);
	ck_assert_ptr_null(client);
	client = client_for_nobody();
	ck_assert_int_eq(
	    inv_invites_create(client, &(struct inv_invite_create_params){ 0 },
			       NULL, &invite, NULL),
	    -1);
	ck_assert_int_eq(inv_invites_retrieve(client, "x", NULL, &invite, NULL),
			 -1);
	ck_assert_ptr_null(invite);
	inv_free(client);
}
END_TEST

/* Checks that a call was refused as one that lacks `name`. */
static void refused(int rc, const struct inv_error *err, const char *message)
{
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(err->kind, INV_ERROR_USAGE);
	ck_assert_str_eq(err->message, message);
}

START_TEST(null_is_refused_where_it_is_not_welcome)
{
	struct inv_client *client = client_for_nobody();
	struct inv_http_request *request = NULL;
	struct inv_call build = { .ret_request = &request };
	struct inv_invite *invite;
	struct inv_error err;

	refused(inv_client_new(NULL, NULL, &err), &err, "ret_client is NULL.");
	refused(inv_canceller_new(NULL, &err), &err, "ret_canceller is NULL.");
	refused(inv_invites_create(NULL, NULL, NULL, &invite, &err), &err,
		"client is NULL.");
	refused(inv_invites_create(client, NULL, NULL, NULL, &err), &err,
		"Missing required parameter: 'email'.");
	refused(inv_invites_retrieve(client, NULL, NULL, NULL, &err), &err,
		"invite_id must not be empty.");
	refused(inv_invitations_accept(client, NULL, NULL, NULL, &err), &err,
		"Missing required parameter: 'link'.");
	refused(inv_request(client, NULL, "/x", NULL, NULL, NULL, &err), &err,
		"method is NULL.");
	refused(inv_request(client, "GET", NULL, NULL, NULL, NULL, &err), &err,
		"path is NULL.");
	refused((inv_next)(NULL, &invite, &err), &err, "page is NULL.");
	refused(inv_parse(NULL, NULL, &invite, &err), &err, "request is NULL.");
	ck_assert_int_eq(inv_invites_retrieve(client, "x", &build, NULL, &err),
			 0);
	refused(inv_parse(request, NULL, &invite, &err), &err,
		"answer is NULL.");
	ck_assert_int_eq(inv_receive(NULL, NULL), -1);
	inv_free(request);
	inv_free(client);
	inv_free(NULL);
	inv_cancel(NULL);
	ck_assert_str_eq(inv_meta(NULL)->json, "");
	ck_assert_str_eq(inv_meta(NULL)->request_id, "");
}
END_TEST

START_TEST(a_success_leaves_the_error_alone)
{
	struct inv_client *client;
	struct inv_error err, before;

	memset(&err, 0x5a, sizeof(err));
	before = err;
	ck_assert_int_eq(
	    inv_client_new(&(struct inv_options){ .admin_api_key = "k" },
			   &client, &err),
	    0);
	ck_assert_mem_eq(&err, &before, sizeof(err));
	inv_free(client);
}
END_TEST

START_TEST(what_is_not_utf8_is_not_sent)
{
	struct inv_client *client = client_for_nobody();
	struct inv_invite *invite;
	struct inv_error err;

	ck_assert_int_eq(inv_invites_create(
			     client,
			     &(struct inv_invite_create_params){
				 .email = "\xff@x.y", .role = INV_ROLE_READER },
			     NULL, &invite, &err),
			 -1);
	ck_assert_int_eq(err.kind, INV_ERROR_USAGE);
	ck_assert_str_eq(err.message, "email is not UTF-8.");
	inv_free(client);
}
END_TEST

static void check_copy(const char *text, size_t size, const char *expected)
{
	char out[16];

	text_copy(out, size, str_of(text));
	ck_assert_str_eq(out, expected);
}

START_TEST(texts_are_copied_whole_or_cut_well)
{
	check_copy("", 1, "");
	check_copy("abc", 1, "");
	check_copy("abc", 4, "abc");
	check_copy("abcd", 4, "abc");
	check_copy("a\xc3\xa9", 4, "a\xc3\xa9");
	check_copy("a\xc3\xa9", 3, "a");
	check_copy("a\tb\x1b\x7f", 16, "a b  ");
	check_copy("a\xc2\x9b"
		   "b",
		   16, "a  b");
	check_copy("a\xff\xc3", 16, "a??");
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_test(tests, words_go_both_ways);
	tcase_add_test(tests, every_kind_has_a_name);
	tcase_add_test(tests, the_versions_agree);
	tcase_add_test(tests, errors_may_be_unwanted);
	tcase_add_test(tests, null_is_refused_where_it_is_not_welcome);
	tcase_add_test(tests, a_success_leaves_the_error_alone);
	tcase_add_test(tests, what_is_not_utf8_is_not_sent);
	tcase_add_test(tests, texts_are_copied_whole_or_cut_well);
}

int main(void)
{
	return unit_run("inv_client", add);
}
