/*
 * t_page.c: what stands in the pages that people see, and what never does.
 *
 * How they look and behave is the browser tests' business.
 */
#include "base/base.h"

#include "page/asset.h"
#include "page/home.h"
#include "page/accept.h"
#include "page/view.h"

#include <check.h>

#define CODE	"0D4V3QSZ8M2K7.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define NOW	1763861196 /* 2025-11-23 01:26:36 UTC, a Sunday */
#define CEILING (1 << 20)

static struct named_grant grants[100];
static struct invitation invitation;
static struct buf html;

static void prepare(void)
{
	grants[0] = (struct named_grant){ "Search", PROJECT_MEMBER, false };
	grants[1] = (struct named_grant){ "Billing", PROJECT_OWNER, false };
	grants[2] = (struct named_grant){ "Attic", PROJECT_MEMBER, true };
	invitation = (struct invitation){
		.invite = { .email = "ada@example.com",
			    .role = ROLE_READER,
			    .grants.count = 3,
			    .expires_at = NOW + 86400,
			    .accepted_at = NOW },
		.organization_name = "ACME",
		.grants = grants,
	};
	buf_init(&html, CEILING);
}

static void release(void)
{
	buf_release(&html);
}

static bool has_invitation(enum accept_kind kind)
{
	return kind == ACCEPT_INVITED || kind == ACCEPT_DECLINING ||
	       kind == ACCEPT_ACCEPTED;
}

static const char *rendered(struct accept_page page)
{
	if (has_invitation(page.kind))
		page.invitation = &invitation;
	if (page.now_seconds == 0)
		page.now_seconds = NOW;
	buf_clear(&html);
	accept_render(&page, &html);
	ck_assert(buf_ok(&html));
	return html.data;
}

#define render(...)	       rendered((struct accept_page){ .kind = __VA_ARGS__ })

#define ck_has(text, part)     ck_assert_msg(strstr(text, part), "no %s", part)
#define ck_has_not(text, part) ck_assert_msg(!strstr(text, part), "a %s", part)

/* Both stand in `text`, in this order. */
static void ck_precedes(const char *text, const char *a, const char *b)
{
	ck_has(text, a);
	ck_has(text, b);
	ck_assert(strstr(text, a) < strstr(text, b));
}

static int count(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

/* Every page there is, with what must stand in it. */
static const struct {
	struct accept_page page;
	const char *title;
} all[] = {
	{ .page = { .kind = ACCEPT_CODE }, .title = "Open your invitation" },
	{ .page = { .kind = ACCEPT_INVITED, .code = CODE },
	  .title = "You’re invited to join ACME" },
	{ .page = { .kind = ACCEPT_DECLINING, .code = CODE },
	  .title = "Decline the invitation to ACME?" },
	{ .page = { .kind = ACCEPT_ACCEPTED }, .title = "Welcome to ACME" },
	{ .page = { .kind = ACCEPT_ACCEPTED, .again = true },
	  .title = "You’re a member of ACME" },
	{ .page = { .kind = ACCEPT_DECLINED },
	  .title = "You’ve declined the invitation" },
	{ .page = { .kind = ACCEPT_TOO_MANY }, .title = "Too many attempts" },
	{ .page = { .kind = ACCEPT_ERROR }, .title = "Something went wrong" },
	{ .page = { .kind = ACCEPT_ERROR, .result = RESULT_STORE_UNAVAILABLE },
	  .title = "We’re too busy just now" },
	{ .page = { .kind = ACCEPT_REFUSED,
		    .result = RESULT_INVITATION_NOT_FOUND },
	  .title = "This link doesn’t open an invitation" },
	{ .page = { .kind = ACCEPT_REFUSED,
		    .result = RESULT_INVITATION_EXPIRED },
	  .title = "This invitation has expired" },
	{ .page = { .kind = ACCEPT_REFUSED,
		    .result = RESULT_INVITATION_WITHDRAWN },
	  .title = "This invitation was withdrawn" },
	{ .page = { .kind = ACCEPT_REFUSED,
		    .result = RESULT_INVITATION_DECLINED },
	  .title = "This invitation was declined" },
	{ .page = { .kind = ACCEPT_REFUSED, .result = RESULT_INVITE_ACCEPTED },
	  .title = "This invitation has already been accepted" },
	{ .page = { .kind = ACCEPT_REFUSED, .result = RESULT_OUT_OF_MEMORY },
	  .title = "We’re too busy just now" },
	{ .page = { .kind = ACCEPT_REFUSED, .result = RESULT_STORE_UNCERTAIN },
	  .title = "We lost track of your answer" },
};

START_TEST(test_each_page_is_a_whole_document)
{
	const char *text = rendered(all[_i].page);
	char title[128];

	ck_assert_int_eq(
	    strncmp(text, "<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">",
		    42),
	    0);
	ck_assert_str_eq(text + html.len - 8, "</html>\n");
	snprintf(title, sizeof(title), "<title>%s</title>", all[_i].title);
	ck_has(text, title);
	ck_has(text, "<meta name=\"robots\" content=\"noindex\">");
	ck_assert_int_eq(count(text, "<body>"), 1);
	/* The shown one, and those of the script's two templates. */
	ck_assert_int_eq(count(text, "<main id=\"page\""), 3);
	ck_assert_int_eq(count(text, "<h1 tabindex=\"-1\">"), 3);
	ck_has_not(text, "{");
	ck_has_not(text, "}");
	ck_has_not(text, "(null)");
}
END_TEST

START_TEST(test_no_page_needs_more_than_the_policy_allows)
{
	const char *text = rendered(all[_i].page);

	ck_has_not(text, " style=");
	ck_has_not(text, "<style");
	ck_has_not(text, " onload");
	ck_has_not(text, " onclick");
	ck_has_not(text, " onsubmit");
	ck_has_not(text, "<script>");
	ck_has_not(text, "//");
	ck_has_not(text, "javascript:");
	ck_assert_int_eq(count(text, "<script"), 1);
}
END_TEST

START_TEST(test_every_refusal_has_a_page)
{
	const char *text = render(ACCEPT_REFUSED, .result = (enum result)_i);

	ck_has(text, "<p class=\"lead\">");
}
END_TEST

START_TEST(test_a_page_fits_or_says_that_it_does_not)
{
	struct accept_page page = all[_i].page;
	size_t whole = strlen(rendered(page)), max;
	struct buf out;

	if (has_invitation(page.kind))
		page.invitation = &invitation;
	page.now_seconds = NOW;
	for (max = 0; max <= whole; max++) {
		buf_init(&out, max);
		accept_render(&page, &out);
		ck_assert_int_eq(buf_ok(&out), max == whole);
		buf_release(&out);
	}
}
END_TEST

START_TEST(test_invitation_says_what_it_is_about)
{
	const char *text = render(ACCEPT_INVITED, .code = CODE, .name = "Ada");

	ck_has(text, "<h1 tabindex=\"-1\">You’re invited to join "
		     "<bdi>ACME</bdi></h1>");
	ck_has(text, "<dd><bdi>ada@example.com</bdi></dd>");
	ck_has(text, "<dd>Reader <span");
	ck_has(text, "<li><bdi>Search</bdi> <span class=\"tag\">Member</span>");
	ck_has(text, "<li><bdi>Billing</bdi> <span class=\"tag\">Owner</span>");
	ck_has(text, "<li><s><bdi>Attic</bdi></s> <span class=\"tag\">"
		     "archived, not included</span>");
	ck_has(text, "<time datetime=\"2025-11-24T01:26:36Z\">"
		     "24 Nov 2025, 01:26 UTC</time>");
	ck_has(text, "name=\"code\" value=\"" CODE "\"");
	ck_has(text, "name=\"name\" type=\"text\"");
	ck_has(text, "value=\"Ada\"");
	ck_has(text, "name=\"action\" value=\"accept\"");
	/* Enter in the name field presses the first button: Accept. */
	ck_precedes(text, "value=\"accept\"", "value=\"ask\"");
	ck_precedes(text, "value=\"accept\"", "<ul");
}
END_TEST

START_TEST(test_declining_is_asked_once_more)
{
	const char *text = render(ACCEPT_INVITED, .code = CODE);

	ck_has_not(text, "value=\"decline\"");
	text = render(ACCEPT_DECLINING, .code = CODE, .name = "Ada");
	ck_has(text, "Decline the invitation to <bdi>ACME</bdi>?");
	ck_has(text, "name=\"code\" value=\"" CODE "\"");
	ck_has(text, "name=\"name\" value=\"Ada\"");
	ck_precedes(text, "name=\"action\" value=\"decline\"",
		    "name=\"action\" value=\"show\"");
}
END_TEST

START_TEST(test_acceptance_says_what_came_of_it)
{
	const char *text;

	invitation.invite.role = ROLE_OWNER;
	text = render(ACCEPT_ACCEPTED);
	ck_has(text, "Welcome to <bdi>ACME</bdi>");
	ck_has(text, "<dd>Owner <span");
	ck_has(text, "archived, not included");
	ck_has(text, "<dt>Joined</dt>\n"
		     "<dd><time datetime=\"2025-11-23T01:26:36Z\">");
	ck_has_not(text, "Open until");
	ck_has_not(text, "<button class");
	ck_has(text, "What happens next");
	ck_has(text, "The administrators of <bdi>ACME</bdi> can see");
	ck_has(text, "You can close this page.");
}
END_TEST

START_TEST(test_second_look_says_that_it_is_one)
{
	const char *text = render(ACCEPT_ACCEPTED, .again = true);

	ck_has(text, "You’re a member of <bdi>ACME</bdi>");
	ck_has(text, "There is nothing left to do.");
	ck_has_not(text, "Welcome");
}
END_TEST

START_TEST(test_welcome_leads_on)
{
	const char *text =
	    render(ACCEPT_ACCEPTED, .welcome_url = "https://acme.example/?a&b");

	ck_has(text, "href=\"https://acme.example/?a&amp;b\"");
	ck_has_not(text, "What happens next");
}
END_TEST

START_TEST(test_no_projects)
{
	const char *text;

	invitation.invite.grants.count = 0;
	invitation.grants = NULL;
	text = render(ACCEPT_INVITED, .code = CODE);
	ck_has(text, "None yet");
	ck_has_not(text, "<ul");
}
END_TEST

START_TEST(test_long_lists_scroll)
{
	const char *text;

	for (size_t i = 0; i < COUNT_OF(grants); i++)
		grants[i] = (struct named_grant){ "One of many", 0, false };
	invitation.invite.grants.count = 8;
	text = render(ACCEPT_INVITED, .code = CODE);
	ck_assert_int_eq(count(text, "<li>"), 8);
	ck_has(text, "<ul>");
	invitation.invite.grants.count = COUNT_OF(grants);
	text = render(ACCEPT_INVITED, .code = CODE);
	ck_assert_int_eq(count(text, "<li>"), COUNT_OF(grants));
	/* Who has no mouse must be able to scroll too. */
	ck_has(text, "<ul class=\"scrolls\" tabindex=\"0\"");
	ck_has(text, "(<bdi>100</bdi>)");
}
END_TEST

static const struct {
	int64_t left;
	const char *says;
} lefts[] = {
	{ 31536000, "365 days" }, { 604800, "7 days" },	 { 604740, "7 days" },
	{ 172800, "2 days" },	  { 86400, "24 hours" }, { 60, "1 minute" },
	{ 0, "1 minute" },
};

START_TEST(test_time_left)
{
	char says[64];

	invitation.invite.expires_at = NOW + lefts[_i].left;
	snprintf(says, sizeof(says), "<bdi>%s</bdi> left<", lefts[_i].says);
	ck_has(render(ACCEPT_INVITED, .code = CODE), says);
}
END_TEST

START_TEST(test_times_out_of_every_calendar)
{
	static const int64_t times[] = { INT64_MIN, -1, 0, INT64_MAX };

	for (size_t i = 0; i < COUNT_OF(times); i++) {
		invitation.invite.expires_at = times[i];
		invitation.invite.accepted_at = times[i];
		ck_has_not(
		    render(ACCEPT_INVITED, .code = CODE, .now_seconds = 1),
		    "<time");
		ck_has_not(render(ACCEPT_ACCEPTED), "<time");
	}
}
END_TEST

#define HOSTILE "\"'><script>alert(1)</script>&amp;{{code}}{email}"
#define ESCAPED                                                           \
	"&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;{{" \
	"code}}{email}"

START_TEST(test_every_value_is_escaped)
{
	const char *text;

	grants[0].project_name = HOSTILE;
	invitation.organization_name = HOSTILE;
	invitation.invite.email = HOSTILE;
	text = render(ACCEPT_INVITED, .code = HOSTILE, .name = HOSTILE,
		      .base = HOSTILE);
	/* Title, heading, address, project, code, name; and the base before
	 * three assets and the form's target. */
	ck_assert_int_eq(count(text, ESCAPED), 6 + 4);
	ck_has_not(text, "<script>");
	text = render(ACCEPT_DECLINING, .code = HOSTILE, .name = HOSTILE);
	ck_assert_int_eq(count(text, ESCAPED), 4);
	ck_has_not(text, "<script>");
	text = render(ACCEPT_ACCEPTED, .welcome_url = HOSTILE);
	ck_assert_int_eq(count(text, ESCAPED), 6);
	ck_has_not(text, "<script>");
}
END_TEST

START_TEST(test_notice_stands_above_the_form)
{
	const char *text = render(ACCEPT_CODE, .notice = "code.missing");

	ck_has(text, "role=\"alert\" id=\"notice\">Please paste");
	ck_has(text, "aria-invalid=\"true\" "
		     "aria-describedby=\"notice code-hint\"");
	ck_precedes(text, "Please paste", "<form");
	ck_has_not(render(ACCEPT_CODE, .notice = NULL), "role=\"alert\"");
	ck_has_not(render(ACCEPT_CODE, .notice = NULL), "aria-invalid");
	ck_has_not(render(ACCEPT_CODE, .notice = ""), "role=\"alert\"");
	text = render(ACCEPT_INVITED, .code = CODE,
		      .notice = "invited.name.wrong");
	ck_has(text, "role=\"alert\" id=\"notice\">This name");
	ck_has(text, "aria-invalid=\"true\" "
		     "aria-describedby=\"notice name-hint\"");
}
END_TEST

START_TEST(test_wrong_link_asks_for_another_and_repeats_nothing)
{
	const char *text = render(ACCEPT_REFUSED, .code = CODE,
				  .result = RESULT_INVITATION_NOT_FOUND);

	ck_has(text, "<label for=\"code\">");
	ck_has_not(text, CODE);
}
END_TEST

START_TEST(test_who_has_a_code_can_try_again)
{
	const char *text = render(ACCEPT_ERROR, .code = CODE);

	ck_has(text, "value=\"" CODE "\"");
	ck_has(text, "<button class=\"primary\">Try again</button>");
	ck_has_not(text, "name=\"action\"");
	text = render(ACCEPT_ERROR, .code = NULL);
	ck_has_not(text, "<button class");
	ck_has(text, "href=\"/accept\"");
}
END_TEST

START_TEST(test_links_begin_with_the_base)
{
	const char *text = render(ACCEPT_CODE, .base = "/join");

	ck_has(text, "href=\"/join/assets/page.css\"");
	ck_has(text, "src=\"/join/assets/accept.js\"");
	ck_has(text, "action=\"/join/accept\"");
	ck_has(render(ACCEPT_CODE), "action=\"/accept\"");
}
END_TEST

START_TEST(test_assets)
{
	static const char *const paths[] = { "/assets/page.css",
					     "/assets/accept.js",
					     "/assets/favicon.svg" };
	const struct asset *asset = asset_find(str_of(paths[_i]));

	ck_assert_ptr_nonnull(asset);
	ck_assert_str_eq(asset->path, paths[_i]);
	ck_assert_uint_eq(asset->len, strlen((const char *)asset->data));
	ck_assert_uint_gt(asset->len, 100);
	ck_assert_uint_eq(strlen(asset->etag), 26);
	ck_assert_int_eq(asset->etag[0], '"');
	ck_assert_int_eq(asset->etag[25], '"');
	ck_assert_ptr_eq(asset_find(str_of(paths[_i])), asset);
	for (int i = 0; i < _i; i++)
		ck_assert_str_ne(asset_find(str_of(paths[i]))->etag,
				 asset->etag);
}
END_TEST

START_TEST(test_nothing_else_is_an_asset)
{
	static const char *const paths[] = {
		"",
		"/",
		"/assets/",
		"/assets/page.css/",
		"/assets/page.cs",
		"/assets/../assets/page.css",
		"/assets/Page.css",
		"assets/page.css",
	};

	for (size_t i = 0; i < COUNT_OF(paths); i++)
		ck_assert_ptr_null(asset_find(str_of(paths[i])));
	ck_assert_ptr_null(asset_find((struct str){ NULL, 0 }));
	ck_assert_ptr_null(asset_find(STR("/assets/page.css\0")));
}
END_TEST

START_TEST(test_policy_is_strict)
{
	const char *policy = view_policy(_i);

	ck_assert_int_eq(strncmp(policy, "default-src 'none'; ", 20), 0);
	ck_has_not(policy, "unsafe");
	ck_has_not(policy, "*");
	ck_has(policy, "frame-ancestors 'none'");
	ck_has(policy, "base-uri 'none'");
	ck_has(policy, "form-action 'self'");
	ck_assert_int_eq(count(policy, "script-src"), _i);
}
END_TEST

START_TEST(test_an_unknown_address_leads_to_the_form)
{
	missing_render(NULL, "/join", &html);
	ck_assert(buf_ok(&html));
	ck_has(html.data, "<title>There’s no such page</title>");
	ck_has(html.data, "href=\"/join/accept\"");
	ck_has_not(html.data, "<script");
	ck_has_not(html.data, "{");
}
END_TEST

START_TEST(test_the_root_says_what_this_is_and_runs_no_script)
{
	home_render(NULL, "/join", "https://invited.example/join/v1", &html);
	ck_assert(buf_ok(&html));
	ck_has(html.data, "<title>This server handles invitations</title>");
	ck_has(html.data, "<bdi>https://invited.example/join/v1</bdi>");
	ck_has(html.data, "href=\"/join/accept\"");
	ck_has_not(html.data, "<script");
	ck_has_not(html.data, "<template");
	ck_has_not(html.data, "{");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("page");
	TCase *tests = tcase_create("page");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tests);
	tcase_add_checked_fixture(tests, prepare, release);
	tcase_add_loop_test(tests, test_each_page_is_a_whole_document, 0,
			    COUNT_OF(all));
	tcase_add_loop_test(tests,
			    test_no_page_needs_more_than_the_policy_allows, 0,
			    COUNT_OF(all));
	tcase_add_loop_test(tests, test_every_refusal_has_a_page, 0,
			    RESULT_COUNT);
	tcase_add_loop_test(tests, test_a_page_fits_or_says_that_it_does_not, 0,
			    COUNT_OF(all));
	tcase_add_test(tests, test_invitation_says_what_it_is_about);
	tcase_add_test(tests, test_declining_is_asked_once_more);
	tcase_add_test(tests, test_acceptance_says_what_came_of_it);
	tcase_add_test(tests, test_second_look_says_that_it_is_one);
	tcase_add_test(tests, test_welcome_leads_on);
	tcase_add_test(tests, test_no_projects);
	tcase_add_test(tests, test_long_lists_scroll);
	tcase_add_loop_test(tests, test_time_left, 0, COUNT_OF(lefts));
	tcase_add_test(tests, test_times_out_of_every_calendar);
	tcase_add_test(tests, test_every_value_is_escaped);
	tcase_add_test(tests, test_notice_stands_above_the_form);
	tcase_add_test(tests,
		       test_wrong_link_asks_for_another_and_repeats_nothing);
	tcase_add_test(tests, test_who_has_a_code_can_try_again);
	tcase_add_test(tests, test_links_begin_with_the_base);
	tcase_add_loop_test(tests, test_assets, 0, 3);
	tcase_add_test(tests, test_nothing_else_is_an_asset);
	tcase_add_loop_test(tests, test_policy_is_strict, 0, 2);
	tcase_add_test(tests, test_an_unknown_address_leads_to_the_form);
	tcase_add_test(tests,
		       test_the_root_says_what_this_is_and_runs_no_script);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? 1 : 0;
}
