/*
 * conf.c: settings and commands, and how they are understood.
 *
 * A new setting is a member of `struct conf` and a line in SETTINGS; the help
 * comes from the table, and a test holds README.md and the man page against
 * the help. The order of lines is the order in the help.
 */
#include "base/base.h"
#include "conf.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "conf_table.h"
#include "conf_value.h"
#include "core/backoff.h"
#include "core/duration.h"

#define CONF_MEMORY_MAX                                               \
	(1 << 20)	  /* bytes for all strings of a `struct conf` \
			   */
#define INVITE_TTL_MIN 60 /* seconds; as in a create's body */
#define INVITE_TTL_MAX 31536000
#define FORGET_MIN     3600 /* seconds */
#define FORGET_MAX     315360000

static taker take_text, take_listen, take_public_url, take_proxy, take_web_url,
    take_name, take_database, take_admin_key, take_ttl, take_forget, take_retry,
    take_level, take_routine, take_sender, take_helo, take_connections;

const struct setting SETTINGS[] = {
	{ "--listen", "INVITED_LISTEN", "ADDRESS", "127.0.0.1:8080",
	  take_listen, 0,
	  "the address to listen on: ADDRESS:PORT (port 0: any free port), "
	  "[IPV6]:PORT or unix:PATH; may be given several times, in the "
	  "variable separated by commas" },
	{ "--public-url", "INVITED_PUBLIC_URL", "URL", NULL, take_public_url,
	  offsetof(struct conf, public_url),
	  "what the mailed links begin with, as people reach the server; "
	  "https, "
	  "unless on this machine (default: the first listen address)" },
	{ "--proxy", "INVITED_PROXY", "NETWORK", NULL, take_proxy, 0,
	  "a trusted proxy, from which X-Forwarded-For is used: an address, or "
	  "a network such as 10.0.0.0/24; this machine always is one; may be "
	  "given several times, in the variable separated by commas" },
	{ "--data", "INVITED_DATA", "DIR", "./var", take_text,
	  offsetof(struct conf, data), "directory for what is kept" },
	{ "--database", "INVITED_DATABASE", "URL", "sqlite:invited.db",
	  take_database, offsetof(struct conf, database),
	  "sqlite:PATH (a relative path begins in the data directory) or "
	  "postgres://USER@HOST/NAME; a password is better kept in PGPASSFILE "
	  "than in the URL" },
	{ "--from", "INVITED_FROM", "URL", NULL, take_database,
	  offsetof(struct conf, from),
	  "with copy: the database to read, written as for --database "
	  "(default: the daemon's own)" },
	{ "--to", "INVITED_TO", "URL", NULL, take_database,
	  offsetof(struct conf, to),
	  "with copy: the database to fill, empty or a former copy" },
	{ "--mail", "INVITED_MAIL", "URL", "maildir:mail", take_text,
	  offsetof(struct conf, mail),
	  "how mail leaves: smtp://HOST[:PORT], smtps://HOST[:PORT], "
	  "maildir:PATH (relative: in the data directory) or none:" },
	{ "--mail-from", "INVITED_MAIL_FROM", "SENDER", "invited@localhost",
	  take_sender, offsetof(struct conf, mail_from),
	  "sender of the mails, \"ADDRESS\" or \"NAME <ADDRESS>\"; needed with "
	  "smtp:// and smtps://" },
	{ "--mail-helo", "INVITED_MAIL_HELO", "NAME", NULL, take_helo,
	  offsetof(struct conf, mail_helo),
	  "name to greet the mail server with (EHLO), as it is in DNS "
	  "(default: the sender's domain)" },
	{ "--mail-connections", "INVITED_MAIL_CONNECTIONS", "NUMBER", "4",
	  take_connections, offsetof(struct conf, mail_connections),
	  "how many mails are handed to the mail server at once, 1 to 64" },
	{ "--mail-retry", "INVITED_MAIL_RETRY", "DURATION", "30s", take_retry,
	  offsetof(struct conf, mail_retry_ms),
	  "pause after the first failed attempt to deliver a mail; doubled "
	  "each time, up to an hour" },
	{ NULL, "INVITED_MAIL_USERNAME", NULL, NULL, take_text,
	  offsetof(struct conf, mail_username),
	  "user name at the mail server" },
	{ NULL, "INVITED_MAIL_PASSWORD", NULL, NULL, take_text,
	  offsetof(struct conf, mail_password), "password at the mail server" },
	{ "--invite-ttl", "INVITED_INVITE_TTL", "DURATION", "7d", take_ttl,
	  offsetof(struct conf, invite_ttl_seconds),
	  "how long an invite can be accepted: 90s, 15m, 12h, 7d" },
	{ "--forget-invites", "INVITED_FORGET_INVITES", "DURATION", NULL,
	  take_forget, offsetof(struct conf, forget_invites_seconds),
	  "how long after they expired, were declined or deleted invites lose "
	  "their address and are gone for good: 12h, 90d (default: never)" },
	{ "--organization", "INVITED_ORGANIZATION", "NAME",
	  "Default organization", take_name,
	  offsetof(struct conf, organization),
	  "name of the organization that the first start makes; with the key "
	  "commands: whose keys, by name or id; with user erase: where" },
	{ "--welcome-url", "INVITED_WELCOME_URL", "URL", NULL, take_web_url,
	  offsetof(struct conf, welcome_url),
	  "where the page sends people who have accepted" },
	{ NULL, "INVITED_ADMIN_KEY", NULL, NULL, take_admin_key,
	  offsetof(struct conf, admin_key),
	  "the first admin key, at the first start; without it one is made "
	  "and printed once" },
	{ "--log-level", "INVITED_LOG_LEVEL", "LEVEL", "info", take_level, 0,
	  "error, warn, info or debug" },
	{ "--log-routine", "INVITED_LOG_ROUTINE", "HOW", "all", take_routine, 0,
	  "which requests and mails that went well are logged: all, sample "
	  "or none" },
};

const struct command_line COMMANDS[] = {
	{ COMMAND_SERVE, "serve", NULL, NULL, false,
	  "serve requests and send mail (the default)" },
	{ COMMAND_KEY_CREATE, "key", "create", "NAME", true,
	  "make an admin key and print it, this once" },
	{ COMMAND_KEY_LIST, "key", "list", NULL, false, "list the admin keys" },
	{ COMMAND_KEY_REVOKE, "key", "revoke", "ID", false,
	  "end an admin key" },
	{ COMMAND_ORGANIZATION_CREATE, "organization", "create", "NAME", false,
	  "make another organization" },
	{ COMMAND_ORGANIZATION_LIST, "organization", "list", NULL, false,
	  "list the organizations" },
	{ COMMAND_ORGANIZATION_RENAME, "organization", "rename", "NAME", false,
	  "give the organization another name" },
	{ COMMAND_USER_ERASE, "user", "erase", "PERSON", false,
	  "erase a person's name and addresses everywhere: whoever has or had "
	  "the address PERSON, or the one of the user with the id PERSON" },
	{ COMMAND_CHECK, "check", NULL, NULL, false,
	  "look for damage in the database" },
	{ COMMAND_BACKUP, "backup", NULL, "FILE", false,
	  "copy the SQLite database to a new file, also while it is in use" },
	{ COMMAND_RESTORE, "restore", NULL, "FILE", false,
	  "put a backup in the place of the SQLite database, which is kept "
	  "aside, while no server runs" },
	{ COMMAND_COPY, "copy", NULL, NULL, false,
	  "make the database --to URL equal to the database --from URL "
	  "(default: the daemon's own), of whichever kind, also while that is "
	  "in use" },
	{ COMMAND_HELP, "help", NULL, NULL, false,
	  "print this; as --help does" },
	{ COMMAND_VERSION, "version", NULL, NULL, false,
	  "print the version; as --version does" },
};

const size_t SETTING_COUNT = COUNT_OF(SETTINGS);
const size_t COMMAND_COUNT = COUNT_OF(COMMANDS);

/* The first `words` words of the command line that are not flags. */
struct words {
	const char *at[4];
	size_t count;
};

static const char OUT_OF_MEMORY[] = "out of memory";

static void *member_of(struct conf *conf, const struct setting *setting)
{
	return (char *)conf + setting->member;
}

static const char *take_text(struct conf *conf, const struct setting *setting,
			     const char *value)
{
	const char **member = member_of(conf, setting);

	*member = arena_str(&conf->arena, str_of(value));
	return *member ? NULL : OUT_OF_MEMORY;
}

/* One address, or several with commas between. */
static const char *take_listen(struct conf *conf, const struct setting *setting,
			       const char *value)
{
	struct str rest = str_of(value), one;
	bool more;

	(void)setting;
	do {
		const char *reason;

		more = str_cut(rest, ',', &one, &rest);
		one = str_trim(one);
		reason = check_listen(one);
		if (reason)
			return reason;
		if (conf->listen_count == CONF_LISTEN_MAX)
			return "16 addresses are the most";
		conf->listen[conf->listen_count] = arena_str(&conf->arena, one);
		if (!conf->listen[conf->listen_count++])
			return OUT_OF_MEMORY;
	} while (more);
	return NULL;
}

/* As take_listen() does. */
static const char *take_proxy(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	struct str rest = str_of(value), one;
	bool more;

	(void)setting;
	do {
		more = str_cut(rest, ',', &one, &rest);
		if (conf->proxy_count == CONF_PROXY_MAX)
			return "16 networks are the most";
		if (!network_parse(str_trim(one),
				   &conf->proxies[conf->proxy_count++]))
			return "expected an address, such as 10.0.0.1, or "
			       "many, such as 10.0.0.0/24";
	} while (more);
	return NULL;
}

static const char *take_public_url(struct conf *conf,
				   const struct setting *setting,
				   const char *value)
{
	struct str url = str_of(value);
	const char *reason = check_public_url(url);

	if (reason)
		return reason;
	while (url.data[url.len - 1] == '/')
		url.len--;
	conf->public_url = arena_str(&conf->arena, url);
	(void)setting;
	return conf->public_url ? NULL : OUT_OF_MEMORY;
}

static const char *take_web_url(struct conf *conf,
				const struct setting *setting,
				const char *value)
{
	const char *reason = check_web_url(str_of(value));

	return reason ? reason : take_text(conf, setting, value);
}

static const char *take_sender(struct conf *conf, const struct setting *setting,
			       const char *value)
{
	conf->mail_from_given = value != setting->standard;
	return take_text(conf, setting, value);
}

static const char *take_helo(struct conf *conf, const struct setting *setting,
			     const char *value)
{
	const char *reason = check_helo(str_of(value));

	return reason ? reason : take_text(conf, setting, value);
}

static const char *take_name(struct conf *conf, const struct setting *setting,
			     const char *value)
{
	const char *reason = check_name(str_of(value));

	conf->organization_given = value != setting->standard;
	return reason ? reason : take_text(conf, setting, value);
}

static const char *take_database(struct conf *conf,
				 const struct setting *setting,
				 const char *value)
{
	const char *reason = check_database(str_of(value));

	return reason ? reason : take_text(conf, setting, value);
}

static const char *take_admin_key(struct conf *conf,
				  const struct setting *setting,
				  const char *value)
{
	const char *reason = check_admin_key(str_of(value));

	return reason ? reason : take_text(conf, setting, value);
}

static const char *take_ttl(struct conf *conf, const struct setting *setting,
			    const char *value)
{
	int64_t *seconds = member_of(conf, setting);

	if (!duration_parse(str_of(value), seconds))
		return "expected a number and a unit, such as 12h or 7d";
	if (*seconds < INVITE_TTL_MIN || *seconds > INVITE_TTL_MAX)
		return "an invite lives from a minute (1m) to a year (365d)";
	return NULL;
}

static const char *take_forget(struct conf *conf, const struct setting *setting,
			       const char *value)
{
	int64_t *seconds = member_of(conf, setting);

	if (!duration_parse(str_of(value), seconds))
		return "expected a number and a unit, such as 12h or 90d";
	if (*seconds < FORGET_MIN || *seconds > FORGET_MAX)
		return "from an hour (1h) to ten years (3650d)";
	return NULL;
}

static const char *take_retry(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	int64_t *ms = member_of(conf, setting);

	if (!duration_parse(str_of(value), ms))
		return "expected a number and a unit, such as 30s or 5m";
	if (*ms > BACKOFF_CEILING_MS / SECOND_MS)
		return "the first pause is at most an hour";
	*ms *= SECOND_MS;
	return NULL;
}

static const char *take_connections(struct conf *conf,
				    const struct setting *setting,
				    const char *value)
{
	int *connections = member_of(conf, setting);
	int64_t number;

	if (!str_to_i64(str_of(value), &number) || number < 1 || number > 64)
		return "expected a number from 1 to 64";
	*connections = (int)number;
	return NULL;
}

static const char *take_level(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	(void)setting;
	return log_level_of(value, &conf->log_level)
		   ? NULL
		   : "expected error, warn, info or debug";
}

static const char *take_routine(struct conf *conf,
				const struct setting *setting,
				const char *value)
{
	(void)setting;
	return log_routine_of(value, &conf->log_routine)
		   ? NULL
		   : "expected all, sample or none";
}

/* What is not repeated: a secret, or a URL that may hold one. */
static bool may_be_secret(const struct setting *setting)
{
	return !setting->flag || setting->take == take_database;
}

/* Takes over `value`, which came from the flag or variable `origin`. */
static int take(struct conf *conf, const struct setting *setting,
		const char *origin, const char *value, struct fail *fail)
{
	const char *reason = setting->take(conf, setting, value);

	if (!reason)
		return 0;
	if (may_be_secret(setting))
		return fail_set(fail, "%s: %s", origin, reason);
	return fail_set(fail, "%s \"%.100s\": %s", origin, value, reason);
}

static const struct setting *setting_of(struct str flag)
{
	for (size_t i = 0; i < COUNT_OF(SETTINGS); i++)
		if (SETTINGS[i].flag && str_is(flag, SETTINGS[i].flag))
			return &SETTINGS[i];
	return NULL;
}

static int unknown_flag(struct str flag, struct fail *fail)
{
	const char *nearest = NULL;
	char typed[32];
	size_t best; /* as many letters wrong are too many for a guess */

	snprintf(typed, sizeof(typed), "%.*s", STR_ARG(flag));
	best = flag.len < 4 ? flag.len : 4;
	for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
		const char *known = SETTINGS[i].flag;
		size_t distance = known ? word_distance(typed, known) : best;
		if (distance < best) {
			best = distance;
			nearest = known;
		}
	}
	if (!nearest)
		return fail_set(
		    fail, "unknown flag \"%s\"; --help lists them all", typed);
	return fail_set(fail, "unknown flag \"%s\"; did you mean %s?", typed,
			nearest);
}

/* argv[*index] is a flag; with its value if that is the next argument. */
static int parse_flag(struct conf *conf, char **argv, int *index, bool *seen,
		      struct fail *fail)
{
	const struct setting *setting;
	struct str flag;
	const char *value = NULL;

	if (str_cut(str_of(argv[*index]), '=', &flag, &(struct str){ 0 }))
		value = flag.data + flag.len + 1;
	setting = setting_of(flag);
	if (!setting)
		return unknown_flag(flag, fail);
	if (!value) {
		value = argv[*index + 1];
		if (!value || strncmp(value, "--", 2) == 0)
			return fail_set(fail, "%s needs a value: %s %s",
					setting->flag, setting->flag,
					setting->value_name);
		++*index;
	}
	if (!*value)
		return fail_set(fail, "%s must not be empty", setting->flag);
	seen[setting - SETTINGS] = true;
	return take(conf, setting, setting->flag, value, fail);
}

static bool is_help(const char *argument)
{
	return strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0;
}

/* Flags into `conf`, the rest into `words`. Stops at --help and --version. */
static int parse_arguments(struct conf *conf, char **argv, bool *seen,
			   struct words *words, struct fail *fail)
{
	bool flags = true;

	for (int i = 1; argv[i]; i++) {
		if (flags && is_help(argv[i])) {
			conf->command = COMMAND_HELP;
			return 0;
		}
		if (flags && strcmp(argv[i], "--version") == 0) {
			conf->command = COMMAND_VERSION;
			return 0;
		}
		if (flags && strcmp(argv[i], "--") == 0) {
			flags = false;
		} else if (flags && argv[i][0] == '-' && argv[i][1]) {
			if (parse_flag(conf, argv, &i, seen, fail) < 0)
				return -1;
		} else {
			if (words->count == COUNT_OF(words->at))
				return fail_set(fail, "too many arguments");
			words->at[words->count++] = argv[i];
		}
	}
	return 0;
}

/* Whether the words begin with this command, and how many it has. */
static size_t matches(const struct command_line *line,
		      const struct words *words)
{
	if (strcmp(words->at[0], line->word) != 0)
		return 0;
	if (!line->verb)
		return 1;
	return words->count > 1 && strcmp(words->at[1], line->verb) == 0 ? 2
									 : 0;
}

/* "key" alone, "key mkae", "chekc": says what there is instead. */
static int unknown_command(const struct words *words, struct fail *fail)
{
	const struct command_line *nearest = NULL;
	char verbs[64] = "";
	size_t best = 3, len = 0;

	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
		const struct command_line *line = &COMMANDS[i];
		size_t distance = word_distance(words->at[0], line->word);
		if (distance == 0)
			len += snprintf(verbs + len, sizeof(verbs) - len,
					"%s%s", len ? ", " : "", line->verb);
		if (distance < best) {
			best = distance;
			nearest = line;
		}
	}
	if (len)
		return fail_set(fail, "\"%s\" needs one of these behind it: %s",
				words->at[0], verbs);
	if (!nearest)
		return fail_set(
		    fail, "unknown command \"%.100s\"; --help lists them all",
		    words->at[0]);
	return fail_set(fail, "unknown command \"%s\"; did you mean %s?",
			words->at[0], nearest->word);
}

/* The argument behind a command of `used` words, if it takes one. */
static int take_argument(struct conf *conf, const struct command_line *line,
			 const struct words *words, size_t used,
			 struct fail *fail)
{
	const char *name = line->verb ? line->verb : line->word;
	const char *reason = NULL;

	if (words->count > used + (line->argument != NULL))
		return fail_set(fail, "unexpected argument \"%.100s\"",
				words->at[words->count - 1]);
	if (words->count == used) {
		if (line->argument && !line->optional)
			return fail_set(fail, "%s needs an argument: %s", name,
					line->argument);
		return 0;
	}
	conf->argument = arena_str(&conf->arena, str_of(words->at[used]));
	if (!conf->argument)
		return fail_set(fail, OUT_OF_MEMORY);
	if (strcmp(line->argument, "NAME") == 0)
		reason = check_name(str_of(conf->argument));
	return reason ? fail_set(fail, "%s: %s", name, reason) : 0;
}

static int parse_command(struct conf *conf, const struct words *words,
			 struct fail *fail)
{
	if (words->count == 0)
		return 0; /* serve */
	for (size_t i = 0; i < COUNT_OF(COMMANDS); i++) {
		size_t used = matches(&COMMANDS[i], words);
		if (used) {
			conf->command = COMMANDS[i].command;
			return take_argument(conf, &COMMANDS[i], words, used,
					     fail);
		}
	}
	return unknown_command(words, fail);
}

/* What no flag gave comes from the environment, or else is the default. */
static int take_rest(struct conf *conf, const bool *seen, conf_lookup *lookup,
		     struct fail *fail)
{
	for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
		const struct setting *setting = &SETTINGS[i];
		const char *value = seen[i] ? NULL : lookup(setting->variable);

		if (seen[i])
			continue;
		if (!value || !*value)
			value = setting->standard;
		if (value &&
		    take(conf, setting, setting->variable, value, fail) < 0)
			return -1;
	}
	return 0;
}

/* A relative path behind `scheme` begins in the data directory. */
static int place_in_data(struct conf *conf, const char *scheme,
			 const char **url, struct fail *fail)
{
	const char *path = *url + strlen(scheme);

	if (!str_starts_with(str_of(*url), scheme) || !*path || *path == '/')
		return 0;
	*url = arena_printf(&conf->arena, "%s%s/%s", scheme, conf->data, path);
	return *url ? 0 : fail_set(fail, OUT_OF_MEMORY);
}

/* URLs are not repeated: they may hold a password. */
static int finish_copy(struct conf *conf, struct fail *fail)
{
	if (!conf->to)
		return fail_set(fail,
				"copy needs a database to fill: --to sqlite:"
				"PATH or --to postgres://HOST/NAME");
	if (place_in_data(conf, "sqlite:", &conf->to, fail) < 0 ||
	    (conf->from &&
	     place_in_data(conf, "sqlite:", &conf->from, fail) < 0))
		return -1;
	if (!conf->from)
		conf->from = conf->database; /* which is placed already */
	if (strcmp(conf->from, conf->to) == 0)
		return fail_set(fail, "--from and --to name the same database");
	return 0;
}

/* Whether mail goes to a server; the URL is not repeated, as above. */
static bool is_smtp(const char *url)
{
	return strncasecmp(url, "smtp://", 7) == 0 ||
	       strncasecmp(url, "smtps://", 8) == 0;
}

static int finish_mail(const struct conf *conf, struct fail *fail)
{
	if (is_smtp(conf->mail) && !conf->mail_from_given)
		return fail_set(fail,
				"--mail-from is needed with --mail smtp://...: "
				"an address that the mail server lets this "
				"daemon send from");
	if (!is_smtp(conf->mail) && conf->mail_helo)
		return fail_set(fail, "--mail-helo has no effect without "
				      "--mail smtp://... or smtps://...");
	return 0;
}

static int finish_serve(const struct conf *conf, struct fail *fail)
{
	if (!conf->public_url && !listens_on_loopback(str_of(conf->listen[0])))
		return fail_set(fail,
				"--public-url is needed with --listen %s: the "
				"links that are mailed have to lead somewhere",
				conf->listen[0]);
	return finish_mail(conf, fail);
}

/* What only shows when all settings are known. */
static int finish(struct conf *conf, struct fail *fail)
{
	if (place_in_data(conf, "sqlite:", &conf->database, fail) < 0 ||
	    place_in_data(conf, "maildir:", &conf->mail, fail) < 0)
		return -1;
	if (conf->command == COMMAND_COPY)
		return finish_copy(conf, fail);
	if (conf->command == COMMAND_SERVE)
		return finish_serve(conf, fail);
	return 0;
}

int conf_parse(struct conf *conf, char **argv, conf_lookup *lookup,
	       struct fail *fail)
{
	bool seen[COUNT_OF(SETTINGS)] = { false };
	struct words words = { .count = 0 };

	*conf = (struct conf){ .command = COMMAND_SERVE };
	arena_init(&conf->arena, CONF_MEMORY_MAX);
	if (parse_arguments(conf, argv, seen, &words, fail) < 0)
		return -1;
	if (conf->command == COMMAND_SERVE &&
	    parse_command(conf, &words, fail) < 0)
		return -1;
	if (conf->command == COMMAND_HELP || conf->command == COMMAND_VERSION)
		return 0;
	if (take_rest(conf, seen, lookup, fail) < 0)
		return -1;
	return finish(conf, fail);
}

void conf_clear_environment(void)
{
	for (size_t i = 0; i < COUNT_OF(SETTINGS); i++) {
		const char *variable = SETTINGS[i].variable;
		char *value =
		    may_be_secret(&SETTINGS[i]) ? getenv(variable) : NULL;

		if (!value)
			continue;
		wipe(value, strlen(value));
		unsetenv(variable);
	}
}

void conf_release(struct conf *conf)
{
	arena_release(&conf->arena);
}
