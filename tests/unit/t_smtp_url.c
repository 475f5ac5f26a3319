/*
 * t_smtp_url.c: what an operator may say about a mail server, and how much
 * TLS follows from it.
 */
#include "base/base.h"
#include "unit.h"

#include "mail/smtp_url.h"

static struct arena arena;
static struct fail fail;

static int parse(const char *url, struct smtp_settings *settings)
{
	const struct transport_options options = { .url = url };

	return smtp_url_parse(&arena, &options, settings, &fail);
}

static void set_up(void)
{
	arena_init(&arena, 1 << 16);
}

static void tear_down(void)
{
	arena_release(&arena);
}

static const struct {
	const char *given, *url;
	enum smtp_tls tls;
	bool verify;
} hosts[] = {
	/* Loopback: what is offered, whoever signed it. */
	{ "smtp://localhost", "smtp://localhost/", SMTP_TLS_IF_OFFERED, 0 },
	{ "SMTP://LocalHost:25", "smtp://LocalHost:25/", SMTP_TLS_IF_OFFERED,
	  0 },
	{ "smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525/",
	  SMTP_TLS_IF_OFFERED, 0 },
	{ "smtp://127.9.9.9", "smtp://127.9.9.9/", SMTP_TLS_IF_OFFERED, 0 },
	{ "smtp://[::1]:25", "smtp://[::1]:25/", SMTP_TLS_IF_OFFERED, 0 },
	/* Anybody else: TLS, and a certificate that holds. */
	{ "smtp://mail.example", "smtp://mail.example/", SMTP_TLS_REQUIRED, 1 },
	{ "smtp://127.0.0.1.example", "smtp://127.0.0.1.example/",
	  SMTP_TLS_REQUIRED, 1 },
	{ "smtp://localhost.example", "smtp://localhost.example/",
	  SMTP_TLS_REQUIRED, 1 },
	{ "smtp://1270.0.0.1", "smtp://1270.0.0.1/", SMTP_TLS_REQUIRED, 1 },
	{ "smtp://0.0.0.0", "smtp://0.0.0.0/", SMTP_TLS_REQUIRED, 1 },
	{ "smtp://[::2]", "smtp://[::2]/", SMTP_TLS_REQUIRED, 1 },
	{ "smtps://mail.example:465", "smtps://mail.example:465/",
	  SMTP_TLS_REQUIRED, 1 },
	{ "smtps://localhost", "smtps://localhost/", SMTP_TLS_REQUIRED, 1 },
	/* On request. */
	{ "smtp://localhost?tls=required", "smtp://localhost/",
	  SMTP_TLS_REQUIRED, 1 },
	{ "smtp://localhost?cafile=/etc/my%20ca.pem", "smtp://localhost/",
	  SMTP_TLS_REQUIRED, 1 },
	{ "smtp://catcher:1025?tls=none", "smtp://catcher:1025/", SMTP_TLS_NONE,
	  0 },
	{ "smtp://mail.example/our.name?timeout=5s",
	  "smtp://mail.example/our.name", SMTP_TLS_REQUIRED, 1 },
	{ "smtp://b\xC3\xBC"
	  "cher.example",
	  "smtp://b\xC3\xBC"
	  "cher.example/",
	  SMTP_TLS_REQUIRED, 1 },
};

START_TEST(test_host)
{
	struct smtp_settings settings;

	ck_assert_int_eq(parse(hosts[_i].given, &settings), 0);
	ck_assert_str_eq(settings.url, hosts[_i].url);
	ck_assert_int_eq(settings.tls, hosts[_i].tls);
	ck_assert_int_eq(settings.verify, hosts[_i].verify);
	ck_assert_ptr_null(settings.username);
	ck_assert_ptr_null(settings.password);
}
END_TEST

static const struct {
	const char *url, *username, *password; /* given */
	const char *expect_username, *expect_password;
} logins[] = {
	{ "smtps://ada:secret@mail.example", NULL, NULL, "ada", "secret" },
	{ "smtps://ada:s%40%3a%2F%25@mail.example", NULL, NULL, "ada",
	  "s@:/%" },
	{ "smtps://a@b.example:p@ss@mail.example", NULL, NULL, "a@b.example",
	  "p@ss" },
	{ "smtps://a:b:c@mail.example", NULL, NULL, "a", "b:c" },
	{ "smtps://ada:@mail.example", NULL, NULL, "ada", "" },
	{ "smtps://mail.example", "ada", "100%sure", "ada", "100%sure" },
	{ "smtps://bob:other@mail.example", "ada", "mine", "ada", "mine" },
	{ "smtps://ada@mail.example", NULL, "mine", "ada", "mine" },
	{ "smtp://ada:secret@localhost?tls=none", NULL, NULL, "ada", "secret" },
};

START_TEST(test_login)
{
	const struct transport_options options = {
		.url = logins[_i].url,
		.username = logins[_i].username,
		.password = logins[_i].password,
	};
	struct smtp_settings settings;

	ck_assert_int_eq(smtp_url_parse(&arena, &options, &settings, &fail), 0);
	ck_assert_str_eq(settings.username, logins[_i].expect_username);
	ck_assert_str_eq(settings.password, logins[_i].expect_password);
	ck_assert_ptr_null(strchr(settings.url, '@'));
}
END_TEST

static const struct {
	const char *option;
	int64_t whole_ms;
} times[] = {
	{ "", 60000 },
	{ "?timeout=1", 1000 },
	{ "?timeout=2s", 2000 },
	{ "?timeout=5m&tls=required", 300000 },
	{ "?tls=required&timeout=1h", 3600000 },
};

START_TEST(test_timeout)
{
	struct smtp_settings settings;
	char url[100];

	snprintf(url, sizeof(url), "smtp://mail.example%s", times[_i].option);
	ck_assert_int_eq(parse(url, &settings), 0);
	ck_assert_int_eq(settings.whole_ms, times[_i].whole_ms);
}
END_TEST

START_TEST(test_cafile)
{
	struct smtp_settings settings;

	ck_assert_int_eq(parse("smtp://h?cafile=/a%20b%26c.pem", &settings), 0);
	ck_assert_str_eq(settings.cafile, "/a b&c.pem");
}
END_TEST

/* What we call ourselves: as said aside, as in the URL, or by our domain. */
static const struct {
	const char *given, *helo, *domain, *url;
} names[] = {
	{ "smtp://h", NULL, NULL, "smtp://h/" },
	{ "smtp://h", NULL, "example.com", "smtp://h/example.com" },
	{ "smtp://h/in.url", NULL, "example.com", "smtp://h/in.url" },
	{ "smtp://h/in.url?tls=none", "aside.example", "example.com",
	  "smtp://h/aside.example" },
	{ "smtp://h:25", "[192.0.2.1]", "example.com",
	  "smtp://h:25/[192.0.2.1]" },
};

START_TEST(test_name_in_ehlo)
{
	const struct transport_options options = {
		.url = names[_i].given,
		.helo = names[_i].helo,
		.domain = names[_i].domain,
	};
	struct smtp_settings settings;

	ck_assert_int_eq(smtp_url_parse(&arena, &options, &settings, &fail), 0);
	ck_assert_str_eq(settings.url, names[_i].url);
}
END_TEST

/* A file that was read with its last line break, and its like. */
static const struct transport_options controls[] = {
	{ .url = "smtps://h", .username = "ada", .password = "secret\n" },
	{ .url = "smtps://h", .username = "ada", .password = "secret\r\n" },
	{ .url = "smtps://h", .username = "ada\n", .password = "secret" },
	{ .url = "smtps://ada:secret%0A@h" },
};

START_TEST(test_line_break_in_a_secret_is_refused)
{
	struct smtp_settings settings;

	ck_assert_int_eq(
	    smtp_url_parse(&arena, &controls[_i], &settings, &fail), -1);
	ck_assert_ptr_nonnull(strstr(fail.message, "a line break at its end"));
	ck_assert_ptr_null(strstr(fail.message, "secret"));
}
END_TEST

/* Too small an arena: said, not crashed on. */
START_TEST(test_out_of_memory)
{
	const struct transport_options options = {
		.url = "smtp://mail.example?cafile=/etc/ca.pem",
		.username = "username",
		.password = "password",
	};
	struct smtp_settings settings;
	struct arena small;

	for (size_t max = 0; max < 50; max++) {
		arena_init(&small, max);
		ck_assert_int_eq(
		    smtp_url_parse(&small, &options, &settings, &fail), -1);
		arena_release(&small);
	}
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, test_host, 0, COUNT_OF(hosts));
	tcase_add_loop_test(tests, test_login, 0, COUNT_OF(logins));
	tcase_add_loop_test(tests, test_timeout, 0, COUNT_OF(times));
	tcase_add_test(tests, test_cafile);
	tcase_add_loop_test(tests, test_name_in_ehlo, 0, COUNT_OF(names));
	tcase_add_loop_test(tests, test_line_break_in_a_secret_is_refused, 0,
			    COUNT_OF(controls));
	tcase_add_test(tests, test_out_of_memory);
}

int main(void)
{
	return unit_run("smtp_url", add);
}
