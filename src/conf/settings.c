/*
 * settings.c: the settings, and what each of them takes.
 *
 * A new setting is a member of `struct conf` and a line in SETTINGS; the help
 * comes from the table, and a test holds doc/settings.md and the man page
 * against the help. The order of lines is the order in the help.
 */
#include "base/base.h"
#include "conf/conf.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/str.h"
#include "conf/table.h"
#include "conf/value.h"
#include "core/backoff.h"
#include "core/duration.h"
#include "core/key.h"
#include "core/language.h"

#define INVITE_TTL_MIN 60 /* seconds; as in a create's body */
#define INVITE_TTL_MAX 31536000
#define FORGET_MIN     3600 /* seconds */
#define FORGET_MAX     315360000

#define STALE_MAX      3600 /* seconds */

static taker take_text, take_listen, take_gate_listen, take_key_header,
    take_stale, take_public_url, take_proxy, take_allow, take_web_url,
    take_name, take_database, take_admin_key, take_ttl, take_forget, take_retry,
    take_level, take_routine, take_mail, take_sender, take_helo, take_1_to_64,
    take_keep, take_locale;

const struct setting SETTINGS[] = {
	{ "--listen", "INVITED_LISTEN", "ADDRESS", "127.0.0.1:8080",
	  take_listen, 0,
	  "the address to listen on: ADDRESS:PORT (port 0: any free port), "
	  "[IPV6]:PORT or unix:PATH; may be given several times, in the "
	  "variable separated by commas" },
	{ "--gate-listen", "INVITED_GATE_LISTEN", "ADDRESS", NULL,
	  take_gate_listen, 0,
	  "where gateways ask whether a request may pass, written as for "
	  "--listen; nothing else is answered there" },
	{ "--gate-key-header", "INVITED_GATE_KEY_HEADER", "NAME", NULL,
	  take_key_header, 0,
	  "a header besides Authorization that may hold the key at the gate: "
	  "x-api-key or api-key; may be given twice, in the variable with a "
	  "comma between" },
	{ "--gate-stale", "INVITED_GATE_STALE", "DURATION", "0s", take_stale,
	  offsetof(struct conf, gate_stale_seconds),
	  "for how long, while the database is away, the gate goes by what it "
	  "knew last: up to 1h" },
	{ "--public-url", "INVITED_PUBLIC_URL", "URL", NULL, take_public_url,
	  offsetof(struct conf, public_url),
	  "what the mailed links begin with, as people reach the server; "
	  "https, "
	  "unless on this machine (default: the first listen address)" },
	{ "--proxy", "INVITED_PROXY", "NETWORK", NULL, take_proxy, 0,
	  "a trusted proxy, from which X-Forwarded-For is used: an address, or "
	  "a network such as 10.0.0.0/24; this machine always is one; may be "
	  "given several times, in the variable separated by commas" },
	{ "--threads", "INVITED_THREADS", "NUMBER", NULL, take_1_to_64,
	  offsetof(struct conf, threads),
	  "how many threads answer requests, 1 to 64 (default: as many as "
	  "there "
	  "are processors, at most 8)" },
	{ "--data", "INVITED_DATA", "DIR", "./var", take_text,
	  offsetof(struct conf, data),
	  "directory for the database, its keys and mails in files" },
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
	{ "--keep", "INVITED_KEEP", "NUMBER", NULL, take_keep, 0,
	  "with backup into a directory: how many backups stay there, the "
	  "newest ones, 1 to 1000 (default: all)" },
	{ "--mail", "INVITED_MAIL", "URL", "maildir:mail", take_mail,
	  offsetof(struct conf, mail),
	  "how mail leaves: smtp://HOST[:PORT], smtps://HOST[:PORT], "
	  "maildir:PATH (relative: in the data directory) or none:" },
	{ "--mail-from", "INVITED_MAIL_FROM", "SENDER", "invited@localhost",
	  take_sender, offsetof(struct conf, mail_from),
	  "sender of the mails, \"ADDRESS\" or \"NAME <ADDRESS>\"; needed with "
	  "smtp:// and smtps://" },
	{ "--mail-return-path", "INVITED_MAIL_RETURN_PATH", "SENDER", NULL,
	  take_text, offsetof(struct conf, mail_return_path),
	  "where mails that cannot be delivered come back, for `bounce` to "
	  "read: bounce@example.org, or a domain as @bounces.example.org; each "
	  "mail's code is added in front of the @ (default: the sender)" },
	{ "--mail-helo", "INVITED_MAIL_HELO", "NAME", NULL, take_helo,
	  offsetof(struct conf, mail_helo),
	  "name to greet the mail server with (EHLO), as it is in DNS "
	  "(default: the sender's domain)" },
	{ "--mail-connections", "INVITED_MAIL_CONNECTIONS", "NUMBER", "4",
	  take_1_to_64, offsetof(struct conf, mail_connections),
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
	{ "--secrets-key", "INVITED_SECRETS_KEY", "FILE", NULL, take_text,
	  offsetof(struct conf, secrets_key),
	  "a file with the key that encrypts the secrets of webhooks, which "
	  "need it; a relative path begins in the data directory, and a file "
	  "that is missing is made: keep a copy of it, but not beside the "
	  "backups of the database (default: secrets.key with SQLite, else "
	  "none)" },
	{ "--webhook-allow", "INVITED_WEBHOOK_ALLOW", "NETWORK", NULL,
	  take_allow, 0,
	  "a private network that webhooks may lead to, with http:// too: an "
	  "address, or a network such as 10.0.0.0/24; may be given several "
	  "times, in the variable separated by commas" },
	{ "--webhook-retry", "INVITED_WEBHOOK_RETRY", "DURATION", "5s",
	  take_retry, offsetof(struct conf, webhook_retry_ms),
	  "pause after a webhook's first failure; later pauses grow in "
	  "proportion, with 5s to three days in all" },
	{ "--organization", "INVITED_ORGANIZATION", "NAME",
	  "Default organization", take_name,
	  offsetof(struct conf, organization),
	  "name of the organization that the first start makes; with the key "
	  "commands: whose keys, by name or id; with user erase: where" },
	{ "--welcome-url", "INVITED_WELCOME_URL", "URL", NULL, take_web_url,
	  offsetof(struct conf, welcome_url),
	  "where the page sends people who have accepted" },
	{ "--locale", "INVITED_LOCALE", "TAG", "en", take_locale,
	  offsetof(struct conf, locale),
	  "language of pages and mails where neither the invite, the browser "
	  "nor the organization says another: en, de, fr, es, ja or ar" },
	{ NULL, "INVITED_ADMIN_KEY", NULL, NULL, take_admin_key,
	  offsetof(struct conf, admin_key),
	  "the first admin key, at the first start; without it one is made "
	  "and printed once" },
	{ "--first-key", "INVITED_FIRST_KEY", "FILE", NULL, take_text,
	  offsetof(struct conf, first_key),
	  "where the first start leaves the key that it makes, instead of "
	  "printing it; a relative path begins in the data directory, where "
	  "`key first` looks for first-key" },
	{ "--log-level", "INVITED_LOG_LEVEL", "LEVEL", "info", take_level, 0,
	  "error, warn, info or debug" },
	{ "--log-routine", "INVITED_LOG_ROUTINE", "HOW", "all", take_routine, 0,
	  "which requests and mails that went well are logged: all, sample "
	  "or none" },
};

const size_t SETTING_COUNT = COUNT_OF(SETTINGS);

_Static_assert(COUNT_OF(SETTINGS) <= SETTINGS_MAX, "SETTINGS_MAX");

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

/* One address, or several with commas between, behind those in `list`. */
static const char *add_addresses(struct conf *conf, const char *value,
				 const char **list, size_t *count)
{
	struct str rest = str_of(value), one;
	bool more;

	do {
		const char *reason;

		more = str_cut(rest, ',', &one, &rest);
		one = str_trim(one);
		reason = check_listen(one);
		if (reason)
			return reason;
		if (*count == CONF_LISTEN_MAX)
			return "16 addresses are the most";
		list[*count] = arena_str(&conf->arena, one);
		if (!list[(*count)++])
			return OUT_OF_MEMORY;
	} while (more);
	return NULL;
}

static const char *take_listen(struct conf *conf, const struct setting *setting,
			       const char *value)
{
	(void)setting;
	return add_addresses(conf, value, conf->listen, &conf->listen_count);
}

static const char *take_gate_listen(struct conf *conf,
				    const struct setting *setting,
				    const char *value)
{
	(void)setting;
	return add_addresses(conf, value, conf->gate_listen,
			     &conf->gate_listen_count);
}

static const char *take_key_header(struct conf *conf,
				   const struct setting *setting,
				   const char *value)
{
	struct str rest = str_of(value), one;
	bool more;

	(void)setting;
	do {
		int header;

		more = str_cut(rest, ',', &one, &rest);
		header = vocabulary_find(&key_headers, str_trim(one));
		if (header < 0)
			return "expected x-api-key or api-key";
		conf->gate_key_headers |= 1u << header;
	} while (more);
	return NULL;
}

static const char *take_stale(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	int64_t *seconds = member_of(conf, setting);

	*seconds = 0;
	if (strcmp(value, "0s") != 0 && !duration_parse(str_of(value), seconds))
		return "expected a number and a unit, such as 30s or 5m";
	return *seconds > STALE_MAX ? "an hour (1h) is the most" : NULL;
}

/* As add_addresses() does. */
static const char *add_networks(const char *value, struct network *list,
				size_t most, size_t *count)
{
	struct str rest = str_of(value), one;
	bool more;

	do {
		more = str_cut(rest, ',', &one, &rest);
		if (*count == most)
			return "16 networks are the most";
		if (!network_parse(str_trim(one), &list[(*count)++]))
			return "expected an address, such as 10.0.0.1, or "
			       "many, such as 10.0.0.0/24";
	} while (more);
	return NULL;
}

static const char *take_proxy(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	(void)setting;
	return add_networks(value, conf->proxies, CONF_PROXY_MAX,
			    &conf->proxy_count);
}

static const char *take_allow(struct conf *conf, const struct setting *setting,
			      const char *value)
{
	(void)setting;
	return add_networks(value, conf->webhook_allow, CONF_ALLOW_MAX,
			    &conf->webhook_allow_count);
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

static const char *take_mail(struct conf *conf, const struct setting *setting,
			     const char *value)
{
	conf->mail_given = value != setting->standard;
	return take_text(conf, setting, value);
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

static const char *take_locale(struct conf *conf, const struct setting *setting,
			       const char *value)
{
	const struct language *language = language_called(value);

	if (!language)
		return "there is no such language; `invited --help` lists "
		       "those that there are";
	return take_text(conf, setting, language->tag);
}

static const char *take_database(struct conf *conf,
				 const struct setting *setting,
				 const char *value)
{
	const char *reason = check_database(str_of(value));

	if (setting->member == offsetof(struct conf, database))
		conf->database_given = value != setting->standard;
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

static const char *take_1_to_64(struct conf *conf,
				const struct setting *setting,
				const char *value)
{
	int *member = member_of(conf, setting);
	int64_t number;

	if (!str_to_i64(str_of(value), &number) || number < 1 || number > 64)
		return "expected a number from 1 to 64";
	*member = (int)number;
	return NULL;
}

static const char *take_keep(struct conf *conf, const struct setting *setting,
			     const char *value)
{
	int64_t number;

	(void)setting;
	if (!str_to_i64(str_of(value), &number) || number < 1 || number > 1000)
		return "expected a number from 1 to 1000";
	conf->keep = (int)number;
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

bool may_be_secret(const struct setting *setting)
{
	return !setting->flag || setting->take == take_database;
}
