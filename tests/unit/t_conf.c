/*
 * t_conf.c: settings from flags, environment and defaults, and what is said
 * about wrong ones.
 */
#include "base/base.h"
#include "conf/conf.h"

#include <unistd.h>

#include "conf/table.h"
#include "conf/value.h"
#include "unit.h"

/* The environment of the test: name, value, name, value, NULL. */
static const char **environment;

static char *look_up(const char *variable)
{
	for (const char **at = environment; at && *at; at += 2)
		if (strcmp(at[0], variable) == 0)
			return (char *)at[1];
	return NULL;
}

static struct conf conf;
static struct fail failure;

/* conf_parse() with these arguments; it does not write to them. */
static int parse(const char *const *argv)
{
	return conf_parse(&conf, (char **)argv, look_up, &failure);
}

#define PARSE(...) parse((const char *const[]){ "invited", __VA_ARGS__, NULL })

static void clear(void)
{
	conf = (struct conf){ .command = COMMAND_SERVE };
	environment = NULL;
	failure = (struct fail){ .message = "" };
}

static void release(void)
{
	conf_release(&conf);
}

#define ck_says(text)                                               \
	ck_assert_msg(strstr(failure.message, text), "it says: %s", \
		      failure.message)

START_TEST(test_defaults)
{
	ck_assert_int_eq(PARSE(NULL), 0);
	ck_assert_int_eq(conf.command, COMMAND_SERVE);
	ck_assert_ptr_null(conf.argument);
	ck_assert_uint_eq(conf.listen_count, 1);
	ck_assert_str_eq(conf.listen[0], "127.0.0.1:8080");
	ck_assert_ptr_null(conf.public_url);
	ck_assert_str_eq(conf.data, "./var");
	ck_assert_str_eq(conf.database, "sqlite:./var/invited.db");
	ck_assert_str_eq(conf.mail, "maildir:./var/mail");
	ck_assert_str_eq(conf.mail_from, "invited@localhost");
	ck_assert(!conf.mail_from_given);
	ck_assert_ptr_null(conf.mail_helo);
	ck_assert_int_eq(conf.mail_connections, 4);
	ck_assert_int_eq(conf.threads, 0);
	ck_assert_ptr_null(conf.mail_username);
	ck_assert_ptr_null(conf.mail_password);
	ck_assert_int_eq(conf.mail_retry_ms, 30000);
	ck_assert_int_eq(conf.invite_ttl_seconds, 7 * 24 * 3600);
	ck_assert_str_eq(conf.organization, "Default organization");
	ck_assert(!conf.organization_given);
	ck_assert_ptr_null(conf.welcome_url);
	ck_assert_ptr_null(conf.admin_key);
	ck_assert_int_eq(conf.log_level, LOG_INFO);
}
END_TEST

START_TEST(test_flag_over_environment_over_default)
{
	environment = (const char *[]){ "INVITED_DATA",
					"/srv/a",
					"INVITED_INVITE_TTL",
					"12h",
					"INVITED_MAIL_FROM",
					"",
					NULL };
	ck_assert_int_eq(PARSE("--data", "/srv/b"), 0);
	ck_assert_str_eq(conf.data, "/srv/b");
	ck_assert_int_eq(conf.invite_ttl_seconds, 12 * 3600);
	ck_assert_str_eq(conf.mail_from, "invited@localhost");
}
END_TEST

START_TEST(test_every_setting_from_the_environment)
{
	environment = (const char *[]){ "INVITED_LISTEN",
					"127.0.0.1:0, [::1]:81,unix:/run/i",
					"INVITED_PUBLIC_URL",
					"https://i.example/team//",
					"INVITED_DATA",
					"d",
					"INVITED_DATABASE",
					"sqlite:/x/y.db",
					"INVITED_MAIL",
					"smtp://mx.example:25",
					"INVITED_MAIL_FROM",
					"I <i@example.com>",
					"INVITED_MAIL_HELO",
					"mx.example.com",
					"INVITED_MAIL_CONNECTIONS",
					"64",
					"INVITED_MAIL_RETRY",
					"5m",
					"INVITED_MAIL_USERNAME",
					"u",
					"INVITED_MAIL_PASSWORD",
					"p",
					"INVITED_INVITE_TTL",
					"60",
					"INVITED_ORGANIZATION",
					"Acme",
					"INVITED_WELCOME_URL",
					"http://app.example/?from=invite",
					"INVITED_ADMIN_KEY",
					"sk-admin-0123456789",
					"INVITED_LOG_LEVEL",
					"debug",
					"INVITED_LOG_ROUTINE",
					"sample",
					NULL };
	ck_assert_int_eq(PARSE(NULL), 0);
	ck_assert_uint_eq(conf.listen_count, 3);
	ck_assert_str_eq(conf.listen[0], "127.0.0.1:0");
	ck_assert_str_eq(conf.listen[1], "[::1]:81");
	ck_assert_str_eq(conf.listen[2], "unix:/run/i");
	ck_assert_str_eq(conf.public_url, "https://i.example/team");
	ck_assert_str_eq(conf.database, "sqlite:/x/y.db");
	ck_assert_str_eq(conf.mail, "smtp://mx.example:25");
	ck_assert_str_eq(conf.mail_from, "I <i@example.com>");
	ck_assert(conf.mail_from_given);
	ck_assert_str_eq(conf.mail_helo, "mx.example.com");
	ck_assert_int_eq(conf.mail_connections, 64);
	ck_assert_int_eq(conf.mail_retry_ms, 300000);
	ck_assert_str_eq(conf.mail_username, "u");
	ck_assert_str_eq(conf.mail_password, "p");
	ck_assert_int_eq(conf.invite_ttl_seconds, 60);
	ck_assert_str_eq(conf.organization, "Acme");
	ck_assert(conf.organization_given);
	ck_assert_str_eq(conf.welcome_url, "http://app.example/?from=invite");
	ck_assert_str_eq(conf.admin_key, "sk-admin-0123456789");
	ck_assert_int_eq(conf.log_level, LOG_DEBUG);
	ck_assert_int_eq(conf.log_routine, ROUTINE_SAMPLED);
}
END_TEST

START_TEST(test_forms_of_flags)
{
	ck_assert_int_eq(
	    PARSE("--data=/a", "key", "--organization", "Acme", "list"), 0);
	ck_assert_str_eq(conf.data, "/a");
	ck_assert_int_eq(conf.command, COMMAND_KEY_LIST);
	ck_assert_str_eq(conf.organization, "Acme");
	ck_assert(conf.organization_given);
}
END_TEST

START_TEST(test_last_of_a_repeated_flag_wins)
{
	ck_assert_int_eq(PARSE("--data", "/a", "--data=/b"), 0);
	ck_assert_str_eq(conf.data, "/b");
}
END_TEST

START_TEST(test_listen_can_be_repeated_and_replaces_the_environment)
{
	environment = (const char *[]){ "INVITED_LISTEN", "127.0.0.1:9", NULL };
	ck_assert_int_eq(PARSE("--listen", "localhost:0", "--listen=unix:s"),
			 0);
	ck_assert_uint_eq(conf.listen_count, 2);
	ck_assert_str_eq(conf.listen[0], "localhost:0");
	ck_assert_str_eq(conf.listen[1], "unix:s");
}
END_TEST

START_TEST(test_proxies)
{
	environment =
	    (const char *[]){ "INVITED_PROXY", "10.0.0.1, 10.1.0.0/16", NULL };
	ck_assert_int_eq(PARSE("serve"), 0);
	ck_assert_uint_eq(conf.proxy_count, 2);
	ck_assert_uint_eq(conf.proxies[0].bits, 128);
	ck_assert_uint_eq(conf.proxies[1].bits, 112);
}
END_TEST

START_TEST(test_at_most_16_listen_addresses)
{
	char all[16 * 12 + 16] = "127.0.0.1:1";

	for (int i = 1; i < 16; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all),
			 ",127.0.0.1:2");
	ck_assert_int_eq(PARSE("--listen", all), 0);
	ck_assert_uint_eq(conf.listen_count, 16);
	conf_release(&conf);
	ck_assert_int_eq(PARSE("--listen", all, "--listen", "[::1]:3"), -1);
	ck_says("16 addresses are the most");
}
END_TEST

START_TEST(test_relative_paths_lie_in_the_data_directory)
{
	ck_assert_int_eq(PARSE("--data", "/d", "--database", "sqlite:a/b.db",
			       "--mail", "maildir:out"),
			 0);
	ck_assert_str_eq(conf.database, "sqlite:/d/a/b.db");
	ck_assert_str_eq(conf.mail, "maildir:/d/out");
}
END_TEST

static const struct {
	const char *url, *reason; /* NULL: none */
} databases[] = {
	{ "sqlite:x.db", NULL },
	{ "sqlite:/x/y z.db", NULL },
	{ "postgres://u:secret@h1,h2/db?sslmode=verify-full", NULL },
	{ "postgresql://h/db", NULL },
	{ "postgres:host=/run dbname=x", NULL },
	{ "sqlite:", "path of the file is missing" },
	{ "sqlite://var/x.db", "the path follows the colon" },
	{ "sqlite:///var/x.db", "the path follows the colon" },
	{ "sqlite::memory:", "only a path" },
	{ "sqlite:x.db?mode=secret", "only a path" },
	{ "postgre://u:secret@h/db", "expected sqlite:PATH or postgres://" },
	{ "mysql://u:secret@h/db", "expected sqlite:PATH or postgres://" },
	{ "secret.db", "expected sqlite:PATH or postgres://" },
};

/* What is refused may hold a password, and is not repeated. */
START_TEST(test_database_urls)
{
	const char *url = databases[_i].url, *reason = databases[_i].reason;

	ck_assert_int_eq(PARSE("--database", url), reason ? -1 : 0);
	if (reason) {
		ck_says(reason);
		ck_says("--database");
		ck_assert_ptr_null(strstr(failure.message, "secret"));
	}
}
END_TEST

static const struct {
	const char *argv[5];
	enum command command;
	const char *argument;
} commands[] = {
	{ { "serve" }, COMMAND_SERVE, NULL },
	{ { "key", "create" }, COMMAND_KEY_CREATE, NULL },
	{ { "key", "create", "deploy" }, COMMAND_KEY_CREATE, "deploy" },
	{ { "key", "list" }, COMMAND_KEY_LIST, NULL },
	{ { "key", "revoke", "key_1" }, COMMAND_KEY_REVOKE, "key_1" },
	{ { "organization", "create", "A B" },
	  COMMAND_ORGANIZATION_CREATE,
	  "A B" },
	{ { "organization", "list" }, COMMAND_ORGANIZATION_LIST, NULL },
	{ { "check" }, COMMAND_CHECK, NULL },
	{ { "backup", "--", "--odd" }, COMMAND_BACKUP, "--odd" },
	{ { "help" }, COMMAND_HELP, NULL },
	{ { "version" }, COMMAND_VERSION, NULL },
	{ { "--help" }, COMMAND_HELP, NULL },
	{ { "backup", "-h" }, COMMAND_HELP, NULL },
	{ { "--version" }, COMMAND_VERSION, NULL },
};

START_TEST(test_commands)
{
	ck_assert_int_eq(PARSE(commands[_i].argv[0], commands[_i].argv[1],
			       commands[_i].argv[2]),
			 0);
	ck_assert_int_eq(conf.command, commands[_i].command);
	ck_assert_pstr_eq(conf.argument, commands[_i].argument);
}
END_TEST

static const struct {
	const char *argv[4];
	const char *says;
} mistakes[] = {
	{ { "--lisen", "x" },
	  "unknown flag \"--lisen\"; did you mean --listen?" },
	{ { "--mail-form=x" }, "did you mean --mail-from?" },
	{ { "--mail", "smtp://mx.example" }, "--mail-from is needed" },
	{ { "--mail", "smtps://a:secret@mx.example" },
	  "--mail-from is needed" },
	{ { "--mail-helo", "mx.example" }, "--mail-helo has no effect" },
	{ { "--mail-helo", "a b" }, "expected a host name" },
	{ { "--threads", "0" }, "a number from 1 to 64" },
	{ { "--threads", "65" }, "a number from 1 to 64" },
	{ { "--threads", "all" }, "a number from 1 to 64" },
	{ { "--mail-connections", "0" }, "a number from 1 to 64" },
	{ { "--mail-connections", "65" }, "a number from 1 to 64" },
	{ { "--mail-connections", "four" }, "a number from 1 to 64" },
	{ { "--mail-helo", "b\xC3\xBC"
			   "cher.example" },
	  "expected a host name" },
	{ { "--colour" }, "unknown flag \"--colour\"; --help lists them all" },
	{ { "-x" }, "unknown flag \"-x\"; --help lists them all" },
	{ { "--data" }, "--data needs a value: --data DIR" },
	{ { "--data", "--mail", "none:" }, "--data needs a value" },
	{ { "--data=" }, "--data must not be empty" },
	{ { "chek" }, "unknown command \"chek\"; did you mean check?" },
	{ { "frobnicate" },
	  "unknown command \"frobnicate\"; --help lists them all" },
	{ { "key" },
	  "\"key\" needs one of these after it: create, first, list, revoke" },
	{ { "key", "make" }, "\"key\" needs one of these" },
	{ { "key", "revoke" }, "key revoke needs an argument: ID" },
	{ { "backup" }, "backup needs an argument: FILE" },
	{ { "organization", "create" },
	  "organization create needs an argument: NAME" },
	{ { "organization", "create", " " },
	  "organization create: a name must not be empty" },
	{ { "--nope" }, "unknown flag \"--nope\"; --help lists them all" },
	{ { "check", "it" }, "unexpected argument \"it\"" },
	{ { "key", "list", "a", "b" }, "unexpected argument" },
	{ { "--invite-ttl", "soon" },
	  "--invite-ttl \"soon\": expected a number" },
	{ { "--forget-invites", "59m" },
	  "--forget-invites \"59m\": from an hour (1h) to ten years" },
	{ { "--forget-invites", "3651d" }, "to ten years (3650d)" },
	{ { "--invite-ttl", "59" }, "from a minute (1m) to a year (365d)" },
	{ { "--invite-ttl", "366d" }, "from a minute (1m) to a year (365d)" },
	{ { "--mail-retry", "2h" }, "at most an hour" },
	{ { "--mail-retry", "-1" }, "expected a number" },
	{ { "--log-level", "loud" }, "expected error, warn, info or debug" },
	{ { "--log-routine", "some" }, "expected all, sample or none" },
	{ { "--listen", "8080" }, "expected ADDRESS:PORT" },
	{ { "--listen", ":80" }, "the address is missing" },
	{ { "--listen", "*:80" }, "has to be a numeric one or a name" },
	{ { "--listen", "http://127.0.0.1:80" }, "without http://" },
	{ { "--listen", "::1:80" }, "has to be in brackets" },
	{ { "--listen", "[::1]" }, "has to be in brackets" },
	{ { "--listen", "[127.0.0.1]:80" }, "has to be an IPv6 address" },
	{ { "--listen", "127.0.0.1:65536" }, "from 0 to 65535" },
	{ { "--listen", "127.0.0.1:" }, "from 0 to 65535" },
	{ { "--listen", "127.0.0.1:-1" }, "from 0 to 65535" },
	{ { "--listen", "127.0.0.1:1," }, "expected ADDRESS:PORT" },
	{ { "--listen", "unix:" }, "the path of the socket is missing" },
	{ { "--listen", "0.0.0.0:8080" }, "--public-url is needed" },
	{ { "--proxy", "proxy.example.com" }, "expected an address" },
	{ { "--proxy", "10.0.0.0/33" }, "expected an address" },
	{ { "--proxy", "10.0.0.1," }, "expected an address" },
	{ { "--listen", "unix:/run/i" }, "--public-url is needed" },
	{ { "--public-url", "example.com" }, "begin with http:// or https://" },
	{ { "--public-url", "ftp://example.com" }, "begin with http" },
	{ { "--public-url", "http://example.com" }, "it has to be https" },
	{ { "--public-url", "http://127.0.0.1.example.com" }, "to be https" },
	{ { "--public-url", "https://" }, "the host is missing" },
	{ { "--public-url", "https://:443/x" }, "the host is missing" },
	{ { "--public-url", "https://u:p@h" }, "user name or password" },
	{ { "--public-url", "https://h/?a" }, "query or a fragment" },
	{ { "--public-url", "https://h#a" }, "query or a fragment" },
	{ { "--public-url", "https://h:0/" }, "from 1 to 65535" },
	{ { "--public-url", "https://h/a b" }, "percent-encode them" },
	{ { "--public-url", "https://h/\r\nX: y" }, "percent-encode them" },
	{ { "--welcome-url", "javascript:alert(1)" }, "begin with http" },
	{ { "--organization", "a\nb" }, "without control characters" },
	{ { "--organization", "\xff" }, "UTF-8" },
};

START_TEST(test_mistakes_are_named)
{
	ck_assert_int_eq(PARSE(mistakes[_i].argv[0], mistakes[_i].argv[1],
			       mistakes[_i].argv[2], mistakes[_i].argv[3]),
			 -1);
	ck_says(mistakes[_i].says);
}
END_TEST

START_TEST(test_mistakes_in_the_environment_are_named)
{
	environment = (const char *[]){ "INVITED_INVITE_TTL", "x", NULL };
	ck_assert_int_eq(PARSE(NULL), -1);
	ck_says("INVITED_INVITE_TTL \"x\": expected a number");
}
END_TEST

START_TEST(test_secrets_are_not_repeated)
{
	environment =
	    (const char *[]){ "INVITED_ADMIN_KEY", "too-short", NULL };
	ck_assert_int_eq(PARSE(NULL), -1);
	ck_says("INVITED_ADMIN_KEY: an admin key has at least 16");
	ck_assert_ptr_null(strstr(failure.message, "too-short"));
}
END_TEST

/* What `text` in a file leads to, as the mail server's password. */
static int parse_with_file(const char *text)
{
	char path[] = "/tmp/t_conf.XXXXXX";
	int fd = mkstemp(path), result;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	environment =
	    (const char *[]){ "INVITED_MAIL_PASSWORD_FILE", path, NULL };
	result = PARSE(NULL);
	unlink(path);
	return result;
}

START_TEST(test_an_sqlite_database_has_a_key_for_secrets_beside_it)
{
	ck_assert_int_eq(PARSE("--data", "/d"), 0);
	ck_assert_str_eq(conf.secrets_key, "/d/secrets.key");
	conf_release(&conf);
	ck_assert_int_eq(PARSE("--secrets-key", "/elsewhere"), 0);
	ck_assert_str_eq(conf.secrets_key, "/elsewhere");
	conf_release(&conf);
	ck_assert_int_eq(PARSE("--database", "postgres://u@h/d"), 0);
	ck_assert_ptr_null(conf.secrets_key);
}
END_TEST

START_TEST(test_a_secret_comes_from_a_file)
{
	static char too_long[5000];

	ck_assert_int_eq(parse_with_file("hunter2\nnot this\n"), 0);
	ck_assert_str_eq(conf.mail_password, "hunter2");
	conf_release(&conf);
	ck_assert_int_eq(parse_with_file("\nhunter2"), -1);
	ck_says("the first line of /tmp/t_conf.");
	ck_assert_ptr_null(strstr(failure.message, "hunter2"));
	conf_release(&conf);
	memset(too_long, 'x', sizeof(too_long) - 1);
	ck_assert_int_eq(parse_with_file(too_long), -1);
	ck_says("has to be the secret, of at most 4096 bytes");
	conf_release(&conf);
	environment =
	    (const char *[]){ "INVITED_DATABASE_FILE", "/none", NULL };
	ck_assert_int_eq(PARSE(NULL), -1);
	ck_says("INVITED_DATABASE_FILE: could not read /none");
}
END_TEST

START_TEST(test_a_secret_comes_from_one_place)
{
	environment = (const char *[]){ "INVITED_MAIL_PASSWORD",
					"hunter2",
					"INVITED_MAIL_PASSWORD_FILE",
					"/none",
					"INVITED_DATA_FILE",
					"/what/is/no/secret/has/none",
					NULL };
	ck_assert_int_eq(PARSE(NULL), -1);
	ck_says("INVITED_MAIL_PASSWORD_FILE are both set");
	conf_release(&conf);
	environment[0] = "INVITED_LOCALE";
	environment[1] = "en";
	environment[2] = "INVITED_LOCALE_FILE";
	ck_assert_int_eq(PARSE(NULL), 0);
}
END_TEST

START_TEST(test_help_asks_nothing_of_the_environment)
{
	environment = (const char *[]){ "INVITED_INVITE_TTL", "x", NULL };
	ck_assert_int_eq(PARSE("--help"), 0);
	ck_assert_int_eq(conf.command, COMMAND_HELP);
}
END_TEST

static const char *public_urls[] = {
	"https://example.com",		 "https://example.com:8443/a/b",
	"http://localhost:8080",	 "http://LOCALHOST",
	"http://127.1.2.3:80",		 "http://[::1]:8080",
	"https://xn--bcher-kva.example",
};

START_TEST(test_public_urls)
{
	ck_assert_pstr_eq(check_public_url(str_of(public_urls[_i])), NULL);
}
END_TEST

START_TEST(test_loopback)
{
	ck_assert(listens_on_loopback(STR("127.0.0.1:0")));
	ck_assert(listens_on_loopback(STR("127.9.9.9:80")));
	ck_assert(listens_on_loopback(STR("[::1]:80")));
	ck_assert(listens_on_loopback(STR("localhost:80")));
	ck_assert(!listens_on_loopback(STR("[::]:80")));
	ck_assert(!listens_on_loopback(STR("0.0.0.0:80")));
	ck_assert(!listens_on_loopback(STR("unix:127.0.0.1:80")));
}
END_TEST

START_TEST(test_word_distance)
{
	ck_assert_uint_eq(word_distance("", ""), 0);
	ck_assert_uint_eq(word_distance("same", "same"), 0);
	ck_assert_uint_eq(word_distance("", "abc"), 3);
	ck_assert_uint_eq(word_distance("abc", ""), 3);
	ck_assert_uint_eq(word_distance("kitten", "sitting"), 3);
	ck_assert_uint_eq(word_distance("ab", "ba"), 2);
	ck_assert_uint_eq(
	    word_distance("01234567890123456789012345678901", "x"), SIZE_MAX);
}
END_TEST

/* The help states the rule once, so every setting has to follow it. */
START_TEST(test_variables_are_named_after_their_flags)
{
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		char expected[64] = "INVITED_";
		size_t at = strlen(expected);

		if (!SETTINGS[i].flag)
			continue;
		for (const char *c = SETTINGS[i].flag + 2; *c; c++)
			expected[at++] = *c == '-' ? '_' : *c - 'a' + 'A';
		ck_assert_str_eq(SETTINGS[i].variable, expected);
	}
}
END_TEST

START_TEST(test_help_is_whole_and_narrow)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(out);
	conf_print_help(out);
	ck_assert_int_eq(fclose(out), 0);
	for (size_t i = 0; i < SETTING_COUNT; i++) {
		const struct setting *setting = &SETTINGS[i];

		ck_assert_ptr_nonnull(strstr(
		    text, setting->flag ? setting->flag : setting->variable));
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		const struct command_line *line = &COMMANDS[i];
		char name[64];

		snprintf(name, sizeof(name), "\n  %s%s%s ", line->word,
			 line->verb ? " " : "", line->verb ? line->verb : "");
		ck_assert_ptr_nonnull(strstr(text, name));
	}
	for (const char *line = text; *line;) {
		size_t width = strcspn(line, "\n");

		ck_assert_msg(width < 80, "%.*s", (int)width, line);
		ck_assert(width == 0 || line[width - 1] != ' ');
		line += width + 1;
	}
	free(text);
}
END_TEST

static void add(TCase *tests)
{
	tcase_add_checked_fixture(tests, clear, release);
	tcase_add_test(tests, test_defaults);
	tcase_add_test(tests, test_flag_over_environment_over_default);
	tcase_add_test(tests, test_every_setting_from_the_environment);
	tcase_add_test(tests, test_forms_of_flags);
	tcase_add_test(tests, test_last_of_a_repeated_flag_wins);
	tcase_add_test(
	    tests, test_listen_can_be_repeated_and_replaces_the_environment);
	tcase_add_test(tests, test_proxies);
	tcase_add_loop_test(tests, test_database_urls, 0, COUNT_OF(databases));
	tcase_add_test(tests, test_at_most_16_listen_addresses);
	tcase_add_test(tests, test_relative_paths_lie_in_the_data_directory);
	tcase_add_loop_test(tests, test_commands, 0, COUNT_OF(commands));
	tcase_add_loop_test(tests, test_mistakes_are_named, 0,
			    COUNT_OF(mistakes));
	tcase_add_test(tests, test_mistakes_in_the_environment_are_named);
	tcase_add_test(tests, test_secrets_are_not_repeated);
	tcase_add_test(tests,
		       test_an_sqlite_database_has_a_key_for_secrets_beside_it);
	tcase_add_test(tests, test_a_secret_comes_from_a_file);
	tcase_add_test(tests, test_a_secret_comes_from_one_place);
	tcase_add_test(tests, test_help_asks_nothing_of_the_environment);
	tcase_add_loop_test(tests, test_public_urls, 0, COUNT_OF(public_urls));
	tcase_add_test(tests, test_loopback);
	tcase_add_test(tests, test_word_distance);
	tcase_add_test(tests, test_variables_are_named_after_their_flags);
	tcase_add_test(tests, test_help_is_whole_and_narrow);
}

int main(void)
{
	return unit_run("conf", add);
}
