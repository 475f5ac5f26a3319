/*
 * smtp_url.c: reads smtp:// URLs.
 *
 * By hand, since no library knows our options, and since a message about a
 * URL must not show the password that may be in it.
 */
#include "base/base.h"
#include "mail/smtp_url.h"

#include "base/clock.h"
#include "base/encode.h"
#include "base/str.h"
#include "core/duration.h"

#define WHOLE_SECONDS 60   /* for one mail, from connecting to the last reply */
#define WHOLE_MAX     3600 /* that an operator may ask for */

/* The URL in its parts, as they came; empty where they are not there. */
struct parts {
	bool implicit; /* smtps */
	struct str username, password, host, port, ehlo, query;
	bool has_username, has_password;
};

static void split_userinfo(struct str *authority, struct parts *parts)
{
	const char *at = memrchr(authority->data, '@', authority->len);
	struct str userinfo;

	if (!at)
		return;
	userinfo.data = authority->data;
	userinfo.len = (size_t)(at - authority->data);
	authority->data = at + 1;
	authority->len -= userinfo.len + 1;
	parts->has_password =
	    str_cut(userinfo, ':', &parts->username, &parts->password);
	parts->has_username = parts->username.len > 0;
}

static bool split_host(struct str authority, struct parts *parts)
{
	const char *end = NULL;

	if (authority.len > 0 && authority.data[0] == '[')
		end = memchr(authority.data, ']', authority.len);
	if (!end) {
		str_cut(authority, ':', &parts->host, &parts->port);
		return true;
	}
	parts->host.data = authority.data;
	parts->host.len = (size_t)(end + 1 - authority.data);
	parts->port.data = end + 1;
	parts->port.len = authority.len - parts->host.len;
	if (parts->port.len == 0)
		return true;
	parts->port.data++;
	parts->port.len--;
	return end[1] == ':';
}

static bool split(struct str url, struct parts *parts)
{
	struct str scheme, authority;

	*parts = (struct parts){ 0 };
	if (!str_cut(url, ':', &scheme, &url) || !str_starts_with(url, "//"))
		return false;
	parts->implicit = str_is_nocase(scheme, "smtps");
	url.data += 2;
	url.len -= 2;
	str_cut(url, '?', &url, &parts->query);
	str_cut(url, '/', &authority, &parts->ehlo);
	split_userinfo(&authority, parts);
	return split_host(authority, parts);
}

/* Letters, digits and `more`; what is beyond ASCII is curl's to judge. */
static bool consists_of(struct str s, const char *more)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.data[i];
		bool fine = (c & 0x80) || (c >= '0' && c <= '9') ||
			    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			    (c != '\0' && strchr(more, c));
		if (!fine)
			return false;
	}
	return true;
}

static bool is_well_formed(const struct parts *parts)
{
	int64_t port = 1;

	if (parts->port.len > 0 &&
	    (!str_to_i64(parts->port, &port) || port < 1 || port > 65535))
		return false;
	return parts->host.len > 0 && consists_of(parts->host, "-._[:]") &&
	       consists_of(parts->ehlo, "-._[:]");
}

/* What only processes on this machine can listen on. */
static bool is_loopback(struct str host)
{
	if (str_is_nocase(host, "localhost") || str_is(host, "[::1]"))
		return true;
	for (size_t i = 0; i < host.len; i++)
		if (host.data[i] != '.' &&
		    (host.data[i] < '0' || host.data[i] > '9'))
			return false;
	return str_starts_with(host, "127.");
}

/* Percent-decoded; NULL where that is not possible. */
static char *decode(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	ptrdiff_t len = out ? percent_decode(text, false, out) : -1;

	if (len < 0 || memchr(out, '\0', (size_t)len))
		return NULL;
	out[len] = '\0';
	return out;
}

static bool take_option(struct arena *arena, struct str name, struct str value,
			struct smtp_settings *settings)
{
	int64_t seconds;

	if (str_is(name, "timeout")) {
		if (!duration_parse(value, &seconds) || seconds > WHOLE_MAX)
			return false;
		settings->whole_ms = seconds * SECOND_MS;
		return true;
	}
	if (str_is(name, "cafile") && value.len > 0) {
		settings->cafile = decode(arena, value);
		settings->tls = SMTP_TLS_REQUIRED;
		return settings->cafile;
	}
	if (!str_is(name, "tls"))
		return false;
	settings->tls =
	    str_is(value, "none") ? SMTP_TLS_NONE : SMTP_TLS_REQUIRED;
	return str_is(value, "none") || str_is(value, "required");
}

static int take_options(struct arena *arena, struct str query,
			struct smtp_settings *settings, struct fail *fail)
{
	struct str option, name, value;

	while (query.len > 0) {
		str_cut(query, '&', &option, &query);
		str_cut(option, '=', &name, &value);
		if (!take_option(arena, name, value, settings))
			return fail_set(fail,
					"the mail URL has \"%.*s\" behind its "
					"'?'; known are timeout=DURATION (at "
					"most an hour), cafile=PATH, "
					"tls=required and tls=none",
					STR_ARG(option));
	}
	return 0;
}

/* What was given aside of the URL wins over what is in it. */
static int take_credentials(struct arena *arena, const struct parts *parts,
			    const struct transport_options *options,
			    struct smtp_settings *settings, struct fail *fail)
{
	const char *username = options->username, *password = options->password;
	bool has_username = username || parts->has_username;
	bool has_password = password || parts->has_password;

	if (has_username != has_password)
		return fail_set(fail,
				"for the mail server there is a %s, but "
				"no %s",
				has_username ? "user name" : "password",
				has_username ? "password" : "user name");
	if (!has_username)
		return 0;
	settings->username = username ? arena_str(arena, str_of(username))
				      : decode(arena, parts->username);
	settings->password = password ? arena_str(arena, str_of(password))
				      : decode(arena, parts->password);
	if (!settings->username || !settings->password)
		return fail_set(fail, "the mail URL has a '%%' in its user "
				      "name or password that should be "
				      "written %%25");
	if (str_has_control(str_of(settings->username)) ||
	    str_has_control(str_of(settings->password)))
		return fail_set(fail, "the user name or the password for the "
				      "mail server has a control character in "
				      "it, perhaps a line break at its end");
	return 0;
}

/* What we call ourselves: as said aside, as in the URL, or by our domain. */
static struct str choose_ehlo(const struct parts *parts,
			      const struct transport_options *options)
{
	if (options->helo)
		return str_of(options->helo);
	if (parts->ehlo.len > 0 || !options->domain)
		return parts->ehlo;
	return str_of(options->domain);
}

/* How much TLS there has to be. */
static int settle_tls(const struct parts *parts, struct smtp_settings *settings,
		      struct fail *fail)
{
	bool loopback = is_loopback(parts->host);

	if (settings->tls == SMTP_TLS_NONE && parts->implicit)
		return fail_set(fail, "the mail URL says smtps:// and "
				      "tls=none: only one can be meant");
	if (settings->tls == SMTP_TLS_NONE && settings->username && !loopback)
		return fail_set(fail, "the password for the mail server would "
				      "cross the network unencrypted: leave "
				      "out tls=none");
	if (settings->tls == SMTP_TLS_IF_OFFERED &&
	    (parts->implicit || !loopback))
		settings->tls = SMTP_TLS_REQUIRED;
	settings->verify = settings->tls == SMTP_TLS_REQUIRED;
	return 0;
}

int smtp_url_parse(struct arena *arena, const struct transport_options *options,
		   struct smtp_settings *ret_settings, struct fail *fail)
{
	struct smtp_settings settings = { .whole_ms =
					      WHOLE_SECONDS * SECOND_MS };
	struct parts parts;

	if (!split(str_of(options->url), &parts) || !is_well_formed(&parts))
		return fail_set(fail, "the mail URL is not of the form "
				      "smtp://[USER:PASSWORD@]HOST[:PORT]");
	if (take_options(arena, parts.query, &settings, fail) < 0 ||
	    take_credentials(arena, &parts, options, &settings, fail) < 0 ||
	    settle_tls(&parts, &settings, fail) < 0)
		return -1;
	settings.url = arena_printf(
	    arena, "smtp%s://%.*s%s%.*s/%.*s", parts.implicit ? "s" : "",
	    STR_ARG(parts.host), parts.port.len > 0 ? ":" : "",
	    STR_ARG(parts.port), STR_ARG(choose_ehlo(&parts, options)));
	if (!settings.url)
		return fail_set(fail, "out of memory");
	*ret_settings = settings;
	return 0;
}
